"""Draws portraits and standing people by program, in all tones: clipart and emoji hardly have them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from generator.mini.train.item import Item
from generator.mini.train.painting.landscapes import paint_landscape, smooth_noise

Image = NDArray[np.float32]
Generator = np.random.Generator
Color = tuple[int, int, int]

SKINS: tuple[Color, ...] = (
    (244, 208, 177),
    (231, 180, 143),
    (210, 158, 124),
    (170, 114, 78),
    (120, 78, 50),
    (84, 54, 36),
)
HAIRS: dict[str, Color] = {"black": (30, 26, 24), "brown": (96, 62, 36), "blond": (222, 188, 110), "red": (170, 70, 30),
                           "gray": (160, 160, 160), "white": (235, 235, 230)}  # fmt: skip
CLOTHES: dict[str, Color] = {"red": (180, 40, 40), "blue": (40, 70, 160), "green": (40, 110, 60), "black": (30, 30, 34),
                             "white": (230, 230, 225), "yellow": (215, 180, 60), "brown": (110, 80, 55)}  # fmt: skip
SCALE = 2  # drawn at twice the size, then averaged: Pillow's shapes have no smooth edges


def paint_portrait(rng: Generator, size: int = 128, ground: float | None = None) -> tuple[Item, Image]:
    """Draw one head and shoulders before a plain ground [size, size, 3] in 0..1, or before one shade of gray."""
    canvas = _canvas(rng, size, 0.1, ground)
    draw = ImageDraw.Draw(canvas)
    unit = size * SCALE
    center, middle = unit * rng.uniform(0.42, 0.58), unit * rng.uniform(0.38, 0.5)
    tall = unit * rng.uniform(0.2, 0.34)
    words = _bust(rng, draw, center, middle, tall)
    who = words[0]
    captions = (
        f"a portrait of a {' '.join(words)}",
        f"the face of a {who}",
        f"a face, {' '.join(words)}",
        f"portrait of a {who}",
        "a human face",
        f"head of a {who}",
        f"a {' '.join(words)}",
    )
    return Item("portraits", f"portrait:{' '.join(words)}", captions, "faces"), _finish(canvas, size)


def paint_people(rng: Generator, size: int = 128, ground: float | None = None) -> tuple[Item, Image]:
    """Draw one to four standing people before a ground or a landscape [size, size, 3] in 0..1, or before a gray."""
    canvas = _canvas(rng, size, 0.6, ground)
    draw = ImageDraw.Draw(canvas)
    unit = size * SCALE
    count = int(rng.choice([1, 1, 1, 2, 2, 3, 4]))
    tall = unit * rng.uniform(0.5, 0.85)
    foot = unit * rng.uniform(0.88, 1.0)
    words = ""
    for place in range(count):
        x = unit * (place + 0.5) / count + unit * rng.uniform(-0.06, 0.06)
        words = _body(rng, draw, x, foot - tall * rng.uniform(0.9, 1.0), foot)
    several = {1: words, 2: "two people", 3: "three people", 4: "a group of people"}[count]
    doing = str(rng.choice(["standing", "waiting", "walking"]))
    captions = (
        f"{several} {doing}", "people" if count > 1 else f"a person, {words}", f"a picture of {several}", several,
        "a crowd of people" if count > 2 else "a human figure",
    )  # fmt: skip
    return Item("people", f"people:{count}:{words}", captions, "people"), _finish(canvas, size)


def _canvas(rng: Generator, size: int, outdoors: float, plain: float | None) -> Pillow.Image:
    if plain is not None:
        return Pillow.new("RGB", (size * SCALE, size * SCALE), (int(255 * plain),) * 3)
    if rng.random() < outdoors:
        ground = paint_landscape(rng, size)[1]
    else:
        top, low = rng.uniform(0.1, 0.95, (2, 3))
        part = np.linspace(0, 1, size)[:, None, None]
        ground = np.broadcast_to(top * (1 - part) + low * part, (size, size, 3)).astype(np.float32)
        ground = ground + 0.05 * smooth_noise(rng, size, 8)[..., None]
    image = Pillow.fromarray((ground.clip(0, 1) * 255).astype(np.uint8))
    return image.resize((size * SCALE, size * SCALE), Pillow.Resampling.BILINEAR)


def _finish(canvas: Pillow.Image, size: int) -> Image:
    small = canvas.resize((size, size), Pillow.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)


def _tone(rng: Generator, color: Color, spread: int = 12) -> Color:
    r, g, b = (int(np.clip(part + rng.integers(-spread, spread + 1), 0, 255)) for part in color)
    return r, g, b


def _dark(color: Color, part: float) -> Color:
    return int(color[0] * part), int(color[1] * part), int(color[2] * part)


def _oval(draw: ImageDraw.ImageDraw, x: float, y: float, wide: float, tall: float, color: Color) -> None:
    draw.ellipse((x - wide, y - tall, x + wide, y + tall), fill=color)


def _bust(rng: Generator, draw: ImageDraw.ImageDraw, x: float, y: float, tall: float) -> list[str]:
    skin = _tone(rng, SKINS[rng.integers(len(SKINS))])
    hair_name, cloth_name = str(rng.choice(sorted(HAIRS))), str(rng.choice(sorted(CLOTHES)))
    hair, cloth = _tone(rng, HAIRS[hair_name]), _tone(rng, CLOTHES[cloth_name])
    woman = rng.random() < 0.5
    wide = tall * rng.uniform(0.68, 0.85)
    if woman:
        _oval(draw, x, y + tall * 0.25, wide * 1.35, tall * rng.uniform(1.1, 1.6), hair)
    _oval(draw, x, y + tall * 2.35, wide * rng.uniform(1.9, 2.5), tall * 1.1, cloth)
    draw.rectangle((x - wide * 0.4, y + tall * 0.6, x + wide * 0.4, y + tall * 1.45), fill=_dark(skin, 0.88))
    _oval(draw, x, y - tall * 0.22, wide * 1.08, tall * 1.0, hair)
    _oval(draw, x, y + tall * 0.06, wide * 0.95, tall * 0.95, skin)
    fringe = rng.uniform(0.5, 0.85)
    draw.chord((x - wide, y - tall, x + wide, y + tall * 0.2), 180, 360, fill=hair if fringe > 0.6 else skin)
    _face(rng, draw, x, y, wide, tall, skin, hair)
    extras = _extras(rng, draw, x, y, wide, tall, hair, woman)
    return ["woman" if woman else "man", f"with {hair_name} hair", *extras]


def _face(
    rng: Generator,
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    wide: float,
    tall: float,
    skin: Color,
    hair: Color,
) -> None:
    turn = wide * rng.uniform(-0.2, 0.2)
    for side in (-1, 1):
        eye = x + turn + side * wide * 0.38
        _oval(draw, eye, y, wide * 0.17, tall * 0.08, (245, 245, 245))
        _oval(draw, eye + turn * 0.2, y, wide * 0.085, tall * 0.075, _tone(rng, (60, 50, 40), 30))
        draw.line((eye - wide * 0.2, y - tall * 0.2, eye + wide * 0.2, y - tall * rng.uniform(0.17, 0.24)),
                  fill=_dark(hair, 0.8), width=max(2, int(tall * 0.05)))  # fmt: skip
    nose = x + turn * 1.2
    draw.polygon(
        [(nose, y), (nose - wide * 0.13, y + tall * 0.32), (nose + wide * 0.13, y + tall * 0.32)],
        fill=_dark(skin, 0.88),
    )
    mouth = y + tall * 0.55
    _oval(
        draw,
        x + turn,
        mouth,
        wide * rng.uniform(0.22, 0.36),
        tall * rng.uniform(0.04, 0.09),
        _tone(rng, (165, 70, 70)),
    )


def _extras(
    rng: Generator,
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    wide: float,
    tall: float,
    hair: Color,
    woman: bool,
) -> list[str]:
    words = []
    if not woman and rng.random() < 0.3:
        draw.chord((x - wide * 0.9, y - tall * 0.1, x + wide * 0.9, y + tall * 1.05), 20, 160, fill=hair)
        _oval(draw, x, y + tall * 0.62, wide * 0.25, tall * 0.06, (150, 60, 60))
        words.append("and a beard")
    if rng.random() < 0.2:
        for side in (-1, 1):
            eye = x + side * wide * 0.4
            draw.ellipse(
                (eye - wide * 0.28, y - wide * 0.24, eye + wide * 0.28, y + wide * 0.24),
                outline=(25, 25, 25),
                width=max(2, int(tall * 0.04)),
            )
        words.append("and glasses")
    if rng.random() < 0.2:
        color = CLOTHES[str(rng.choice(sorted(CLOTHES)))]
        draw.rectangle((x - wide * 0.85, y - tall * 1.5, x + wide * 0.85, y - tall * 0.55), fill=color)
        draw.rectangle((x - wide * 1.5, y - tall * 0.68, x + wide * 1.5, y - tall * 0.52), fill=_dark(color, 0.8))
        words.append("and a hat")
    return words


def _body(rng: Generator, draw: ImageDraw.ImageDraw, x: float, top: float, foot: float) -> str:
    tall = foot - top
    skin, hair = _tone(rng, SKINS[rng.integers(len(SKINS))]), HAIRS[str(rng.choice(sorted(HAIRS)))]
    upper_name, lower = str(rng.choice(sorted(CLOTHES))), CLOTHES[str(rng.choice(sorted(CLOTHES)))]
    upper = _tone(rng, CLOTHES[upper_name])
    head, shoulder = tall * rng.uniform(0.07, 0.1), tall * rng.uniform(0.11, 0.16)
    neck, hip = top + head * 2.1, top + tall * rng.uniform(0.5, 0.56)
    woman = rng.random() < 0.5
    limb = max(3, int(tall * 0.06))
    spread = shoulder * rng.uniform(0.3, 1.0)
    for side in (-1, 1):
        draw.line(
            (x + side * shoulder * 0.45, hip, x + side * spread, foot - limb * 0.4),
            fill=lower,
            width=int(limb * 1.4),
        )
        hand = (x + side * shoulder * rng.uniform(1.2, 2.2), neck + tall * rng.uniform(-0.05, 0.36))
        draw.line((x + side * shoulder * 0.9, neck + limb * 0.7, *hand), fill=upper, width=limb)
        _oval(draw, *hand, limb * 0.6, limb * 0.6, skin)
        _oval(draw, x + side * spread * 1.05, foot - limb * 0.4, limb * 0.9, limb * 0.5, (40, 30, 26))
    skirt = tall * rng.uniform(0.05, 0.35) if woman else 0
    flare = shoulder * (0.75 + skirt / tall)
    top_edge, hem = neck + limb * 0.2, hip + skirt
    dress = [(x - shoulder, top_edge), (x + shoulder, top_edge), (x + flare, hem), (x - flare, hem)]
    draw.polygon(dress, fill=upper)
    if woman:
        _oval(draw, x, top + head * 1.3, head * 1.15, head * 1.5, hair)
    _oval(draw, x, top + head * 0.85, head * 0.98, head * 0.95, hair)
    _oval(draw, x, top + head * 1.15, head * 0.8, head * 0.92, skin)
    return f"a {'woman' if woman else 'man'} in {upper_name}"
