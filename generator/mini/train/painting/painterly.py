"""Views as painters and machines would have made them: schools of brushwork, palettes, canvases, partial objects.

What the tower learns from drawings must hold for oil, chalk and for what other generators paint, so views of drawings
are turned into small paintings whose subject a person still recognizes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.train.painting.brushes import contoured, dabbed, drawn, flattened, melted, stroked
from generator.mini.train.painting.dice import Dice, places, shifted
from generator.mini.train.painting.palette import aged, legible, limited, lit, recolored
from generator.models import Vqgan

Effect = Callable[[Tensor, Dice], Tensor]
CELLS = 8  # a machine's codes a side, at 64 px
MACHINE_SHARE = 0.1
LARGE_SHARE = 0.3  # of those, coded at twice the size, which costs four times as much
MOST_COVERED = 0.35


def cut(views: Tensor, dice: Dice) -> Tensor:
    """A part of the picture, off its middle: what is beyond the rim is left to guess."""
    count, _, side, _ = views.shape
    y, x = places(side, views.device)
    part = dice.each(0.62, 0.95, count)
    room = 1 - part
    to_x, to_y = (dice.each(-1, 1, count) * room for _ in range(2))
    offset = torch.cat([(to_x - room * x).expand(-1, -1, side, -1), (to_y - room * y).expand(-1, -1, -1, side)], 1)
    return shifted(views, offset * (side / 2))


def occluded(views: Tensor, dice: Dice) -> Tensor:
    """A part hidden, at most 35 %: beyond a slanted or wavy line, or under a slab, in a plain color or another's."""
    count, _, side, _ = views.shape
    y, x = places(side, views.device)
    angle = dice.each(0, 6.2832, count)
    line = x * angle.cos() + y * angle.sin() + 0.25 * dice.smooth(count, 1, 4, side) * dice.each(0, 1, count)
    slab = -torch.maximum((x - angle.cos()).abs() / dice.each(0.3, 1.5, count), (y - angle.sin()).abs())
    height = torch.where(dice.each(0, 1, count) < 0.65, line, slab)
    share = dice.uniform(0.05, MOST_COVERED, count, 1)
    place = ((1 - share) * (side * side - 1)).long()
    level = height.flatten(1).sort(1).values.gather(1, place).view(count, 1, 1, 1)
    cover = ((height - level) * dice.each(6, 40, count)).clamp(0, 1)
    plain = views[:, :, side // 4 :: side // 2, side // 4 :: side // 2].mean((2, 3), keepdim=True)
    plain = plain * dice.each(0.2, 1.3, count) + dice.each(-0.1, 0.2, count, 3)
    coarse = F.avg_pool2d(views.roll(1, 0), side // CELLS)  # its colors, but nothing that one could name
    other = F.interpolate(coarse, size=side, mode="bilinear", align_corners=False)
    return torch.lerp(views, torch.where(dice.each(0, 1, count) < 0.6, plain.expand_as(other), other), cover)


def patched(views: Tensor, dice: Dice) -> Tensor:
    """A machine's loose grammar without a machine: cells a little out of place, with detail of other cells."""
    count, _, side, _ = views.shape
    jolt = dice.normal(count, 2, CELLS, CELLS) * dice.each(0.4, 1.6, count) * side / 64
    moved = shifted(views, F.interpolate(jolt, size=side, mode="bilinear", align_corners=False))
    broad = F.interpolate(F.avg_pool2d(moved, side // CELLS), size=side, mode="bilinear", align_corners=False)
    detail = moved - broad
    step = side // CELLS
    foreign = torch.where(dice.each(0, 1, count) < 0.5, detail.roll(1, 0), detail.roll((step, -step), (2, 3)))
    where = (dice.uniform(0, 1, count, 1, CELLS, CELLS) < dice.each(0.05, 0.3, count)).float()
    soft = F.interpolate(where, size=side, mode="bilinear", align_corners=False)
    tint = F.interpolate(dice.normal(count, 3, CELLS, CELLS), size=side, mode="bilinear", align_corners=False)
    return broad + torch.lerp(detail, foreign, soft) + tint * dice.each(0, 0.06, count)


def woven(views: Tensor, dice: Dice) -> Tensor:
    """Canvas: threads across and down, uneven, seen more where the paint is thin."""
    count, _, side, _ = views.shape
    y, x = places(side, views.device)
    pitch = dice.each(1.2, 2.4, count) * side / 2
    threads = (x * pitch).sin() * (y * pitch).sin() + 0.5 * dice.normal(count, 1, side, side)
    thin = (0.6 + 0.5 * dice.smooth(count, 1, 5, side)).clamp(0.1, 1.2)
    return views + threads * thin * dice.each(0.01, 0.045, count)


def cracked(views: Tensor, dice: Dice) -> Tensor:
    """Craquelure: thin dark or light lines where a field passes through zero."""
    count, _, side, _ = views.shape
    field = dice.smooth(count, 2, dice.whole(6, 15), side).abs()
    lines = (1 - field.amin(1, keepdim=True) / dice.each(0.03, 0.09, count)).clamp(0, 1)
    patches = dice.smooth(count, 1, 4, side).clamp(0, 1)
    light = torch.where(dice.each(0, 1, count) < 0.7, 0.08, 0.85)
    return torch.lerp(views, light.expand_as(views), lines * patches * dice.each(0.2, 0.7, count))


# In the order of work: what is seen, its shapes, its brushwork, its colors, its age.
EFFECTS: tuple[Effect, ...] = (
    cut, occluded, melted, patched, dabbed, flattened, stroked, limited, recolored, contoured, drawn, aged, lit,
    woven, cracked,
)  # fmt: skip
# Each school's share, and its odds of every effect in that order.
SCHOOLS = (
    (0.24, (0.2, 0.2, 0.1, 0.0, 0.0, 0.6, 0.5, 0.1, 0.9, 0.0, 0.0, 0.8, 0.4, 0.4, 0.35)),  # old masters
    (0.20, (0.2, 0.2, 0.1, 0.0, 0.8, 0.1, 0.5, 0.0, 0.7, 0.0, 0.0, 0.3, 0.0, 0.4, 0.05)),  # impressionists
    (0.16, (0.2, 0.2, 0.5, 0.0, 0.0, 0.5, 0.6, 0.3, 0.8, 0.4, 0.0, 0.1, 0.1, 0.3, 0.05)),  # expressionists, fauves
    (0.07, (0.2, 0.2, 0.1, 0.0, 0.0, 0.6, 0.0, 0.9, 0.8, 0.3, 0.0, 0.3, 0.0, 0.2, 0.0)),  # prints, posters
    (0.08, (0.2, 0.2, 0.1, 0.0, 0.0, 0.2, 0.1, 0.1, 0.6, 1.0, 0.0, 0.3, 0.0, 0.3, 0.0)),  # lines over washes
    (0.08, (0.2, 0.1, 0.1, 0.0, 0.0, 0.1, 0.1, 0.0, 0.0, 0.0, 1.0, 0.2, 0.0, 0.3, 0.0)),  # pencil, ink, chalk
    (0.17, (0.2, 0.2, 0.5, 0.7, 0.1, 0.4, 0.3, 0.1, 0.7, 0.0, 0.0, 0.5, 0.2, 0.3, 0.1)),  # machines
)


@torch.no_grad()
def painterly(views: Tensor, rng: torch.Generator, share: float) -> Tensor:
    """Views [N, 3, S, S] in 0..1, about this share of them painted; S is a multiple of 16. The input stays."""
    dice = Dice(rng, views.device)
    chosen = _some(dice, len(views), share)
    if not len(chosen):
        return views
    painted = views[chosen]
    schools = dice.picks(torch.tensor([part for part, _ in SCHOOLS]), len(chosen))
    odds = torch.tensor([odds for _, odds in SCHOOLS], device=views.device)[schools]
    hits = dice.uniform(0, 1, *odds.shape) < odds
    for effect, hit in zip(EFFECTS, hits.T, strict=True):
        where = hit.nonzero().flatten()
        if len(where):
            painted[where] = effect(painted[where], dice).clamp(0, 1)
    return views.index_copy(0, chosen, legible(painted, views[chosen]).clamp(0, 1))


@torch.no_grad()
def machine_made(views: Tensor, vqgan: Vqgan, rng: torch.Generator, share: float = MACHINE_SHARE) -> Tensor:
    """Views [N, 3, S, S], about this share of them through a VQGAN whose codes were shaken; the input stays.

    Most of them are coded at S, the rest at twice that, since the tower sees machines' pictures in several sizes.
    """
    dice = Dice(rng, views.device)
    chosen = _some(dice, len(views), share)
    result = views.clone()
    side, few = views.shape[-1], round(len(chosen) * LARGE_SHARE)
    for size, part in ((2 * side, chosen[:few]), (side, chosen[few:])):
        if len(part):
            seen = F.interpolate(views[part], size=size, mode="bilinear", align_corners=False)
            decoded = vqgan.decode(vqgan.quantize(_shaken(vqgan.encode(seen), dice))[0])
            result[part] = F.interpolate(decoded, size=side, mode="area").clamp(0, 1)
    return result


def _shaken(z: Tensor, dice: Dice) -> Tensor:
    """Latents [N, d, h, w] with noise, some places swapped with their neighbors, some taken from another picture."""
    count, _, high, wide = z.shape
    place = dice.uniform(0, 1, count, 1, high, wide)
    foreign, near = dice.each(0, 0.08, count), dice.each(0, 0.25, count)
    step = dice.whole(0, 2) * 2 - 1
    swapped = torch.where(place < foreign, z.roll(1, 0), z)
    swapped = torch.where(place > 1 - near, z.roll(step, 2 + dice.whole(0, 2)), swapped)
    return swapped + dice.normal(*z.shape) * z.std() * dice.each(0.1, 0.7, count)


def _some(dice: Dice, count: int, share: float) -> Tensor:
    return (dice.uniform(0, 1, count) < share).nonzero().flatten()
