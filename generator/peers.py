"""Cutouts as the other VQGAN+CLIP programs make them: the picture pooled to the perceptor's size, then random affine,
perspective, saturation and hue, an erased rectangle, and noise.

Their published settings, drawn from our own streams. Both warps are one composed sampling, so a cutout is blurred
once; where the picture ends between the two it is black, as it is behind two samplings.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

CHANCE: Final = 0.7  # of each augmentation
TURN: Final = math.radians(15)
SHEAR: Final = math.radians(5)
SHIFT: Final = 0.2  # a tenth of the side, which is 2 here
BEND: Final = 0.7  # how far a corner may move in, of half a side
SATURATION: Final = 0.1
HUE: Final = 0.1  # of a full turn
ERASED: Final = (0.1, 0.4)  # share of the area
OBLONG: Final = 0.3  # least ratio of an erased rectangle's sides, up to its inverse
NOISE: Final = 0.1
CORNERS: Final = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))


def draw_warps(count: int, side: int, dice: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw where each pixel looks, [n,side,side,2] in -1..1, and whether something is there, [n,1,side,side]."""
    line = (torch.arange(side) * 2 + 1) / side - 1
    points = torch.stack((line.repeat(side), line.repeat_interleave(side), torch.ones(side * side)))
    affine, perspective = _affine(count, dice), _perspective(count, dice)
    bent = perspective @ points
    bent = bent / bent[:, 2:]
    inside = (bent[:, :2].abs() <= 1).all(1, keepdim=True).view(count, 1, side, side)
    grid = (affine @ bent)[:, :2].transpose(1, 2).reshape(count, side, side, 2).contiguous()
    return grid, inside.float() * _kept(side, dice)


def draw_tints(count: int, dice: torch.Generator) -> Tensor:
    """Draw [n,2]: what saturation is multiplied by, and how far the hue turns, in full turns."""
    spread = torch.rand(count, 2, generator=dice) * 2 - 1
    spread = spread * torch.tensor([SATURATION, HUE]) * _chosen(count, dice)[:, None]
    return spread + torch.tensor([1.0, 0.0])


def pool(image: Tensor, side: int) -> Tensor:
    """[1,3,S,S] to [1,3,side,side]: the mean of average and largest."""
    return (F.adaptive_avg_pool2d(image, side) + F.adaptive_max_pool2d(image, side)) / 2


def tint(images: Tensor, tints: Tensor) -> Tensor:
    """Images [n,3,H,W] with hue and saturation changed, in 0..1; through HSV, without computing it in full."""
    value, low = images.amax(1, keepdim=True), images.amin(1, keepdim=True)
    chroma = value - low
    saturation, turn = (part.view(-1, 1, 1, 1) for part in tints.unbind(1))
    sixths = _hue(images, value, chroma) + 6 * turn
    after = (chroma * saturation).minimum(value)
    place = torch.tensor([5.0, 3.0, 1.0]).to(images.device).view(1, 3, 1, 1)
    angle = (place + sixths).remainder(6)
    return (value - after * angle.minimum(4 - angle).clamp(0, 1)).clamp(0, 1)


def _hue(images: Tensor, value: Tensor, chroma: Tensor) -> Tensor:
    """[n,1,H,W]: the hue in sixths of a turn; any for gray, whose chroma is 0."""
    red, green, blue = images.split(1, 1)
    span = chroma.clamp_min(1e-6)
    return torch.where(
        value == red,
        (green - blue) / span,
        torch.where(value == green, (blue - red) / span + 2, (red - green) / span + 4),
    )


def _chosen(count: int, dice: torch.Generator) -> Tensor:
    return (torch.rand(count, generator=dice) < CHANCE).float()


def _affine(count: int, dice: torch.Generator) -> Tensor:
    """[n,3,3]: turned, sheared and shifted, or nothing."""
    turn, shear, across, down = ((torch.rand(count, 4, generator=dice) * 2 - 1) * _chosen(count, dice)[:, None]).T
    angle, slant = turn * TURN, (shear * SHEAR).tan()
    cosine, sine = angle.cos(), angle.sin()
    zero, one = torch.zeros(count), torch.ones(count)
    rows = [
        torch.stack((cosine, cosine * slant - sine, across * SHIFT), 1),
        torch.stack((sine, sine * slant + cosine, down * SHIFT), 1),
        torch.stack((zero, zero, one), 1),
    ]
    return torch.stack(rows, 1)


def _perspective(count: int, dice: torch.Generator) -> Tensor:
    """[n,3,3]: the homography that takes four corners, each moved in at random, to those of the frame."""
    frame = torch.tensor(CORNERS).expand(count, 4, 2)
    moved = frame * (1 - BEND * torch.rand(count, 4, 2, generator=dice) * _chosen(count, dice)[:, None, None])
    zero, one = torch.zeros(count, 4, 3), torch.ones(count, 4, 1)
    points = torch.cat((moved, one), 2)
    across = torch.cat((points, zero, -frame[..., :1] * moved), 2)
    down = torch.cat((zero, points, -frame[..., 1:] * moved), 2)
    found = torch.linalg.solve(
        torch.cat((across, down), 1).double(), torch.cat((frame[..., 0], frame[..., 1]), 1).double()
    )
    return torch.cat((found.float(), torch.ones(count, 1)), 1).view(count, 3, 3)


def _kept(side: int, dice: torch.Generator) -> Tensor:
    """[1,1,side,side]: 0 in the erased rectangle, the same one for all cutouts of a step."""
    chance, area, ratio, across, down = torch.rand(5, generator=dice).unbind()
    oblong = ((2 * ratio - 1) * -math.log(OBLONG)).exp()
    pixels = (ERASED[0] + area * (ERASED[1] - ERASED[0])) * side * side
    height, width = (size.sqrt().round().clamp(1, side) for size in (pixels * oblong, pixels / oblong))
    erased = _between(down, height, side)[:, None] & _between(across, width, side) & (chance < CHANCE)
    return (~erased).float().view(1, 1, side, side)


def _between(share: Tensor, length: Tensor, side: int) -> Tensor:
    """[side]: whether a pixel is in a span of this length that begins after a share of what it leaves free."""
    start = (share * (side - length)).round()
    places = torch.arange(side)
    return (places >= start) & (places < start + length)
