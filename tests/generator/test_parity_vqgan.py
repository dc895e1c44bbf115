"""Our VQGAN computes what `diffusers` VQModel computes with the same weights: z, codes, pictures and gradients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from generator.levers import PLAIN, Levers, levers_for
from generator.vqgan import VqganConfig, VqganModel, build_vqgan

from .oracles import vqgan_oracle, vqgan_weights

if TYPE_CHECKING:
    from diffusers import VQModel

SMALL = VqganConfig(
    ch=32, ch_mult=(1, 2, 3), num_res_blocks=1, attn_resolutions=(128,), z_channels=24, embed_dim=16, n_embed=80
)
TWICE = replace(SMALL, ch_mult=(1, 2), num_res_blocks=3, attn_resolutions=(256, 128))
FULL = VqganConfig()  # wikiart_16384, imagenet_16384
FULL_1024 = VqganConfig(n_embed=1024)
LEVERS = {"plain": PLAIN} | {f"those of {kind}": levers_for(kind, "fp32") for kind in ("cpu", "cuda", "mps")}


def picture(width: int, height: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(4))


def compare(ours: VqganModel, theirs: VQModel, images: Tensor) -> None:
    z = ours.encode(images)
    wanted = theirs.encode(images * 2 - 1).latents
    assert torch.allclose(z, wanted, atol=2e-5)
    zq, codes = ours.quantize(z)
    meant, _, (_, _, numbers) = theirs.quantize(wanted)
    assert torch.equal(codes.flatten(), numbers.flatten())
    assert torch.allclose(zq, meant, atol=1e-5)
    assert len(codes.unique()) > 1
    painted = theirs.decode(meant, force_not_quantize=True).sample
    assert torch.allclose(ours.decode(zq), ((painted + 1) / 2).clamp(0, 1), atol=5e-5)


@pytest.mark.parametrize("levers", LEVERS.values(), ids=LEVERS.keys())
@pytest.mark.parametrize("config", [SMALL, TWICE], ids=["small", "attention everywhere"])
def test_a_small_model_agrees(config: VqganConfig, levers: Levers) -> None:
    weights = vqgan_weights(config)
    compare(build_vqgan(config, weights, "cpu", "fp32", levers), vqgan_oracle(config, weights), picture(32, 24))


@pytest.mark.parametrize("levers", LEVERS.values(), ids=LEVERS.keys())
@pytest.mark.parametrize("frugal", [False, True])
def test_the_gradient_of_the_picture_in_z_agrees(levers: Levers, frugal: bool) -> None:
    weights = vqgan_weights(SMALL)
    ours, theirs = build_vqgan(SMALL, weights, "cpu", "fp32", levers), vqgan_oracle(SMALL, weights)
    z = torch.randn(1, 16, 6, 6, generator=torch.Generator().manual_seed(5)).requires_grad_()
    painted = (theirs.decode(z, force_not_quantize=True).sample + 1) / 2
    inside = (painted > 0) & (painted < 1)
    aim = torch.randn(painted.shape, generator=torch.Generator().manual_seed(6)) * inside
    (wanted,) = torch.autograd.grad((painted * aim).sum(), z)
    (gradient,) = torch.autograd.grad((ours.decode(z, frugal=frugal) * aim).sum(), z)
    assert 0.1 < float(inside.float().mean()) < 0.99
    assert torch.allclose(gradient, wanted, atol=1e-4 * float(wanted.abs().max()))


@pytest.mark.parametrize("config", [FULL, FULL_1024], ids=["16384 codes", "1024 codes"])
def test_the_published_size_agrees(config: VqganConfig) -> None:
    weights = vqgan_weights(config)
    compare(build_vqgan(config, weights, "cpu", "fp32"), vqgan_oracle(config, weights), picture(64, 64))
