"""Gates: measures of a decoded picture, each compared to one limit."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from generator.decode import Pixels
from generator.limits import IntakeLimits
from generator.nouns import Verdict
from generator.text import text_share

MEASURED_SIDE: Final = 512  # measures depend on scale: larger pictures are measured at this side


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


def quality_verdicts(image: Pixels, limits: IntakeLimits) -> tuple[Verdict, ...]:
    """Blur, flatness and text of an RGB picture as `measured` gives it."""
    gray = _pixels(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    sharp, entropy, text = sharpness(gray), gray_entropy(gray), text_share(gray)
    return (
        _at_least("blur", sharp, limits.min_sharpness, "sharp", "blurred"),
        _at_least("flat", entropy, limits.min_entropy, "varied", "flat"),
        _at_most("text", text, limits.max_text_share, "little_text", "text_heavy"),
    )


def sharpness(gray: Pixels) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) in squared gray levels: low without edges."""
    return float(cv2.Laplacian(gray, cv2.CV_64F).var())


def gray_entropy(gray: Pixels) -> float:
    """Entropy of the gray levels in bits, 0 (one gray) to 8."""
    counts = np.bincount(gray.ravel(), minlength=256)
    shares = counts[counts > 0] / gray.size
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def _at_least(gate: str, value: float, limit: float, good: str, bad: str) -> Verdict:
    return Verdict(gate, ok=value >= limit, reason=good if value >= limit else bad, value=round(value, 4), limit=limit)


def _at_most(gate: str, value: float, limit: float, good: str, bad: str) -> Verdict:
    return Verdict(gate, ok=value <= limit, reason=good if value <= limit else bad, value=round(value, 4), limit=limit)


def _pixels(array: cv2.typing.MatLike) -> Pixels:
    return np.asarray(array, dtype=np.uint8)
