"""Composition: where what stands out lies, and whether the left mirrors the right."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from generator.measures.measure import Measure
from generator.measures.view import MAP_SIDE, Floats, View

NEAR: Final = 0.17  # Liu et al.'s sigma_1
LEAST_SPREAD: Final = 1.0  # gray levels: what differs less from its mean is flat


def thirds(view: View) -> float:
    """How near what stands out is to the four points of thirds, 0 to 1; even all over it is 0.78."""
    return float((view.salient * _near_thirds()).sum())


def balance(view: View) -> float:
    """1 where the middle of what stands out is the picture's middle, 0 where it is a corner."""
    places = _places()
    across, down = view.salient.sum(axis=0) @ places, view.salient.sum(axis=1) @ places
    return float(np.clip(1 - np.hypot(across - 0.5, down - 0.5) / np.hypot(0.5, 0.5), 0, 1))


def symmetry(view: View) -> float:
    """How alike the left half and the mirrored right half are, 0 to 1; a flat picture is its own mirror."""
    tiny = cv2.resize(view.gray, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA).astype(np.float64)
    spread = float(np.abs(tiny - tiny.mean()).mean())
    apart = float(np.abs(tiny - tiny[:, ::-1]).mean())
    return float(np.clip(1 - apart / (2 * max(spread, LEAST_SPREAD)), 0, 1))


def _places() -> Floats:
    """Middles of the map's cells, in sides."""
    return np.asarray((np.arange(MAP_SIDE) + 0.5) / MAP_SIDE)


@lru_cache(maxsize=1)
def _near_thirds() -> Floats:
    """[64,64]: what a cell counts, by its city-block distance to the nearest point of thirds."""
    away = np.minimum(np.abs(_places() - 1 / 3), np.abs(_places() - 2 / 3))
    return np.asarray(np.exp(-(np.add.outer(away, away) ** 2) / (2 * NEAR)))


MEASURES: Final = (
    Measure(
        name="thirds",
        group="composition",
        formula="mean of exp(-d^2 / 0.34) over what stands out; d: distance to the nearest of the four points of "
        "thirds, in widths plus in heights",
        source='Liu et al. 2010, "Optimizing photo composition"; what stands out: Hou, Harel and Koch 2012, '
        '"Image signature: highlighting sparse salient regions"',
        low=0.0,
        high=1.0,
        better="higher",
        of=thirds,
    ),
    Measure(
        name="balance",
        group="composition",
        formula="1 - distance from the picture's middle to the mean place of what stands out / half the diagonal",
        source="Liu et al. 2010 (as above); Huebner and Fillinger 2016, "
        '"Comparison of objective measures for predicting perceptual balance and visual aesthetic preference"',
        low=0.0,
        high=1.0,
        better="higher",
        of=balance,
    ),
    Measure(
        name="symmetry",
        group="composition",
        formula="1 - mean |g - mirror(g)| / (2 mean |g - mean(g)|), g: the gray picture at 64 x 64; the divisor is 2 "
        "at least",
        source="Bauerly and Liu 2006, "
        '"Computational modeling and experimental investigation of effects of compositional elements on interface and '
        'design aesthetics"; Huebner and Fillinger 2016 (as above)',
        low=0.0,
        high=1.0,
        better="none",
        of=symmetry,
    ),
)
