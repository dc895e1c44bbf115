"""The views in which the test-only pictures are measured: on muted grounds, painted over, with canvas grain.

No code is shared with what training does to its pictures, and of the five filters one: Kuwahara's (Kuwahara et al.
1976). The others are a brush that takes the commonest tone around it (Haeberli 1990, "Paint by numbers") and three of
OpenCV (Gastal and Oliveira 2011; Comaniciu and Meer 2002). Everything is drawn from a generator that the caller seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB [H, W, 3] or RGBA [H, W, 4]."""

SIDE: Final = 256  # pixels, what a dream paints
STAMP: Final = (0.62, 0.9)  # a stamp's longer side, of the picture's
TONES: Final = 9


def fitted(rgba: Picture, side: int, share: float, place: tuple[float, float]) -> Picture:
    """A cut-out picture brought to a share of an empty square, at a place (0..1 across, 0..1 down) of what is free."""
    rows, columns = (np.flatnonzero((rgba[..., 3] > 8).any(axis)) for axis in (1, 0))
    inner = rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    scale = side * share / max(inner.shape[:2])
    height, width = (max(1, round(length * scale)) for length in inner.shape[:2])
    # Colors count as much as they cover, else what lies under the transparent part bleeds into the rim.
    inner[..., :3] = inner[..., :3] * (inner[..., 3:] / 255)
    small = cv2.resize(inner, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    small[..., :3] = small[..., :3] / np.maximum(small[..., 3:] / 255, 1e-3)
    square = np.zeros((side, side, 4), np.float32)
    left, top = int((side - width) * place[0]), int((side - height) * place[1])
    square[top : top + height, left : left + width] = small
    return square.clip(0, 255).astype(np.uint8)


def cropped(rgb: Picture, side: int) -> Picture:
    """The middle square of a picture that fills its frame."""
    height, width = rgb.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    middle = np.ascontiguousarray(rgb[top : top + short, left : left + short])
    method = cv2.INTER_AREA if short > side else cv2.INTER_CUBIC
    return cv2.resize(middle, (side, side), interpolation=method).astype(np.uint8)


def over(rgba: Picture, ground: Picture) -> Picture:
    """A square RGBA picture on a ground of its size."""
    cover = rgba[..., 3:].astype(np.float32) / 255
    return (rgba[..., :3] * cover + ground * (1 - cover)).clip(0, 255).astype(np.uint8)


def plain_ground(rng: np.random.Generator, side: int) -> Picture:
    """One muted color."""
    gray = rng.uniform(60, 215)
    color = gray + rng.normal(0, 14, 3)
    return np.full((side, side, 3), color.clip(0, 255), np.uint8)


def textured_ground(rng: np.random.Generator, side: int) -> Picture:
    """Two muted colors that meet softly, at a level or all over, with cloudy patches in them."""
    first, second = (rng.uniform(50, 205) + rng.normal(0, 18, 3) for _ in range(2))
    down = np.linspace(0, 1, side)[:, None]
    edge = 1 / (1 + np.exp(-(down - rng.uniform(0.45, 0.9)) * rng.uniform(4, 40)))
    mixed = np.clip(edge + 0.18 * _clouds(rng, side, 5), 0, 1)[..., None]
    ground = first + (second - first) * mixed + 12 * _clouds(rng, side, 12)[..., None]
    return np.asarray(ground.clip(0, 255), np.uint8)


def _clouds(rng: np.random.Generator, side: int, cells: int) -> NDArray[np.float32]:
    coarse = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def kuwahara(rgb: Picture, radius: int = 5) -> Picture:
    """Each pixel takes the mean of whichever of its four corner squares varies least."""
    wide = cv2.copyMakeBorder(rgb, radius, radius, radius, radius, cv2.BORDER_REFLECT).astype(np.float32)
    window = (radius + 1, radius + 1)
    mean = cv2.blur(wide, window, anchor=(0, 0))
    spread = (cv2.blur(wide * wide, window, anchor=(0, 0)) - mean * mean).sum(2)
    height, width = rgb.shape[:2]
    corners = [(top, left) for top in (0, radius) for left in (0, radius)]
    spreads = np.stack([spread[top : top + height, left : left + width] for top, left in corners])
    means = np.stack([mean[top : top + height, left : left + width] for top, left in corners])
    best = spreads.argmin(0)[None, ..., None]
    return np.asarray(np.take_along_axis(means, best, 0)[0].clip(0, 255), np.uint8)


def oil(rgb: Picture, radius: int = 4) -> Picture:
    """Each pixel takes the mean color of the commonest tone around it."""
    tone = rgb.astype(np.float32).mean(2) * TONES / 256
    size = (2 * radius + 1, 2 * radius + 1)
    counts, colors = [], []
    for number in range(TONES):
        here = (tone.astype(int) == number).astype(np.float32)
        counts.append(cv2.blur(here, size))
        colors.append(cv2.blur(rgb * here[..., None], size) / np.maximum(counts[-1], 1e-6)[..., None])
    best = np.stack(counts).argmax(0)[None, ..., None]
    return np.asarray(np.take_along_axis(np.stack(colors), best, 0)[0].clip(0, 255), np.uint8)


def _stylized(rgb: Picture) -> Picture:
    return np.asarray(cv2.stylization(rgb, sigma_s=45, sigma_r=0.4), np.uint8)


def _smoothed(rgb: Picture) -> Picture:
    return np.asarray(cv2.edgePreservingFilter(rgb, flags=cv2.RECURS_FILTER, sigma_s=40, sigma_r=0.4), np.uint8)


def _shifted(rgb: Picture) -> Picture:
    return np.asarray(cv2.pyrMeanShiftFiltering(rgb, 10, 28), np.uint8)


FILTERS: Final[tuple[Callable[[Picture], Picture], ...]] = (kuwahara, oil, _stylized, _smoothed, _shifted)


def painted(rgb: Picture, rng: np.random.Generator) -> Picture:
    """One of the filters over a picture, then muted colors and the grain of a canvas."""
    brushed = FILTERS[int(rng.integers(len(FILTERS)))](rgb).astype(np.float32)
    gray = brushed.mean(2, keepdims=True)
    muted = gray + (brushed - gray) * rng.uniform(0.45, 0.95)
    tinted = (muted - 128) * rng.uniform(0.7, 1.0) + 128 + rng.normal(0, 10, 3)
    grain = rng.normal(0, rng.uniform(2, 8), (*rgb.shape[:2], 1))
    return np.asarray((tinted + grain).clip(0, 255), np.uint8)
