"""Animals with volume, in many kinds, poses and views, under any light: what paintings show and emoji do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.item import Item
from generator.mini.train.sculpture.beasts import beast, portrait
from generator.mini.train.sculpture.bugs import BUGS
from generator.mini.train.sculpture.coats import BEASTS
from generator.mini.train.sculpture.creatures import BIRDS, creature
from generator.mini.train.sculpture.skeletons import beside, fitted
from generator.mini.train.sculpture.solids import Color, Solid, sculpt, some_light, turned
from generator.mini.train.sculpture.wilds import WILDS

CREATURES = BIRDS | WILDS | BUGS
KINDS = (*BEASTS, *CREATURES, *("dog", "cat", "horse", "bird") * 2)  # those that people ask for come thrice
POSES = {"s": "standing", "w": "walking", "i": "sitting", "l": "lying", "g": "grazing", "h": "head", "": "whole"}
SHARE_OF_HEADS, SHARE_OF_PAIRS = 0.4, 0.1


@dataclass(frozen=True, slots=True)
class _Animal:
    solids: list[Solid]
    word: str  # its color or marks
    pose: str  # a letter of POSES
    names: tuple[str, ...]
    yaw: float
    pitch: float


def sculpt_animal(rng: np.random.Generator) -> tuple[Item, NDArray[np.uint8]]:
    """One animal or two of a kind, RGBA [4, 128, 128], colors 0 to 255, uncovered around it."""
    kind = str(rng.choice(KINDS))
    animal = _beast(kind, rng) if kind in BEASTS else _creature(kind, rng)
    two = animal.pose != "h" and rng.random() < SHARE_OF_PAIRS
    turn = turned(animal.yaw, animal.pitch, float(rng.normal(0, 0.06)))
    solids = _paired(animal.solids, turn, rng) if two else animal.solids
    fill = float(rng.uniform(0.86, 0.98) if two or animal.pose == "h" else rng.uniform(0.72, 0.97))
    image = sculpt(fitted(_varied(solids, rng), turn, fill, int(animal.pose == "h")), turn, some_light(rng))
    if rng.random() < 0.5:
        image = image[:, :, ::-1].copy()
    return _item(kind, animal, two), image


def _beast(kind: str, rng: np.random.Generator) -> _Animal:
    form, coats, names = BEASTS[kind]
    coat = coats[rng.integers(len(coats))]
    if rng.random() < SHARE_OF_HEADS:
        # From the front, in three quarters, or in profile.
        yaw = -np.pi / 2 + float(rng.choice([rng.normal(0, 0.15), rng.uniform(0.3, 0.9), rng.uniform(1.0, 1.6)]))
        return _Animal(portrait(form, coat, rng), coat.word, "h", names, yaw, float(rng.uniform(-0.05, 0.25)))
    pose = str(rng.choice(list(form.poses)))
    yaw = float(
        rng.choice([rng.uniform(-0.3, 0.3), rng.uniform(-0.9, -0.3), rng.uniform(-1.35, -0.9)], p=[0.45, 0.4, 0.15])
    )
    return _Animal(beast(form, coat, pose, rng), coat.word, pose, names, yaw, float(rng.uniform(0, 0.25)))


def _creature(kind: str, rng: np.random.Generator) -> _Animal:
    form = CREATURES[kind]
    word = str(rng.choice(list(form.colors)))
    solids = creature(form, form.colors[word], rng)
    return _Animal(solids, word, "", form.names, float(rng.uniform(*form.yaw)), float(rng.uniform(*form.pitch)))


def _paired(solids: list[Solid], turn: NDArray[np.float64], rng: np.random.Generator) -> list[Solid]:
    """A second one beside the first, as seen: to the right and a little behind."""
    ends = np.array([end for solid in solids for end in (solid.a, solid.b)]) @ turn.T
    wide = float(np.ptp(ends[:, 0])) * rng.uniform(0.75, 1.1) + 0.25
    away = turn.T @ np.array([wide, 0.0, -0.15])
    return beside(solids, solids, (float(away[0]), float(away[1]), float(away[2])), float(rng.uniform(0.7, 1.0)))


def _varied(solids: list[Solid], rng: np.random.Generator) -> list[Solid]:
    """The same with every color shifted a little, all alike."""
    shift = rng.normal(0, 0.022, 3) + rng.normal(0, 0.04)

    def near(color: Color) -> Color:
        red, green, blue = (float(np.clip(part + by, 0.02, 1)) for part, by in zip(color, shift, strict=True))
        return red, green, blue

    return [replace(solid, color=near(solid.color)) for solid in solids]


def _item(kind: str, animal: _Animal, two: bool) -> Item:
    name, *wider = animal.names
    pose = POSES[animal.pose]
    if two:
        first = [f"two {animal.word} {_many(name)}", f"two {_many(name)}", "two animals"]
    elif animal.pose == "h":
        first = [
            f"the head of {_a(f'{animal.word} {name}')}",
            f"a portrait of {_a(name)}",
            _a(name),
            "the head of an animal",
        ]
    else:
        first = [_a(f"{animal.word} {name}"), _a(name)]
        first += [] if pose == "whole" else [f"{_a(name)} {pose}" + (" down" if pose in ("sitting", "lying") else "")]
    shown, wider = (f"two {_many(name)}", []) if two else (_a(name), wider)
    captions = (*first, *map(_a, wider), "animals" if two else "an animal", f"a painting of {shown}")
    concept = f"sculpted:{kind}:{animal.word}:{pose}" + (":two" if two else "")
    return Item("sculpted", concept, tuple(dict.fromkeys(captions)), "animals")


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _many(name: str) -> str:
    same = {"sheep": "sheep", "deer": "deer", "fish": "fish", "mouse": "mice", "wolf": "wolves", "bird flying": "birds"}
    return same.get(name) or (f"{name}es" if name.endswith(("x", "s", "sh", "ch")) else _ordinary(name))


def _ordinary(name: str) -> str:
    head, with_, rest = name.partition(" with ")
    plural = "butterflies" if head == "butterfly" else f"{head}s"
    return f"{plural}{with_}{rest}"
