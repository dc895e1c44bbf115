"""Tiles: a picture enlarged part by part, so that memory depends on the part, without seams where parts meet.

A convolution network pads with zeros where its input ends. In the middle of a picture that is wrong, and its output
shows it near the end of a tile, less with each pixel inward. So neighbors share `overlap` pixels: in the middle of
these one tile fades into the next over `fade` pixels, and what is outside of that is thrown away.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from generator.errors import BadRecipe

if TYPE_CHECKING:
    from torch import Tensor

Window = tuple[int, int]
Weights = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Work = Callable[["Tensor"], "Tensor"]


def windows(side: int, tile: int, overlap: int) -> list[Window]:
    """(start, stop) of the fewest equal tiles of at most `tile` pixels that cover `side` and share `overlap` or more.

    Raises `BadRecipe` unless a tile is at least twice its overlap.
    """
    if overlap < 0 or tile < max(1, 2 * overlap):
        raise BadRecipe(
            f"tile is {tile} and overlap {overlap}: a tile must be at least twice its overlap",
            tile=tile,
            overlap=overlap,
        )
    if side <= tile:
        return [(0, side)]
    count = math.ceil((side - overlap) / (tile - overlap))
    length = math.ceil((side + (count - 1) * overlap) / count)
    starts = [round(place * (side - length) / (count - 1)) for place in range(count)]
    return [(start, start + length) for start in starts]


def fades(spans: Sequence[Window], fade: int, scale: int) -> list[Weights]:
    """The weight of each tile at each of its output pixels along one side; at each pixel of the picture they add to 1.

    A tile's weight is a step up minus the next tile's step up, so the sum is 1 by construction. `fade` is the width of
    a step in pixels of the input; 0 is a clean cut.
    """
    side = spans[-1][1] * scale
    steps: list[Weights] = [np.ones(side, np.float32)]
    for (_, stop), (start, _) in itertools.pairwise(spans):
        steps.append(_step(side, (start + stop) * scale / 2, fade * scale))
    steps.append(np.zeros(side, np.float32))
    return [
        (before - after)[start * scale : stop * scale]
        for before, after, (start, stop) in zip(steps, steps[1:], spans, strict=False)
    ]


def tiled(image: Tensor, work: Work, scale: int, tile: int, overlap: int, fade: int) -> Tensor:
    """What `work` makes of [1,C,H,W], done tile by tile: [1,D,H*scale,W*scale]; as `work` gives it where one tile does.

    `work` takes [1,C,h,w] to [1,D,h*scale,w*scale]. A picture and a plan give the same bits on every run.
    """
    import torch

    rows, columns = (windows(side, tile, overlap) for side in image.shape[2:])
    if len(rows) == len(columns) == 1:
        return work(image)
    downs, acrosses = (fades(spans, fade, scale) for spans in (rows, columns))
    whole = image.new_empty(0)
    for (top, bottom), down in zip(rows, downs, strict=True):
        for (left, right), across in zip(columns, acrosses, strict=True):
            part = work(image[:, :, top:bottom, left:right]).float()
            if not len(whole):
                whole = part.new_zeros((1, part.shape[1], *(side * scale for side in image.shape[2:])))
            weight = torch.from_numpy(np.outer(down, across)).to(part.device)
            whole[:, :, top * scale : bottom * scale, left * scale : right * scale].addcmul_(part, weight)
    return whole


def tile_count(sides: Sequence[int], tile: int, overlap: int) -> int:
    """How many tiles a picture of these sides takes."""
    return math.prod(len(windows(side, tile, overlap)) for side in sides)


def _step(side: int, middle: float, width: float) -> Weights:
    """From 0 to 1 over `width` pixels around `middle`, at the centers of pixels; sharp where the width is 0."""
    places = np.arange(side, dtype=np.float64) + 0.5 - middle
    return np.clip(places / max(width, 1e-9) + 0.5, 0, 1).astype(np.float32)
