"""The discriminator of a VQGAN's checkpoint: its keys, its sizes, its raw logits."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from generator.discriminator import PREFIX, DiscriminatorConfig, build_discriminator, discriminator_config_of
from generator.errors import BadCheckpoint
from generator.strict import shapes_of


def plain_network(widths: tuple[int, ...]) -> nn.Sequential:
    """The published network, written out of torch's own layers; normalization counts batches and measures them."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        parts: list[nn.Module] = [nn.Conv2d(3, widths[0], 4, 2, 1), nn.LeakyReLU(0.2)]
        for number, (before, width) in enumerate(pairwise(widths), 2):
            stride = 2 if number < len(widths) else 1
            parts += [nn.Conv2d(before, width, 4, stride, 1, bias=False), nn.BatchNorm2d(width), nn.LeakyReLU(0.2)]
        network = nn.Sequential(*parts, nn.Conv2d(widths[-1], 1, 4, 1, 1))
        network.train()
        for _ in range(3):
            network(torch.rand(4, 3, 64, 64) * 2 - 1)
        return network.eval()


def checkpoint(network: nn.Sequential) -> dict[str, Tensor]:
    """Its weights as they lie in a VQGAN's file, beside another key."""
    own = {f"{PREFIX}main.{key}": tensor for key, tensor in network.state_dict().items()}
    return {"encoder.conv_in.weight": torch.zeros(1), **own}


@pytest.mark.parametrize("widths", [(64, 128, 256), (16, 32, 64, 128), (8, 16)])
def test_logits_are_those_of_the_plain_network(widths: tuple[int, ...]) -> None:
    network = plain_network(widths)
    images = torch.rand(2, 3, 64, 80, generator=torch.Generator().manual_seed(4))
    logits = build_discriminator(checkpoint(network), "cpu").discriminate(images)
    assert logits.shape[:2] == (2, 1)
    assert torch.allclose(logits, network(images * 2 - 1), atol=1e-5)


def test_half_precision_gives_fp32_logits_nearby() -> None:
    weights = checkpoint(plain_network((64, 128, 256)))
    images = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(4))
    exact = build_discriminator(weights, "cpu").discriminate(images)
    for precision in ("bf16", "fp16"):
        logits = build_discriminator(weights, "cpu", precision).discriminate(images)
        assert logits.dtype == torch.float32
        assert torch.allclose(logits, exact, atol=0.05)


def test_sizes_are_read_off_the_checkpoint() -> None:
    shapes = shapes_of(checkpoint(plain_network((8, 16, 32, 32))))
    assert discriminator_config_of(shapes) == DiscriminatorConfig((8, 16, 32, 32))


def test_it_is_frozen_and_its_statistics_stay() -> None:
    weights = checkpoint(plain_network((8, 16, 32)))
    model = build_discriminator(weights, "cpu")
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    model.train()
    model.discriminate(torch.rand(2, 3, 64, 64))
    assert all(torch.equal(before[key], tensor) for key, tensor in model.state_dict().items())
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_a_checkpoint_without_one_says_so() -> None:
    with pytest.raises(BadCheckpoint, match=r"loss\.discriminator\.main\.0\.weight"):
        build_discriminator({"encoder.conv_in.weight": torch.zeros(1)}, "cpu")


@pytest.mark.parametrize("key", ["main.3.running_mean", "main.5.weight", "main.8.bias", "main.0.bias"])
def test_a_missing_key_is_named(key: str) -> None:
    weights = checkpoint(plain_network((8, 16, 32)))
    del weights[PREFIX + key]
    with pytest.raises(BadCheckpoint, match="main") as caught:
        build_discriminator(weights, "cpu")
    assert str(caught.value.evidence["key"]).startswith(("main.", PREFIX))


def test_another_kind_of_normalization_is_refused_by_its_key() -> None:
    weights = checkpoint(plain_network((8, 16, 32)))
    renamed = {key.replace("main.3.weight", "main.3.scale"): tensor for key, tensor in weights.items()}
    with pytest.raises(BadCheckpoint, match=r"'main\.3\.weight' is missing"):
        build_discriminator(renamed, "cpu")


def test_a_misshapen_key_is_named() -> None:
    weights = checkpoint(plain_network((8, 16, 32)))
    weights[f"{PREFIX}main.3.bias"] = torch.zeros(17)
    with pytest.raises(BadCheckpoint, match=r"'main\.3\.bias' is \[17\], it must be \[16\]"):
        build_discriminator(weights, "cpu")
