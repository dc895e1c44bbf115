"""Musical instruments, seen from the front."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.matter import CREAM, DARK, GOLD, WOOD, Rng, between, dimmed
from generator.mini.train.sculpture.solids import Color


def violin(clay: Clay, rng: Rng, color: Color) -> None:
    """A waisted body, neck, scroll, strings and bridge; seen from the front, standing."""
    half = [
        (0, 0),
        (0.3, 0.04),
        (0.4, 0.25),
        (0.33, 0.45),
        (0.23, 0.58),
        (0.23, 0.68),
        (0.32, 0.8),
        (0.3, 1.0),
        (0.14, 1.1),
    ]
    _body(clay, half, 0.12, color)
    clay.box((0, 1.2, 0.1), (0.05, 0.55, 0.05), DARK)
    clay.rod([(0, 1.75, 0.06), (0, 1.95, 0.02), (0, 2.0, 0.1)], [0.06, 0.06, 0.08], color)
    for side in (-1, 1):
        clay.rod([(side * 0.13, 1.8, 0.05), (-side * 0.06, 1.8, 0.05)], 0.03, DARK)
        clay.rod([(side * 0.2, 0.42, 0.13), (side * 0.16, 0.55, 0.13), (side * 0.17, 0.68, 0.13)], 0.022, DARK)
    clay.box((0, 0.5, 0.16), (0.12, 0.03, 0.06), CREAM)
    clay.box((0, 0.22, 0.15), (0.05, 0.16, 0.03), DARK)
    if rng.random() < 0.5:
        clay.rod([(0.55, 0.1, 0.1), (0.62, 1.9, 0.1)], 0.025, WOOD)


def guitar(clay: Clay, _rng: Rng, color: Color) -> None:
    """A body with a round hole, a long neck with frets and a head."""
    half = [
        (0, 0),
        (0.35, 0.03),
        (0.46, 0.25),
        (0.42, 0.45),
        (0.29, 0.62),
        (0.31, 0.75),
        (0.33, 0.88),
        (0.2, 1.02),
        (0.1, 1.04),
    ]
    _body(clay, half, 0.13, color)
    clay.lathe([(0, 0), (0.14, 0)], DARK, (0, 0.66, 0.14), (0, 1.57, 0))
    clay.lathe([(0.14, 0), (0.17, 0)], CREAM, (0, 0.66, 0.14), (0, 1.57, 0))
    clay.box((0, 1.35, 0.12), (0.06, 0.55, 0.04), dimmed(WOOD, 0.6))
    clay.box((0, 2.0, 0.08), (0.1, 0.14, 0.04), WOOD)
    clay.box((0, 0.3, 0.15), (0.16, 0.03, 0.02), DARK)
    for x in (-0.03, 0.03):
        clay.rod([(x, 0.3, 0.175), (x, 1.9, 0.175)], 0.008, CREAM)


def lute(clay: Clay, _rng: Rng, color: Color) -> None:
    """A pear-shaped body, a rose, a neck bent back at its end."""
    half = [(0, 0), (0.35, 0.05), (0.5, 0.35), (0.42, 0.7), (0.2, 1.05), (0.08, 1.2)]
    _body(clay, half, 0.06, color)
    clay.ball((0, 0.45, -0.05), (0.46, 0.5, 0.3), dimmed(color, 0.6))
    clay.board(
        [(x, y) for x, y in half] + [(-x, y) for x, y in reversed(half)],
        0.02,
        dimmed(color, 1.25),
        (0, 0, 0.24),
        smooth=True,
    )
    clay.lathe([(0, 0), (0.12, 0)], DARK, (0, 0.62, 0.27), (0, 1.57, 0))
    clay.box((0, 1.4, 0.22), (0.06, 0.35, 0.05), DARK)
    clay.box((0, 1.8, 0.1), (0.07, 0.14, 0.12), WOOD)
    clay.box((0, 0.22, 0.27), (0.2, 0.03, 0.02), DARK)


def _body(clay: Clay, half: Sequence[tuple[float, float]], thick: float, color: Color) -> None:
    outline = [*half, *((-x, y) for x, y in reversed(half) if x)]
    clay.board(outline, thick, color, rim=dimmed(color, 0.6), smooth=True)


def drum(clay: Clay, rng: Rng, color: Color) -> None:
    """A barrel with hoops, cords and two sticks."""
    tall = between(rng, 0.7, 1.2)
    clay.lathe([(0.75, 0), (0.75, tall)], color, smooth=False)
    clay.lathe([(0.72, tall), (0, tall)], CREAM, smooth=False)
    for y in (0.06, tall - 0.04):
        clay.lathe([(0.77, y - 0.07), (0.8, y), (0.77, y + 0.07)], GOLD)
    corners = np.linspace(0, 6.28, 17)
    for number, (a, b) in enumerate(pairwise(corners)):
        low, high = (0.1, tall - 0.1) if number % 2 else (tall - 0.1, 0.1)
        clay.rod([(0.78 * np.cos(a), low, 0.78 * np.sin(a)), (0.78 * np.cos(b), high, 0.78 * np.sin(b))], 0.02, CREAM)
    for side in (-1, 1):
        clay.rod([(side * 0.7, tall + 0.16, 0.6), (-side * 0.3, tall + 0.05, -0.4)], 0.04, WOOD)


def trumpet(clay: Clay, _rng: Rng, color: Color) -> None:
    """A long tube with a bell, a loop, three valves and a mouthpiece."""
    clay.lathe([(0.07, -1.0), (0.07, 0.3), (0.12, 0.65), (0.24, 0.88), (0.45, 1.0)], color, (0, 0.7, 0), (0, 0, -1.57))
    clay.rod(
        [
            (-0.95, 0.7, 0),
            (-0.6, 0.7, 0),
            (0.35, 0.68, 0),
            (0.52, 0.52, 0),
            (0.35, 0.36, 0),
            (-0.5, 0.36, 0),
            (-0.66, 0.53, 0),
            (-0.5, 0.7, 0),
        ],
        0.06,
        color,
    )
    for x in (-0.2, 0.0, 0.2):
        clay.rod([(x, 0.28, 0), (x, 0.86, 0)], 0.085, dimmed(color, 0.85))
        clay.ball((x, 1.0, 0), (0.07, 0.04, 0.07), CREAM)
    clay.lathe([(0.05, 0), (0.13, 0.12)], color, (-1.0, 0.7, 0), (0, 0, 1.57))


def horn(clay: Clay, _rng: Rng, color: Color) -> None:
    """A coiled horn with a wide bell."""
    for wide, z in ((0.62, 0.0), (0.5, 0.1)):
        clay.rod(
            [(wide * float(np.cos(a)), 0.9 + wide * float(np.sin(a)), z) for a in np.linspace(0, 6.28, 17)], 0.07, color
        )
    clay.lathe([(0.08, 0), (0.12, 0.4), (0.25, 0.75), (0.6, 1.0)], color, (0.55, 1.2, 0.05), (0.4, 0, 2.6))
    clay.rod([(-0.62, 0.9, 0), (-0.7, 1.3, 0), (-0.6, 1.75, 0)], [0.06, 0.05, 0.07], color)
