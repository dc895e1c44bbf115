"""Each lever computes what the plain arithmetic computes: the whole step of a small model of the true architecture."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor

from generator.allocator import keep_memory, spare_memory
from generator.convolution import convolve, double, fold_doubling
from generator.gelu import quick_gelu
from generator.levers import PLAIN, Levers, levers_for
from generator.linear import has_onednn, linear
from generator.perceptor import ClipConfig, ClipPerceptor, build_perceptor
from generator.vqgan import VqganConfig, VqganModel, build_vqgan

VQGAN = VqganConfig(
    ch=32,
    num_res_blocks=1,
    ch_mult=(1, 2, 2),
    attn_resolutions=(16,),
    resolution=64,
    z_channels=32,
    n_embed=64,
    embed_dim=32,
)
CLIP = ClipConfig(64, 32, 16, 128, 2, 64, 1)
FIXED = torch.randn(2, 32, 16, 12, generator=torch.Generator().manual_seed(2))
AIM = torch.randn(2, 64, generator=torch.Generator().manual_seed(3))
Weights = tuple[dict[str, Tensor], dict[str, Tensor]]
NAMES = [field.name for field in fields(Levers)]
SETS = list(
    dict.fromkeys(levers_for(device, precision) for device in ("cpu", "cuda", "mps") for precision in ("fp32", "bf16"))
)


@pytest.fixture(scope="module")
def weights() -> Weights:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        vqgan, clip = VqganModel(VQGAN).state_dict(), ClipPerceptor(CLIP).state_dict()
        for key, tensor in vqgan.items():
            if "norm" in key:  # ones and zeros would hide a mistake
                tensor.add_(torch.randn_like(tensor) * 0.3)
    return vqgan, clip


@pytest.fixture(scope="module")
def plain(weights: Weights) -> list[Tensor]:
    return step(weights, PLAIN)


def step(weights: Weights, levers: Levers, precision: str = "fp32") -> list[Tensor]:
    """z, picture, embeddings and the gradient in z, of two pictures that are not square."""
    vqgan = build_vqgan(VQGAN, weights[0], "cpu", precision, levers)
    clip = build_perceptor("clip-small", weights[1], "cpu", precision, CLIP, levers)
    source = torch.rand(2, 3, 64, 48, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        z = vqgan.encode(source)
    aim = FIXED.clone().requires_grad_()
    quantized, _ = vqgan.quantize(aim)
    image = vqgan.decode(quantized)
    embedded = clip.embed_images(image[..., 8:40, 8:40])
    (gradient,) = torch.autograd.grad((embedded * AIM).sum() + image.square().mean(), aim)
    return [z, image.detach(), embedded.detach(), gradient]


def farthest(found: list[Tensor], wanted: list[Tensor]) -> float:
    return max(float((one - other).abs().max() / other.abs().max()) for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_lever_alone_changes_nothing_but_the_last_digits(name: str, weights: Weights, plain: list[Tensor]) -> None:
    assert farthest(step(weights, replace(PLAIN, **{name: True})), plain) < 2e-5


@pytest.mark.parametrize("levers", SETS, ids=str)
def test_the_levers_of_a_device_together_change_nothing_but_the_last_digits(
    levers: Levers, weights: Weights, plain: list[Tensor]
) -> None:
    assert farthest(step(weights, levers), plain) < 2e-5


def test_the_levers_in_bf16_are_no_farther_from_fp32_than_plain_bf16(weights: Weights, plain: list[Tensor]) -> None:
    for ours, theirs, exact in zip(
        step(weights, levers_for("cpu", "bf16"), "bf16"), step(weights, PLAIN, "bf16"), plain, strict=True
    ):
        mine, plainly = (float((one - exact).norm() / exact.norm()) for one in (ours, theirs))
        assert mine < 1.2 * plainly
        assert plainly < 0.1


def test_each_kind_of_device_gets_levers_of_its_own() -> None:
    assert levers_for("cpu", "fp32").fused_attention
    assert not levers_for("cpu", "bf16").fused_attention
    assert levers_for("cuda:1", "bf16") == levers_for(torch.device("cuda", 0), "bf16")
    assert not levers_for("cuda", "bf16").kept_memory
    assert levers_for("someday", "fp16") == levers_for("mps", "fp16")


def test_a_frugal_decode_gives_the_same_picture_and_gradient_to_the_bit(
    weights: Weights,
) -> None:
    for levers in (PLAIN, levers_for("cpu", "fp32")):
        vqgan = build_vqgan(VQGAN, weights[0], "cpu", "fp32", levers)
        z = FIXED.clone().requires_grad_()
        pictures = [vqgan.decode(vqgan.quantize(z)[0], frugal=frugal) for frugal in (False, True)]
        gradients = [torch.autograd.grad(picture.square().sum(), z)[0] for picture in pictures]
        assert torch.equal(*pictures)
        assert torch.equal(*gradients)


def test_a_lean_convolution_keeps_its_weights_alone() -> None:
    kept: list[int] = []
    conv = torch.nn.Conv2d(4, 4, 3, padding=1).requires_grad_(False)
    x = torch.rand(1, 4, 64, 64, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(
        lambda saved: kept.append(saved.numel()) or saved, lambda saved: saved
    ):
        convolve(x, conv, lean=True)
    assert kept == [conv.weight.numel()]


def test_doubling_in_one_go_is_doubling_and_then_convolving() -> None:
    dice = torch.Generator().manual_seed(4)
    weight, x = torch.randn(5, 3, 3, 3, generator=dice), torch.randn(2, 3, 7, 4, generator=dice)
    doubled = torch.nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
    wanted = torch.nn.functional.conv2d(doubled, weight, padding=1)
    torch.testing.assert_close(double(x, fold_doubling(weight), None), wanted, rtol=1e-5, atol=1e-5)


def test_the_product_by_onednn_is_the_product_with_its_gradient() -> None:
    assert has_onednn()
    x = torch.randn(3, 5, 7, generator=torch.Generator().manual_seed(6)).requires_grad_()
    weight, bias = torch.randn(4, 7), torch.randn(4)
    found, wanted = (linear(x, weight, bias, onednn) for onednn in (True, False))
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(*(torch.autograd.grad(one.square().sum(), x)[0] for one in (found, wanted)))


def test_quick_gelu_by_hand_is_quick_gelu_with_its_gradient() -> None:
    x = torch.linspace(-9, 9, 101, requires_grad=True)
    found, wanted = (quick_gelu(x, by_hand) for by_hand in (True, False))
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(*(torch.autograd.grad(one.sum(), x)[0] for one in (found, wanted)))


def test_memory_is_kept_where_glibc_is() -> None:
    import platform

    assert keep_memory() == spare_memory() == (platform.libc_ver()[0] == "glibc")
