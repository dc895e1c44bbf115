"""Color: how much of it, how the hues stand to each other, how many there are."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from generator.measures.measure import Measure
from generator.measures.moments import moments
from generator.measures.view import Floats, View

TURN: Final = 256  # hues of OpenCV's HSV_FULL
# Middle and width of each sector, in turns (Cohen-Or et al. 2006, after Matsuda 1995). L comes as its mirror too; N is
# for pictures without color, which `LEAST_CHROMA` stands for.
TEMPLATES: Final = (
    ((0.0, 0.05),),
    ((0.0, 0.26),),
    ((0.0, 0.05), (0.25, 0.22)),
    ((0.0, 0.05), (-0.25, 0.22)),
    ((0.0, 0.05), (0.5, 0.05)),
    ((0.0, 0.5),),
    ((0.0, 0.26), (0.5, 0.05)),
    ((0.0, 0.26), (0.5, 0.26)),
)
LEAST_CHROMA: Final = 5.0  # of 255, in the mean: what has less is gray with a tint, whose hue says little
CELLS: Final = (10, 26, 26)  # of L*, a*, b*: about 10 units each


def colorfulness(view: View) -> float:
    """Hasler and Suesstrunk's M: 0 gray, 33 moderately, 59 quite, 109 extremely colorful; at most 298."""
    red, green, blue = (plane.ravel().astype(np.float64) for plane in cv2.split(view.small))
    mean_rg, variance_rg = moments(red - green)
    mean_yb, variance_yb = moments((red + green) / 2 - blue)
    return math.sqrt(variance_rg + variance_yb) + 0.3 * math.hypot(mean_rg, mean_yb)


def hue_harmony(view: View) -> float:
    """How well the hues fit the best template in its best turn: 1 all inside (or no color), 0 as hues all around."""
    least, largest = view.ends
    hue = cv2.cvtColor(view.small, cv2.COLOR_RGB2HSV_FULL)[:, :, 0]
    joint = cv2.calcHist([hue, cv2.subtract(largest, least)], [0, 1], None, [TURN, 256], [0, TURN, 0, 256])
    weights = joint.astype(np.float64) @ np.arange(256.0)
    turned = weights[np.add.outer(np.arange(TURN), np.arange(TURN)) % TURN]
    outside = turned @ _distances().T / max(weights.sum(), LEAST_CHROMA * hue.size)
    return float(np.clip(1 - outside.min(), 0, 1))


@lru_cache(maxsize=1)
def _distances() -> Floats:
    """[templates,256]: arc from a hue to the template's nearest sector, over what it is in the mean of all hues."""
    hues = np.arange(TURN) / TURN
    rows = []
    for sectors in TEMPLATES:
        arcs = [np.abs((hues - middle + 0.5) % 1.0 - 0.5) - width / 2 for middle, width in sectors]
        arc = np.maximum(np.min(arcs, axis=0), 0)
        rows.append(arc / arc.mean())
    return np.asarray(rows)


def palette_size(view: View) -> float:
    """Effective number of colors, from 1: as many equally common ones would have the same entropy."""
    lab = cv2.cvtColor(view.small, cv2.COLOR_RGB2LAB)
    counts = cv2.calcHist([lab], [0, 1, 2], None, list(CELLS), [0, 256] * 3).astype(np.float64).ravel()
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


MEASURES: Final = (
    Measure(
        name="colorfulness",
        group="color",
        formula="sqrt(var(rg) + var(yb)) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2), rg = R - G, yb = (R + G) / 2 - B",
        source='Hasler and Suesstrunk 2003, "Measuring colourfulness in natural images"',
        low=0.0,
        high=298.0,
        better="none",
        of=colorfulness,
    ),
    Measure(
        name="hue-harmony",
        group="color",
        formula="1 - min over eight templates and their 256 turns of the mean arc from a hue to the template, over "
        "that of all hues; pixels weighted by max(R,G,B) - min(R,G,B), the sum of weights by 5 a pixel at least",
        source='Cohen-Or et al. 2006, "Color harmonization"',
        low=0.0,
        high=1.0,
        better="higher",
        of=hue_harmony,
    ),
    Measure(
        name="palette-size",
        group="color",
        formula="exp(-sum p ln p) over the shares p of cells of L\\*a\\*b\\*, about 10 units a side",
        source='Hill 1973, "Diversity and evenness: a unifying notation and its consequences" (order 1)',
        low=1.0,
        high=float(np.prod(CELLS)),
        better="none",
        of=palette_size,
    ),
)
