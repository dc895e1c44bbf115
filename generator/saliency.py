"""Where a picture draws the eye, and the square window that keeps most of it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from generator.decoded import Pixels

Map = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

SIDE: Final = 64  # of the shorter side where saliency is measured; Hou et al. take 64 x 48 pixels
BLUR: Final = 0.045  # of that side, as in the paper
LEAST_RANGE: Final = 4.0  # gray levels; a channel that varies less holds nothing but noise
LEAST_GAIN: Final = 0.03  # of all saliency; for less, the artist's own composition stays in the middle
AS_GOOD: Final = 0.01  # windows that keep so little less than the best are as good as it


def saliency(image: Pixels) -> Map:
    """RGB [H,W,3] to [h,w] of at least 64 pixels a side: the image signature of Hou, Harel and Koch.

    The signs of a channel's cosine transform, transformed back, are large where something stands out from a
    ground that repeats itself ("Image Signature: Highlighting Sparse Salient Regions", IEEE PAMI 34(1), 2012).
    Summed over the channels of L*a*b*. All zero for a picture of one color.
    """
    height, width = image.shape[:2]
    scale = SIDE / min(height, width)
    size = (_even(width * scale), _even(height * scale))
    small = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
    found = np.zeros(size[::-1], dtype=np.float32)
    for channel in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2LAB)):
        if np.ptp(channel) >= LEAST_RANGE:
            signs = np.sign(cv2.dct(channel.astype(np.float32))).astype(np.float32)
            found += cv2.GaussianBlur(np.square(cv2.idct(signs)), (0, 0), BLUR * SIDE)
    return found


def square_window(image: Pixels) -> tuple[int, int, int]:
    """Top, left and side of the largest square that keeps most saliency, with its weight near the middle.

    The picture's middle where all is flat, or where no other window keeps clearly more.
    """
    height, width = image.shape[:2]
    side, spare = min(height, width), abs(width - height)
    if spare == 0:
        return 0, 0, side
    start = round(_start(saliency(image)) * spare)
    return (0, start, side) if width > height else (start, 0, side)


def _start(found: Map) -> float:
    """Where the window begins, from 0 (left or top) to 1."""
    height, width = found.shape
    profile = found.sum(axis=0 if width > height else 1, dtype=np.float64)
    side, total = min(height, width), profile.sum()
    if total <= 0 or len(profile) == side:
        return 0.5
    sums = np.concatenate([[0.0], np.cumsum(profile)])
    kept = (sums[side:] - sums[:-side]) / total
    last = len(kept) - 1
    if kept.max() - kept[last // 2 : last // 2 + 2].max() < LEAST_GAIN:
        return 0.5
    above = np.maximum(profile - np.median(profile), 0)  # the ground is everywhere and would pull to the middle
    middle = (above * np.arange(len(above))).sum() / max(above.sum(), 1e-12) - (side - 1) / 2
    good = np.flatnonzero(kept >= kept.max() - AS_GOOD)
    return float(good[np.abs(good - middle).argmin()] / last)


def _even(length: float) -> int:
    return max(SIDE, 2 * round(length / 2))
