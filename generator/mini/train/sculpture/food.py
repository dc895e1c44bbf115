"""Dishes with food, bread, flowers and candles; each grows about the origin from y = 0 up."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.fruit import FRUIT, fruit
from generator.mini.train.sculpture.matter import CREAM, DARK, GOLD, GREEN, Rng, between, dimmed, tinted
from generator.mini.train.sculpture.solids import Color
from generator.mini.train.sculpture.tableware import vase

PETALS = ((0.85, 0.2, 0.2), (0.92, 0.55, 0.65), (0.95, 0.8, 0.2), (0.93, 0.92, 0.88), (0.5, 0.3, 0.7), (0.9, 0.5, 0.15))


def fruit_bowl(clay: Clay, rng: Rng, color: Color) -> None:
    """A bowl heaped with fruit."""
    clay.lathe([(0, 0), (0.35, 0), (0.35, 0.08), (0.7, 0.25), (1.0, 0.62), (0.96, 0.62), (0.6, 0.4), (0, 0.35)], color)
    kinds = rng.choice([k for k in FRUIT if k != "pumpkin"], int(rng.integers(1, 4)), replace=False)
    for number in range(9):
        kind = str(rng.choice(kinds))
        top, angle = number > 5, number * 1.1 + between(rng, 0, 0.4)
        size, out = (0.34 if kind in ("banana", "bunch of grapes") else 0.27), (0.22 if top else 0.55)
        one = Clay(size)
        fruit(one, rng, kind)
        clay.put(
            one,
            size,
            (out * np.cos(angle), 0.8 if top else 0.48, out * np.sin(angle)),
            (between(rng, -3, 3), between(rng, -0.3, 0.5), between(rng, -0.4, 0.4)),
        )


def plate(clay: Clay, rng: Rng, color: Color) -> None:
    """A plate with fish, meat, eggs, cheese or fruit on it."""
    clay.lathe([(0, 0.05), (0.62, 0.05), (1.0, 0.15), (1.0, 0.11), (0.6, 0.0), (0, 0)], color, smooth=False)
    food = int(rng.integers(4))
    if food == 0:
        silver = (0.55, 0.6, 0.65)
        clay.ball((0, 0.17, 0), (0.72, 0.13, 0.24), silver)
        clay.board(
            [(-0.6, 0), (-0.98, 0.25), (-0.9, 0), (-0.98, -0.25)], 0.03, dimmed(silver, 0.8), (0, 0.17, 0), (0, -1.4, 0)
        )
        clay.ball((0.5, 0.27, 0.08), (0.05, 0.04, 0.05), DARK)
    elif food == 1:
        for x in (-0.3, 0.3):
            clay.ball((x, 0.08, 0.1 * x), (0.34, 0.05, 0.34), (0.95, 0.94, 0.9))
            clay.ball((x, 0.12, 0.1 * x), (0.15, 0.1, 0.15), (0.95, 0.7, 0.1))
    elif food == 2:
        clay.board([(-0.6, -0.3), (0.6, 0), (-0.6, 0.4)], 0.22, (0.93, 0.76, 0.3), (0, 0.28, 0), (0.3, -1.57, 0))
    else:
        for number in range(5):
            angle = number * 1.26
            one = Clay(0.3)
            fruit(one, rng, "apple" if number % 2 else "plum")
            clay.put(one, 0.28, (0.4 * np.cos(angle), 0.06, 0.4 * np.sin(angle)))


def bread(clay: Clay, rng: Rng, _color: Color) -> None:
    """A loaf with cuts across."""
    long, round_ = between(rng, 0.8, 1.0), between(rng, 0.3, 0.45)
    crust = tinted(rng, (0.66, 0.4, 0.17), 0.02)
    clay.ball((0, round_ * 0.85, 0), (long, round_ * 0.9, round_ * 1.1), crust)
    for x in np.linspace(-0.55, 0.55, int(rng.integers(4, 6))) * long:
        high = round_ * (0.85 + 0.92 * float(np.sqrt(1 - (x / long) ** 2)))
        clay.rod(
            [(x - 0.1, high - 0.04, 0.4 * round_), (x, high, 0), (x + 0.1, high - 0.04, -0.4 * round_)],
            0.05,
            (0.9, 0.74, 0.46),
        )


def cake(clay: Clay, rng: Rng, color: Color) -> None:
    """Tiers with cream, cherries, and perhaps candles."""
    y = 0.0
    for wide in [(0.9,), (0.95, 0.62), (0.95, 0.68, 0.4)][int(rng.integers(3))]:
        clay.lathe([(0, y), (wide, y), (wide, y + 0.42), (0, y + 0.42)], color, smooth=False)
        y += 0.42
        for angle in np.linspace(0, 6.28, int(16 * wide))[:-1]:
            clay.ball((wide * 0.92 * np.cos(angle), y, wide * 0.92 * np.sin(angle)), (0.1, 0.09, 0.1), CREAM)
    for angle in np.linspace(0, 6.28, 6)[:-1]:
        x, z = 0.24 * np.cos(angle), 0.24 * np.sin(angle)
        clay.rod([(x, y, z), (x, y + 0.35, z)], 0.03, (0.85, 0.3, 0.4))
        clay.ball((x, y + 0.43, z), (0.035, 0.07, 0.035), (1.0, 0.85, 0.3))


def flowers(clay: Clay, rng: Rng, color: Color) -> None:
    """A bunch of flowers in a vase."""
    vase(clay, rng, color, 0.95)
    petal = [PETALS[int(k)] for k in rng.integers(0, len(PETALS), 2)]
    for number in range(13):
        angle, out = number * 2.4, 0.75 * float(np.sqrt((number + 0.5) / 13))
        x, z, y = out * np.cos(angle), 0.5 * out * np.sin(angle), 1.75 - 0.7 * out**2 + between(rng, -0.1, 0.1)
        clay.rod([(0.1 * x, 0.85, 0.1 * z), (0.6 * x, 1.25, 0.6 * z), (x, y, z)], 0.018, GREEN)
        clay.ball((0.8 * x, 1.15, 0.7 * z + 0.05), (0.2, 0.05, 0.1), tinted(rng, GREEN), (angle, 0, x))
        blossom, size = tinted(rng, petal[number % 2], 0.03), between(rng, 0.13, 0.19)
        for turn in np.linspace(0, 6.28, 7)[:-1]:
            clay.ball((x + size * np.cos(turn), y + size * np.sin(turn), z), (size * 0.62, size * 0.62, 0.07), blossom)
        clay.ball(
            (x, y, z + 0.06), (size * 0.4, size * 0.4, 0.07), (0.8, 0.6, 0.1) if number % 2 else dimmed(blossom, 0.6)
        )


def candle(clay: Clay, rng: Rng, _color: Color) -> None:
    """A burning candle in a candlestick."""
    clay.lathe(
        [
            (0, 0),
            (0.45, 0),
            (0.42, 0.06),
            (0.1, 0.15),
            (0.1, 0.3),
            (0.16, 0.4),
            (0.09, 0.5),
            (0.09, 0.75),
            (0.28, 0.8),
            (0.28, 0.84),
            (0, 0.84),
        ],
        tinted(rng, GOLD),
    )
    clay.lathe([(0.15, 0.82), (0.15, 1.55), (0.1, 1.58), (0, 1.55)], CREAM, smooth=False)
    clay.rod([(0, 1.55, 0), (0, 1.65, 0)], 0.02, DARK)
    clay.lathe([(0, 1.6), (0.1, 1.72), (0.06, 1.88), (0, 2.05)], (2.2, 1.5, 0.45))
