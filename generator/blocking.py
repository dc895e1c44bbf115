"""How visible the 8x8 blocks of a JPEG are, wherever its grid begins.

After Wang, Sheikh and Bovik (2002, "No-reference perceptual quality assessment of JPEG compressed images"): steps
across the boundaries of blocks against those inside. A step counts by what it stands out of its surroundings, as with
Liu and Heynderickx (2009, "A perceptually relevant no-reference blockiness metric based on local image
characteristics").
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from generator.decoded import Pixels

BLOCK: Final = 8
LARGEST: Final = 1024  # pixels on the longer side: beyond it blocks vanish when the work is made small
REACH: Final = 3  # pixels to each side of a step that belong to its block
SEEN: Final = 2.0  # gray levels: smaller steps are not seen
MOST: Final = 12.0  # gray levels that one step adds at most
CONTOUR: Final = 60.0  # gray levels: a larger step is drawn
ACTIVE: Final = 1.0  # gray levels: where no step reaches it nothing was compressed
LEAST_ACTIVE: Final = 0.1
FEWEST_LEFT_OUT: Final = 2  # lines of the grid
PIXEL_ART: Final = 0.98  # share of all squared steps on the grid: then the squares may be the picture
DRAWN: Final = 40.0  # gray levels of its usual step: those between the blocks of a smooth picture reach 32

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def blockiness(gray: Pixels) -> float:
    """Gray picture [H,W], not resized since it was decoded, to gray levels: the mean visible step between blocks.

    Over the part of the picture that is not plain. 0 without blocks and for pixel art; sides below 64 pixels give 0.
    """
    if min(gray.shape) < 8 * BLOCK:
        return 0.0
    steps = [np.abs(np.diff(side.astype(np.float32), axis=1)) for side in (gray, gray.T)]
    if all(_is_pixel_art(one) for one in steps):
        return 0.0
    return float(np.mean([_stands_out(one) for one in steps]))


def _stands_out(steps: Floats) -> float:
    """How far the strongest of the eight phases is above the second."""
    around = np.array([[1.0] * REACH + [0.0] + [1.0] * REACH], dtype=np.float32) / (2 * REACH)
    nearby = np.asarray(cv2.filter2D(np.minimum(steps, CONTOUR), -1, around, borderType=cv2.BORDER_REFLECT))
    visible = np.clip(steps - nearby - SEEN, 0, MOST)
    visible[steps > CONTOUR] = 0
    size = (BLOCK + 1, BLOCK + 1)
    active = float((np.asarray(cv2.blur((steps > ACTIVE).astype(np.float32), size)) > 0).mean())
    second, first = np.sort(_phases(visible, leave_out=True))[-2:]
    return float((first - second) / max(active, LEAST_ACTIVE))


def _is_pixel_art(steps: Floats) -> bool:
    """Whether nearly all steps are on one phase of eight and as large as only a drawing's are."""
    energy = _phases(steps * steps)
    usual = float((steps * steps).sum()) / max(float(steps.sum()), 1.0)
    return bool(energy.max() > PIXEL_ART * energy.sum() and usual > DRAWN)


def _phases(values: Floats, *, leave_out: bool = False) -> Floats:
    """The mean of every eighth column, for each of the eight beginnings; without the highest tenth, if asked.

    A grid is everywhere; the side of a rectangle that lies on it by chance is one column.
    """
    columns = values[:, : values.shape[1] // BLOCK * BLOCK].mean(axis=0, dtype=np.float64).reshape(-1, BLOCK)
    if leave_out:
        columns = np.sort(columns, axis=0)[: -max(FEWEST_LEFT_OUT, len(columns) // 10)]
    return np.asarray(columns.mean(axis=0), dtype=np.float32)
