"""Things with volume: one alone, or several on a table, from many sides and under any light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.item import Item
from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.kinds import COLORS, KINDS, Kind, some_color
from generator.mini.train.sculpture.look import fitted, show
from generator.mini.train.sculpture.matter import between
from generator.mini.train.sculpture.solids import some_light
from generator.mini.train.sculpture.stilllife import sculpt_stilllife

STILL_LIFES = 0.35  # of all pictures


def sculpt_thing(rng: np.random.Generator) -> tuple[Item, NDArray[np.uint8]]:
    """A thing or a still life, RGBA [4, 128, 128]; about 0.6 of the still lifes are opaque, with a wall behind."""
    if rng.random() < STILL_LIFES:
        return sculpt_stilllife(rng)
    shares = np.array([kind.often for kind in KINDS.values()])
    return sculpt_kind(rng, str(rng.choice(list(KINDS), p=shares / shares.sum())))


def sculpt_kind(rng: np.random.Generator, name: str) -> tuple[Item, NDArray[np.uint8]]:
    """One thing of this kind alone, uncovered around it."""
    kind, clay = KINDS[name], Clay()
    color_name, color = some_color(rng, kind)
    kind.grow(clay, rng, color)
    yaw = between(rng, -kind.yaw, kind.yaw)
    if kind.also in ("vehicle", "locomotive", "sailing ship", "sailing boat") and rng.random() < 0.5:
        yaw += np.pi  # it goes the other way
    turn = (yaw, between(rng, *kind.pitch), float(np.clip(rng.normal(0, kind.roll / 2), -kind.roll, kind.roll)))
    return _item(name, kind, color_name), show(fitted(clay, turn, between(rng, 0.72, 0.97)), some_light(rng))


def _item(name: str, kind: Kind, color: str) -> Item:
    a, colored = ("an" if name[0] in "aeiou" else "a"), color in COLORS and len(kind.colors) > 1
    best = f"{'an' if color[0] in 'aeiou' else 'a'} {color} {name}" if colored else f"{a} {name}"
    wider = f"{'an' if kind.also[0] in 'aeiou' else 'a'} {kind.also}"
    captions: tuple[str, ...] = (best, f"{a} {name}", "an object", f"a painting of {a} {name}", wider, "a thing", name)
    if kind.size:
        captions += ("a still life",)
    return Item("sculpted", f"sculpted:{name}:{color}", tuple(dict.fromkeys(captions)), "objects")
