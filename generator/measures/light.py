"""Light: how far gray levels spread, and how much of the picture has lost its tones."""

from __future__ import annotations

from typing import Final

import numpy as np

from generator.measures.measure import Measure
from generator.measures.view import View

ENDS: Final = 2  # gray levels from black or white within which nothing can be told apart


def contrast(view: View) -> float:
    """Standard deviation of the gray levels over 255, 0 to 0.5."""
    levels, counts = np.arange(256.0), view.levels
    count, total, squares = counts.sum(), counts @ levels, counts @ (levels * levels)
    return float(np.sqrt(max(count * squares - total * total, 0.0)) / count / 255)


def clipped_share(view: View) -> float:
    """Share of the pixels that are black or white in all channels, 0 to 1; a pure color is no loss of tones."""
    least, largest = view.ends
    return int(np.count_nonzero(largest <= ENDS) + np.count_nonzero(least >= 255 - ENDS)) / least.size


MEASURES: Final = (
    Measure(
        name="contrast",
        group="light",
        formula="standard deviation of the gray levels / 255",
        source='Peli 1990, "Contrast in complex images" (RMS contrast)',
        low=0.0,
        high=0.5,
        better="none",
        of=contrast,
    ),
    Measure(
        name="clipped-share",
        group="light",
        formula="share of pixels with max(R,G,B) <= 2 or min(R,G,B) >= 253",
        source='Hasinoff 2014, "Saturation (imaging)", in Computer Vision: A Reference Guide',
        low=0.0,
        high=1.0,
        better="lower",
        of=clipped_share,
    ),
)
