"""Colors of painters: palettes of earths, grays, nights and fauves, varnish, fading, dark grounds.

Every function takes views [N, 3, S, S] in 0..1 and the dice, and returns views alike, perhaps a little out of range.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.train.painting.dice import Dice, gray, places

# Five colors each, mixed by eye for this project.
PALETTES = (
    "1f140d 4a2f1b 7a5230 b58a55 e3cfa3",  # umber
    "2a2114 6b4e1f a87b2e d0a85a efe0b5",  # ochre
    "0f0c08 2e2416 5b4526 9b7b46 d9c08a",  # brown gallery tone
    "22100c 5e2a1c 9a4f33 c98d66 ecd3b5",  # red earth
    "1c211c 3f4a3c 6e7a63 9fa88c d5d6bf",  # gray-green
    "171c24 3b4757 6d7d8c a3adb3 dcdcd4",  # blue-gray
    "181716 45423f 79746e ada79f e2ddd3",  # grisaille
    "5b5148 9b8f86 c7b3a5 e0d0c0 b9c7c9",  # pale
    "0a0f1a 1a2a3d 2f4a59 5d7474 c9b37a",  # nocturne
    "2b1b14 7b2d20 b88746 4a6a6a e9dbb8",  # crimson, gold and verdigris
    "18241a 35532f 6b8a4a b3b36b e6e2b8",  # meadow
    "4a5a8a 7f9ab8 a9c0a6 d8c3a5 efe6dc",  # open air
    "2e2336 6a4c6d a8849a d4b5b0 efe3d6",  # mauve
    "12204a 2d5a9e 7da87b e3b23c f4e8a6",  # blue and yellow
    "1a2a6c c1292e f1a208 2e8b57 f6e7c1",  # fauve
    "3a1a5e e4572e f3a712 29a3a3 f7d6d0",  # violet and orange
    "1b3a2f 8c2f39 d98e04 e9c46a 2a6f97",  # tropics
)
GROUND_NOISE = 2e-3  # added to variances, so that a plain picture is not blown up
WARM = (1.0, 0.88, 0.62)  # what old varnish lets through


def _table() -> Tensor:
    rows = [[int(color[place : place + 2], 16) for place in (0, 2, 4)] for row in PALETTES for color in row.split()]
    return torch.tensor(rows).view(len(PALETTES), -1, 3) / 255


def _root(matrices: Tensor) -> Tensor:
    """The symmetric square root of [N, 3, 3]."""
    values, vectors = torch.linalg.eigh(matrices)
    root: Tensor = vectors * values.clamp_min(1e-6).sqrt()[:, None] @ vectors.mT
    return root


def transport(views: Tensor, mean: Tensor, covariance: Tensor) -> Tensor:
    """Colors moved to this mean [N, 3] and covariance [N, 3, 3] by the shortest way between two normal clouds.

    The map is symmetric and positive (Pitie and Kokaram 2007), so light stays light and hues keep their order.
    """
    flat = views.flatten(2)
    middle = flat.mean(2, keepdim=True)
    free = flat - middle
    noise = GROUND_NOISE * torch.eye(3, device=views.device)
    root = _root(free @ free.mT / flat.shape[2] + noise)
    back = torch.linalg.inv(root)
    change = back @ _root(root @ covariance @ root) @ back
    moved: Tensor = change @ free + mean[..., None]
    return moved.view_as(views)


def recolored(views: Tensor, dice: Dice) -> Tensor:
    """The color cloud of a random palette; the lightness stays nearer to the picture's own than the hue."""
    count = len(views)
    table = _table().to(views.device)
    colors = table[dice.picks(torch.ones(len(table)), count)]
    weights = dice.uniform(0.15, 1, count, colors.shape[1], 1)
    weights = weights / weights.sum(1, keepdim=True)
    mean = (colors * weights).sum(1)
    free = colors - mean[:, None]
    covariance = free.mT @ (free * weights)
    own = views.mean((2, 3))
    mean = mean + (gray(own[..., None, None]) - gray(mean[..., None, None])).view(count, 1) * 0.5
    moved = transport(views, mean, covariance * dice.uniform(0.4, 1.1, count, 1, 1))
    moved = moved + (gray(views) - gray(moved)) * dice.each(0, 0.7, count)
    return torch.lerp(views, moved, dice.each(0.55, 1, count))


def limited(views: Tensor, dice: Dice) -> Tensor:
    """Few colors: each pixel goes to the nearest of a dozen of the picture's own, with soft rims.

    Colors far from the picture's mean are chosen more often: they are the subject's more often than the ground's.
    """
    count, _, side, _ = views.shape
    wells = F.avg_pool2d(views, side // 16).flatten(2)
    far = (wells - wells.mean(2, keepdim=True)).square().sum(1)
    chosen = dice.picks(far + 0.01, 12)
    wells = wells.gather(2, chosen[:, None].expand(-1, 3, -1))
    flat = views.flatten(2)
    likeness = 2 * wells.mT @ flat - wells.square().sum(1)[..., None]
    weight = (likeness / dice.uniform(0.004, 0.02, count, 1, 1)).softmax(1)
    return torch.lerp(views, (wells @ weight).view_as(views), dice.each(0.6, 1, count))


def aged(views: Tensor, dice: Dice) -> Tensor:
    """Faded contrast, weak colors, warm varnish, darker corners."""
    count = len(views)
    y, x = places(views.shape[-1], views.device)
    tone = gray(views)
    dull = tone + (views - tone) * dice.each(0.35, 1.0, count)
    faded = dull * dice.each(0.6, 1.0, count) + dice.each(0, 0.18, count)
    warm = torch.tensor(WARM, device=views.device).view(1, 3, 1, 1)
    tinted = faded * torch.lerp(torch.ones_like(warm), warm, dice.each(0, 0.8, count))
    far = (x - dice.each(-0.3, 0.3, count)).square() + (y - dice.each(-0.3, 0.3, count)).square()
    return tinted * (1 - dice.each(0, 0.45, count) * (far / 2).clamp(0, 1))


def lit(views: Tensor, dice: Dice) -> Tensor:
    """Chiaroscuro: deep shadows, and one pool of warm light near the middle."""
    count = len(views)
    y, x = places(views.shape[-1], views.device)
    far = (x - dice.each(-0.4, 0.4, count)).square() + (y - dice.each(-0.4, 0.3, count)).square()
    light = (-far / dice.each(0.3, 1.2, count)).exp()
    deep = views.clamp(0, 1).pow(dice.each(1.0, 1.6, count))
    warm = torch.tensor(WARM, device=views.device).view(1, 3, 1, 1)
    ground = dice.each(0.01, 0.1, count) * warm
    lamp = torch.lerp(torch.ones_like(warm), warm, dice.each(0, 0.5, count)) * dice.each(1.0, 1.35, count)
    return ground + deep * lamp * (dice.each(0.25, 0.5, count) + 0.75 * light)


def legible(views: Tensor, before: Tensor, part: float = 0.55) -> Tensor:
    """At least this part of the contrast that the views had before, so that no subject drowns in its ground."""
    tones = gray(torch.cat([views, before])).std((2, 3), keepdim=True)
    gain = (part * tones[len(views) :] / (tones[: len(views)] + 1e-3)).clamp(1, 3)
    middle = views.mean((1, 2, 3), keepdim=True)
    return middle + (views - middle) * gain
