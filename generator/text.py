"""How much of a picture is text: connected components that look like letters and stand in lines.

In the manner of the stroke width transform (Epshtein et al. 2010), with a distance transform for the strokes:
works offline, knows no alphabet, and takes 20 milliseconds at 512 pixels. Curved and vertical text escapes it.
`text_ocr` reads instead, where rapidocr is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import cv2
import numpy as np

from generator.decoded import Pixels

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

SIDE: Final = 512  # pixels on the longer side to which small pictures are enlarged
MOST_ENLARGED: Final = 3.0
MIN_HEIGHT: Final = 6  # pixels: smaller letters cannot be told from texture
MAX_HEIGHT: Final = 0.35  # of the picture's height
MIN_LETTERS: Final = 4  # in a line
MIN_IN_ALL: Final = 8  # letters in all lines of a color: fewer are a row of locks, teeth or beads
MIN_EVENNESS: Final = 0.37  # mean over largest depth of a stroke: half in a stroke, a third in a wedge or a blob
MIN_VARIETY: Final = 0.12  # spread of the letters' areas over their mean: windows and fences are all alike
MIN_CONTRAST: Final = 40  # gray levels between a letter and what surrounds it: brush strokes have less
MAX_SHADES: Final = 40  # gray levels between two letters of a line
MIN_FILLED: Final = 0.42  # share of a line's box that its letters' boxes take
MIN_ALIGNED: Final = 0.65  # share of the letters that stand on the line
MOST_LETTERS: Final = 2000
BLOCK: Final = 31
THRESHOLD: Final = 12


@dataclass(frozen=True, slots=True)
class _Letters:
    """Components that may be letters: boxes in pixels, area, thickest stroke, its evenness, gray inside and around."""

    left: Floats
    top: Floats
    width: Floats
    height: Floats
    area: Floats
    stroke: Floats
    even: Floats
    shade: Floats
    ground: Floats

    def pick(self, which: Bools | Ints) -> _Letters:
        return _Letters(*(getattr(self, field.name)[which] for field in fields(self)))


def text_share(gray: Pixels) -> float:
    """Share (0..1) of a gray picture [H,W] that lines of text cover."""
    gray = _enlarged(gray)
    covered = np.zeros(gray.shape, dtype=np.uint8)
    for mask in _masks(gray):
        letters = _letters(mask, gray)
        lines = list(_lines(letters))
        if sum(map(len, lines)) >= MIN_IN_ALL:
            for line in lines:
                _cover(covered, letters.pick(line))
    return float(covered.mean())


def _enlarged(gray: Pixels) -> Pixels:
    factor = min(MOST_ENLARGED, SIDE / max(gray.shape))
    if factor <= 1.15:
        return gray
    size = (round(gray.shape[1] * factor), round(gray.shape[0] * factor))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _masks(gray: Pixels) -> Iterator[Pixels]:
    for toned in (gray, 255 - gray):
        _, plain = cv2.threshold(toned, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
        yield np.asarray(plain, dtype=np.uint8)
        local = cv2.adaptiveThreshold(toned, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, BLOCK, THRESHOLD)
        yield np.asarray(local, dtype=np.uint8)


def _letters(mask: Pixels, gray: Pixels) -> _Letters:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    names = np.asarray(labels, dtype=np.int64).ravel()
    depth = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 3), dtype=np.float64)
    deepest = np.zeros(count)
    np.maximum.at(deepest, names, depth.ravel())
    inside = np.bincount(names, weights=gray.ravel(), minlength=count)[1:]
    depths = np.bincount(names, weights=depth.ravel(), minlength=count)[1:]
    left, top, width, height, area = stats[1:].astype(np.float64).T
    boxes = _box_sums(gray, stats[1:])
    ground = (boxes - inside) / np.maximum(width * height - area, 1)
    even = depths / area / deepest[1:]
    found = _Letters(left, top, width, height, area, 2 * deepest[1:], even, inside / area, ground)
    found = found.pick(_like_letters(found, mask.shape[0]))
    return found.pick(np.argsort(-found.area, kind="stable")[:MOST_LETTERS])


def _box_sums(gray: Pixels, stats: cv2.typing.MatLike) -> Floats:
    sums = np.asarray(cv2.integral(gray), dtype=np.float64)
    left, top, width, height = np.asarray(stats, dtype=np.int64).T[:4]
    right, bottom = left + width, top + height
    return np.asarray(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])


def _like_letters(found: _Letters, rows: int) -> Bools:
    aspect = found.width / found.height
    fill = found.area / (found.width * found.height)
    sized = (found.height >= MIN_HEIGHT) & (found.height <= MAX_HEIGHT * rows)
    shaped = (aspect > 0.06) & (aspect < 2.0) & (fill > 0.12) & ((fill < 0.9) | (aspect < 0.5))
    # A stroke is long for its width; a blob is not. And thinner than half a letter.
    stroked = (found.area / found.stroke**2 > 1.8) & (found.stroke < 0.5 * found.height)
    stroked &= found.even >= MIN_EVENNESS
    # The box of an I or l holds no ground to compare with.
    stands_out = (np.abs(found.shade - found.ground) >= MIN_CONTRAST) | (fill > 0.9)
    return np.asarray(sized & shaped & stroked & stands_out)


def _lines(letters: _Letters) -> Iterator[Ints]:
    groups = _connected(_neighbors(letters))
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        if len(members) >= MIN_LETTERS and _reads(letters.pick(members)):
            yield members


def _neighbors(letters: _Letters) -> Bools:
    left, top, height = letters.left, letters.top, letters.height
    right, bottom = left + letters.width, top + height
    smaller, larger = np.minimum.outer(height, height), np.maximum.outer(height, height)
    overlap = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    gap = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    stroke = np.maximum.outer(letters.stroke, letters.stroke) / np.minimum.outer(letters.stroke, letters.stroke)
    shades = np.abs(np.subtract.outer(letters.shade, letters.shade))
    near: Bools = (overlap > 0.6 * smaller) & (gap < 0.8 * larger) & (gap > -0.3 * smaller)
    alike: Bools = (larger < 1.8 * smaller) & (stroke < 2.0) & (shades < MAX_SHADES)
    return near & alike


def _connected(neighbors: Bools) -> Ints:
    count = len(neighbors)
    labels = np.arange(count)
    linked = neighbors | np.eye(count, dtype=bool)
    while count:
        spread = np.where(linked, labels, count).min(axis=1)
        spread = spread[spread]
        if np.array_equal(spread, labels):
            break
        labels = spread
    return labels


def _reads(line: _Letters) -> bool:
    height = np.median(line.height)
    across = (line.left + line.width).max() - line.left.min()
    down = (line.top + line.height).max() - line.top.min()
    filled = (line.width * line.height).sum() / (across * down)
    varied = line.area.std() >= MIN_VARIETY * line.area.mean()
    shaped = across >= 2.0 * height and down <= 2.0 * height and filled >= MIN_FILLED
    return bool(varied and shaped and _aligned(line) >= MIN_ALIGNED)


def _aligned(line: _Letters) -> float:
    """Share of the letters whose feet stand on one straight line; descenders do not."""
    feet, across = line.top + line.height, line.left + line.width / 2
    slope = np.polyfit(across, line.top + line.height / 2, 1)[0]
    level = feet - slope * across
    return float((np.abs(level - np.median(level)) <= 0.12 * np.median(line.height) + 1).mean())


def _cover(covered: Pixels, line: _Letters) -> None:
    left, top = int(line.left.min()), int(line.top.min())
    right, bottom = int((line.left + line.width).max()), int((line.top + line.height).max())
    covered[top:bottom, left:right] = 1
