"""Paints more scenery by program, in broad strokes: grounds to set drawings on, and scenery of their own.

The landscapes of `landscapes.py` are plain; these have what painted pictures have: crowns of trees, rows of pines,
dunes, polar lights, nebulae, glitter on water, grass, weeds under water.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter

from generator.mini.train.item import Item
from generator.mini.train.painting.landscapes import Scene, smooth_noise

Image = NDArray[np.float32]
Generator = np.random.Generator
Color = tuple[float, float, float]


def paint_scene(rng: Generator, size: int = 128) -> tuple[Item, Image]:
    """Paint one random scene [size, size, 3] in 0..1, with the captions of the nearest kind of landscape."""
    kind = str(rng.choice(sorted(KINDS)))
    paint, (sky, ground, back) = KINDS[kind]
    image = paint(rng, size) * rng.uniform(0.8, 1.1, 3) + rng.normal(0, 0.03, 3)
    canvas = Pillow.fromarray((image.clip(0, 1) * 255).astype(np.uint8))
    if rng.random() < 0.6:
        canvas = canvas.filter(ImageFilter.MedianFilter(int(rng.choice([3, 5]))))
    captions = Scene(sky, ground, back).captions()
    return Item("scenes", f"scene:{kind}", captions, "scenery"), np.asarray(canvas, np.float32) / np.float32(255)


def _near(rng: Generator, color: Color, spread: float = 0.07) -> Image:
    return (np.array(color) + rng.normal(0, spread, 3)).clip(0, 1).astype(np.float32)


def _sky(rng: Generator, size: int, top: Color, low: Color, clouds: float) -> Image:
    part = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    image = np.broadcast_to(_near(rng, top) * (1 - part) + _near(rng, low) * part, (size, size, 3)).copy()
    noise = sum(smooth_noise(rng, size, cells) * 2 / cells**0.5 for cells in (3, 7, 15))
    cover = (np.asarray(noise) * 0.6 - 0.3 + clouds).clip(0, 0.8)[..., None]
    return np.asarray(image * (1 - cover) + _near(rng, low, 0.1) * cover, np.float32)


def _ridge(rng: Generator, size: int, level: float, height: float, rough: float) -> NDArray[np.float32]:
    line = sum(smooth_noise(rng, size, cells)[0] / cells**rough * 2 for cells in (2, 4, 8, 16))
    return np.asarray(size * (level - height * np.asarray(line)), np.float32)


def _below(image: Image, line: NDArray[np.float32], color: Image, fade: float = 0.0) -> None:
    rows = np.arange(image.shape[0], dtype=np.float32)[:, None]
    mask = rows >= line[None]
    depth = ((rows - line[None]) / image.shape[0] * fade).clip(0, 0.6)[mask][:, None]
    image[mask] = color * (1 - depth) + 0.9 * depth


def _drawn(image: Image, draw_on: Callable[[ImageDraw.ImageDraw], None]) -> Image:
    canvas = Pillow.fromarray((image.clip(0, 1) * 255).astype(np.uint8))
    draw_on(ImageDraw.Draw(canvas))
    return np.asarray(canvas, np.float32) / np.float32(255)


def _ink(color: Image) -> tuple[int, int, int]:
    r, g, b = (int(part * 255) for part in color.clip(0, 1))
    return r, g, b


def _stars(rng: Generator, image: Image, share: float) -> None:
    image[rng.random(image.shape[:2]) < share] = 0.95


def _pine_row(rng: Generator, image: Image, foot: float, tall: float, color: Image) -> Image:
    size = image.shape[0]

    def rows(draw: ImageDraw.ImageDraw) -> None:
        for x in np.arange(-tall, size + tall, tall * rng.uniform(0.25, 0.6)):
            at, top = x + rng.normal(0, tall * 0.2), foot - tall * rng.uniform(0.5, 1.2)
            wide = tall * rng.uniform(0.15, 0.25)
            draw.polygon([(at, top), (at - wide, foot + 2), (at + wide, foot + 2)], fill=_ink(color))
        draw.rectangle((0, foot, size, size), fill=_ink(color))

    return _drawn(image, rows)


def _aurora(rng: Generator, size: int) -> Image:
    image = _sky(rng, size, (0.03, 0.05, 0.16), (0.1, 0.2, 0.3), -0.4)
    _stars(rng, image, 0.004)
    rows = np.arange(size, dtype=np.float32)[:, None]
    for _ in range(int(rng.integers(2, 5))):
        low = size * rng.uniform(0.3, 0.55) + size * 0.12 * smooth_noise(rng, size, int(rng.integers(2, 5)))[0]
        above = ((low[None] - rows) / (size * rng.uniform(0.15, 0.4))).clip(0, None)
        light = np.exp(-above * 2) * (above > 0) * (0.6 + 0.4 * smooth_noise(rng, size, 24)[0]).clip(0, 1)[None]
        image += light[..., None] * _near(rng, (0.15, 0.75, 0.5) if rng.random() < 0.7 else (0.5, 0.25, 0.7), 0.12)
    horizon = rng.uniform(0.6, 0.75)
    _below(image, _ridge(rng, size, horizon - 0.05, 0.12, 0.8), _near(rng, (0.35, 0.45, 0.55), 0.12))
    image = _pine_row(rng, image, size * horizon, size * rng.uniform(0.04, 0.15), _near(rng, (0.04, 0.08, 0.12), 0.03))
    return _mirrored(image, int(size * horizon))


def _mirrored(image: Image, horizon: int) -> Image:
    rows = min(image.shape[0] - horizon, horizon)
    image[horizon : horizon + rows] = image[horizon - rows : horizon][::-1] * 0.8
    return image


def _nebula(rng: Generator, size: int) -> Image:
    image = _sky(rng, size, (0.06, 0.05, 0.2), (0.25, 0.12, 0.4), -0.3)
    y, x = np.mgrid[:size, :size] / size
    slope, at = rng.uniform(-1, 1), rng.uniform(0.25, 0.65)
    away = y - at - slope * (x - 0.5)
    for color in ((0.5, 0.3, 0.6), (0.3, 0.35, 0.7), (0.6, 0.4, 0.45)):
        noise = smooth_noise(rng, size, 5) * 0.5 + smooth_noise(rng, size, 14) * 0.4
        light = np.exp(-((away + 0.08 * noise) ** 2) / rng.uniform(0.01, 0.04)) * (0.4 + 0.5 * noise).clip(0, 1)
        image += light[..., None] * _near(rng, color, 0.12)
    _stars(rng, image, rng.uniform(0.003, 0.02))
    if rng.random() < 0.7:
        _below(image, _ridge(rng, size, rng.uniform(0.75, 0.95), 0.1, 0.8), _near(rng, (0.06, 0.05, 0.12), 0.03))
    return np.asarray(image, np.float32)


def _trees(rng: Generator, size: int) -> Image:
    image = _sky(rng, size, (0.3, 0.55, 0.85), (0.85, 0.9, 0.95), rng.uniform(-0.3, 0.3))
    horizon = rng.uniform(0.5, 0.75)
    if rng.random() < 0.5:
        _below(image, _ridge(rng, size, horizon - 0.05, 0.08, 1.2), _near(rng, (0.45, 0.55, 0.6), 0.1))
    ground: Color = (0.35, 0.6, 0.25) if rng.random() < 0.6 else (0.7, 0.55, 0.3)
    _below(image, _ridge(rng, size, horizon, 0.02, 1.5), _near(rng, ground), 0.3)
    crowns: Color = ((0.95, 0.65, 0.75), (0.85, 0.5, 0.15), (0.25, 0.5, 0.2), (0.9, 0.75, 0.25))[rng.integers(4)]

    def rows(draw: ImageDraw.ImageDraw) -> None:
        for _ in range(int(rng.integers(2, 9))):
            x, foot = size * rng.uniform(0, 1), size * (horizon + rng.uniform(0, 0.1))
            tall = size * rng.uniform(0.12, 0.45)
            trunk = tall * 0.06
            draw.rectangle((x - trunk, foot - tall * 0.6, x + trunk, foot), fill=_ink(_near(rng, (0.3, 0.2, 0.15))))
            for _ in range(40):
                a, b = x + rng.normal(0, tall * 0.2), foot - tall * 0.75 + rng.normal(0, tall * 0.14)
                part = tall * rng.uniform(0.05, 0.12)
                draw.ellipse((a - part, b - part, a + part, b + part), fill=_ink(_near(rng, crowns)))

    image = _drawn(image, rows)
    dots = rng.random((size, size)) < rng.choice([0.0, 0.12]) * (np.arange(size)[:, None] > size * (horizon + 0.08))
    image[dots] = rng.uniform(0.3, 1, (int(dots.sum()), 3))
    return image


def _dunes(rng: Generator, size: int) -> Image:
    image = _sky(rng, size, (0.35, 0.6, 0.85), (0.95, 0.88, 0.75), -0.3)
    color = _near(rng, (0.85, 0.65, 0.4), 0.1)
    level = rng.uniform(0.4, 0.6)
    for layer in range(int(rng.integers(3, 6))):
        shade = color * (1 - 0.1 * (layer % 2) - 0.05 * layer)
        _below(image, _ridge(rng, size, level + 0.12 * layer, 0.1, 1.6), shade, rng.uniform(-0.3, 0.5))
    return image


def _pines(rng: Generator, size: int) -> Image:
    tone: Color = ((0.75, 0.82, 0.84), (0.55, 0.35, 0.55), (0.9, 0.93, 0.97), (0.1, 0.13, 0.3))[rng.integers(4)]
    image = _sky(rng, size, tone, (0.9, 0.85, 0.8) if tone[0] > 0.3 else (0.25, 0.3, 0.5), 0.0)
    if rng.random() < 0.5:
        _below(image, _ridge(rng, size, 0.5, 0.15, 0.8), _near(rng, tone) * 0.8, 0.6)
    dark = _near(rng, (0.1, 0.22, 0.22), 0.06)
    layers = int(rng.integers(2, 5))
    for layer in range(layers):
        near = (layer + 1) / layers
        color = np.array(tone, np.float32) * (1 - near) * 0.8 + dark * near
        image = _pine_row(rng, image, size * (0.45 + 0.5 * near), size * (0.1 + 0.25 * near), color)
    if rng.random() < 0.3:
        _below(image, _ridge(rng, size, 0.8, 0.05, 1.5), _near(rng, (0.92, 0.94, 0.98), 0.03))
    return image


def _glitter(rng: Generator, size: int) -> Image:
    night = rng.random() < 0.5
    top, low = ((0.06, 0.1, 0.25), (0.3, 0.38, 0.55)) if night else ((0.4, 0.5, 0.75), (0.98, 0.75, 0.6))
    image = _sky(rng, size, top, low, rng.uniform(-0.2, 0.3))
    horizon, x = int(size * rng.uniform(0.4, 0.65)), size * rng.uniform(0.2, 0.8)
    rows, columns = np.mgrid[:size, :size]
    away = np.hypot(rows - horizon * rng.uniform(0.3, 0.95), columns - x)
    radius = size * rng.uniform(0.03, 0.08)
    glow = np.exp(-away / (radius * 3))[..., None] * 0.4 + (away < radius)[..., None] * 0.5
    image = np.asarray(image * (1 - glow) + np.array((1, 0.95, 0.8)) * glow, np.float32)
    if rng.random() < 0.6:
        _below(image, _ridge(rng, size, horizon / size - 0.04, 0.06, 1.0), _near(rng, top) * 0.7)
    depth = np.linspace(0.9, 0.6, size - horizon)[:, None, None]
    image[horizon:] = _near(rng, (top[0] + 0.1, top[1] + 0.1, top[2] + 0.1)) * depth
    wave = np.repeat(rng.random((size - horizon, size // 4)), 4, 1)[:, :size]
    path = np.exp(-(((columns - x) / (size * 0.15)) ** 2))[horizon:]
    image[horizon:] += ((wave > 0.6) * (0.08 + 0.4 * path))[..., None] * np.array((1, 0.95, 0.85))
    if rng.random() < 0.4:
        _below(image, _ridge(rng, size, rng.uniform(0.8, 1.0), 0.15, 1.2), _near(rng, (0.3, 0.42, 0.25), 0.08))
    return image


def _blades(rng: Generator, image: Image, count: int, tall: float, color: Color) -> Image:
    size = image.shape[0]

    def strokes(draw: ImageDraw.ImageDraw) -> None:
        for _ in range(count):
            x, bend, high = size * rng.uniform(0, 1), size * rng.normal(0, 0.08), size * tall * rng.uniform(0.4, 1.2)
            wide = size * rng.uniform(0.005, 0.02)
            points = [(x - wide, size), (x + bend * 0.4, size - high * 0.6), (x + bend, size - high), (x + wide, size)]
            draw.polygon(points, fill=_ink(_near(rng, color, 0.1)))

    return _drawn(image, strokes)


def _under_water(rng: Generator, size: int) -> Image:
    image = _sky(rng, size, (0.3, 0.75, 0.8), (0.03, 0.3, 0.4), -0.4)
    y, x = np.mgrid[:size, :size] / size
    rays = smooth_noise(rng, size, 16)[0][((x - 0.3 * y) * size).astype(int).clip(0, size - 1)]
    image += (rays * (1 - y) * 0.12)[..., None].astype(np.float32)
    image = _blades(rng, image, int(rng.integers(5, 40)), rng.uniform(0.15, 0.4), (0.2, 0.5, 0.4))
    return _blades(rng, image, int(rng.integers(0, 25)), rng.uniform(0.1, 0.3), (0.85, 0.35, 0.4))


def _foliage(rng: Generator, size: int) -> Image:
    image = _sky(rng, size, (0.55, 0.7, 0.4), (0.3, 0.5, 0.2), 0.1)
    y, x = np.mgrid[:size, :size]
    for _ in range(int(rng.integers(0, 14))):
        disc = np.hypot(y - size * rng.random(), x - size * rng.random()) < size * rng.uniform(0.03, 0.1)
        image[disc] = image[disc] * 0.75 + 0.2
    return _blades(rng, image, int(rng.integers(0, 60)), rng.uniform(0.3, 0.8), (0.35, 0.55, 0.2))


KINDS: dict[str, tuple[Callable[[Generator, int], Image], tuple[str, str, str]]] = {
    "aurora": (_aurora, ("night", "lake", "mountains")),
    "nebula": (_nebula, ("night", "meadow", "mountains")),
    "trees": (_trees, ("day", "flower field", "forest")),
    "dunes": (_dunes, ("day", "desert", "nothing")),
    "pine wood": (_pines, ("fog", "meadow", "forest")),
    "glitter": (_glitter, ("sunset", "sea", "nothing")),
    "under water": (_under_water, ("day", "sea", "nothing")),
    "foliage": (_foliage, ("day", "meadow", "forest")),
}
