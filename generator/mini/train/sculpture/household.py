"""What stands in a room: books, lamps, clocks, furniture, a globe."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.matter import DARK, GOLD, PAPER, WOOD, Rng, between, dimmed, tinted
from generator.mini.train.sculpture.solids import Color


def book(clay: Clay, y: float, wide: float, deep: float, thick: float, color: Color, yaw: float) -> None:
    """One lying book: two covers, a back, and pages between."""
    inner = Clay()
    inner.step = clay.step
    for side in (0.04, thick - 0.04):
        inner.box((0, side, 0), (wide, 0.04, deep), color)
    inner.box((-wide, thick / 2, 0), (0.04, thick / 2, deep), color)
    inner.box((0, thick / 2, 0), (wide - 0.07, thick / 2 - 0.05, deep - 0.05), PAPER, axes=(0, 2))
    clay.put(inner, 1.0, (0, y, 0), (yaw, 0, 0))


def books(clay: Clay, rng: Rng, color: Color) -> None:
    """A stack of books."""
    y = 0.0
    for number in range(int(rng.integers(2, 6))):
        thick = between(rng, 0.18, 0.34)
        shade = (
            color if number == 0 else tinted(rng, dimmed((color[1], color[2], color[0]), between(rng, 0.6, 1.3)), 0.12)
        )
        book(clay, y, between(rng, 0.75, 1.0), between(rng, 0.55, 0.7), thick, shade, between(rng, -0.5, 0.5) + 1.6)
        y += thick


def open_book(clay: Clay, _rng: Rng, color: Color) -> None:
    """An open book with lines of writing; seen from above."""
    for side in (-1, 1):
        clay.box((side * 0.52, 0.02, 0), (0.54, 0.02, 0.72), color)
        clay.board([(0, 0.06), (side * 0.3, 0.2), (side * 0.7, 0.16), (side * 1.0, 0.06)], 0.68, PAPER, (0, 0, 0))
        for z in np.linspace(-0.5, 0.5, 9):
            clay.rod(
                [(side * 0.15, 0.16, z), (side * 0.3, 0.2, z), (side * 0.7, 0.16, z), (side * 0.85, 0.115, z)],
                0.014,
                (0.35, 0.32, 0.3),
                smooth=False,
            )
    clay.rod([(0, 0.08, -0.68), (0, 0.08, 0.68)], 0.016, (0.45, 0.4, 0.32))


def lamp(clay: Clay, rng: Rng, color: Color) -> None:
    """A table lamp with a shade, lit or not."""
    clay.lathe([(0, 0), (0.4, 0), (0.38, 0.08), (0.12, 0.15), (0.24, 0.5), (0.07, 0.95), (0.05, 1.3)], color)
    glow = between(rng, 0.9, 1.7)
    low = between(rng, 0.6, 0.75)
    clay.lathe(
        [(low, 1.1), (between(rng, 0.3, 0.5), 1.95)],
        dimmed((0.95, 0.82, 0.55), 1.0) if glow < 1.3 else (1.5, 1.25, 0.8),
        smooth=False,
    )


def clock(clay: Clay, rng: Rng, color: Color) -> None:
    """A round clock face with marks and hands, seen from the front."""
    clay.lathe([(0, -0.12), (1.0, -0.12), (1.0, 0.12), (0.85, 0.1)], color, (0, 1, 0), (0, 1.57, 0), smooth=False)
    clay.lathe([(0.86, 0.06), (0, 0.06)], (0.95, 0.93, 0.86), (0, 1, 0), (0, 1.57, 0), smooth=False)
    for angle in np.linspace(0, 6.28, 13)[:-1]:
        s, c = float(np.sin(angle)), float(np.cos(angle))
        clay.rod([(0.65 * s, 1 + 0.65 * c, 0.08), (0.78 * s, 1 + 0.78 * c, 0.08)], 0.035, DARK)
    for long, thick in ((0.42, 0.05), (0.62, 0.035)):
        angle = between(rng, 0, 6.28)
        clay.rod([(0, 1, 0.1), (long * np.sin(angle), 1 + long * np.cos(angle), 0.1)], thick, DARK)
    if rng.random() < 0.4:
        for side in (-1, 1):
            clay.ball((side * 0.55, 2.02, 0), (0.3, 0.22, 0.2), dimmed(color, 0.8), (0, 0, -side * 0.5))
            clay.rod([(side * 0.6, 0.3, 0), (side * 0.8, 0, 0)], 0.07, DARK)


def table(clay: Clay, rng: Rng, color: Color) -> None:
    """A table top, square or round, on four legs."""
    deep = between(rng, 0.5, 0.8)
    if rng.random() < 0.3:
        clay.lathe([(0, 1.1), (0.95, 1.1), (0.95, 1.2), (0, 1.2)], color, smooth=False)
        clay.lathe([(0.5, 0), (0.15, 0.12), (0.1, 0.5), (0.18, 0.8), (0.12, 1.1)], dimmed(color, 0.85))
        return
    clay.box((0, 1.15, 0), (1.05, 0.06, deep), color)
    clay.box((0, 1.02, 0), (0.95, 0.08, deep - 0.08), dimmed(color, 0.8))
    for x in (-0.93, 0.93):
        for z in (-1, 1):
            clay.box((x, 0.55, z * (deep - 0.12)), (0.065, 0.55, 0.065), dimmed(color, 0.9))


def chair(clay: Clay, rng: Rng, color: Color) -> None:
    """Four legs, a seat, a back of slats or cloth."""
    clay.box((0, 0.9, 0), (0.5, 0.06, 0.48), tinted(rng, color) if rng.random() < 0.5 else dimmed(color, 1.3))
    for x in (-0.44, 0.44):
        clay.box((x, 0.45, 0.42), (0.055, 0.45, 0.055), color)
        clay.box((x, 1.0, -0.44), (0.055, 1.0, 0.055), color)
        clay.box((x, 0.3, 0), (0.03, 0.03, 0.42), color)
    clay.box((0, 1.88, -0.44), (0.46, 0.1, 0.045), color)
    kind = int(rng.integers(3))
    if kind == 0:
        clay.box((0, 1.45, -0.44), (0.42, 0.36, 0.03), dimmed(color, 0.85))
    elif kind == 1:
        for x in (-0.25, 0.0, 0.25):
            clay.box((x, 1.4, -0.44), (0.04, 0.46, 0.03), color)
    else:
        for y in (1.25, 1.55):
            clay.box((0, y, -0.44), (0.42, 0.06, 0.03), color)


def armchair(clay: Clay, rng: Rng, color: Color) -> None:
    """A stuffed chair, or wider, a sofa."""
    wide = 0.55 if rng.random() < 0.6 else 0.95
    clay.box((0, 0.42, 0), (wide, 0.26, 0.55), color)
    clay.ball((0, 0.7, 0.05), (wide, 0.14, 0.52), dimmed(color, 1.1))
    clay.box((0, 0.85, -0.55), (wide, 0.6, 0.14), color)
    clay.rod([(-wide, 1.42, -0.55), (wide, 1.42, -0.55)], 0.16, color)
    for side in (-1, 1):
        clay.box((side * (wide + 0.1), 0.5, 0), (0.12, 0.36, 0.6), color)
        clay.rod([(side * (wide + 0.1), 0.86, -0.55), (side * (wide + 0.1), 0.86, 0.6)], 0.16, color)
        clay.rod([(side * wide, 0.2, 0.5), (side * wide, 0, 0.5)], 0.06, DARK)


def stool(clay: Clay, rng: Rng, color: Color) -> None:
    """A round seat on three or four spread legs."""
    clay.lathe([(0, 1.3), (0.55, 1.3), (0.55, 1.42), (0, 1.42)], dimmed(color, 1.15), smooth=False)
    for angle in np.linspace(0.4, 6.68, int(rng.integers(4, 6)))[:-1]:
        x, z = np.cos(angle), np.sin(angle)
        clay.rod([(0.35 * x, 1.3, 0.35 * z), (0.62 * x, 0, 0.62 * z)], 0.06, color)
    clay.lathe([(0.5, 0.45), (0.5, 0.52)], color)


def globe(clay: Clay, rng: Rng, _color: Color) -> None:
    """Seas and lands on a stand."""
    clay.lathe([(0, 0), (0.5, 0), (0.45, 0.08), (0.1, 0.16), (0.07, 0.4)], tinted(rng, WOOD))
    clay.ball((0, 1.2, 0), (0.75, 0.75, 0.75), (0.25, 0.5, 0.75))
    for _ in range(16):
        spot = rng.normal(size=3)
        spot *= 0.56 / np.linalg.norm(spot)
        clay.ball((spot[0], 1.2 + spot[1], spot[2]), (between(rng, 0.22, 0.27),) * 3, (0.5, 0.6, 0.25))
    arc = [(0.87 * float(np.sin(a)), 1.2 - 0.87 * float(np.cos(a)), 0.0) for a in np.linspace(0, 3.3, 9)]
    clay.rod(arc, 0.045, GOLD)
