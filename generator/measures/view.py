"""One look at a picture: what several measures need of it, made once and only if asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import cv2
import numpy as np

from generator.decoded import Pixels
from generator.errors import BadPicture
from generator.gates import measured
from generator.saliency import saliency

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

MOST_OWN: Final = 1024  # pixels a side in which artifacts are looked for: of a larger picture, the middle
MAP_SIDE: Final = 64  # of the map of saliency, whatever the picture's shape, as in the paper


class View:
    """A picture [H,W,3] uint8 RGB; raises `BadPicture` on anything else.

    Sums are of whole numbers below 2**53, so that no order of adding and no processor changes them.
    """

    def __init__(self, pixels: Pixels) -> None:
        _check(pixels)
        self.pixels = np.ascontiguousarray(pixels)

    @cached_property
    def small(self) -> Pixels:
        """[h,w,3] of at most 512 pixels a side, as the gates measure: what depends on scale is then comparable."""
        return measured(self.pixels)

    @cached_property
    def gray(self) -> Pixels:
        """[h,w] of `small`, weighted as in ITU-R BT.601."""
        return _gray(self.small)

    @cached_property
    def own_gray(self) -> Pixels:
        """[h,w] at the picture's own size, where its artifacts are; of more than 1,024 pixels a side the middle."""
        top, left = (max(0, side - MOST_OWN) // 2 for side in self.pixels.shape[:2])
        if self.small is self.pixels:
            return self.gray
        return _gray(self.pixels[top : top + MOST_OWN, left : left + MOST_OWN])

    @cached_property
    def levels(self) -> Floats:
        """How many pixels of `gray` have each of the 256 gray levels."""
        return np.bincount(self.gray.ravel(), minlength=256).astype(np.float64)

    @cached_property
    def ends(self) -> tuple[Pixels, Pixels]:
        """The least and the largest channel of each pixel of `small`, both [h,w]."""
        red, green, blue = cv2.split(self.small)
        least, largest = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
        return np.asarray(least, dtype=np.uint8), np.asarray(largest, dtype=np.uint8)

    @cached_property
    def salient(self) -> Floats:
        """[64,64], adding up to 1: saliency above its mean (`generator.saliency`); even where nothing stands out."""
        tiny = cv2.resize(self.small, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA)
        found = saliency(np.asarray(tiny, dtype=np.uint8)).astype(np.float64)
        above = np.maximum(found - found.mean(), 0)
        total = float(above.sum())
        return above / total if total > 0 else np.full(found.shape, 1 / found.size)


def _check(pixels: Pixels) -> None:
    shape, kind = getattr(pixels, "shape", None), getattr(pixels, "dtype", type(pixels).__name__)
    if kind == np.uint8 and shape is not None and len(shape) == 3 and shape[2] == 3 and 0 not in shape:
        return
    raise BadPicture(
        f"pixels are {kind} of shape {shape}, they must be uint8 [H,W,3] in RGB, of one pixel at least: convert them",
        shape=shape,
        dtype=str(kind),
    )


def _gray(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY), dtype=np.uint8)
