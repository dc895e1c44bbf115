"""Fruit, each about two units large, from y = 0 up."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.matter import GREEN, STALK, Rng, between, tinted
from generator.mini.train.sculpture.solids import Color

FRUIT = {
    "apple": ((0.75, 0.14, 0.1), (0.55, 0.65, 0.15), (0.85, 0.7, 0.2)),
    "orange": ((0.95, 0.5, 0.08),),
    "pear": ((0.72, 0.7, 0.2), (0.6, 0.62, 0.2)),
    "lemon": ((0.95, 0.83, 0.15),),
    "banana": ((0.93, 0.78, 0.18),),
    "bunch of grapes": ((0.35, 0.12, 0.32), (0.55, 0.65, 0.25)),
    "peach": ((0.93, 0.6, 0.38),),
    "plum": ((0.3, 0.12, 0.28),),
    "pumpkin": ((0.88, 0.45, 0.1),),
}


def _banana(clay: Clay, rng: Rng, color: Color) -> None:
    """One to three bananas side by side."""
    for lean in range(int(rng.integers(1, 4))):
        path = [(-0.9, 0.75, 0), (-0.72, 0.4, 0), (0, 0.2, 0), (0.65, 0.42, 0), (0.9, 0.8, 0)]
        clay.rod([(x, y + 0.05 * lean, 0.24 * lean) for x, y, _ in path], [0.05, 0.17, 0.21, 0.17, 0.06], color)
    clay.ball((-0.92, 0.8, 0.1), (0.07, 0.1, 0.09), STALK)


def _grapes(clay: Clay, rng: Rng, color: Color) -> None:
    """Berries crowding toward the stalk."""
    for _ in range(42):
        down = between(rng, 0, 1)
        angle, out = between(rng, 0, 6.3), 0.62 * (1 - 0.8 * down) * float(np.sqrt(rng.random()))
        at = (out * np.cos(angle) + (down - 0.5) * 1.3, 0.2 + 0.6 * rng.random() * (1 - down), out * np.sin(angle))
        clay.ball(at, (0.19, 0.19, 0.19), tinted(rng, color, 0.02))
    clay.rod([(-0.7, 0.6, 0), (-0.95, 0.9, 0)], 0.05, STALK)


def _lemon(clay: Clay, rng: Rng, color: Color) -> None:
    """A ball with two tips."""
    profile = [(0, -1), (0.14, -0.92), (0.5, -0.6), (0.66, 0), (0.5, 0.6), (0.12, 0.92), (0, 1)]
    clay.lathe(profile, color, (0, 0.66, 0), (between(rng, -0.6, 0.6), 0, 1.57))


def _pear(clay: Clay, _rng: Rng, color: Color) -> None:
    """A belly, a narrow top, a stalk."""
    clay.lathe([(0, 0), (0.35, 0.03), (0.68, 0.55), (0.38, 1.25), (0.25, 1.6), (0, 1.72)], color)
    clay.rod([(0, 1.68, 0), (0.06, 2.0, 0)], 0.045, STALK)


def _pumpkin(clay: Clay, _rng: Rng, color: Color) -> None:
    """Ribs about a stalk."""
    for angle in np.linspace(0, 6.28, 9)[:-1]:
        clay.ball((0.5 * np.cos(angle), 0.65, 0.5 * np.sin(angle)), (0.46, 0.65, 0.46), color)
    clay.rod([(0, 1.2, 0), (0.03, 1.4, 0), (0.15, 1.55, 0)], [0.13, 0.09, 0.09], (0.4, 0.4, 0.15))


def _round(clay: Clay, rng: Rng, color: Color, stalk: bool) -> None:
    """An apple and its like, with a dent at the stalk, perhaps a leaf."""
    clay.lathe([(0, 0.14), (0.3, 0), (0.75, 0.35), (0.92, 0.95), (0.72, 1.5), (0.35, 1.66), (0, 1.48)], color)
    if stalk:
        clay.rod([(0, 1.5, 0), (0.03, 1.7, 0), (0.12, 1.9, 0)], 0.04, STALK)
    if rng.random() < 0.4:
        clay.ball((0.35, 1.82, 0), (0.34, 0.03, 0.16), GREEN, (0.3, 0, 0.3))


SHAPES = {"banana": _banana, "bunch of grapes": _grapes, "lemon": _lemon, "pear": _pear, "pumpkin": _pumpkin}


def fruit(clay: Clay, rng: Rng, kind: str) -> None:
    """One fruit, about two units large."""
    color = tinted(rng, FRUIT[kind][int(rng.integers(len(FRUIT[kind])))], 0.02)
    if kind in SHAPES:
        SHAPES[kind](clay, rng, color)
    else:
        _round(clay, rng, color, kind != "orange")
