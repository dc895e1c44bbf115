"""What moves: cars, carts, bicycles, boats, ships, trains, airplanes; they go along x."""

from __future__ import annotations

import numpy as np

from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.matter import CREAM, DARK, GOLD, STEEL, WOOD, Rng, between, dimmed, tinted
from generator.mini.train.sculpture.solids import Color, Point

GLASS = (0.55, 0.68, 0.75)


def wheel(clay: Clay, at: Point, radius: float, thick: float, color: Color, spokes: int = 0) -> None:
    """A wheel in the plane of x and y, with spokes, or full with a bright hub."""
    ring = [
        (at[0] + radius * float(np.cos(a)), at[1] + radius * float(np.sin(a)), at[2]) for a in np.linspace(0, 6.28, 25)
    ]
    clay.rod(ring, thick, color)
    for angle in np.linspace(0, 6.28, spokes + 1)[:-1]:
        end = (at[0] + radius * float(np.cos(angle)), at[1] + radius * float(np.sin(angle)), at[2])
        clay.rod([at, end], thick * 0.5, color)
    clay.ball(at, (radius * (0.2 if spokes else 0.55),) * 2 + (thick,), color if spokes else STEEL)


def car(clay: Clay, rng: Rng, color: Color) -> None:
    """A car from its side: body, cabin with windows, wheels, lamps."""
    old = rng.random() < 0.35
    roof = between(rng, 0.85, 0.98)
    low = [(-1.08, 0.22), (1.08, 0.22), (1.1, 0.45), (0.95, 0.56), (0.5, 0.6), (-1.0, 0.6), (-1.1, 0.5)]
    cabin = [(-0.75, 0.58), (0.55, 0.58), (0.5 if old else 0.25, roof), (-0.7 if old else -0.5, roof)]
    clay.board(low, 0.45, color, rim=color)
    clay.board(cabin, 0.38, color, rim=dimmed(color, 0.9))
    middle = np.mean(cabin, 0)
    for shift in (-1, 1):
        pane = [
            (float(middle[0] + (x - middle[0]) * 0.4 + shift * 0.26), float(middle[1] + (y - middle[1]) * 0.68))
            for x, y in cabin
        ]
        clay.board(pane, 0.395, GLASS)
    clay.board([(0.56, 0.6), (0.52, 0.62), (0.3, roof - 0.04), (0.33, roof - 0.04)], 0.33, GLASS)
    for x in (-0.65, 0.68):
        for z in (-0.4, 0.42):
            wheel(clay, (x, 0.2, z), 0.17, 0.075, DARK)
    for z in (-0.3, 0.3):
        clay.ball((1.08, 0.47, z), (0.05, 0.07, 0.08), (1.0, 0.95, 0.7))


def cart(clay: Clay, rng: Rng, color: Color) -> None:
    """A wooden cart with two great spoked wheels, shafts and a load of hay."""
    clay.box((0, 0.62, 0), (0.7, 0.05, 0.42), color)
    for z in (-0.42, 0.42):
        for y in (0.78, 0.95):
            clay.box((0, y, z), (0.72, 0.05, 0.03), color)
        clay.rod([(0.6, 0.62, z), (1.35, 0.45, z)], 0.045, color)
        wheel(clay, (-0.1, 0.45, z * 1.25), 0.43, 0.05, dimmed(color, 0.6), 8)
    if rng.random() < 0.6:
        clay.ball((0, 0.95, 0), (0.72, 0.42, 0.42), tinted(rng, (0.85, 0.7, 0.3)))


def bicycle(clay: Clay, _rng: Rng, color: Color) -> None:
    """Two wheels, a frame, handlebar and saddle."""
    for x in (-0.68, 0.68):
        wheel(clay, (x, 0.42, 0), 0.42, 0.045, DARK, 9)
    hub, seat, head = (-0.08, 0.42, 0.0), (-0.25, 1.0, 0.0), (0.45, 1.0, 0.0)
    for a, b in (
        ((-0.68, 0.42, 0), hub),
        ((-0.68, 0.42, 0), seat),
        (hub, seat),
        (hub, head),
        (seat, head),
        (head, (0.68, 0.42, 0)),
    ):
        clay.rod([a, b], 0.05, color)
    clay.rod([head, (0.4, 1.22, 0), (0.52, 1.28, 0.25), (0.4, 1.2, 0.3)], 0.04, DARK)
    clay.rod([(0.4, 1.22, 0), (0.52, 1.28, -0.25)], 0.04, DARK)
    clay.rod([seat, (-0.29, 1.12, 0)], 0.04, STEEL)
    clay.ball((-0.28, 1.15, 0), (0.2, 0.06, 0.1), DARK)


def hull(clay: Clay, long: float, deep: float, color: Color) -> None:
    """A boat's hull along x: ribs from bow to stern drawn close."""
    for x in np.arange(-1, 1.0001, clay.step * 0.9 / long):
        wide = 0.3 * (1 - abs(x) ** 2.6) + 0.01
        rise = deep * 0.28 * x**2
        side = [
            (wide * np.sin(a), deep * (1 - np.cos(a)) + rise) for a in np.linspace(-1.57, 1.57, int(1.9 / clay.step))
        ]
        rib = np.array([(x * long * (0.86 + 0.14 * y / deep), y, z) for z, y in side])
        slope = np.array([(0.5 * x * abs(x), y - deep, 2 * z) for z, y in side])
        clay.add(rib, slope, color)


def boat(clay: Clay, rng: Rng, color: Color) -> None:
    """A rowing boat with benches and oars, perhaps one sail."""
    hull(clay, 1.05, 0.36, color)
    for x in (-0.4, 0.1, 0.5):
        clay.box((x, 0.32, 0), (0.07, 0.02, 0.26), WOOD)
    if rng.random() < 0.65:
        clay.rod([(0.1, 0.1, 0), (0.1, 1.95, 0)], 0.035, WOOD)
        sail = tinted(rng, CREAM) if rng.random() < 0.6 else tinted(rng, (0.75, 0.25, 0.15))
        clay.board([(0.06, 0.5), (0.06, 1.9), (-0.85, 0.5)], 0.01, sail, turn=(0.15, 0, 0))
        clay.board([(0.16, 0.5), (0.16, 1.75), (0.95, 0.5)], 0.01, dimmed(sail, 0.92), turn=(-0.1, 0, 0))
    else:
        for side in (-1, 1):
            clay.rod([(0.1, 0.5, side * 0.1), (-0.3, 0.1, side * 0.75)], 0.03, WOOD)
            clay.ball((-0.35, 0.06, side * 0.82), (0.12, 0.03, 0.12), WOOD)


def ship(clay: Clay, rng: Rng, color: Color) -> None:
    """A ship with three masts full of square sails."""
    hull(clay, 1.0, 0.38, color)
    clay.box((-0.78, 0.5, 0), (0.2, 0.14, 0.16), color)
    clay.rod([(-0.85, 0.4, 0.24), (0, 0.31, 0.3), (0.8, 0.4, 0.22)], 0.03, GOLD)
    sail = tinted(rng, CREAM)
    for x, tall in ((-0.55, 1.5), (0.02, 1.9), (0.52, 1.6)):
        clay.rod([(x, 0.3, 0), (x, tall, 0)], 0.03, WOOD)
        for row, y in enumerate(np.linspace(0.62, tall - 0.35, 3)):
            wide, high = 0.27 - 0.04 * row, (tall - 0.7) / 6
            clay.board(
                [(-wide, 0), (wide, 0), (wide * 0.85, high * 1.9), (-wide * 0.85, high * 1.9)],
                0.015,
                sail,
                (x + 0.05, float(y) - 0.05, 0.06),
                (0.5, 0, 0),
                smooth=False,
            )
    clay.rod([(0.9, 0.4, 0), (1.3, 0.7, 0)], 0.03, WOOD)
    clay.board([(0.6, 0.75), (1.25, 0.68), (0.62, 1.4)], 0.01, dimmed(sail, 0.9))


def train(clay: Clay, _rng: Rng, color: Color) -> None:
    """A steam engine: boiler, chimney, cab, wheels."""
    clay.lathe(
        [(0, -0.5), (0.28, -0.5), (0.28, 0.85), (0.24, 0.9), (0, 0.9)],
        color,
        (0.15, 0.68, 0),
        (0, 0, -1.57),
        smooth=False,
    )
    for x in (0.0, 0.4):
        clay.lathe([(0.29, x - 0.02), (0.295, x + 0.02)], GOLD, (0.15, 0.68, 0), (0, 0, -1.57), smooth=False)
    clay.lathe([(0.1, 0.9), (0.1, 1.15), (0.17, 1.3), (0.17, 1.34), (0, 1.34)], DARK, (0.8, 0, 0), smooth=False)
    clay.ball((0.3, 0.98, 0), (0.14, 0.15, 0.14), GOLD)
    clay.box((-0.65, 0.8, 0), (0.32, 0.42, 0.32), dimmed(color, 0.9))
    clay.box((-0.65, 0.98, 0), (0.18, 0.13, 0.33), GLASS)
    clay.box((-0.65, 1.25, 0), (0.4, 0.04, 0.38), DARK)
    clay.box((0.05, 0.38, 0), (1.05, 0.06, 0.3), DARK)
    for x, size in ((-0.7, 0.26), (-0.15, 0.26), (0.38, 0.26), (0.85, 0.16)):
        for z in (-0.32, 0.32):
            wheel(clay, (x, size, z), size, 0.05, (0.5, 0.12, 0.1), 6)
    clay.board([(1.08, 0.38), (1.35, 0.05), (1.08, 0.05)], 0.26, (0.5, 0.12, 0.1))


def airplane(clay: Clay, rng: Rng, color: Color) -> None:
    """A body with wings, a tail, and a propeller or engines."""
    clay.lathe(
        [(0, -1.1), (0.06, -1.05), (0.17, -0.2), (0.19, 0.5), (0.13, 0.85), (0, 0.95)],
        color,
        (0, 0.6, 0),
        (0, 0, -1.57),
    )
    wing = [(-0.2, 0), (0.3, 0), (0.05, 1.1), (-0.2, 1.1)]
    biplane = rng.random() < 0.4
    for height in (0.52, 0.92) if biplane else (0.55,):
        for side in (-1.57, 1.57):
            clay.board(wing, 0.025, dimmed(color, 0.9), (0.15, height, 0), (0, side, 0))
    for side in (-1.57, 1.57):
        clay.board(
            [(-0.15, 0), (0.15, 0), (0.0, 0.42), (-0.15, 0.42)], 0.02, dimmed(color, 0.9), (-0.9, 0.62, 0), (0, side, 0)
        )
    clay.board(
        [(-0.15, 0), (0.2, 0), (-0.05, 0.42), (-0.2, 0.42)], 0.025, tinted(rng, (0.7, 0.2, 0.2)), (-0.9, 0.62, 0)
    )
    clay.ball((0.35, 0.74, 0), (0.22, 0.1, 0.1), GLASS)
    if biplane:
        for z in (-0.7, 0.7):
            clay.rod([(0.2, 0.52, z), (0.2, 0.92, z)], 0.025, DARK)
    clay.board([(-0.04, -0.36), (0.04, -0.36), (0.04, 0.36), (-0.04, 0.36)], 0.02, DARK, (0.97, 0.6, 0), (1.57, 0, 0.6))
