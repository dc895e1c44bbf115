"""Cutouts: random views of a picture, so that the perceptor judges it and not one arrangement of pixels.

Crop, flip, rotation, shear and perspective are one homography a cutout, sampled in one call; brightness,
contrast and saturation are one 3x3 matrix and an offset. The picture is pooled once, not once a cutout. That is
method "grid"; method "peers" makes what other VQGAN+CLIP programs do (`generator.peers`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from generator.errors import BadRecipe
from generator.nouns import CUTOUT_METHODS
from generator.peers import NOISE as PEERS_NOISE
from generator.peers import draw_tints, draw_warps, pool, tint

SMALLEST: Final = 0.5  # share of the picture's side that a cutout covers at least
TURN: Final = math.radians(15)
TILT: Final = 0.12  # perspective: how much nearer one edge may be than its opposite
GAIN: Final = 0.15
SATURATION: Final = 0.3
NOISE: Final = 0.08
LUMA: Final = (0.299, 0.587, 0.114)
PARAMETERS: Final = 14


@dataclass(frozen=True, slots=True)
class Views:
    """Drawn parameters of n cutouts: `grid` [n,side,side,2] in -1..1, `color` [n,3,3], offset, noise.

    Those of method "peers" have also `shown` [n,1,side,side], 0 where nothing is to be seen, and `tints` [n,2].
    """

    grid: Tensor
    color: Tensor
    offset: Tensor
    noise: Tensor
    shown: Tensor | None = None
    tints: Tensor | None = None

    def to(self, device: torch.device) -> Views:
        """The same views on a device."""
        return self._each(lambda part: part.to(device))

    def part(self, start: int, stop: int) -> Views:
        """The cutouts from `start` up to `stop`: a few at a time take less memory."""
        return self._each(lambda part: part[start:stop])

    def _each(self, do: Callable[[Tensor], Tensor]) -> Views:
        needed = (do(self.grid), do(self.color), do(self.offset), do(self.noise))
        return Views(*needed, *(None if part is None else do(part) for part in (self.shown, self.tints)))


def draw_views(count: int, side: int, generator: torch.Generator, method: str = "grid") -> Views:
    """Draw `count` cutouts of `side` pixels from a generator on the CPU; `BadRecipe` for an unknown method."""
    if method not in CUTOUT_METHODS:
        raise BadRecipe(f"cutout method is {method!r}, it must be one of {', '.join(CUTOUT_METHODS)}", method=method)
    if method == "peers":
        return _draw_as_peers(count, side, generator)
    dice = torch.rand(count, PARAMETERS, generator=generator) * 2 - 1
    strength = torch.rand(count, 1, 1, 1, generator=generator) * NOISE
    noise = torch.randn(count, 3, side, side, generator=generator) * strength
    color = _color(dice[:, 8:12])
    return Views(_grid(_homography(dice[:, :8]), side), color, dice[:, 12:13, None] * GAIN / 2, noise)


def cut(image: Tensor, views: Views) -> Tensor:
    """[1,3,S,S] to cutouts [n,3,side,side]; differentiable in the image."""
    count, side = views.grid.shape[:2]
    if views.shown is not None and views.tints is not None:
        return _cut_as_peers(image, views, views.shown, views.tints)
    pooled = _pool(image, 2 * side)
    # One tall grid over one picture: expanding the picture to n would make n copies of its gradient.
    grid = views.grid.view(1, count * side, side, 2)
    seen = functional.grid_sample(pooled, grid, padding_mode="reflection", align_corners=False)
    pixels = seen.view(3, count, side * side).transpose(0, 1)
    return (views.color @ pixels + views.offset).view(count, 3, side, side) + views.noise


def whole(image: Tensor, side: int) -> Tensor:
    """[B,3,S,S] to [B,3,side,side]: the whole picture, resized without aliasing."""
    return functional.interpolate(image, size=(side, side), mode="bilinear", antialias=True, align_corners=False)


def _draw_as_peers(count: int, side: int, generator: torch.Generator) -> Views:
    grid, shown = draw_warps(count, side, generator)
    tints = draw_tints(count, generator)
    strength = torch.rand(count, 1, 1, 1, generator=generator) * PEERS_NOISE
    noise = torch.randn(count, 3, side, side, generator=generator) * strength
    return Views(grid, torch.eye(3).expand(count, 3, 3), torch.zeros(count, 1, 1), noise, shown, tints)


def _cut_as_peers(image: Tensor, views: Views, shown: Tensor, tints: Tensor) -> Tensor:
    count, side = views.grid.shape[:2]
    grid = views.grid.view(1, count * side, side, 2)
    seen = functional.grid_sample(pool(image, side), grid, padding_mode="zeros", align_corners=False)
    pixels = seen.view(3, count, side, side).transpose(0, 1)
    return tint(pixels, tints) * shown + views.noise


def _pool(image: Tensor, least: int) -> Tensor:
    factor = max(1, image.shape[-1] // least)
    return image if factor == 1 else functional.avg_pool2d(image, factor)


def _homography(dice: Tensor) -> Tensor:
    flip, turn, size, across, down, shear, tilt_x, tilt_y = dice.unbind(1)
    scale = SMALLEST + (1 - SMALLEST) * (size + 1) / 2
    angle = turn * TURN
    mirror = torch.where(flip < 0, -1.0, 1.0)
    room = 1 - scale + 0.1 * scale  # a tenth of the cutout may look over the border, which reflects
    zero, one = torch.zeros_like(scale), torch.ones_like(scale)
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = [
        torch.stack((mirror * cosine, -sine + shear * 0.1 * scale, across * room), 1),
        torch.stack((mirror * sine, cosine, down * room), 1),
        torch.stack((tilt_x * TILT, tilt_y * TILT, one + zero), 1),
    ]
    return torch.stack(rows, 1)


def _grid(homography: Tensor, side: int) -> Tensor:
    line = (torch.arange(side) * 2 + 1) / side - 1
    points = torch.stack((line.repeat(side), line.repeat_interleave(side), torch.ones(side * side)))
    mapped = homography @ points
    return (mapped[:, :2] / mapped[:, 2:]).transpose(1, 2).reshape(-1, side, side, 2).contiguous()


def _color(dice: Tensor) -> Tensor:
    saturation = 1 + dice[:, 0, None, None] * SATURATION
    gain = 1 + dice[:, 1:] * GAIN
    gray = torch.tensor(LUMA).expand(3, 3)
    matrix = saturation * torch.eye(3) + (1 - saturation) * gray
    return gain[:, :, None] * matrix
