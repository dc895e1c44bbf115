"""What is worn, carried or held: hats, boots, bags, tools, weapons."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.matter import CREAM, DARK, GOLD, STALK, STEEL, WOOD, Rng, between, dimmed, tinted
from generator.mini.train.sculpture.solids import Color


def umbrella(clay: Clay, rng: Rng, color: Color) -> None:
    """An open umbrella of eight fields, its stick ending in a hook."""
    other = color if rng.random() < 0.5 else tinted(rng, CREAM)
    for number in range(8):
        angle = np.linspace(number, number + 1, int(0.8 / clay.step) + 2)[:, None] * np.pi / 4
        out = np.linspace(0, 1, int(1.2 / clay.step))
        bow = np.cos(angle * 4 + np.pi) * -0.06  # between the ribs the rim hangs less low
        high = 1.95 - 0.7 * out**1.8 + bow * out**3
        points = np.stack([out * np.cos(angle), high, out * np.sin(angle)], -1).reshape(-1, 3)
        normals = np.stack([out * np.cos(angle), high * 0 + 0.7, out * np.sin(angle)], -1).reshape(-1, 3)
        clay.add(points, normals, other if number % 2 else color)
    clay.rod([(0, 2.1, 0), (0, 0.2, 0), (0.02, 0.05, 0), (0.12, 0, 0), (0.22, 0.08, 0), (0.22, 0.18, 0)], 0.035, STALK)


def hat(clay: Clay, rng: Rng, color: Color) -> None:
    """A brim, a crown and a ribbon: a top hat, a straw hat or a bowler."""
    tall = between(rng, 0.45, 1.2)
    brim, top = between(rng, 0.85, 1.2), between(rng, 0.4, 0.55)
    clay.lathe([(0.5, 0.03), (brim * 0.8, 0.02), (brim, 0.1)], color)
    clay.lathe(
        [(0.52, 0.02), (top + 0.02, tall * 0.75), (top, tall), (top * 0.7, tall + 0.04), (0, tall + 0.02)], color
    )
    clay.lathe(
        [(0.535, 0.04), (0.53, 0.2)], dimmed(color, 0.35) if sum(color) > 0.7 else (0.6, 0.15, 0.12), smooth=False
    )


def boot(clay: Clay, rng: Rng, color: Color) -> None:
    """A boot or a shoe from its side: sole, heel, foot, toe, shaft with an opening, laces."""
    high = between(rng, 0.85, 1.7)
    clay.rod([(-0.3, 0.36, 0), (0.25, 0.34, 0), (0.8, 0.27, 0)], [0.27, 0.25, 0.2], color)
    clay.rod([(0.1, 0.5, 0), (0.75, 0.3, 0)], [0.24, 0.17], color)
    clay.lathe([(0.28, 0.3), (0.27, 0.7), (0.29, high)], color, (-0.25, 0, 0))
    clay.lathe([(0.3, high - 0.12), (0.31, high), (0.28, high)], dimmed(color, 0.6), (-0.25, 0, 0))
    clay.lathe([(0.26, high - 0.02), (0, high - 0.1)], DARK, (-0.25, 0, 0))
    sole = [(-0.58, 0), (-0.5, 0.22), (0.3, 0.24), (0.85, 0.24), (1.06, 0), (0.85, -0.22), (0.3, -0.22), (-0.5, -0.2)]
    clay.board(sole, 0.05, dimmed(STALK, 0.8), (0, 0.12, 0), (0, 1.57, 0), smooth=True)
    clay.box((-0.36, 0.04, 0), (0.2, 0.09, 0.2), DARK)
    for y in np.linspace(0.5, high - 0.2, 5) if rng.random() < 0.6 else ():
        x = 0.04 + max(0.0, 0.75 - float(y)) * 1.2
        clay.rod([(x - 0.06, y, -0.16), (x + 0.03, y + 0.02, 0), (x - 0.06, y, 0.16)], 0.03, CREAM)


def bag(clay: Clay, rng: Rng, color: Color) -> None:
    """A handbag or a suitcase."""
    high = between(rng, 0.9, 1.25)
    clay.board([(-0.9, 0), (0.9, 0), (0.8, high), (-0.8, high)], 0.28, color, rim=dimmed(color, 0.7))
    clay.board([(-0.81, high), (0.81, high), (0.6, high * 0.55), (-0.6, high * 0.55)], 0.3, dimmed(color, 0.8))
    clay.ball((0, high * 0.58, 0.3), (0.1, 0.1, 0.05), GOLD)
    clay.rod(
        [(-0.45, high, 0), (-0.38, high + 0.5, 0), (0.38, high + 0.5, 0), (0.45, high, 0)], 0.06, dimmed(color, 0.6)
    )


def basket(clay: Clay, rng: Rng, _color: Color) -> None:
    """A woven basket with a handle over it."""
    straw = tinted(rng, (0.7, 0.5, 0.25))
    for number, y in enumerate(np.linspace(0, 0.75, 8)):
        wide = 0.6 + 0.3 * y
        for angle in np.linspace(0, 6.28, 19)[:-1] + number * 0.17:
            clay.ball(
                (wide * np.cos(angle), y, 0.75 * wide * np.sin(angle)),
                (0.15, 0.065, 0.15),
                dimmed(straw, between(rng, 0.7, 1.15)),
            )
    clay.rod([(-0.8, 0.75, 0), (-0.7, 1.35, 0), (0, 1.6, 0), (0.7, 1.35, 0), (0.8, 0.75, 0)], 0.07, straw)


def telescope(clay: Clay, _rng: Rng, color: Color) -> None:
    """A tube of three parts on a tripod."""
    for start, end, thick in ((-0.9, -0.3, 0.1), (-0.3, 0.3, 0.15), (0.3, 1.0, 0.2)):
        clay.lathe(
            [(0, start), (thick, start), (thick, end), (thick * 1.1, end), (0, end)],
            GOLD if thick < 0.2 else color,
            (0, 1.35, 0),
            (0, 0.2, -1.1),
            smooth=False,
        )
    for angle in (0.3, 2.4, 4.5):
        clay.rod([(0, 1.3, 0), (0.55 * np.cos(angle), 0, 0.55 * np.sin(angle))], 0.045, STALK)


def key(clay: Clay, rng: Rng, color: Color) -> None:
    """Ring, shaft and bit."""
    ring = [(0.32 * float(np.cos(a)), 0.32 * float(np.sin(a)) + 1.65, 0.0) for a in np.linspace(0, 6.28, 13)]
    clay.rod(ring, 0.085, color)
    clay.rod([(0, 1.33, 0), (0, 0, 0)], 0.08, color)
    for y, long in ((0.12, 0.34), (0.3, between(rng, 0.15, 0.25)), (0.46, 0.34)):
        clay.box((long / 2, y, 0), (long / 2, 0.06, 0.05), color)


def hammer(clay: Clay, _rng: Rng, _color: Color) -> None:
    """An iron head across a wooden handle."""
    clay.rod([(0, 0, 0), (0, 1.75, 0)], [0.1, 0.07], WOOD)
    clay.box((0.1, 1.75, 0), (0.42, 0.14, 0.13), STEEL)
    clay.lathe([(0, 0), (0.18, 0), (0.18, 0.14), (0, 0.14)], STEEL, (0.62, 1.75, 0), (0, 0, -1.57), smooth=False)
    clay.board([(-0.3, 1.89), (-0.3, 1.61), (-0.8, 1.6)], 0.1, dimmed(STEEL, 0.85))


def axe(clay: Clay, _rng: Rng, _color: Color) -> None:
    """A wedge with a round edge on a long handle."""
    clay.rod([(0.05, 0, 0), (0, 0.8, 0), (0.03, 2.0, 0)], 0.075, WOOD)
    clay.board(
        [(-0.12, 1.9), (0.2, 1.88), (0.7, 2.05), (0.8, 1.7), (0.7, 1.3), (0.2, 1.62), (-0.12, 1.62)], 0.07, STEEL
    )


def knife(clay: Clay, _rng: Rng, _color: Color) -> None:
    """A blade and a handle."""
    clay.board([(-0.12, 0.75), (-0.12, 1.9), (0.02, 2.0), (0.15, 1.7), (0.17, 0.75)], 0.025, STEEL)
    clay.rod([(0.02, 0, 0), (0.0, 0.72, 0)], [0.12, 0.1], WOOD)


def scissors(clay: Clay, rng: Rng, color: Color) -> None:
    """Two crossed blades with ringed handles."""
    for side in (-1, 1):
        lean = side * between(rng, 0.2, 0.3)
        clay.board(
            [(-0.09, 0.6), (0.09, 0.6), (0.07, 1.5), (0.0, 2.0), (-0.06, 1.5)],
            0.02,
            STEEL,
            (side * 0.2, 0.1, side * 0.02),
            (0, 0, lean),
        )
        ring = [
            (side * 0.36 + 0.24 * float(np.cos(a)), 0.3 + 0.3 * float(np.sin(a)), 0.0) for a in np.linspace(0, 6.28, 13)
        ]
        clay.rod(ring, 0.07, color)
    clay.ball((0, 0.95, 0.05), (0.07, 0.07, 0.05), DARK)


def sword(clay: Clay, _rng: Rng, color: Color) -> None:
    """A long blade, a crossguard, a grip with a pommel."""
    clay.board([(-0.09, 0.55), (-0.08, 2.1), (0, 2.3), (0.08, 2.1), (0.09, 0.55)], 0.025, STEEL)
    clay.rod([(0, 0.55, 0.026), (0, 2.1, 0.026)], 0.015, dimmed(STEEL, 0.6))
    clay.rod([(-0.4, 0.53, 0), (0, 0.5, 0), (0.4, 0.53, 0)], 0.06, GOLD)
    clay.rod([(0, 0.45, 0), (0, 0.1, 0)], 0.065, color)
    clay.ball((0, 0.05, 0), (0.11, 0.11, 0.11), GOLD)


def gun(clay: Clay, _rng: Rng, _color: Color) -> None:
    """A pistol from its side."""
    clay.board([(-0.3, 0), (0.02, 0), (0.15, 0.6), (-0.12, 0.85), (-0.35, 0.9), (-0.2, 0.6)], 0.12, WOOD)
    clay.box((0.35, 0.88, 0), (0.65, 0.12, 0.1), STEEL)
    clay.rod([(0.3, 0.94, 0), (1.35, 0.94, 0)], 0.09, dimmed(STEEL, 0.6))
    clay.rod([(0.12, 0.55, 0), (0.3, 0.48, 0), (0.42, 0.6, 0), (0.42, 0.78, 0)], 0.035, DARK)
    clay.rod([(-0.22, 0.9, 0), (-0.36, 1.1, 0)], 0.06, DARK)
