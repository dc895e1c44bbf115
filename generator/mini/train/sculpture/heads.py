"""Heads with volume, from any side and under any light: what portraits show and emoji do not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.item import Item
from generator.mini.train.painting.figures import CLOTHES, HAIRS, SKINS
from generator.mini.train.sculpture.solids import Color, Point, Solid, ball, sculpt, some_light, turned

WHITE, IRIS, LIPS = (0.88, 0.87, 0.84), (0.12, 0.1, 0.09), (0.62, 0.27, 0.25)


def sculpt_head(rng: np.random.Generator) -> tuple[Item, NDArray[np.uint8]]:
    """One head with neck and shoulders, RGBA [4, 128, 128]; frontal, turned, or nearly in profile."""
    skin, hair_name, hair = some_skin(rng), *some_hair(rng)
    woman, cloth_name = bool(rng.random() < 0.5), str(rng.choice(sorted(CLOTHES)))
    high, size = rng.uniform(0.0, 0.28), rng.uniform(0.75, 1.25)
    solids = head(rng, skin, hair, woman) + _shoulders(rng, skin, unit(rng, CLOTHES[cloth_name]))
    words = ["woman" if woman else "man", f"with {hair_name} hair"]
    if rng.random() < (0.0 if woman else 0.4):
        solids, words = solids + _beard(rng, hair), [*words, "and a beard"]
    if rng.random() < 0.2:
        solids, words = solids + _hat(rng), [*words, "and a hat"]
    if rng.random() < 0.12:
        solids, words = solids + _glasses(), [*words, "and glasses"]
    solids = [_moved(solid, size, (rng.uniform(-0.12, 0.12), high, 0.0)) for solid in solids]
    turn = turned(
        float(rng.choice([rng.normal(0, 0.35), rng.uniform(-1.4, 1.4)])), rng.normal(0, 0.12), rng.normal(0, 0.1)
    )
    return _item(words), sculpt(solids, turn, some_light(rng))


def head(rng: np.random.Generator, skin: Color, hair: Color, woman: bool) -> list[Solid]:
    """The solids of a head of half height 0.42 about the origin, looking along z."""
    wide, jaw = rng.uniform(0.74, 0.88), rng.uniform(0.2, 0.28)
    dark = shaded(skin, 0.8)
    brow = shaded(hair, 0.7)
    eye, mouth = rng.uniform(0.12, 0.15), rng.uniform(-0.24, -0.19)
    solids = [
        ball((0, 0.06, 0), 0.37, skin, (wide, 1.08, 0.95)),
        ball((0, -0.2, 0.08), jaw, skin, (0.95, 1.0, 0.9)),
        Solid((0, 0.08, 0.34), (0, -0.08, 0.42 + rng.uniform(0, 0.05)), 0.028, rng.uniform(0.045, 0.065), skin),
        ball((0, mouth, 0.285), rng.uniform(0.07, 0.1), blush(rng), (1.0, 0.4, 0.45), 0.01),
        *(ball((side * 0.3 * wide / 0.8, 0.0, -0.02), 0.075, dark, (0.5, 1.1, 0.8), 0.02) for side in (-1, 1)),
    ]
    gaze = rng.normal(0, 0.012)
    for side in (-1, 1):
        x = side * eye
        solids += [
            ball((x, 0.065, 0.282), 0.064, WHITE, (1.15, 0.66, 0.8), 0.003),
            ball((x + gaze, 0.065, 0.326), 0.034, IRIS, (0.9, 1.0, 0.5), 0.002),
            Solid((x - side * 0.07, 0.165, 0.305), (x + side * 0.075, 0.165 + rng.uniform(-0.02, 0.03), 0.265),
                  0.018, 0.011, brow, melt=0.005),
            ball((x, 0.112, 0.285), 0.066, shaded(skin, 0.9), (1.15, 0.3, 0.7), 0.008),
        ]  # fmt: skip
    return solids + _hair(rng, hair, wide, woman)


def some_skin(rng: np.random.Generator) -> Color:
    """A skin tone between two neighbors of the scale."""
    return unit(rng, SKINS[int(rng.integers(len(SKINS)))])


def some_hair(rng: np.random.Generator) -> tuple[str, Color]:
    """A hair color with its name."""
    name = str(rng.choice(sorted(HAIRS)))
    return name, unit(rng, HAIRS[name])


def unit(rng: np.random.Generator, color: tuple[int, int, int]) -> Color:
    """A color of 0..255 as one of 0..1, a little off."""
    r, g, b = (float(np.clip(part / 255 + rng.normal(0, 0.035), 0.02, 0.98)) for part in color)
    return r, g, b


def shaded(color: Color, part: float) -> Color:
    """A color made darker."""
    return color[0] * part, color[1] * part, color[2] * part


def blush(rng: np.random.Generator) -> Color:
    """A color for lips."""
    part = float(rng.uniform(0.7, 1.2))
    return LIPS[0] * part, LIPS[1] * part, LIPS[2] * part


def _hair(rng: np.random.Generator, hair: Color, wide: float, woman: bool) -> list[Solid]:
    if not woman and rng.random() < 0.12:
        return []
    rise = rng.uniform(0.1, 0.16)
    solids = [ball((0, 0.02 + rise, -0.075), 0.385, hair, (wide * 1.06, 1.04, 0.93), 0.01)]
    if rng.random() < 0.5:
        solids.append(ball((rng.uniform(-0.12, 0.12), 0.4, 0.17), 0.16, hair, (1.5, 0.6, 0.8), 0.03))
    if woman or rng.random() < 0.12:
        low, out = rng.uniform(-0.75, -0.2), rng.uniform(0.24, 0.36)
        thick = rng.uniform(0.1, 0.17)
        solids += [Solid((s * 0.27, 0.18, -0.08), (s * out, low, -0.06), 0.13, thick, hair, melt=0.05) for s in (-1, 1)]
        solids.append(Solid((0, 0.1, -0.2), (0, low, -0.22), 0.25, 0.2, hair))
    if woman and rng.random() < 0.25:
        solids.append(ball((0, 0.5, -0.22), rng.uniform(0.12, 0.18), hair))
    return solids


def _beard(rng: np.random.Generator, hair: Color) -> list[Solid]:
    low = rng.uniform(-0.62, -0.38)
    chin = Solid((0, -0.3, 0.14), (0, low, 0.16), 0.19, 0.09, hair, melt=0.02)
    lip = Solid((-0.09, -0.16, 0.31), (0.09, -0.16, 0.31), 0.028, 0.028, hair, melt=0.01)
    sides = [Solid((s * 0.27, 0.0, 0.03), (s * 0.15, -0.32, 0.15), 0.05, 0.1, hair, melt=0.02) for s in (-1, 1)]
    return [chin, lip, *sides]


def _hat(rng: np.random.Generator) -> list[Solid]:
    color = unit(rng, CLOTHES[str(rng.choice(sorted(CLOTHES)))])
    tall, brim = rng.uniform(0.12, 0.3), rng.uniform(0.38, 0.62)
    crown = Solid((0, 0.36, -0.04), (0, 0.36 + tall, -0.06), 0.31, rng.uniform(0.2, 0.31), color, melt=0.01)
    return [crown, ball((0, 0.3, 0), brim, shaded(color, 0.85), (1.0, 0.09, 1.0), 0.01)]


def _glasses() -> list[Solid]:
    solids = []
    for side in (-1, 1):
        corners = [(side * 0.14 + 0.105 * np.cos(a), 0.06 + 0.085 * np.sin(a), 0.37) for a in np.linspace(0, 6.3, 9)]
        solids += [Solid(a, b, 0.012, 0.012, IRIS, melt=0.002) for a, b in pairwise(corners)]
    return [*solids, Solid((-0.04, 0.08, 0.39), (0.04, 0.08, 0.39), 0.012, 0.012, IRIS, melt=0.002)]


def _shoulders(rng: np.random.Generator, skin: Color, cloth: Color) -> list[Solid]:
    wide = rng.uniform(0.55, 0.8)
    neck = Solid((0, -0.25, -0.06), (0, -0.62, -0.08), 0.15, 0.17, skin)
    chest = Solid((0, -0.95, -0.1), (0, -1.6, -0.1), 0.42, 0.5, cloth, (1.25, 1.0, 0.75))
    arms = [Solid((s * wide * 0.6, -0.82, -0.1), (s * wide, -1.5, -0.08), 0.2, 0.22, cloth) for s in (-1, 1)]
    collar = ball((0, -0.66, -0.04), 0.24, shaded(cloth, rng.uniform(0.5, 1.6)), (1.1, 0.35, 1.0), 0.02)
    return [neck, chest, *arms] + ([collar] if rng.random() < 0.5 else [])


def _moved(solid: Solid, size: float, by: Point) -> Solid:
    """A solid made larger about the origin, then moved."""
    a, b = (tuple(size * part + step for part, step in zip(point, by, strict=True)) for point in (solid.a, solid.b))
    return Solid(a, b, size * solid.ra, size * solid.rb, solid.color, solid.scale, solid.melt)  # type: ignore[arg-type]


def _item(words: list[str]) -> Item:
    who = words[0]
    captions = (
        f"a portrait of a {' '.join(words)}", f"the face of a {who}", "a portrait", "a human face",
        f"a painting of a {who}'s face", f"head of a {who}", f"a bust of a {who}",
    )  # fmt: skip
    return Item("sculpted", f"sculpted:head:{' '.join(words)}", captions, "faces")
