"""Marks of the brush and of the hand: flat patches, strokes, dabs, melting shapes, contours, pencil.

Every function takes views [N, 3, S, S] in 0..1 and the dice, and returns views alike, perhaps a little out of range.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.train.painting.dice import Dice, blurred, box_means, gray, places, shifted, slopes

RADII = (1, 2, 3)  # of the Kuwahara filter, in pixels
INKS = ((0.10, 0.10, 0.11), (0.24, 0.23, 0.23), (0.30, 0.18, 0.10), (0.52, 0.20, 0.12), (0.12, 0.16, 0.34))
PAPERS = ((0.97, 0.96, 0.93), (0.90, 0.84, 0.70), (0.80, 0.72, 0.58), (0.74, 0.74, 0.72), (0.93, 0.88, 0.80))


def kuwahara(views: Tensor, radius: int) -> Tensor:
    """Each pixel becomes the mean of the calmest of the four squares at whose corner it lies (Kuwahara 1976)."""
    side = views.shape[-1]
    padded = F.pad(views, (radius,) * 4, mode="replicate")
    tone = gray(padded)
    means = box_means(torch.cat([padded, tone, tone.square()], 1), radius + 1)
    unrest = means[:, 4:] - means[:, 3:4].square()
    best, least = means[:, :3, :side, :side], unrest[:, :, :side, :side]
    for down, across in ((0, radius), (radius, 0), (radius, radius)):
        square = (slice(None), slice(None), slice(down, down + side), slice(across, across + side))
        calmer = unrest[square] < least
        best = torch.where(calmer, means[:, :3][square], best)
        least = torch.where(calmer, unrest[square], least)
    return best


def flattened(views: Tensor, dice: Dice) -> Tensor:
    """Kuwahara's patches of three sizes, over some twice."""
    size = dice.picks(torch.tensor([0.3, 0.45, 0.25]), len(views))
    out = views.clone()
    for number, radius in enumerate(RADII):
        chosen = (size == number).nonzero().flatten()
        if len(chosen):
            out[chosen] = kuwahara(out[chosen], radius)
    again = (dice.uniform(0, 1, len(views)) < 0.3).nonzero().flatten()
    if len(again):
        out[again] = kuwahara(out[again], 1)
    return torch.lerp(out, blurred(out, 3), dice.each(0, 0.5, len(views)))


def flow(views: Tensor, dice: Dice) -> Tensor:
    """Where a brush would go: unit vectors [N, 2, S, S] along the picture's edges, or along a field of their own.

    Edges give directions by the structure tensor (double angles, so that opposite slopes agree).
    """
    across, down = slopes(gray(views))
    double = torch.cat([down.square() - across.square(), -2 * across * down], 1)
    double = blurred(blurred(double, 5), 5)
    double = double / (double.square().sum(1, keepdim=True).sqrt() + 1e-3)
    own = dice.smooth(len(views), 1, 3, views.shape[-1]) * 1.5 + dice.each(0, 6.2832, len(views))
    wander = torch.cat([own.cos(), own.sin()], 1) * dice.each(0.1, 0.7, len(views))
    total = double + wander
    angle = torch.atan2(total[:, 1:], total[:, :1]) / 2
    return torch.cat([angle.cos(), angle.sin()], 1)


def stroked(views: Tensor, dice: Dice) -> Tensor:
    """Colors drawn out along the flow, with the streaks of bristles: convolution along lines, by growing steps.

    Contours are painted with more care than the rest.
    """
    count, _, side, _ = views.shape
    direction = flow(views, dice) * dice.each(0.3, 0.8, count)
    cells = dice.whole(side // 2, side + 1)
    noise = F.interpolate(dice.normal(count, 1, cells, cells), size=side, mode="bilinear", align_corners=True)
    drawn = torch.cat([views, noise], 1)
    for step in (1.0, 2.0, 3.0):
        half = direction * (step / 2)
        drawn = (shifted(drawn, half) + shifted(drawn, -half)) / 2
    streaks = drawn[:, 3:]
    # As strong as the picture's own contrast bears: on a faint one, bristles would be all that is seen.
    bearing = (gray(views).std((2, 3), keepdim=True) * 5).clamp(0.2, 1)
    streaks = streaks / (streaks.std((2, 3), keepdim=True) + 1e-4) * bearing
    colors = torch.lerp(drawn[:, :3], views, edges(views) * dice.each(0.2, 0.8, count))
    return colors * (1 + streaks * dice.each(0.01, 0.09, count)) + streaks * dice.each(0, 0.02, count)


def dabbed(views: Tensor, dice: Dice) -> Tensor:
    """An impressionist's dabs: small slanted cells, each with colors from nearby, a little varied and softened."""
    count, _, side, _ = views.shape
    choice = dice.uniform(-1, 1, count, 2, side, side) * dice.each(0.6, 2.0, count)
    tint = dice.normal(count, 3, side, side) * 0.5 + dice.normal(count, 1, side, side)
    cells = F.grid_sample(
        torch.cat([choice, tint * dice.each(0.005, 0.045, count)], 1), _dab_grid(count, side, dice),
        mode="nearest", padding_mode="reflection", align_corners=False,
    )  # fmt: skip
    moved = shifted(views, cells[:, :2]) + cells[:, 2:]
    return torch.lerp(moved, blurred(kuwahara(moved, 1), 3), dice.each(0.35, 0.9, count))


def _dab_grid(count: int, side: int, dice: Dice) -> Tensor:
    """Where dabs lie in a field of one number a dab: a turned, stretched, bent lattice of 2 to 4 pixels."""
    y, x = places(side, dice.device)
    angle = dice.each(0, 3.1416, count)
    size, long = dice.each(1.8, 3.0, count) * side / 64, dice.each(1, 1.8, count)
    bent = dice.smooth(count, 2, 9, side) * 0.06
    along = (x * angle.cos() + y * angle.sin() + bent[:, :1]) / (size * long)
    across = (y * angle.cos() - x * angle.sin() + bent[:, 1:]) / size
    return torch.stack([along, across], -1)[:, 0]


def melted(views: Tensor, dice: Dice) -> Tensor:
    """Shapes that run, bulge and swirl."""
    count, _, side, _ = views.shape
    y, x = places(side, views.device)
    run = dice.smooth(count, 2, dice.whole(4, 8), side) * dice.each(0.4, 2.2, count) * side / 64
    drip = F.interpolate(dice.normal(count, 1, 1, 12), size=(1, side), mode="bicubic", align_corners=True)
    drip = drip.clamp_max(0) * dice.each(0, 2, count) * (y + 1) * side / 64
    away_x, away_y = x - dice.each(-0.6, 0.6, count), y - dice.each(-0.6, 0.6, count)
    turn = dice.each(-0.8, 0.8, count) * (-(away_x.square() + away_y.square()) / dice.each(0.06, 0.4, count)).exp()
    swirl_x = (turn.cos() - 1) * away_x - turn.sin() * away_y
    swirl_y = turn.sin() * away_x + (turn.cos() - 1) * away_y
    swirl = torch.cat([swirl_x, swirl_y], 1) * (side / 2)
    return shifted(views, run + swirl + F.pad(drip, (0, 0, 0, 0, 1, 0)))


def edges(views: Tensor) -> Tensor:
    """How much of a contour each pixel is, 0..1 [N, 1, S, S], whatever the picture's contrast."""
    across, down = slopes(gray(views))
    steep = (across.square() + down.square()).sqrt()
    scale = steep.mean((2, 3), keepdim=True) + 1.5 * steep.std((2, 3), keepdim=True) + 0.01
    return ((steep / scale - 0.25) * 1.3).clamp(0, 1)


def contoured(views: Tensor, dice: Dice) -> Tensor:
    """Dark contour lines, over some on a wash: lighter, softer colors on paper."""
    count = len(views)
    lines = edges(kuwahara(views, 1)) * dice.each(0.4, 0.95, count)
    ink = _pick(INKS, dice, count)
    pale = dice.each(0, 0.55, count) * (dice.each(0, 1, count) < 0.5)
    wash = torch.lerp(torch.lerp(views, blurred(views, 5), (pale > 0).float()), _pick(PAPERS, dice, count), pale)
    return wash * (1 - lines) + ink * lines


def drawn(views: Tensor, dice: Dice) -> Tensor:
    """Pencil, ink, charcoal, sepia or red chalk on paper: contours, tones and hatching in one color."""
    count, _, side, _ = views.shape
    y, x = places(side, views.device)
    angle = dice.each(0.5, 1.1, count)
    wave = (x * angle.cos() + y * angle.sin() + 0.05 * dice.smooth(count, 1, 5, side)) * side / 2
    hatch = (wave * dice.each(1.5, 2.6, count)).sin() * dice.each(0, 0.3, count)
    calm = kuwahara(views, 2)
    tone = gray(calm)
    dark = 0.42 - (tone - tone.mean((2, 3), keepdim=True)) / (tone.std((2, 3), keepdim=True) + 0.03) * 0.3
    grain = dice.normal(count, 1, side, side) * dice.each(0, 0.1, count)
    shade = dark.clamp(0, 1).pow(1.3) * (1 + hatch + grain) * dice.each(0.3, 1.0, count)
    cover = torch.maximum(shade, edges(torch.lerp(calm, views, 0.5)) * dice.each(0.4, 1, count)).clamp(0, 1)
    return torch.lerp(_pick(PAPERS, dice, count), _pick(INKS, dice, count), cover)


def _pick(colors: tuple[tuple[float, float, float], ...], dice: Dice, count: int) -> Tensor:
    table = torch.tensor(colors, device=dice.device)
    chosen = table[dice.picks(torch.ones(len(colors)), count)].view(count, 3, 1, 1)
    return chosen + dice.uniform(-0.04, 0.04, count, 3, 1, 1)
