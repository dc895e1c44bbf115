"""Plain gradient ascent of a picture towards a prompt, to measure how well the pair guides (Crowson et al. 2022)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.models import Pair, Perceptor


@dataclass(frozen=True, slots=True)
class Ascent:
    """Settings of the ascent; the defaults are what suits the mini pair."""

    steps: int = 20
    cutouts: int = 16
    learning_rate: float = 0.15
    smallest: float = 0.4  # side of the smallest cutout, of the picture's


def cut(image: Tensor, count: int, side: int, smallest: float, rng: torch.Generator) -> Tensor:
    """Random square cutouts of an image [1, 3, S, S], flipped or not, each brought to [3, side, side]."""
    whole = image.shape[-1]
    found = []
    for _ in range(count):
        draws = torch.rand(4, generator=rng).tolist()
        size = int(whole * (smallest + (1 - smallest) * draws[0]))
        top, left = (int((whole - size) * draw) for draw in draws[1:3])
        piece = image[:, :, top : top + size, left : left + size]
        piece = F.adaptive_avg_pool2d(piece, side) if size >= side else F.interpolate(piece, size=side, mode="bilinear")
        found.append(piece.flip(3) if draws[3] < 0.5 else piece)
    return torch.cat(found)


def similarity(perceptor: Perceptor, image: Tensor, target: Tensor, seed: int) -> float:
    """Mean likeness of 32 fresh cutouts and a target vector."""
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        vectors = perceptor.embed_images(cut(image, 32, perceptor.input_size, 0.4, rng))
    return float((vectors @ target).mean())


def ascend(pair: Pair, image: Tensor, target: Tensor, plan: Ascent, seed: int) -> Tensor:
    """The picture [1, 3, S, S] after the steps of Adam on z, from a picture of the same size."""
    rng = torch.Generator().manual_seed(seed)
    vqgan, perceptor = pair.vqgan, pair.perceptor
    with torch.no_grad():
        z = vqgan.encode(image)
    z.requires_grad_(True)
    low, high = vqgan.codebook_range()
    optimizer = torch.optim.Adam([z], plan.learning_rate)
    for _ in range(plan.steps):
        painted = vqgan.decode(vqgan.quantize(z)[0])
        noisy = cut(painted, plan.cutouts, perceptor.input_size, plan.smallest, rng)
        vectors = perceptor.embed_images(noisy + 0.03 * torch.randn(noisy.shape, generator=rng))
        loss = ((vectors - target).norm(dim=1) / 2).arcsin().square().mul(2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            z.copy_(torch.minimum(torch.maximum(z, low), high))
    with torch.no_grad():
        return vqgan.decode(vqgan.quantize(z)[0])
