from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor

from generator.errors import BadCheckpoint, BadRecipe
from generator.hollow import hollow
from generator.vqgan import VqganConfig, VqganModel, build_vqgan

SMALL = VqganConfig(
    ch=32,
    ch_mult=(1, 2),
    num_res_blocks=1,
    attn_resolutions=(16,),
    resolution=32,
    z_channels=8,
    embed_dim=8,
    n_embed=40,
)


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        return VqganModel(SMALL).state_dict()


def test_the_default_plan_has_the_keys_of_the_published_checkpoint() -> None:
    with hollow():
        model = VqganModel(VqganConfig())
    shapes = {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}
    assert shapes["quantize.embedding.weight"] == (16384, 256)
    assert shapes["encoder.down.4.attn.1.proj_out.weight"] == (512, 512, 1, 1)
    assert shapes["encoder.down.3.downsample.conv.weight"] == (256, 256, 3, 3)
    assert shapes["decoder.up.4.upsample.conv.weight"] == (512, 512, 3, 3)
    assert shapes["decoder.up.1.block.0.nin_shortcut.weight"] == (128, 256, 1, 1)
    assert shapes["decoder.mid.attn_1.norm.weight"] == (512,)
    assert "decoder.up.0.upsample.conv.weight" not in shapes
    assert model.stride == 16


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_pictures_and_z_are_fp32_whatever_the_precision(precision: str, weights: dict[str, Tensor]) -> None:
    model = build_vqgan(SMALL, weights, "cpu", precision)
    z = model.encode(torch.rand(1, 3, 32, 48))
    quantized, codes = model.quantize(z)
    image = model.decode(quantized)
    assert (z.dtype, quantized.dtype, image.dtype, model.codebook.dtype) == (torch.float32,) * 4
    assert (z.shape, codes.shape, image.shape) == ((1, 8, 16, 24), (1, 16, 24), (1, 3, 32, 48))
    assert float(image.min()) >= 0
    assert float(image.max()) <= 1


def test_a_code_is_the_nearest_and_shown_exactly_and_the_gradient_passes(weights: dict[str, Tensor]) -> None:
    model = build_vqgan(SMALL, weights, "cpu", "bf16")
    z = torch.randn(2, 8, 5, 3, generator=torch.Generator().manual_seed(2)).requires_grad_()
    quantized, codes = model.quantize(z)
    nearest = torch.cdist(z.detach().permute(0, 2, 3, 1).reshape(-1, 8), weights["quantize.embedding.weight"]).argmin(1)
    assert torch.equal(codes.flatten(), nearest)
    assert torch.equal(quantized.permute(0, 2, 3, 1), weights["quantize.embedding.weight"][codes])
    (gradient,) = torch.autograd.grad((quantized * 3).sum(), z)
    assert torch.equal(gradient, torch.full_like(z, 3))


def test_the_range_of_the_codes_is_that_of_each_channel(weights: dict[str, Tensor]) -> None:
    low, high = build_vqgan(SMALL, weights, "cpu", "fp32").codebook_range()
    book = weights["quantize.embedding.weight"]
    assert torch.equal(low, book.amin(0).view(1, 8, 1, 1))
    assert torch.equal(high, book.amax(0).view(1, 8, 1, 1))


def test_the_model_is_frozen_and_ignores_the_discriminator_beside_it(weights: dict[str, Tensor]) -> None:
    model = build_vqgan(SMALL, weights | {"loss.discriminator.main.0.weight": torch.zeros(3)}, "cpu", "fp32")
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert model.state_dict().keys() == weights.keys()


def test_a_foreign_checkpoint_is_refused_by_the_key_at_fault(weights: dict[str, Tensor]) -> None:
    key = "decoder.mid.attn_1.q.weight"
    short = {name: tensor for name, tensor in weights.items() if name != key}
    for tensors in (short, weights | {key: torch.zeros(3, 3)}):
        with pytest.raises(BadCheckpoint, match=key):
            build_vqgan(SMALL, tensors, "cpu", "fp32")
    with pytest.raises(BadCheckpoint, match="first_stage"):
        build_vqgan(SMALL, weights | {"first_stage.weight": torch.zeros(1)}, "cpu", "fp32")
    with pytest.raises(BadRecipe, match="int3"):
        build_vqgan(SMALL, weights, "cpu", "int3")


def test_a_start_does_not_load_the_compiler_of_torch() -> None:
    program = (
        "import sys, torch; from generator.hollow import hollow; from generator.perceptor import *;"
        "from generator.vqgan import *\n"
        "with hollow(): VqganModel(VqganConfig()), ClipPerceptor(CONFIGS['clip-vit-b-32'])\n"
        "print('torch._dynamo' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "False"


def test_whole_numbers_where_weights_must_be_are_refused(weights: dict[str, Tensor]) -> None:
    key = "decoder.conv_in.weight"
    with pytest.raises(BadCheckpoint, match=rf"{key}.*int64.*must be like torch.float32"):
        build_vqgan(SMALL, {**weights, key: weights[key].long()}, "cpu", "fp32")
