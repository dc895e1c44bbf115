"""Colors of materials, and dice, for the sculpted things."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.solids import Color

Rng = np.random.Generator
GREEN, STALK, CREAM, DARK = (0.2, 0.42, 0.15), (0.25, 0.17, 0.08), (0.92, 0.86, 0.7), (0.08, 0.06, 0.05)
WOOD, GOLD, STEEL, PAPER = (0.45, 0.27, 0.13), (0.8, 0.6, 0.2), (0.62, 0.64, 0.68), (0.9, 0.87, 0.78)


def between(rng: Rng, low: float, high: float) -> float:
    """An even number of low..high."""
    return float(rng.uniform(low, high))


def tinted(rng: Rng, color: Color, spread: float = 0.04) -> Color:
    """A color a little off."""
    r, g, b = (float(np.clip(part * rng.uniform(0.85, 1.12) + rng.normal(0, spread), 0.02, 0.98)) for part in color)
    return r, g, b


def dimmed(color: Color, part: float) -> Color:
    """A color darker, or with a part above 1 lighter."""
    return min(1.0, color[0] * part), min(1.0, color[1] * part), min(1.0, color[2] * part)
