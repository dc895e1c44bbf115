"""Pictures to damage: drawn by code, or pieces of the bundled gallery's, or files of a folder. RGB uint8 [H, W, 3].

Each comes with the name of what it was made from, so that one half of the names chooses limits and the other
half is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from generator.mini.train.painting.figures import paint_people, paint_portrait
from nftd.sample.make.brush import paint
from nftd.sample.make.canvas import Canvas
from nftd.sample.make.scenes import SCENES
from tests.generator.drawings import drawing

Pixels = NDArray[np.uint8]
Rng = np.random.Generator

GALLERY = Path(__file__).parents[3] / "nftd" / "sample" / "site" / "images"
NOT_CLEAN = ("003-open-studio", "038-tiger-again", "050-french-horn")  # text, a twin of 001, a broken file
WITH_COLORS = ("stage", "studio", "marble")  # scenes that need colors in their name
SUFFIXES = (".jpg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Work:
    """A clean picture; `name` is what it was made from, `kind` what sort of picture it is."""

    name: str
    kind: str
    pixels: Pixels


def drawn(seed: int) -> Work:
    """One of eight kinds of pictures made by code; the same seed draws the same picture."""
    rng = np.random.default_rng([seed, 11])
    kind = list(KINDS)[seed % len(KINDS)]
    return Work(f"{kind}-{seed}", kind, KINDS[kind](rng, int(rng.integers(220, 760))))


def gallery_files() -> list[Path]:
    """The bundled pictures that are whole and hold no text, in order."""
    return [path for path in sorted(GALLERY.iterdir()) if _is_clean(path)]


def _is_clean(path: Path) -> bool:
    return path.suffix in SUFFIXES and not path.stem.startswith(NOT_CLEAN) and path.read_bytes()[:1] != b"<"


def from_file(path: Path, kind: str, rng: Rng, longest: int = 900) -> Work:
    """A piece of at least two thirds of a file's picture, maybe mirrored, shrunk to 220 to `longest` pixels."""
    with Image.open(path) as image:
        image.draft("RGB", (2 * longest, 2 * longest))
        pixels = _on_white(image)
    height, width = pixels.shape[:2]
    share = rng.uniform(0.67, 1.0)
    tall, wide = int(height * share), int(width * share)
    top, left = int(rng.integers(0, height - tall + 1)), int(rng.integers(0, width - wide + 1))
    piece = pixels[top : top + tall, left : left + wide]
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    return Work(path.stem, kind, shrunk(piece, int(rng.integers(220, longest))))


def read_whole(path: Path) -> Pixels:
    """A file's whole picture, on white where it is transparent."""
    with Image.open(path) as image:
        return _on_white(image)


def _on_white(image: Image.Image) -> Pixels:
    rgba = image.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, "white")
    ground.alpha_composite(rgba)
    return np.asarray(ground.convert("RGB"))


def shrunk(pixels: Pixels, side: int) -> Pixels:
    """The picture with its longer side brought down to `side`; a smaller one stays."""
    factor = side / max(pixels.shape[:2])
    if factor >= 1:
        return np.ascontiguousarray(pixels)
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA), np.uint8)


def half_of(name: str) -> int:
    """0 or 1: the half of the works that this one is in, by a fixed hash of its name."""
    return sum(ord(letter) * (at + 1) for at, letter in enumerate(name)) // 7 % 2


def gallery_works(seed: int) -> Iterator[Work]:
    """A piece of every clean picture of the bundled gallery."""
    for number, path in enumerate(gallery_files()):
        yield from_file(path, "gallery", np.random.default_rng([seed, number]))


# --- kinds ----------------------------------------------------------------------------------------


def _scene(rng: Rng, side: int) -> Pixels:
    side = min(side, 480)
    names = [name for name in SCENES if name not in WITH_COLORS]
    canvas = Canvas(side, int(side * rng.uniform(0.7, 1.0)), seed=int(rng.integers(1 << 30)))
    SCENES[names[int(rng.integers(len(names)))]](canvas)
    return _bytes(paint(canvas.rgb, int(rng.integers(1 << 30)), 1.0))


def _clipart(rng: Rng, side: int) -> Pixels:
    return np.asarray(drawing(int(rng.integers(1 << 30)), side, int(side * rng.uniform(0.7, 1.2))))


def _figure(rng: Rng, side: int) -> Pixels:
    make = (paint_portrait, paint_people)[int(rng.integers(2))]
    return _bytes(make(rng, side // 8 * 8)[1])  # the water of its landscapes is painted in eights


def _sprite(rng: Rng, side: int) -> Pixels:
    """A mirrored sprite of a few colors, each of its points a square of 8 to 24 pixels."""
    cells = int(rng.integers(16, 33))
    colors = rng.integers(0, 256, (5, 3))
    half = rng.choice(5, (cells, cells // 2), p=[0.2, 0.3, 0.2, 0.2, 0.1])
    rows, columns = np.mgrid[0:cells, 0 : cells // 2]
    round_ = (rows - cells / 2) ** 2 + (columns - cells / 2) ** 2 < (0.42 * cells) ** 2
    small = colors[np.where(round_, half, 0)]
    point = int(rng.choice([8, 8, 10, 12, 16, 24]))
    whole = np.concatenate([small, small[:, ::-1]], axis=1).astype(np.uint8)
    return whole.repeat(point, 0).repeat(point, 1)


def _lines(rng: Rng, side: int) -> Pixels:
    """Curves of a pen on paper."""
    paper, ink = rng.integers(215, 256, 3), rng.integers(0, 90, 3)
    sheet = np.full((side, side, 3), paper, np.uint8)
    for _ in range(int(rng.integers(14, 40))):
        t = np.linspace(0, 1, 60)
        middle, size, turn = rng.uniform(0.1, 0.9, 2), rng.uniform(0.05, 0.5), rng.uniform(0, 2 * math.pi, 2)
        x = middle[0] + size * np.cos(turn[0] + 4 * t) * (0.5 + t / 2)
        y = middle[1] + size * np.sin(turn[1] + rng.uniform(2, 7) * t)
        points = (np.stack([x, y], 1) * side * 16).astype(np.int32)
        cv2.polylines(sheet, [points], False, ink.tolist(), int(rng.integers(1, 5)), cv2.LINE_AA, 4)
    return sheet


def _tiles(rng: Rng, side: int) -> Pixels:
    """Bricks, fences, windows and checks: rows of like shapes that are not letters, on no grid of eight."""
    sheet = np.full((side, side, 3), rng.integers(60, 256, 3), np.uint8)
    pen_color = rng.integers(0, 200, 3)
    wide, tall = rng.uniform(9, 60), rng.uniform(9, 60)
    gap_x, gap_y, shift = rng.uniform(2, 20), rng.uniform(2, 20), rng.uniform(0, 0.5)
    for row in range(int(side / (tall + gap_y)) + 1):
        for column in range(-1, int(side / (wide + gap_x)) + 1):
            left, top = (column + shift * (row % 2)) * (wide + gap_x), row * (tall + gap_y)
            color = np.clip(pen_color + rng.normal(0, 14, 3), 0, 255).astype(int).tolist()
            corner = (int(left + wide), int(top + tall))
            cv2.rectangle(sheet, (int(left), int(top)), corner, color, -1)
    return sheet


def _texture(rng: Rng, side: int) -> Pixels:
    """Clouds of noise over several scales with sharp shapes before them: the statistics of a photograph."""
    noise = np.zeros((side, side, 3), np.float32)
    for octave in range(7):
        cells = 3 * 2**octave
        layer = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        noise += cv2.resize(layer, (side, side), interpolation=cv2.INTER_CUBIC) / 1.6**octave
    shown = 128 + 34 * noise + rng.integers(-40, 40, 3)
    sheet = np.clip(shown, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(4, 12))):
        corners = (rng.uniform(0, 1, (int(rng.integers(3, 7)), 2)) * side).astype(np.int32)
        mask = np.zeros((side, side), np.uint8)
        cv2.fillPoly(mask, [cv2.convexHull(corners)], 1, cv2.LINE_AA)
        sheet = np.where(mask[..., None] > 0, np.clip(sheet * rng.uniform(0.4, 1.5, 3), 0, 255), sheet).astype(np.uint8)
    return sheet


def _emblem(rng: Rng, side: int) -> Pixels:
    """One figure of a few colors in the middle of an empty ground, as emoji and logos are."""
    sheet = Image.new("RGB", (side, side), tuple(int(one) for one in rng.choice([255, 250, 30, 0, 120, 200], 3)))
    pen = ImageDraw.Draw(sheet)
    radius = side * rng.uniform(0.2, 0.42)
    for size in (1.0, 0.72, 0.4, 0.2):
        color = tuple(int(one) for one in rng.integers(0, 256, 3))
        x, y = (side / 2 + rng.normal(0, 0.06 * side) for _ in range(2))
        r = radius * size
        shape = (pen.ellipse, pen.rectangle)[int(rng.integers(2))]
        shape((x - r, y - r * rng.uniform(0.6, 1), x + r, y + r), fill=color)
    return np.asarray(sheet)


def _bytes(image: object) -> Pixels:
    return np.round(np.clip(np.asarray(image, np.float64), 0, 1) * 255).astype(np.uint8)


KINDS: dict[str, Callable[[Rng, int], Pixels]] = {
    "scene": _scene,
    "clipart": _clipart,
    "figure": _figure,
    "sprite": _sprite,
    "lines": _lines,
    "tiles": _tiles,
    "texture": _texture,
    "emblem": _emblem,
}


def encoded(pixels: Pixels, kind: str, quality: int = 90) -> Pixels:
    """The picture as it comes back from a JPEG or WebP file of this quality."""
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, kind, quality=quality)
    return np.asarray(Image.open(out).convert("RGB"))
