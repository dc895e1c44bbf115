"""Small animals of many legs, and the great ones of tales; each looks along +x with y up."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.coats import BLACK, BROWN, ORANGE, PINK, UMBER
from generator.mini.train.sculpture.creatures import BLUE, LEAF, OLIVE, PURPLE, RED, SUN, Creature
from generator.mini.train.sculpture.matter import dimmed
from generator.mini.train.sculpture.skeletons import DARK, WHITE, Clay
from generator.mini.train.sculpture.solids import Color

DOWN = (1.0, 0.3, 1.0)
UP = (0.8, 1.5)


def _butterfly(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    lift, rim = rng.uniform(0.0, 0.6), [BLACK, UMBER, dimmed(color, 0.5)][rng.integers(3)]
    spot = [WHITE, SUN, BLUE][rng.integers(3)]
    clay.cone((0.3, 0, 0), (-0.35, 0, 0), 0.06, 0.04, BLACK)
    clay.pair((0.32, 0, 0.03), (0.62, 0.05, 0.2), 0.018, 0.025, BLACK)
    for x, out, size in ((0.42, 0.72, 0.24), (-0.36, 0.52, 0.2)):
        clay.pair((0.05, -0.02, 0.08), (x, out * lift - 0.02, out), 0.05, size + 0.06, rim, DOWN)
        clay.pair((0.05, 0.04, 0.1), (x * 0.85, out * lift * 0.9 + 0.05, out * 0.88), 0.06, size, color, DOWN)
        place = (x, out * lift + size * 0.3 + 0.04, out * 1.02)
        clay.pair(place, place, 0.04, 0.04, spot, DOWN)


def _bee(clay: Clay, color: Color, _rng: np.random.Generator) -> None:
    xs = np.linspace(-0.55, 0.1, 6)
    radii = (0.12, 0.22, 0.27, 0.28, 0.26, 0.22)
    clay.path([(float(x), 0.0, 0.0) for x in xs], radii, (BLACK, color))
    clay.ball((0.32, 0.04, 0), 0.24, dimmed(color, 0.75))
    clay.ball((0.58, 0.0, 0), 0.17, BLACK)
    clay.pair((0.68, 0.05, 0.1), (0.69, 0.05, 0.1), 0.07, 0.07, UMBER)
    clay.pair((0.66, 0.12, 0.06), (0.85, 0.3, 0.14), 0.02, 0.025, BLACK)
    wing = (0.86, 0.9, 0.95)
    clay.pair((0.25, 0.2, 0.1), (0.05, 0.5, 0.6), 0.06, 0.17, wing, (1, 0.5, 1))
    clay.pair((0.15, 0.2, 0.1), (-0.3, 0.4, 0.5), 0.05, 0.13, wing, (1, 0.5, 1))
    for x in (0.4, 0.25, 0.1):
        clay.pair((x, -0.15, 0.1), (x - 0.05, -0.42, 0.26), 0.03, 0.02, BLACK)
    clay.cone((-0.62, 0, 0), (-0.8, -0.02, 0), 0.04, 0.01, BLACK)


def _beetle(clay: Clay, color: Color, _rng: np.random.Generator) -> None:
    clay.ball((-0.1, 0.05, 0), 0.45, color, (1.0, 0.65, 0.9))
    clay.cone((0.28, 0.28, 0), (-0.5, 0.16, 0), 0.03, 0.03, BLACK)
    clay.ball((0.38, 0.04, 0), 0.24, BLACK)
    clay.ball((0.6, 0.02, 0), 0.15, BLACK)
    clay.pair((0.68, 0.05, 0.06), (0.92, 0.16, 0.2), 0.025, 0.025, BLACK)
    if color in (RED, ORANGE, SUN):
        for x, z in ((0.08, 0.2), (-0.22, 0.18), (-0.05, 0.33), (-0.36, 0.16)):
            high = 0.05 + 0.29 * float(np.sqrt(max(1 - ((x + 0.1) / 0.45) ** 2 - (z / 0.4) ** 2, 0.05)))
            clay.pair((x, high - 0.03, z), (x, high - 0.03, z), 0.075, 0.075, BLACK)
    for x in (0.3, 0.0, -0.3):
        clay.pair((x, 0, 0.3), (x * 1.3, 0.02, 0.58), 0.04, 0.035, BLACK)
        clay.pair((x * 1.3, 0.02, 0.58), (x * 1.7, -0.2, 0.74), 0.035, 0.02, BLACK)


def _spider(clay: Clay, color: Color, _rng: np.random.Generator) -> None:
    clay.ball((-0.3, 0.08, 0), 0.32, color)
    clay.ball((0.12, 0.02, 0), 0.2, dimmed(color, 0.8))
    clay.eyes((0.28, 0.1, 0.07), 0.05, RED)
    for angle in (0.5, 1.05, 1.75, 2.4):
        c, s = float(np.cos(angle)), float(np.sin(angle))
        knee, foot = (0.1 + 0.5 * c, 0.36, 0.5 * s), (0.1 + 1.0 * c, -0.25, 0.95 * s)
        clay.pair((0.1, 0.02, 0.1), knee, 0.05, 0.045, color)
        clay.pair(knee, foot, 0.045, 0.02, dimmed(color, 0.8))


def _crab(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    clay.ball((0, 0, 0), 0.42, color, (0.85, 0.55, 1.2))
    clay.pair((0.28, 0.12, 0.14), (0.36, 0.36, 0.17), 0.04, 0.04, color)
    clay.eyes((0.38, 0.4, 0.17), 0.08, WHITE)
    for angle in (1.3, 1.7, 2.1):
        c, s = float(np.cos(angle)), float(np.sin(angle))
        clay.pair((0.2 * c, 0, 0.4), (0.6 * c, 0.16, 0.8 * s), 0.06, 0.05, color)
        clay.pair((0.6 * c, 0.16, 0.8 * s), (0.75 * c, -0.25, 1.02 * s), 0.05, 0.02, dimmed(color, 0.8))
    clay.pair((0.25, 0, 0.4), (0.5, 0.05, 0.72), 0.08, 0.08, color)
    raised = rng.uniform(0.15, 0.45)
    clay.pair((0.5, 0.05, 0.72), (0.62, raised, 0.7), 0.08, 0.15, color)
    clay.pair((0.64, raised, 0.74), (0.68, raised + 0.32, 0.78), 0.12, 0.03, color)
    clay.pair((0.64, raised, 0.64), (0.68, raised + 0.3, 0.5), 0.1, 0.03, color)


def _octopus(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    clay.cone((0, 0.15, 0), (-0.12, 0.55, 0), 0.26, 0.36, color)
    clay.eyes((0.24, 0.18, 0.15), 0.09, WHITE)
    for angle in np.linspace(0.2, 2 * np.pi + 0.2, 8, endpoint=False):
        c, s = float(np.cos(angle)), float(np.sin(angle))
        curl = rng.uniform(-0.1, 0.35)
        points = [(0.1 * c, 0.05, 0.1 * s), (0.45 * c, -0.2, 0.45 * s), (0.8 * c, -0.42, 0.8 * s)]
        points += [(1.0 * c, -0.3 + curl * 0.4, 1.0 * s), (0.92 * c, -0.15 + curl, 0.92 * s)]
        clay.path(points, (0.14, 0.11, 0.085, 0.06, 0.03), (color,))


def _biter(clay: Clay, color: Color, _rng: np.random.Generator) -> None:
    """A dinosaur on two legs, with great jaws."""
    belly = dimmed(color, 1.35)
    clay.cone((0.15, 0.15, 0), (-0.25, 0, 0), 0.23, 0.24, color)
    clay.cone((0.2, 0.08, 0), (-0.2, -0.06, 0), 0.19, 0.2, belly)
    clay.path([(-0.3, 0.02, 0), (-0.75, 0.05, 0), (-1.2, 0.2, 0)], (0.2, 0.11, 0.02), (color,))
    clay.cone((0.2, 0.2, 0), (0.4, 0.52, 0), 0.18, 0.14, color)
    clay.cone((0.42, 0.6, 0), (0.82, 0.6, 0), 0.17, 0.1, color)
    clay.cone((0.45, 0.48, 0), (0.76, 0.38, 0), 0.09, 0.06, belly)
    for x in (0.6, 0.68, 0.76, 0.84):
        clay.pair((x, 0.51, 0.07), (x, 0.44, 0.07), 0.025, 0.008, WHITE)
    clay.eyes((0.52, 0.68, 0.13), 0.05, SUN)
    clay.pair((0.3, 0.15, 0.16), (0.45, 0.05, 0.2), 0.055, 0.03, color)
    clay.pair((-0.2, -0.05, 0.17), (0.02, -0.32, 0.2), 0.17, 0.09, color)
    clay.pair((0.02, -0.32, 0.2), (-0.12, -0.6, 0.2), 0.08, 0.06, color)
    clay.pair((-0.12, -0.62, 0.2), (0.12, -0.64, 0.22), 0.065, 0.05, color)


def _grazer(clay: Clay, color: Color, _rng: np.random.Generator) -> None:
    """A dinosaur with a long neck."""
    clay.cone((0.2, 0, 0), (-0.25, 0, 0), 0.26, 0.28, color)
    clay.path([(0.3, 0.08, 0), (0.6, 0.4, 0), (0.72, 0.85, 0)], (0.19, 0.11, 0.08), (color,))
    clay.cone((0.74, 0.92, 0), (0.96, 0.86, 0), 0.11, 0.07, color)
    clay.eyes((0.8, 0.97, 0.08), 0.03)
    clay.path([(-0.35, 0, 0), (-0.8, -0.12, 0), (-1.3, -0.05, 0.1)], (0.22, 0.1, 0.02), (color,))
    for x in (0.22, -0.25):
        clay.pair((x, -0.1, 0.15), (x, -0.55, 0.17), 0.12, 0.09, dimmed(color, 0.9))


def _dragon(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    """A dragon with wings, horns and a spiny back."""
    _grazer(clay, color, rng)
    wing, lift = dimmed(color, 0.65), rng.uniform(0.55, 1.1)
    clay.pair((0.1, 0.2, 0.15), (0.15, 0.3 + lift * 0.55, 0.6), 0.07, 0.05, color)
    for x, y, z in ((0.2, 0.35, 1.1), (-0.25, 0.2, 1.0), (-0.55, 0.05, 0.75), (-0.6, -0.1, 0.4)):
        clay.pair((0.13, 0.3 + lift * 0.5, 0.58), (x, 0.2 + lift * 0.55 + y * 0.5, z), 0.06, 0.03, color)
        clay.pair((0.05, 0.25 + lift * 0.25, 0.35), (x * 0.85, 0.2 + lift * 0.5 + y * 0.4, z * 0.9), 0.16, 0.1, wing,
                  (1, 0.35, 1))  # fmt: skip
    clay.pair((0.7, 0.98, 0.06), (0.5, 1.15, 0.12), 0.05, 0.015, (0.9, 0.85, 0.7))
    for x in np.linspace(-1.0, 0.2, 7):
        high = 0.27 if x > -0.35 else 0.27 + 0.36 * (x + 0.35)
        clay.cone((x, high - 0.06, 0), (x - 0.05, high + 0.1, 0), 0.05, 0.01, SUN)
    clay.cone((-1.28, -0.05, 0.1), (-1.45, 0.0, 0.1), 0.09, 0.02, wing)


BUGS: dict[str, Creature] = {
    "butterfly": Creature(_butterfly, {"orange": ORANGE, "blue": BLUE, "yellow": SUN, "purple": PURPLE, "red": RED,
                          "white": WHITE}, ("butterfly", "insect", "small animal"), (0.5, 2.6), UP),
    "bee": Creature(_bee, {"yellow": SUN, "orange": ORANGE}, ("bee", "insect", "small animal"),
                    (-0.7, 0.5), (0.1, 0.8)),
    "beetle": Creature(_beetle, {"red": RED, "black": (0.18, 0.16, 0.2), "green": (0.1, 0.45, 0.25), "brown": BROWN},
                       ("beetle", "insect", "small animal"), (-0.7, 2.2), (0.4, 1.2)),
    "spider": Creature(_spider, {"black": BLACK, "brown": BROWN, "dark": DARK}, ("spider", "small animal"), (-1.5, 1.5),
                       (0.4, 1.3)),
    "crab": Creature(_crab, {"red": RED, "orange": ORANGE, "blue": BLUE}, ("crab", "sea animal"),
                     (-1.9, -1.2), (0.1, 0.8)),
    "octopus": Creature(_octopus, {"purple": PURPLE, "red": RED, "orange": ORANGE, "pink": PINK},
                        ("octopus", "sea animal"), (-1.9, -1.0), (0.1, 0.6)),
    "tyrannosaur": Creature(_biter, {"green": LEAF, "brown": BROWN, "gray": OLIVE}, ("dinosaur", "reptile", "monster")),
    "sauropod": Creature(_grazer, {"green": LEAF, "brown": BROWN, "blue": BLUE},
                         ("dinosaur with a long neck", "dinosaur", "reptile"), (-0.7, 0.4)),
    "dragon": Creature(_dragon, {"green": LEAF, "red": RED, "purple": PURPLE, "black": BLACK}, ("dragon", "monster"),
                       (-0.9, 0.3), (0.0, 0.4)),
}  # fmt: skip
