"""Animals with wings, fins or shells, and those that stand on two legs; each looks along +x with y up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from generator.mini.train.sculpture.coats import BLACK, BROWN, CREAM, GOLD, GRAY, ORANGE, TAN, UMBER
from generator.mini.train.sculpture.matter import dimmed
from generator.mini.train.sculpture.skeletons import WHITE, Clay
from generator.mini.train.sculpture.solids import Color, Solid

BEAK: Color = (0.93, 0.6, 0.12)
RED: Color = (0.8, 0.15, 0.12)
BLUE: Color = (0.2, 0.42, 0.78)
LEAF: Color = (0.33, 0.58, 0.22)
OLIVE: Color = (0.42, 0.45, 0.22)
SUN: Color = (0.95, 0.8, 0.2)
PURPLE: Color = (0.5, 0.3, 0.62)
Maker = Callable[[Clay, Color, np.random.Generator], None]


@dataclass(frozen=True, slots=True)
class Creature:
    """How to build it, in which colors, its names, and from where it is seen (radians of yaw and pitch)."""

    make: Maker
    colors: dict[str, Color]
    names: tuple[str, ...]
    yaw: tuple[float, float] = (-1.0, 0.25)
    pitch: tuple[float, float] = (-0.05, 0.3)


def creature(kind: Creature, color: Color, rng: np.random.Generator) -> list[Solid]:
    """A whole creature in some pose."""
    clay = Clay()
    kind.make(clay, color, rng)
    return clay.solids


def _legs(clay: Clay, color: Color, top: float, bottom: float, wide: float) -> None:
    clay.pair((0, top, wide), (0.03, bottom, wide), 0.035, 0.03, color)
    for toe in (-0.08, 0.02):
        clay.pair((0.03, bottom, wide), (0.2, bottom - 0.02, wide + toe), 0.03, 0.02, color)


def perched(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    """A songbird on its legs."""
    breast = [(0.85, 0.45, 0.2), CREAM, SUN, dimmed(color, 1.3)][rng.integers(4)]
    clay.cone((0.1, 0.12, 0), (-0.3, -0.08, 0), 0.32, 0.2, color)
    clay.ball((0.17, 0.0, 0), 0.28, breast)
    clay.cone((-0.4, -0.1, 0), (-0.95, -0.3, 0), 0.1, 0.09, dimmed(color, 0.7), (1, 1, 1.2))
    clay.pair((0.1, 0.12, 0.28), (-0.55, -0.14, 0.16), 0.17, 0.05, dimmed(color, 0.65))
    head = clay.frame((0.25, 0.48, 0), 0, rng.uniform(-0.3, 0.9), 0.23)
    head.ball((0, 0, 0), 1, color)
    head.cone((0.8, -0.05, 0), (1.7, -0.15, 0), 0.3, 0.04, rng.choice([BEAK, BLACK]))
    head.eyes((0.62, 0.22, 0.62), 0.2)
    _legs(clay, UMBER, -0.15, -0.55, 0.12)


def _flight(clay: Clay, color: Color, span: float, rng: np.random.Generator) -> None:
    lift, tip = rng.uniform(0.15, 0.8), dimmed(color, 0.5)
    clay.cone((0.25, 0, 0), (-0.4, -0.02, 0), 0.17, 0.1, color)
    flat = (1.0, 0.4, 1.0)
    elbow, hand = (0.2, span * 0.45 * lift, span * 0.5), (-0.05, span * 0.75 * lift, span)
    clay.pair((0.1, 0.05, 0.1), elbow, 0.18, 0.16, color, flat)
    clay.pair(elbow, hand, 0.15, 0.07, color, flat)
    for share in (0.15, 0.4, 0.65, 0.85, 1.0):
        x, y, z = (float(e + (h - e) * share) for e, h in zip(elbow, hand, strict=True))
        clay.pair((x, y, z), (x - 0.38 + 0.1 * share, y, z + 0.14 * share), 0.1, 0.05, tip, flat)
    clay.pair((0.0, 0.03, span * 0.25), (-0.28, span * 0.1 * lift, span * 0.3), 0.15, 0.1, color, flat)
    for side in (-0.16, 0, 0.16):
        clay.cone((-0.4, 0, 0), (-0.78, 0, side), 0.08, 0.08, tip, flat)


def flying(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    """A bird with its wings spread."""
    _flight(clay, color, 0.95, rng)
    clay.ball((0.45, 0.06, 0), 0.14, color)
    clay.cone((0.55, 0.05, 0), (0.74, 0.02, 0), 0.06, 0.015, BEAK)
    clay.eyes((0.52, 0.1, 0.1), 0.035)


def eagle(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    """A white-headed eagle soaring."""
    _flight(clay, color, 1.15, rng)
    clay.cone((0.35, 0.05, 0), (0.5, 0.08, 0), 0.15, 0.14, WHITE)
    clay.cone((0.6, 0.08, 0), (0.74, 0.06, 0), 0.08, 0.06, BEAK)
    clay.cone((0.76, 0.06, 0), (0.78, -0.06, 0), 0.055, 0.02, BEAK)
    clay.eyes((0.58, 0.13, 0.1), 0.035)
    for side in (-0.16, 0, 0.16):
        clay.cone((-0.4, 0.02, 0), (-0.82, 0.02, side), 0.1, 0.1, WHITE, (1, 0.4, 1))


def waterfowl(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    """A duck, or with a long neck a swan."""
    long = 0.75 if color == WHITE else 0.25
    clay.cone((0.2, 0, 0), (-0.35, 0.05, 0), 0.3, 0.22, color)
    clay.cone((-0.4, 0.1, 0), (-0.8, 0.28, 0), 0.16, 0.05, color)
    clay.pair((0.1, 0.1, 0.22), (-0.5, 0.16, 0.2), 0.2, 0.06, dimmed(color, 0.8))
    crown = color if color in (WHITE, SUN) else (0.08, 0.36, 0.2)
    clay.path(
        [(0.36, 0.1, 0), (0.55, 0.3 + long * 0.3, 0), (0.48, 0.4 + long * 0.9, 0)], (0.16, 0.1, 0.1), (color, crown)
    )
    head = clay.frame((0.54, 0.45 + long, 0), 0, rng.uniform(-0.2, 0.6), 0.17)
    head.ball((0, 0, 0), 1, crown)
    head.cone((0.7, -0.15, 0), (1.9, -0.4, 0), 0.42, 0.3, BEAK, (1, 0.7, 1))
    head.eyes((0.55, 0.3, 0.65), 0.2)


def owl(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    """An owl upright, with great eyes."""
    clay.cone((0, 0.1, 0), (-0.05, -0.35, 0), 0.34, 0.25, color)
    clay.cone((0.12, 0.05, 0), (0.1, -0.35, 0), 0.26, 0.2, dimmed(color, 1.5))
    clay.pair((-0.02, 0.2, 0.3), (-0.12, -0.55, 0.18), 0.15, 0.06, dimmed(color, 0.7))
    head = clay.frame((0, 0.55, 0), 0, rng.uniform(-0.4, 0.4))
    head.ball((0, 0, 0), 0.33, color)
    head.pair((0.0, 0.22, 0.18), (0.02, 0.46, 0.28), 0.1, 0.02, dimmed(color, 0.7))
    head.pair((0.24, 0.03, 0.14), (0.25, 0.03, 0.15), 0.145, 0.145, dimmed(color, 1.6))
    head.eyes((0.35, 0.04, 0.155), 0.1, SUN)
    head.cone((0.34, -0.02, 0), (0.4, -0.14, 0), 0.06, 0.02, BEAK)
    _legs(clay, BEAK, -0.5, -0.66, 0.12)


def chicken(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    """A hen or rooster."""
    tail = BLACK if rng.random() < 0.4 else dimmed(color, 0.75)
    clay.cone((0.12, 0, 0), (-0.25, 0.08, 0), 0.32, 0.26, color)
    for lift in (0.35, 0.5, 0.62):
        clay.cone((-0.4, 0.2, 0), (-0.98 + lift * 0.6, lift + 0.1, 0), 0.12, 0.07, tail)
    clay.pair((0.1, 0.02, 0.27), (-0.38, 0.0, 0.22), 0.17, 0.08, dimmed(color, 0.8))
    clay.cone((0.28, 0.15, 0), (0.4, 0.5, 0), 0.2, 0.12, color)
    clay.ball((0.43, 0.55, 0), 0.14, color)
    clay.cone((0.54, 0.54, 0), (0.68, 0.5, 0), 0.06, 0.015, BEAK)
    for x in (0.34, 0.42, 0.5):
        clay.ball((x, 0.7, 0), 0.065, RED, melt=0.02)
    clay.cone((0.54, 0.45, 0), (0.54, 0.36, 0), 0.05, 0.05, RED)
    clay.eyes((0.5, 0.58, 0.11), 0.035)
    _legs(clay, BEAK, -0.25, -0.62, 0.12)


BIRDS: dict[str, Creature] = {
    "bird": Creature(perched, {"blue": BLUE, "brown": BROWN, "gray": GRAY, "red": RED, "yellow": SUN, "green": LEAF,
                     "black": BLACK}, ("bird", "songbird", "wild animal")),
    "flying bird": Creature(flying, {"white": WHITE, "black": BLACK, "blue": BLUE, "gray": GRAY, "brown": BROWN},
                            ("bird flying", "bird", "wild animal"), (-1.3, 1.3), (0.3, 1.1)),
    "eagle": Creature(eagle, {"brown": UMBER, "dark": BLACK}, ("eagle", "bird of prey", "bird"),
                      (-1.4, 1.2), (0.35, 1.2)),
    "duck": Creature(waterfowl, {"gray": GRAY, "brown": BROWN, "yellow": SUN}, ("duck", "bird", "water bird")),
    "swan": Creature(waterfowl, {"white": WHITE}, ("swan", "bird", "water bird")),
    "owl": Creature(owl, {"brown": BROWN, "gray": GRAY, "tan": TAN}, ("owl", "bird of prey", "bird"), (-1.9, -0.9)),
    "chicken": Creature(chicken, {"white": WHITE, "brown": BROWN, "red": (0.65, 0.27, 0.12), "golden": GOLD,
                        "black": BLACK, "orange": ORANGE}, ("chicken", "rooster", "farm animal")),
}  # fmt: skip
