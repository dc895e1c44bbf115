"""Heads of animals: skull, muzzle, nose, eyes, ears, and what some wear on them; lengths in radii of the skull."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.mini.train.sculpture.skeletons import DARK, WHITE, Clay
from generator.mini.train.sculpture.solids import Color


@dataclass(frozen=True, slots=True)
class Coat:
    """The colors of one animal, and the marks upon it (spots, stripes, patches, wool or none)."""

    word: str
    base: Color
    under: Color
    legs: Color
    feet: Color
    tip: Color  # the end of the tail
    muzzle: Color
    nose: Color = DARK
    mark: Color = DARK  # also the mane
    marks: str = ""
    iris: Color = DARK


@dataclass(frozen=True, slots=True)
class Head:
    """A muzzle (length, radius at its root, at its end), ears (kind and length) and a crest."""

    muzzle: tuple[float, float, float]
    ears: tuple[str, float]
    crest: str = ""  # mane, lion, horns, antlers, goat, knobs, trunk


def add_head(clay: Clay, head: Head, coat: Coat, rng: np.random.Generator) -> None:
    """A head about the frame's origin, looking along x."""
    face = coat.muzzle if coat.marks == "wool" else coat.base
    clay.ball((0, 0, 0), 1.0, face)
    length, root, end = head.muzzle
    tip = 0.55 + length
    if head.crest == "trunk":
        _trunk(clay, coat, rng)
    else:
        drop = -0.34
        clay.cone((0.35, -0.22, 0), (tip * 0.62, drop * 0.85, 0), root * 1.12, (root + end) * 0.5, face)
        clay.cone((tip * 0.6, drop, 0), (tip, drop - 0.05, 0), (root + end) * 0.5, end, coat.muzzle)
        nose = end * (0.5 if coat.nose == DARK else 0.8)
        clay.ball((tip + end * 0.75, drop + end * 0.3, 0), nose, coat.nose, melt=0.02)
        if coat.nose != DARK:  # a snout's nostrils
            clay.pair(
                (tip + end * 1.5, drop + end * 0.35, end * 0.32),
                (tip + end * 1.5, drop + end * 0.3, end * 0.32),
                0.1,
                0.1,
                DARK,
            )
    eye = 0.2 if length < 1.4 else 0.18
    if length > 1.4:
        clay.eyes((0.52, 0.32, 0.82), eye, coat.iris)
    else:
        clay.eyes((0.8, 0.3, 0.5), eye, coat.iris)
    if coat.marks == "stripes":
        _stripes(clay, coat, length)
    if coat.marks == "wool":
        for angle in np.linspace(0, 2 * np.pi, 9, endpoint=False):
            c, s = float(np.cos(angle)), float(np.sin(angle))
            clay.ball((-0.35, 0.25 + 0.75 * c, 0.85 * s), 0.45, coat.mark)
            clay.ball((-0.9 + 0.2 * c, -0.75 + 0.9 * c, 0.95 * s), 0.5, coat.mark)
        clay.ball((0.15, 0.95, 0.0), 0.42, coat.mark)
    if coat.marks == "spots":
        for x, y, z in (
            (0.1, 0.85, 0.45),
            (-0.4, 0.8, 0.35),
            (0.35, -0.15, 0.93),
            (-0.2, 0.1, 0.98),
            (-0.3, -0.5, 0.85),
        ):
            clay.pair((x, y, z), (x, y, z), 0.17, 0.17, coat.mark)
    _ears(clay, head, coat, face)
    _crest(clay, head, coat)


def _ears(clay: Clay, head: Head, coat: Coat, face: Color) -> None:
    kind, long = head.ears
    inner = (0.85, 0.6, 0.55)
    if kind == "point":
        clay.pair((-0.05, 0.6, 0.55), (-0.1, 0.75 + long, 0.75), 0.42, 0.08, face)
        clay.pair((0.22, 0.75, 0.58), (0.12, 0.6 + long, 0.72), 0.22, 0.05, inner)
    elif kind == "flop":
        clay.pair((-0.1, 0.6, 0.75), (0.05, 0.55 - long * 0.5, 1.15), 0.25, 0.36, coat.tip)
        clay.pair((0.05, 0.55 - long * 0.5, 1.15), (0.1, 0.4 - long, 1.1), 0.34, 0.2, coat.tip)
    elif kind == "round":
        clay.pair((-0.1, 0.78, 0.75), (-0.12, 0.8, 0.77), long, long, coat.tip)
        clay.pair((long * 0.75 - 0.1, 0.8, 0.78), (long * 0.75 - 0.1, 0.8, 0.8), long * 0.6, long * 0.6, inner)
    elif kind == "long":
        clay.pair((-0.15, 0.7, 0.3), (-0.4, 0.8 + long * 0.6, 0.55), 0.24, 0.34, face)
        clay.pair((-0.4, 0.8 + long * 0.6, 0.55), (-0.5, 0.7 + long, 0.6), 0.33, 0.12, face)
        clay.pair((0.02, 1.0, 0.36), (-0.16, 0.75 + long * 0.85, 0.55), 0.13, 0.15, inner)
    elif kind == "side":
        clay.pair((-0.2, 0.5, 0.8), (-0.35, 0.6, 0.8 + long), 0.25, 0.2, face)
    elif kind == "huge":
        flat = (0.35, 1.0, 1.0)
        clay.pair((-0.3, 0.25, 1.2), (-0.45, -0.2, 1.2 + long * 0.5), 0.75, 0.85, face, flat)
        clay.pair((-0.45, -0.4, 1.3), (-0.4, -0.9, 1.25), 0.6, 0.4, face, flat)


def _trunk(clay: Clay, coat: Coat, rng: np.random.Generator) -> None:
    curl = rng.uniform(-0.3, 1.4)
    points = [(0.7, -0.2, 0.0), (1.35, -0.9, 0.0), (1.5, -1.8, 0.0), (1.6 + 0.5 * curl, -2.5 + 0.5 * curl, 0.0)]
    points.append((points[3][0] + 0.6, points[3][1] + 0.6 * curl, 0.0))
    clay.path(points, (0.68, 0.46, 0.33, 0.27, 0.22), (coat.base,))
    clay.pair((0.75, -0.6, 0.5), (1.5, -1.25, 0.62), 0.15, 0.13, WHITE)
    clay.pair((1.5, -1.25, 0.62), (2.2, -1.15, 0.66), 0.13, 0.05, WHITE)


def _stripes(clay: Clay, coat: Coat, length: float) -> None:
    for x in (-0.6, -0.15, 0.3):
        high = float(np.sqrt(1 - x * x))
        clay.pair((x, high * 0.98, 0.12), (x, high * 0.75, high * 0.68), 0.1, 0.08, coat.mark)
        clay.pair((x, -0.1, high), (x - 0.1, -0.5, high * 0.88), 0.08, 0.1, coat.mark)
    clay.pair((0.78, 0.7, 0.1), (0.86, 0.58, 0.3), 0.08, 0.05, coat.mark)
    for x in np.arange(0.9, length * 0.75, 0.35):
        clay.pair((x, 0.36 - x * 0.12, 0.2), (x, -0.3, 0.86 - 0.16 * x), 0.09, 0.08, coat.mark)


def _crest(clay: Clay, head: Head, coat: Coat) -> None:
    bone = (0.87, 0.8, 0.66)
    if head.crest == "lion":
        for ring, (x, radius) in enumerate(((-0.15, 0.55), (-0.6, 0.7))):
            for angle in np.linspace(0, 2 * np.pi, 10, endpoint=False) + ring * 0.3:
                y, z = 1.12 * np.cos(angle) - 0.15, 1.12 * np.sin(angle)
                clay.ball((x, float(y), float(z)), radius, coat.mark)
        clay.ball((-0.6, -1.2, 0), 1.0, coat.mark)
    elif head.crest == "panda":
        clay.pair((0.62, 0.32, 0.44), (0.6, 0.02, 0.6), 0.26, 0.24, DARK)
        clay.pair((0.87, 0.4, 0.5), (0.87, 0.41, 0.5), 0.07, 0.07, WHITE)
    elif head.crest == "horns":
        clay.pair((-0.1, 0.8, 0.5), (0.0, 1.1, 1.15), 0.2, 0.16, bone)
        clay.pair((0.0, 1.1, 1.15), (0.2, 1.75, 1.2), 0.16, 0.06, bone)
    elif head.crest == "goat":
        clay.pair((-0.1, 0.8, 0.35), (-0.5, 1.9, 0.55), 0.24, 0.16, (0.4, 0.35, 0.3))
        clay.pair((-0.5, 1.9, 0.55), (-1.3, 2.3, 0.75), 0.16, 0.06, (0.4, 0.35, 0.3))
        clay.cone((1.3, -0.7, 0), (1.25, -1.5, 0), 0.28, 0.08, coat.base)
    elif head.crest == "knobs":
        clay.pair((-0.15, 0.8, 0.35), (-0.35, 1.6, 0.42), 0.16, 0.14, coat.base)
        clay.pair((-0.35, 1.65, 0.42), (-0.36, 1.7, 0.42), 0.22, 0.22, DARK)
    elif head.crest == "antlers":
        wood = (0.5, 0.36, 0.22)
        clay.pair((-0.1, 0.8, 0.35), (-0.7, 1.9, 1.1), 0.17, 0.14, wood)
        clay.pair((-0.7, 1.9, 1.1), (-0.2, 3.2, 1.7), 0.14, 0.08, wood)
        clay.pair((-0.3, 1.25, 0.65), (0.5, 1.9, 0.95), 0.12, 0.08, wood)
        clay.pair((-0.7, 1.9, 1.1), (0.2, 2.4, 1.2), 0.12, 0.07, wood)
        clay.pair((-0.6, 2.2, 1.25), (-1.2, 3.0, 1.4), 0.12, 0.07, wood)
