"""Still lifes: three to six things on a table, alone on it or in a dark room that fills the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.item import Item
from generator.mini.train.pictures.render import SIZE
from generator.mini.train.sculpture.clay import Clay, Floats
from generator.mini.train.sculpture.kinds import KINDS, some_color
from generator.mini.train.sculpture.look import show
from generator.mini.train.sculpture.matter import between, dimmed, tinted
from generator.mini.train.sculpture.solids import Color, Light, some_light, turned

TABLES: tuple[Color, ...] = (
    (0.24, 0.14, 0.08),
    (0.4, 0.25, 0.13),
    (0.8, 0.78, 0.73),
    (0.3, 0.1, 0.08),
    (0.18, 0.22, 0.16),
    (0.55, 0.45, 0.3),
)
WALLS: tuple[Color, ...] = (
    (0.13, 0.09, 0.06),
    (0.3, 0.22, 0.14),
    (0.42, 0.41, 0.4),
    (0.16, 0.18, 0.2),
    (0.55, 0.5, 0.4),
    (0.35, 0.42, 0.45),
)
TALL = (
    "vase",
    "bottle",
    "jug",
    "vase of flowers",
    "candle",
    "teapot",
    "kettle",
    "glass of wine",
    "bowl of fruit",
    "basket",
    "cooking pot",
    "stack of books",
    "violin",
    "lute",
    "globe",
    "lamp",
    "bowl of fruit",
    "vase of flowers",
    "jug",
    "bottle",
)
LOW = (
    "apple",
    "pear",
    "orange",
    "lemon",
    "bunch of grapes",
    "peach",
    "banana",
    "cup",
    "loaf of bread",
    "glass of wine",
    "plate with food",
    "open book",
    "apple",
    "pear",
    "lemon",
    "pumpkin",
    "plum",
)


def sculpt_stilllife(rng: np.random.Generator) -> tuple[Item, NDArray[np.uint8]]:
    """Things on a table, RGBA [4, 128, 128]; opaque where a wall stands behind."""
    back, front = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    names = [str(n) for n in rng.choice(TALL, back)], [str(n) for n in rng.choice(LOW, front)]
    filled = bool(rng.random() < 0.55)
    light, scene = some_light(rng), Clay(1.3)
    for row, chosen in enumerate(names):
        _row(rng, scene, chosen, -0.12 if row == 0 else 0.3)
    half = float(np.abs(scene.whole()[0][:, 0]).max())
    _table(rng, scene, filled)
    image = show(_seen(rng, scene, min(1.4, between(rng, 0.75, 0.95) / half) if filled else 0.88), light)
    return _item(names[0] + names[1]), _before_wall(rng, image, light) if filled else image


def _row(rng: np.random.Generator, scene: Clay, names: list[str], z: float) -> None:
    """Things side by side, each as far from the last as their widths ask."""
    places = np.cumsum([0.44 + 0.06 * rng.random() for _ in names])
    for x, name in zip(places - places.mean() + rng.normal(0, 0.05), names, strict=True):
        kind = KINDS[name]
        one, size = Clay(kind.size * 1.3), kind.size * between(rng, 0.85, 1.1)
        kind.grow(one, rng, some_color(rng, kind)[1])
        lean = -0.15 if name in ("violin", "lute") else 0.0
        scene.put(one, size, (float(x), 0.0, z + between(rng, -0.06, 0.06)), (between(rng, -0.6, 0.6), lean, 0.0))


def _table(rng: np.random.Generator, scene: Clay, filled: bool) -> None:
    color = tinted(rng, TABLES[int(rng.integers(len(TABLES)))], 0.02)
    wide, back, front = (1.7, -0.7, 0.95) if filled else (1.05, -0.5, 0.65)
    if not filled and rng.random() < 0.4:
        scene.lathe([(0, -0.01), (0.95, -0.01), (0.95, -0.1)], color, (0, 0, 0.08), smooth=False)
        return
    scene.box((0, -0.06, (front + back) / 2), (wide, 0.05, (front - back) / 2), color)
    if rng.random() < 0.35:  # a cloth that hangs over the rim
        cloth = tinted(rng, (0.85, 0.83, 0.78) if rng.random() < 0.6 else dimmed(color, 1.6))
        x, half = between(rng, -0.4, 0.4), between(rng, 0.3, 0.6)
        scene.box((x, -0.005, front - 0.3), (half, 0.012, 0.31), cloth)
        scene.box((x, -0.2, front + 0.01), (half, 0.2, 0.015), cloth)
    scene.box(
        (0, -0.5 if filled else -0.16, front - 0.05), (wide - 0.03, 0.4 if filled else 0.08, 0.04), dimmed(color, 0.7)
    )


def _seen(rng: np.random.Generator, scene: Clay, size: float) -> tuple[Floats, Floats, Floats]:
    """The scene from a little above, this much larger; points, normals and colors [N, 3]."""
    points, normals, colors = scene.whole()
    rotation = turned(rng.normal(0, 0.06), between(rng, 0.18, 0.5), 0.0).T.astype(np.float32)
    points, normals = points @ rotation, normals @ rotation
    low = between(rng, 0.3, 0.45) * size
    return points * np.float32(size) - np.asarray((0, low, 0), np.float32), normals, colors


def _before_wall(rng: np.random.Generator, image: NDArray[np.uint8], light: Light) -> NDArray[np.uint8]:
    """The picture on a wall that is lighter on one side."""
    wall = np.asarray(tinted(rng, WALLS[int(rng.integers(len(WALLS)))], 0.02))
    line = np.linspace(-1, 1, SIZE)
    slope = 1 + 0.3 * np.sign(light.toward[0]) * line[None, :] - between(rng, -0.2, 0.2) * line[:, None]
    behind = wall[:, None, None] * slope * np.asarray(light.color)[:, None, None] * 255
    cover = image[3:] / 255.0
    whole = np.full_like(image, 255)
    whole[:3] = (image[:3] * cover + behind * (1 - cover)).clip(0, 255).astype(np.uint8)
    return whole


def _item(names: list[str]) -> Item:
    kinds = list(dict.fromkeys(names))
    first, second = kinds[0], kinds[1] if len(kinds) > 1 else kinds[0]
    captions = (
        f"a still life with {_a(first)} and {_a(second)}",
        "a still life",
        f"{_a(first)} and {_a(second)} on a table",
        "a still life painting",
        "things on a table",
        "objects",
        "an object",
        f"a painting of {_a(first)} on a table",
    )
    return Item("sculpted", f"sculpted:still life:{'+'.join(sorted(kinds))}", captions, "objects")


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
