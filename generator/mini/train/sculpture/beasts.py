"""Animals on four legs, all from one skeleton with measures and a coat of their own (kinds: coats.py)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from generator.mini.train.sculpture.muzzles import Coat, Head, add_head
from generator.mini.train.sculpture.skeletons import DARK, WHITE, Clay
from generator.mini.train.sculpture.solids import Color, Point, Solid


@dataclass(frozen=True, slots=True)
class Beast:
    """The measures of a body on four legs; the way from shoulder to hip is `long`."""

    chest: float
    hip: float
    leg: float  # height of the shoulder above the ground
    leg_thick: float
    neck: float
    neck_angle: float  # degrees above the horizon
    neck_thick: float
    size: float  # radius of the skull
    head: Head
    tail: tuple[str, float]  # how it is borne and how long
    poses: str  # letters: s stands, w walks, i sits, l lies, g grazes
    long: float = 1.0


def beast(form: Beast, coat: Coat, pose: str, rng: np.random.Generator) -> list[Solid]:
    """A whole animal facing +x with its feet at y = 0."""
    clay = Clay()
    form = replace(form, leg=form.leg * rng.uniform(0.92, 1.08), long=form.long * rng.uniform(0.92, 1.1))
    hip, shoulder = _joints(form, pose)
    _trunk(clay, form, coat, hip, shoulder, rng)
    _legs(clay, form, coat, hip, shoulder, pose, rng)
    _neck(clay, form, coat, shoulder, pose, rng)
    _tail(clay, form, coat, (hip[0] - form.hip * 0.85, hip[1] + form.hip * 0.35, 0.0), rng)
    return clay.solids


def portrait(form: Beast, coat: Coat, rng: np.random.Generator) -> list[Solid]:
    """Only the head and the neck, near."""
    clay = Clay()
    reach = form.size * 4.0  # far enough to run out of the picture
    angle = np.radians(rng.uniform(55, 80))
    back = (-reach * float(np.cos(angle)), -reach * float(np.sin(angle)), 0.0)
    thick = min(form.neck_thick, form.size * 0.9)
    clay.cone(back, (0.0, 0.0, 0.0), thick * 1.5, thick * 0.95, coat.base)
    if form.head.crest == "mane":
        _mane(clay, (back[0] / 2, back[1] / 2, 0.0), (0.0, form.size * 0.6, 0.0), thick, coat.mark)
    tilt = rng.normal(-0.12, 0.15) - 0.35 * (form.head.muzzle[0] > 1.4)
    add_head(clay.frame((0.0, 0.0, 0.0), tilt, rng.normal(0, 0.2), form.size), form.head, coat, rng)
    return clay.solids


def _joints(form: Beast, pose: str) -> tuple[Point, Point]:
    if pose == "i":  # sitting: the back rises steeply from a low hip
        rise = np.radians(52)
        low = form.hip * 0.95
        return (0.0, low, 0.0), (form.long * float(np.cos(rise)), low + form.long * float(np.sin(rise)) * 0.95, 0.0)
    height = max(form.chest, form.hip) * 1.02 if pose == "l" else form.leg
    return (-form.long / 2, height, 0.0), (form.long / 2, height, 0.0)


def _trunk(clay: Clay, form: Beast, coat: Coat, hip: Point, shoulder: Point, rng: np.random.Generator) -> None:
    start, along = np.array(hip), np.array(shoulder) - np.array(hip)
    belly = (form.chest + form.hip) * 0.49
    middle = start + along / 2
    clay.path([hip, (middle[0], middle[1], 0.0), shoulder], (form.hip, belly, form.chest), (coat.base,))
    low = np.array([0.0, -0.16 * belly, 0.0])
    a, b = start + along * 0.15 + low, start + along * 0.9 + low
    clay.cone((a[0], a[1], 0.0), (b[0], b[1], 0.0), belly * 0.87, form.chest * 0.88, coat.under)
    if coat.marks == "stripes":
        for share in np.linspace(-0.12, 1.1, 8):
            x, y, _ = start + along * share
            thick = float(np.interp(share, [-0.12, 0, 0.5, 1], [form.hip * 0.93, form.hip, belly, form.chest])) + 0.02
            _stripe(clay, (x, y, 0.0), thick, coat.mark)
    if coat.marks in ("spots", "patches", "wool"):
        _marks(clay, form, coat, start, along, rng)


def _stripe(clay: Clay, middle: Point, thick: float, color: Color) -> None:
    """A dark band from the back down both sides, half sunk in."""
    x, y, _ = middle
    side = (x, y + thick * 0.55, thick * 0.82)
    clay.pair((x, y + thick * 0.98, 0.0), side, 0.035, 0.042, color)
    clay.pair(side, (x + 0.02, y - thick * 0.45, thick * 0.88), 0.042, 0.03, color)


def _marks(clay: Clay, form: Beast, coat: Coat, start: np.ndarray, along: np.ndarray, rng: np.random.Generator) -> None:
    many, size = {"spots": (44, 0.19), "patches": (6, 0.6), "wool": (34, 0.34)}[coat.marks]
    for index in range(many):
        share, turn = rng.uniform(-0.15, 1.15), rng.uniform(-0.5, 0.5) * np.pi * (2 if coat.marks == "wool" else 1.3)
        thick = np.interp(share, [0, 1], [form.hip, form.chest]) * (1.0 if 0 < share < 1 else 0.9)
        side = -1 if index % 2 else 1
        radius = thick * size * rng.uniform(0.75, 1.25)
        away = thick * 1.04 - radius * (0.4 if coat.marks == "wool" else 0.72)
        middle = start + along * share
        clay.ball((middle[0], middle[1] + away * np.cos(turn), side * away * abs(np.sin(turn))), radius, coat.mark)


def _legs(
    clay: Clay, form: Beast, coat: Coat, hip: Point, shoulder: Point, pose: str, rng: np.random.Generator
) -> None:
    thick = form.leg_thick
    step = rng.uniform(0.18, 0.3) * form.leg if pose == "w" else 0.04 * form.leg
    for side in (1.0, -1.0):
        for (x, y, _), front in ((shoulder, True), (hip, False)):
            z = side * ((form.chest if front else form.hip) * 0.85 - thick)
            swing = step * side * (1 if front else -1)
            if pose == "l" or (pose == "i" and not front):
                _folded(clay, form, coat, (x, y, z), front)
                continue
            knee = (x + swing * 0.55 + (0.02 if front else -0.05) * form.leg, y * 0.47, z)
            foot = (x + swing, thick * 0.8, z)
            if coat.marks == "stripes":
                for share in (0.25, 0.55, 0.85):
                    place, wide = (knee[0], y * (0.1 + 0.6 * share), z + side * thick * 0.75), thick * 0.75
                    clay.cone((place[0] - wide, *place[1:]), (place[0] + wide, *place[1:]), 0.035, 0.03, coat.mark)
            clay.cone((x, y, z), knee, thick * (1.5 if front else 2.1), thick * 1.02, coat.base)
            clay.cone(knee, foot, thick * 0.95, thick * 0.78, coat.legs)
            clay.cone(foot, (foot[0] + thick * 0.7, thick * 0.7, z), thick * 0.95, thick * 0.8, coat.feet)


def _folded(clay: Clay, form: Beast, coat: Coat, joint: Point, front: bool) -> None:
    thick, (x, y, z) = form.leg_thick, joint
    z *= 1.15
    if front:
        clay.cone((x, y, z), (x - 0.05, thick, z), thick * 1.5, thick, coat.base)
    else:
        clay.cone((x, y, z), (x + form.hip * 0.7, thick * 1.6, z), form.hip * 0.75, thick * 1.3, coat.base)
    reach = form.leg * (0.5 if front else 0.42)
    clay.cone((x, thick, z), (x + reach, thick, z), thick, thick * 0.9, coat.legs)
    clay.ball((x + reach + thick * 0.3, thick, z), thick * 1.05, coat.feet)


def _neck(clay: Clay, form: Beast, coat: Coat, shoulder: Point, pose: str, rng: np.random.Generator) -> None:
    angle = np.radians(-38 if pose == "g" else form.neck_angle + rng.normal(0, 8) + (12 if pose == "i" else 0))
    root = (shoulder[0] + form.chest * 0.35, shoulder[1] + form.chest * 0.25, 0.0)
    top = (root[0] + form.neck * float(np.cos(angle)), root[1] + form.neck * float(np.sin(angle)), 0.0)
    thick = form.neck_thick
    clay.cone((shoulder[0], shoulder[1], 0.0), top, max(thick * 1.3, form.chest * 0.7), thick * 0.9, coat.base)
    if coat.marks == "stripes":
        for share in (0.35, 0.6, 0.85):
            x, y = (float(r + (t - r) * share) for r, t in zip(root[:2], top[:2], strict=True))
            _stripe(
                clay, (x, y, 0.0), max(thick * 1.3, form.chest * 0.7) * (1 - share) + thick * 0.95 * share, coat.mark
            )
    if coat.marks == "spots" and form.neck > 1:
        for share in np.linspace(0.2, 0.95, 9):
            middle = np.array(root) + (np.array(top) - np.array(root)) * share
            for side in (1, -1):
                z = side * thick * 0.62
                clay.ball((middle[0] + rng.normal(0, 0.05), middle[1], z), thick * 0.5, coat.mark)
    if form.head.crest == "mane":
        _mane(clay, root, (top[0], top[1] + form.size * 0.6, 0.0), thick, coat.mark)
    tilt = rng.normal(-0.15, 0.12) - (0.4 if form.head.muzzle[0] > 1.4 else 0.0) - (0.35 if pose == "g" else 0.0)
    turn = rng.choice([0.0, 0.5, 1.0, -0.3]) * rng.uniform(0.5, 1) * (pose != "g")
    add_head(clay.frame(top, tilt, turn, form.size), form.head, coat, rng)


def _mane(clay: Clay, low: Point, high: Point, thick: float, color: Color) -> None:
    for share in np.linspace(0.1, 1, 5):
        x, y = (float(a + (b - a) * share) for a, b in zip(low[:2], high[:2], strict=True))
        clay.cone((x - thick * 0.75, y + thick * 0.45, 0.0), (x - thick * 1.1, y - thick * 0.2, 0.0), 0.07, 0.05, color)


def _tail(clay: Clay, form: Beast, coat: Coat, root: Point, rng: np.random.Generator) -> None:
    kind, length = form.tail
    x, y, _ = root
    side = rng.normal(0, 0.12)
    up = kind == "up" or (kind == "bushy" and rng.random() < 0.3)
    middle = (x - length * 0.45, y + length * (0.35 if up else -0.2), side * 0.4)
    end = (x - length * (0.6 if up else 0.55), max(y + length * (0.85 if up else -0.75), 0.06), side)
    if kind in ("hair", "tuft"):
        middle, end = (x - length * 0.2, y - length * 0.1, 0.0), (x - length * 0.28, max(y - length, 0.1), side)
    if kind == "ball":
        clay.ball((x, y - 0.05, 0.0), length, WHITE if coat.base != DARK else DARK)
        return
    thick = {"up": (0.06, 0.055, 0.04), "hair": (0.07, 0.1, 0.05), "bushy": (0.07, 0.15, 0.05)}.get(
        kind, (0.045, 0.035, 0.025)
    )
    far = coat.tip if kind in ("bushy", "hair") else coat.base
    clay.path([root, middle, end], thick, (coat.base if kind != "hair" else coat.mark, far))
    if kind == "tuft":
        clay.ball(end, 0.075, coat.tip)
