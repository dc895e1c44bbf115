"""Whole people with volume: standing, walking, sitting, dancing, alone or in groups, dressed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.item import Item
from generator.mini.train.painting.figures import CLOTHES
from generator.mini.train.sculpture.heads import shaded, some_hair, some_skin, unit
from generator.mini.train.sculpture.solids import Color, Point, Solid, ball, sculpt, some_light, turned

POSES = ("standing", "walking", "sitting", "dancing", "waving", "working")
SEVERAL = {1: "", 2: "two people", 3: "three people", 4: "a group of people"}
HIP, NECK, HEAD = 0.0, 0.52, 0.68  # heights in a figure of about 1.75


@dataclass(frozen=True, slots=True)
class Dress:
    """What a figure wears, and its own colors."""

    skin: Color
    hair: Color
    upper: Color
    lower: Color
    woman: bool
    skirt: float  # its length, 0 for trousers
    hat: bool


def sculpt_people(rng: np.random.Generator) -> tuple[Item, NDArray[np.uint8]]:
    """One to four whole people or half figures, RGBA [4, 128, 128]."""
    count = int(rng.choice([1, 1, 1, 2, 2, 3, 4]))
    pose, (name, dress) = str(rng.choice(POSES)), _dress(rng)
    size = rng.uniform(0.75, 1.02) if count < 3 else rng.uniform(0.6, 0.85)
    solids: list[Solid] = []
    for place in range(count):
        worn = dress if place == 0 else _dress(rng)[1]
        x = (place - (count - 1) / 2) * size * rng.uniform(0.42, 0.6)
        figure = _figure(rng, worn, pose if rng.random() < 0.7 else "standing")
        solids += _placed(
            figure, size * rng.uniform(0.9, 1.05), float(rng.uniform(-1.2, 1.2)), (x, 0.02, rng.normal(0, 0.1))
        )
    if count == 1 and rng.random() < 0.25:  # a half figure
        solids = _placed(solids, 1.6, 0.0, (0.0, -0.45, 0.0))
    turn = turned(rng.normal(0, 0.3), rng.uniform(-0.1, 0.25))
    return _item(count, name, pose), sculpt(solids, turn, some_light(rng))


def _item(count: int, name: str, pose: str) -> Item:
    who = SEVERAL[count] or name
    captions = (
        f"{who} {pose}", "people" if count > 1 else "a person", who,
        "a human figure" if count == 1 else "a crowd of people", f"a painting of {who}", "a painting of people",
    )  # fmt: skip
    return Item("sculpted", f"sculpted:people:{count}:{name}:{pose}", captions, "people")


def _dress(rng: np.random.Generator) -> tuple[str, Dress]:
    woman, upper = bool(rng.random() < 0.5), str(rng.choice(sorted(CLOTHES)))
    lower = CLOTHES[str(rng.choice(sorted(CLOTHES)))]
    skirt = float(rng.choice([0.0, 0.3, 0.55, 0.8])) if woman else 0.0
    color = unit(rng, CLOTHES[upper])
    dress = Dress(some_skin(rng), some_hair(rng)[1], color, color if skirt and rng.random() < 0.6 else unit(rng, lower),
                  woman, skirt, bool(rng.random() < 0.2))  # fmt: skip
    return f"a {'woman' if woman else 'man'} in {upper}", dress


def _figure(rng: np.random.Generator, dress: Dress, pose: str) -> list[Solid]:
    """The solids of one figure about its hip, facing z."""
    wide = rng.uniform(0.15, 0.19) if dress.woman else rng.uniform(0.18, 0.23)
    thick = rng.uniform(0.11, 0.16)
    solids = [
        Solid((0, HIP, 0), (0, 0.36, 0), thick, thick * 1.1, dress.upper, (1.25, 1, 0.85)),
        Solid((-wide, 0.43, 0), (wide, 0.43, 0), 0.075, 0.075, dress.upper),
        Solid((0, 0.46, 0), (0, NECK + 0.04, 0.01), 0.05, 0.05, dress.skin),
        *_head(dress),
    ]
    for side in (-1, 1):
        solids += _leg(rng, dress, pose, side) + _arm(rng, dress, pose, side, wide)
    if dress.skirt:
        flare = 0.12 + dress.skirt * rng.uniform(0.12, 0.3)
        solids.append(Solid((0, 0.02, 0), (0, -dress.skirt, 0.02), 0.13, flare, dress.lower, (1.1, 1, 0.9), 0.02))
    return solids


def _head(dress: Dress) -> list[Solid]:
    solids = [
        ball((0, HEAD, 0.02), 0.105, dress.skin, (0.85, 1.12, 0.95), 0.01),
        ball((0, HEAD + 0.04, -0.025), 0.108, dress.hair, (0.92, 1.05, 0.9), 0.005),
        ball((0, HEAD - 0.01, 0.12), 0.02, dress.skin, melt=0.01),
        *(ball((side * 0.037, HEAD + 0.015, 0.112), 0.014, (0.1, 0.08, 0.07), melt=0.002) for side in (-1, 1)),
    ]
    if dress.woman:
        solids.append(Solid((0, HEAD + 0.02, -0.06), (0, HEAD - 0.2, -0.06), 0.1, 0.09, dress.hair, melt=0.02))
    if dress.hat:
        color = shaded(dress.lower, 0.8)
        solids += [ball((0, HEAD + 0.1, 0), 0.17, color, (1, 0.1, 1), 0.005),
                   Solid((0, HEAD + 0.1, 0), (0, HEAD + 0.19, 0), 0.09, 0.08, color, melt=0.005)]  # fmt: skip
    return solids


def _leg(rng: np.random.Generator, dress: Dress, pose: str, side: int) -> list[Solid]:
    hip: Point = (side * 0.085, HIP - 0.02, 0)
    if pose == "sitting":
        knee: Point = (side * 0.11, -0.06, 0.42)
        foot: Point = (side * 0.11, -0.5, 0.4 + rng.normal(0, 0.06))
    else:
        swing = {"walking": side * 0.35, "dancing": rng.normal(0, 0.35)}.get(pose, rng.normal(0, 0.06))
        spread = rng.uniform(0.0, 0.28) if pose == "dancing" else rng.uniform(0.0, 0.08)
        knee = (side * (0.09 + spread * 0.6), -0.42, swing * 0.6 + 0.04)
        foot = (side * (0.09 + spread), -0.85 + abs(swing) * 0.12, swing * rng.uniform(0.4, 1.0))
    bare = dress.skirt > 0
    cloth = dress.skin if bare else dress.lower
    shoe = (foot[0], foot[1] - 0.03, foot[2] + 0.1)
    return [
        Solid(hip, knee, 0.085, 0.065, cloth, melt=0.03),
        Solid(knee, foot, 0.06, 0.045, cloth, melt=0.03),
        Solid(foot, shoe, 0.05, 0.04, (0.12, 0.09, 0.07), melt=0.01),
    ]


def _arm(rng: np.random.Generator, dress: Dress, pose: str, side: int, wide: float) -> list[Solid]:
    shoulder: Point = (side * wide, 0.43, 0)
    raised = pose == "dancing" or (pose == "waving" and side > 0)
    if raised:
        elbow: Point = (side * (wide + rng.uniform(0.12, 0.25)), 0.43 + rng.uniform(-0.1, 0.2), rng.normal(0, 0.08))
        hand: Point = (elbow[0] + side * rng.uniform(-0.1, 0.15), elbow[1] + rng.uniform(0.1, 0.26), elbow[2])
    else:
        front = rng.uniform(0.2, 0.35) if pose in {"working", "sitting"} else rng.uniform(-0.05, 0.15)
        elbow = (side * (wide + rng.uniform(0.03, 0.16)), 0.19, front * 0.3)
        hand = (side * (wide + rng.uniform(-0.1, 0.14)), rng.uniform(-0.08, 0.16), front)
    lower = dress.upper if rng.random() < 0.7 else dress.skin
    return [
        Solid(shoulder, elbow, 0.06, 0.05, dress.upper, melt=0.03),
        Solid(elbow, hand, 0.047, 0.038, lower, melt=0.03),
        ball(hand, 0.048, dress.skin, melt=0.01),
    ]


def _placed(solids: list[Solid], size: float, yaw: float, by: Point) -> list[Solid]:
    """Solids turned about the vertical, made larger and moved."""
    turn = turned(yaw, 0.0) * size

    def place(point: Point) -> Point:
        x, y, z = (float(part + step) for part, step in zip(turn @ np.array(point), by, strict=True))
        return x, y, z

    return [replace(s, a=place(s.a), b=place(s.b), ra=size * s.ra, rb=size * s.rb) for s in solids]
