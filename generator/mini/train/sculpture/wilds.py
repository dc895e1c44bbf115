"""Animals of the water, the swamp and the grass, apes and dragons; each looks along +x with y up."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.coats import BLACK, BROWN, CREAM, GRAY, ORANGE, TAN, UMBER
from generator.mini.train.sculpture.creatures import BLUE, LEAF, OLIVE, PURPLE, RED, SUN, Creature
from generator.mini.train.sculpture.matter import dimmed
from generator.mini.train.sculpture.skeletons import DARK, WHITE, Clay
from generator.mini.train.sculpture.solids import Color

FIN = (1.0, 1.0, 0.4)
DOWN = (1.0, 0.45, 1.0)


def _fish(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    fin = [dimmed(color, 0.7), SUN, ORANGE][rng.integers(3)]
    band = [color, color, WHITE, BLACK][rng.integers(4)]
    deep = rng.uniform(1.1, 1.6)
    for at, (x, radius) in enumerate(((-0.35, 0.16), (-0.15, 0.24), (0.08, 0.29), (0.3, 0.27), (0.5, 0.2))):
        clay.ball((x, 0, 0), radius, band if at % 2 else color, (1.0, deep, 0.65))
    clay.ball((0.62, -0.02, 0), 0.12, color, (1.0, 1.0, 0.65))
    for up in (0.36, -0.36):
        clay.cone((-0.42, 0, 0), (-0.85, up, 0), 0.12, 0.1, fin, FIN)
    clay.cone((0.25, 0.3 * deep, 0), (-0.2, 0.36 * deep, 0), 0.1, 0.06, fin, FIN)
    clay.cone((0.0, -0.26 * deep, 0), (-0.2, -0.36 * deep, 0), 0.08, 0.04, fin, FIN)
    clay.pair((0.2, -0.06, 0.2), (-0.05, -0.14, 0.3), 0.08, 0.05, fin)
    clay.eyes((0.52, 0.09, 0.13), 0.06, WHITE)


def _shark(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    bend = rng.uniform(-0.25, 0.25)
    clay.path([(0.75, 0, 0), (0.35, 0.02, 0), (-0.2, 0, 0), (-0.8, 0.0, bend)], (0.1, 0.23, 0.22, 0.05), (color,))
    clay.path([(0.68, -0.06, 0), (0.3, -0.08, 0), (-0.35, -0.07, bend * 0.2)], (0.06, 0.19, 0.14), (WHITE,))
    clay.cone((0.1, 0.2, 0), (-0.08, 0.5, 0), 0.13, 0.02, color, FIN)
    clay.pair((0.2, -0.1, 0.18), (-0.1, -0.3, 0.55), 0.12, 0.02, color, DOWN)
    clay.cone((-0.8, 0, bend), (-1.02, 0.36, bend), 0.08, 0.02, color, FIN)
    clay.cone((-0.8, 0, bend), (-0.95, -0.22, bend), 0.08, 0.02, color, FIN)
    clay.eyes((0.62, 0.06, 0.14), 0.04)
    for x in (0.3, 0.36, 0.42):
        clay.pair((x, 0.08, 0.2), (x - 0.03, -0.06, 0.2), 0.015, 0.015, dimmed(color, 0.4))


def _dolphin(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    arch = rng.uniform(-0.35, -0.05)
    clay.path(
        [(0.55, arch * 0.5, 0), (0.25, 0.02, 0), (-0.2, 0.02, 0), (-0.75, arch, 0)], (0.17, 0.22, 0.2, 0.05), (color,)
    )
    clay.cone((0.6, arch * 0.6 - 0.05, 0), (0.9, arch * 0.9 - 0.08, 0), 0.08, 0.045, color)
    clay.cone((0.5, arch * 0.5 - 0.07, 0), (-0.1, -0.08, 0), 0.13, 0.15, dimmed(WHITE, 0.95))
    clay.cone((0.05, 0.2, 0), (-0.18, 0.42, 0), 0.11, 0.02, color, FIN)
    clay.pair((0.3, -0.12, 0.15), (0.1, -0.35, 0.35), 0.08, 0.02, color)
    clay.pair((-0.75, arch, 0.02), (-0.98, arch - 0.05, 0.28), 0.07, 0.02, color, DOWN)
    clay.eyes((0.58, arch * 0.5 + 0.02, 0.15), 0.035)


def _whale(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    clay.path([(0.45, 0, 0), (0.0, 0.02, 0), (-0.55, 0.05, 0), (-0.9, 0.25, 0)], (0.36, 0.38, 0.16, 0.06), (color,))
    clay.cone((0.5, -0.14, 0), (-0.1, -0.14, 0), 0.26, 0.28, dimmed(WHITE, 0.92))
    clay.pair((0.15, -0.2, 0.3), (-0.1, -0.42, 0.55), 0.12, 0.03, color)
    clay.pair((-0.9, 0.25, 0.03), (-1.08, 0.42, 0.32), 0.1, 0.03, color, (1, 0.6, 1))
    clay.eyes((0.55, 0.02, 0.33), 0.045)
    if rng.random() < 0.5:
        for lean in (-0.22, 0.0, 0.22):
            clay.path([(0.3, 0.35, 0), (0.3 + lean * 0.4, 0.65, 0), (0.3 + lean, 0.72 - abs(lean), 0)],
                      (0.03, 0.045, 0.05), ((0.7, 0.88, 0.97),))  # fmt: skip


def _frog(clay: Clay, color: Color, _rng: np.random.Generator) -> None:
    clay.cone((0.25, 0.12, 0), (-0.3, -0.08, 0), 0.3, 0.24, color)
    clay.cone((0.35, 0.02, 0), (-0.1, -0.14, 0), 0.24, 0.2, dimmed(CREAM, 0.95))
    clay.cone((0.3, 0.18, 0.14), (0.3, 0.18, -0.14), 0.22, 0.22, color)
    clay.pair((0.32, 0.38, 0.2), (0.33, 0.39, 0.2), 0.12, 0.12, color)
    clay.eyes((0.38, 0.4, 0.23), 0.1, SUN)
    clay.pair((0.5, 0.08, 0.12), (0.36, 0.08, 0.27), 0.018, 0.018, dimmed(color, 0.35))
    clay.pair((-0.3, -0.1, 0.25), (0.12, -0.06, 0.45), 0.17, 0.11, color)
    clay.pair((0.12, -0.06, 0.45), (-0.25, -0.32, 0.45), 0.1, 0.07, color)
    clay.pair((-0.25, -0.34, 0.45), (0.1, -0.36, 0.58), 0.06, 0.05, color)
    clay.pair((0.25, -0.08, 0.25), (0.35, -0.35, 0.32), 0.08, 0.06, color)
    clay.pair((0.35, -0.36, 0.32), (0.5, -0.36, 0.38), 0.05, 0.05, color)


def _turtle(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    shell = [UMBER, BROWN, OLIVE][rng.integers(3)]
    clay.ball((0, 0.05, 0), 0.5, shell, (1.0, 0.68, 0.85))
    clay.ball((0, -0.04, 0), 0.54, dimmed(TAN, 0.9), (1.0, 0.3, 0.88))
    for x, z in ((0, 0), (0.26, 0.0), (-0.26, 0), (0.14, 0.24), (-0.14, 0.24), (0.14, -0.24), (-0.14, -0.24)):
        high = 0.34 * float(np.sqrt(1 - (x / 0.5) ** 2 - (z / 0.43) ** 2))
        clay.ball((x, 0.05 + high * 0.93, z), 0.1, dimmed(shell, 1.5), (1, 0.5, 1), 0.02)
    clay.cone((0.45, 0.0, 0), (0.72, 0.14, 0), 0.11, 0.14, color)
    clay.eyes((0.8, 0.2, 0.1), 0.04)
    for x in (0.32, -0.32):
        clay.pair((x, -0.1, 0.3), (x * 1.35, -0.32, 0.46), 0.13, 0.11, color)
    clay.cone((-0.5, -0.05, 0), (-0.66, -0.1, 0), 0.07, 0.02, color)


def _snake(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    band = [dimmed(color, 0.5), SUN, BLACK, color][rng.integers(4)]
    turns, coiled = np.linspace(0, 1, 23), rng.random() < 0.5
    if coiled:
        angle, reach = turns * 13, 0.62 - 0.3 * turns
        points = [
            (float(r * np.cos(a)), float(0.35 * t), float(r * np.sin(a)))
            for a, r, t in zip(angle, reach, turns, strict=True)
        ]
        points += [(0.25, 0.62, 0.1), (0.4, 0.85, 0.1)]
    else:
        points = [(float(1.7 * t - 0.95), 0.0, float(0.32 * np.sin(t * 12))) for t in turns]
        points += [(0.9, 0.18, -0.1), (1.05, 0.4, 0.0)]
    radii = np.interp(np.linspace(0, 1, len(points)), [0, 0.3, 0.9, 1], [0.02, 0.1, 0.1, 0.075]).tolist()
    clay.path(points, radii, (color, band))
    head = clay.frame(points[-1], -0.1, rng.uniform(-0.3, 0.8))
    head.cone((0.03, 0.02, 0), (0.22, 0, 0), 0.12, 0.08, color)
    head.eyes((0.15, 0.07, 0.09), 0.035)
    head.cone((0.3, -0.02, 0), (0.48, -0.04, 0), 0.018, 0.015, RED)


def _crocodile(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    bend = rng.uniform(-0.35, 0.35)
    clay.cone((0.2, 0, 0), (-0.35, 0, 0), 0.19, 0.18, color, (1, 0.85, 1))
    clay.path([(-0.35, 0, 0), (-0.8, -0.04, bend * 0.4), (-1.2, -0.08, bend)], (0.16, 0.09, 0.02), (color,))
    clay.cone((0.2, 0, 0), (0.45, 0.05, 0), 0.17, 0.15, color)
    gape = rng.uniform(0.02, 0.25)
    clay.cone((0.5, 0.06, 0), (1.0, 0.05 + gape, 0), 0.13, 0.065, color)
    clay.cone((0.5, -0.03, 0), (0.98, -0.05, 0), 0.11, 0.055, dimmed(color, 1.25))
    for x in np.linspace(0.62, 0.96, 5):
        clay.pair(
            (x, 0.02 + gape * (x - 0.5) * 1.8, 0.08), (x, -0.04 + gape * (x - 0.5) * 1.6, 0.08), 0.022, 0.008, WHITE
        )
    clay.pair((0.5, 0.19, 0.09), (0.5, 0.2, 0.09), 0.065, 0.065, color)
    clay.eyes((0.54, 0.21, 0.11), 0.045, SUN)
    for x in np.linspace(-1.0, 0.25, 10):
        lift = 0.16 if x > -0.4 else 0.1
        aside = bend * max(-0.35 - x, 0)
        clay.cone((x, lift - 0.03, aside), (x - 0.03, lift + 0.07, aside), 0.04, 0.01, dimmed(color, 0.65))  # fmt: skip
    for x in (0.2, -0.3):
        clay.pair((x, -0.03, 0.16), (x + 0.03, -0.06, 0.36), 0.08, 0.07, color)
        clay.pair((x + 0.03, -0.06, 0.36), (x + 0.12, -0.22, 0.38), 0.065, 0.06, color)


def _monkey(clay: Clay, color: Color, rng: np.random.Generator) -> None:
    skin = [TAN, (0.8, 0.6, 0.48), (0.35, 0.27, 0.23)][rng.integers(3)]
    clay.cone((0, -0.25, 0), (0.08, 0.22, 0), 0.25, 0.2, color)
    clay.cone((0.1, -0.22, 0), (0.15, 0.15, 0), 0.18, 0.13, dimmed(skin, 1.1))
    head = clay.frame((0.14, 0.55, 0), rng.normal(0, 0.1), rng.uniform(-0.4, 0.6), 0.24)
    head.ball((0, 0, 0), 1.0, color)
    head.pair((0.5, 0.2, 0.3), (0.52, 0.22, 0.3), 0.5, 0.5, skin)
    head.cone((0.65, -0.35, 0.12), (0.65, -0.35, -0.12), 0.5, 0.5, skin)
    head.pair((-0.05, 0.05, 1.05), (-0.04, 0.06, 1.08), 0.4, 0.4, skin)
    head.eyes((0.95, 0.25, 0.28), 0.14)
    head.pair((1.1, -0.15, 0.08), (1.12, -0.15, 0.1), 0.06, 0.06, DARK)
    head.pair((1.08, -0.5, 0.02), (1.0, -0.46, 0.26), 0.05, 0.05, (0.3, 0.12, 0.1))
    hand = rng.uniform(-0.5, 0.8)
    clay.cone((0.08, 0.25, 0.2), (0.25, 0.05 + hand * 0.3, 0.45), 0.1, 0.075, color)
    clay.cone((0.25, 0.05 + hand * 0.3, 0.45), (0.45, hand, 0.4), 0.075, 0.06, color)
    clay.ball((0.48, hand, 0.4), 0.08, skin)
    clay.path([(0.08, 0.25, -0.2), (0.2, -0.1, -0.4), (0.4, -0.35, -0.3)], (0.1, 0.075, 0.06), (color,))
    clay.pair((0.05, -0.35, 0.17), (0.42, -0.15, 0.3), 0.12, 0.09, color)
    clay.pair((0.42, -0.15, 0.3), (0.42, -0.5, 0.28), 0.085, 0.06, color)
    clay.pair((0.42, -0.53, 0.28), (0.58, -0.53, 0.3), 0.065, 0.055, skin)
    clay.path([(-0.2, -0.4, 0), (-0.55, -0.45, 0), (-0.75, -0.15, 0), (-0.6, 0.1, 0), (-0.5, -0.05, 0)],
              (0.06, 0.055, 0.05, 0.045, 0.04), (color,))  # fmt: skip


WILDS: dict[str, Creature] = {
    "fish": Creature(_fish, {"orange": ORANGE, "blue": BLUE, "gray": GRAY, "red": RED, "yellow": SUN, "purple": PURPLE},
                     ("fish", "sea animal"), (-0.7, 0.5)),
    "shark": Creature(_shark, {"gray": GRAY, "blue": (0.35, 0.45, 0.55)}, ("shark", "fish", "sea animal"), (-0.9, 0.4)),
    "dolphin": Creature(_dolphin, {"gray": GRAY, "blue": (0.38, 0.5, 0.65)}, ("dolphin", "sea animal"), (-0.8, 0.4)),
    "whale": Creature(_whale, {"blue": (0.25, 0.38, 0.55), "black": BLACK, "gray": GRAY}, ("whale", "sea animal"),
                      (-0.8, 0.5), (-0.1, 0.4)),
    "frog": Creature(_frog, {"green": LEAF, "brown": OLIVE}, ("frog", "amphibian", "small animal"),
                     (-1.5, -0.1), (0.1, 0.5)),
    "turtle": Creature(_turtle, {"green": LEAF, "brown": OLIVE}, ("turtle", "tortoise", "reptile"),
                       (-1.1, 0.4), (0.1, 0.7)),
    "snake": Creature(_snake, {"green": LEAF, "brown": BROWN, "red": RED, "black": BLACK, "yellow": SUN},
                      ("snake", "reptile", "wild animal"), (-0.7, 0.5), (0.35, 1.1)),
    "crocodile": Creature(_crocodile, {"green": OLIVE, "dark green": (0.25, 0.33, 0.18)},
                          ("crocodile", "alligator", "reptile"), (-0.8, 0.4), (0.1, 0.7)),
    "monkey": Creature(_monkey, {"brown": BROWN, "dark": UMBER, "gray": GRAY, "orange": (0.7, 0.38, 0.15)},
                       ("monkey", "ape", "wild animal"), (-1.5, -0.3)),
}  # fmt: skip
