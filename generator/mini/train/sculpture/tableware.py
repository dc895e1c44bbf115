"""Vessels; each grows about the origin from y = 0 up."""

from __future__ import annotations

from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.matter import CREAM, DARK, Rng, between, dimmed, tinted
from generator.mini.train.sculpture.solids import Color


def vase(clay: Clay, rng: Rng, color: Color, tall: float = 2.0) -> None:
    """Foot, belly, neck and lip."""
    foot, belly, neck, lip = (between(rng, *b) for b in ((0.2, 0.34), (0.42, 0.72), (0.13, 0.26), (0.24, 0.42)))
    up = between(rng, 0.35, 0.65)
    profile = [(0, 0), (foot, 0), (foot * 0.95, 0.06), (belly, up), (neck, 0.8), (neck, 0.86), (lip, 1.0)]
    clay.lathe([(r, y * tall) for r, y in profile], color)
    clay.lathe([(lip, tall), (neck * 0.8, tall * 0.85), (0, tall * 0.84)], dimmed(color, 0.35))
    if rng.random() < 0.3:
        clay.lathe(
            [(belly * 1.015, (up - 0.05) * tall), (belly * 1.03, up * tall), (belly * 1.015, (up + 0.05) * tall)],
            tinted(rng, dimmed(color, 0.55)),
        )
    if rng.random() < 0.25:
        for side in (-1, 1):
            clay.rod(
                [
                    (side * belly * 0.8, tall * (up + 0.12), 0),
                    (side * belly * 1.25, tall * 0.78, 0),
                    (side * neck, tall * 0.9, 0),
                ],
                0.05,
                color,
            )


def bottle(clay: Clay, rng: Rng, color: Color) -> None:
    """Straight sides, shoulders, a thin neck, perhaps a label and a cork."""
    wide, shoulder, neck = between(rng, 0.26, 0.36), between(rng, 1.05, 1.3), between(rng, 0.08, 0.11)
    clay.lathe(
        [
            (0, 0),
            (wide, 0),
            (wide, 0.05),
            (wide, 0.6),
            (wide, shoulder),
            (neck, shoulder + 0.3),
            (neck, 1.85),
            (neck * 1.3, 1.87),
            (neck * 1.3, 1.95),
            (0, 1.95),
        ],
        color,
        smooth=False,
    )
    if rng.random() < 0.6:
        clay.lathe([(wide + 0.012, 0.35), (wide + 0.012, shoulder - 0.2)], tinted(rng, CREAM), smooth=False)
    clay.lathe([(neck * 0.9, 1.95), (neck * 0.9, 2.05), (0, 2.05)], (0.6, 0.43, 0.25), smooth=False)


def jug(clay: Clay, rng: Rng, color: Color) -> None:
    """A belly with a handle on one side and a spout on the other."""
    belly, neck, lip = between(rng, 0.5, 0.68), between(rng, 0.26, 0.36), between(rng, 0.32, 0.42)
    clay.lathe([(0, 0), (0.36, 0), (0.38, 0.06), (belly, 0.65), (neck, 1.4), (lip, 1.8)], color)
    clay.lathe([(lip, 1.8), (neck * 0.8, 1.45), (0, 1.4)], dimmed(color, 0.35))
    clay.rod([(lip * 0.6, 1.55, 0), (lip + 0.06, 1.74, 0), (lip + 0.2, 1.86, 0)], [0.22, 0.13, 0.05], color)
    clay.rod(
        [(-lip * 0.9, 1.68, 0), (-lip - 0.38, 1.72, 0), (-belly - 0.28, 1.2, 0), (-belly * 0.95, 0.75, 0)], 0.07, color
    )


def cup(clay: Clay, rng: Rng, color: Color) -> None:
    """Wide and open, one handle, a drink inside, perhaps a saucer."""
    foot, lip, tall = between(rng, 0.35, 0.6), between(rng, 0.6, 0.75), between(rng, 0.9, 1.4)
    clay.lathe([(0, 0.06), (foot, 0.06), (foot + 0.08, 0.2), (lip * 0.97, tall * 0.7), (lip, tall)], color)
    clay.lathe([(lip - 0.04, tall), (lip - 0.06, tall * 0.85)], dimmed(color, 0.9))
    clay.lathe([(lip - 0.06, tall * 0.85), (0, tall * 0.85)], (0.2, 0.1, 0.05), smooth=False)
    clay.rod(
        [
            (lip * 0.9, tall * 0.82, 0),
            (lip + 0.32, tall * 0.85, 0),
            (lip + 0.36, tall * 0.5, 0),
            (lip * 0.88, tall * 0.3, 0),
        ],
        0.075,
        color,
    )
    if rng.random() < 0.5:
        clay.lathe([(0, 0.02), (0.6, 0.02), (1.0, 0.14), (1.02, 0.1)], dimmed(color, 0.95))


def wineglass(clay: Clay, rng: Rng, color: Color) -> None:
    """Foot, stem, bowl; the wine fills its lower part."""
    wide, pale = between(rng, 0.38, 0.5), (0.72, 0.76, 0.78)
    level = between(rng, 1.4, 1.7)
    clay.lathe(
        [(0, 0), (0.4, 0), (0.38, 0.04), (0.06, 0.1), (0.045, 0.2), (0.045, 0.85), (0.06, 0.95)], pale, smooth=False
    )
    clay.lathe([(0.06, 0.93), (wide * 0.75, 1.1), (wide, 1.4), (wide * 0.95, level)], color)
    clay.lathe([(wide * 0.95, level), (0, level)], dimmed(color, 1.2), smooth=False)
    clay.lathe([(wide * 0.96, level), (wide * 0.8, 2.0)], pale)


def teapot(clay: Clay, rng: Rng, color: Color) -> None:
    """A round belly with lid, spout and handle."""
    wide = between(rng, 0.6, 0.72)
    clay.lathe([(0, 0), (0.4, 0), (wide, 0.45), (0.38, 1.02), (0.36, 1.06), (0.2, 1.18), (0, 1.22)], color)
    clay.ball((0, 1.3, 0), (0.1, 0.1, 0.1), dimmed(color, 0.8))
    clay.rod([(wide * 0.8, 0.4, 0), (wide + 0.25, 0.6, 0), (wide + 0.45, 1.05, 0)], [0.17, 0.11, 0.07], color)
    clay.rod(
        [(-wide * 0.75, 0.85, 0), (-wide - 0.3, 0.95, 0), (-wide - 0.32, 0.5, 0), (-wide * 0.9, 0.3, 0)], 0.065, color
    )


def kettle(clay: Clay, _rng: Rng, color: Color) -> None:
    """A broad body, a short spout, and a handle over the top."""
    clay.lathe([(0, 0), (0.75, 0), (0.8, 0.15), (0.62, 0.85), (0.3, 1.02), (0, 1.08)], color)
    clay.ball((0, 1.13, 0), (0.09, 0.09, 0.09), DARK)
    clay.rod([(0.6, 0.55, 0), (0.85, 0.7, 0), (1.05, 0.98, 0)], [0.16, 0.11, 0.08], color)
    clay.rod([(-0.58, 0.85, 0), (-0.5, 1.4, 0), (0, 1.62, 0), (0.5, 1.4, 0), (0.58, 0.85, 0)], 0.06, DARK)


def pot(clay: Clay, rng: Rng, color: Color) -> None:
    """A cooking pot with a lid and two ears."""
    tall = between(rng, 0.7, 1.1)
    clay.lathe([(0, 0), (0.78, 0), (0.82, 0.06), (0.82, tall), (0.88, tall)], color, smooth=False)
    clay.lathe([(0.86, tall), (0.8, tall + 0.08), (0.4, tall + 0.2), (0, tall + 0.24)], dimmed(color, 0.85))
    clay.ball((0, tall + 0.32, 0), (0.12, 0.09, 0.12), DARK)
    for side in (-1, 1):
        clay.rod(
            [(side * 0.8, tall * 0.8, -0.2), (side * 1.08, tall * 0.82, 0), (side * 0.8, tall * 0.8, 0.2)], 0.06, DARK
        )
