"""Gates: measures of a decoded picture, each compared to one limit.

docs/gates.md tells how each measure and each limit was chosen, and how often they are right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from generator.blocking import LARGEST, blockiness
from generator.decoded import Pixels
from generator.limits import IntakeLimits
from generator.nouns import Verdict
from generator.sharpness import sharpness
from generator.text import text_share

if TYPE_CHECKING:
    from generator.text_ocr import TextReader

APPEALABLE: Final = frozenset({"blur", "blocking", "flat", "text", "twin", "nsfw", "category"})
"""Gates of taste and quality, which a person may overturn; rights ask for a basis, safety is never overturned."""

MEASURED_SIDE: Final = 512  # measures depend on scale: larger pictures are measured at this side
MOST_ONE_COLOR: Final = 0.95  # share of a picture: an emblem on an empty ground has less, a dot on one more
SAME_COLOR: Final = 16  # levels of each channel within which two colors count as one


def size_verdict(width: int, height: int, limits: IntakeLimits) -> Verdict:
    """The shorter side in pixels, then the longer side over the shorter."""
    shorter, longer = sorted((width, height))
    if shorter < limits.min_side:
        return Verdict("size", ok=False, reason="too_small", value=float(shorter), limit=float(limits.min_side))
    aspect = longer / shorter
    if aspect > limits.max_aspect:
        return Verdict("size", ok=False, reason="too_elongated", value=round(aspect, 3), limit=limits.max_aspect)
    return Verdict("size", ok=True, reason="large_enough", value=float(shorter), limit=float(limits.min_side))


def measured(image: Pixels) -> Pixels:
    """The picture at the scale at which gates measure: at most `MEASURED_SIDE` on its longer side."""
    height, width = image.shape[:2]
    factor = MEASURED_SIDE / max(width, height)
    if factor >= 1:
        return np.ascontiguousarray(image)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return _pixels(cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA))


def quality_verdicts(image: Pixels, limits: IntakeLimits, reader: TextReader | None = None) -> tuple[Verdict, ...]:
    """Blur, blocking, flatness and text of an RGB picture [H,W,3] as it was decoded; a reader reads its text.

    A picture that `measured` has made small already gets the same verdicts but for its blocks, which are gone.
    """
    small = measured(image)
    gray = _gray(small)
    blocks = blockiness(_gray(image) if max(image.shape[:2]) <= LARGEST else gray)
    return (
        blur_verdict(gray, limits),
        _at_most("blocking", blocks, limits.max_blocking, "no_blocks", "blocky"),
        flat_verdict(small, limits),
        _at_most("text", text_share(gray), limits.max_text_share, "little_text", "text_heavy")
        if reader is None
        else _at_most("text", reader.share(small), reader.limit, "little_text_read", "text_read"),
    )


def blur_verdict(gray: Pixels, limits: IntakeLimits) -> Verdict:
    """The sharpness of the edges; a picture without any is told apart from one whose edges are soft."""
    steep = sharpness(gray)
    return _at_least("blur", steep, limits.min_sharpness, "sharp", "blurred" if steep else "no_edges")


def flat_verdict(image: Pixels, limits: IntakeLimits) -> Verdict:
    """The share of one color first, then the entropy of the gray levels."""
    share = one_color_share(image)
    if share > MOST_ONE_COLOR:
        return _at_most("flat", share, MOST_ONE_COLOR, "varied", "one_color")
    return _at_least("flat", gray_entropy(_gray(image)), limits.min_entropy, "varied", "flat")


def one_color_share(image: Pixels) -> float:
    """Share (0..1) of an RGB picture's pixels that are like its commonest color."""
    colors = image.reshape(-1, 3)
    cells = (colors >> 4).astype(np.int64) @ np.array([256, 16, 1])
    commonest = np.bincount(cells, minlength=4096).argmax()
    middle = np.median(colors[cells == commonest], axis=0)
    return float((np.abs(colors - middle).max(axis=1) <= SAME_COLOR).mean())


def gray_entropy(gray: Pixels) -> float:
    """Entropy of the gray levels in bits, 0 (one gray) to 8."""
    counts = np.bincount(gray.ravel(), minlength=256)
    shares = counts[counts > 0] / gray.size
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def _at_least(gate: str, value: float, limit: float, good: str, bad: str) -> Verdict:
    return Verdict(gate, ok=value >= limit, reason=good if value >= limit else bad, value=round(value, 4), limit=limit)


def _at_most(gate: str, value: float, limit: float, good: str, bad: str) -> Verdict:
    return Verdict(gate, ok=value <= limit, reason=good if value <= limit else bad, value=round(value, 4), limit=limit)


def _gray(image: Pixels) -> Pixels:
    return _pixels(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY))


def _pixels(array: cv2.typing.MatLike) -> Pixels:
    return np.asarray(array, dtype=np.uint8)
