"""Turns drawings into pictures of one size: RGBA, 128 px, centered on a transparent square."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE = 128
LARGEST_DRAWING = 600_000  # bytes of SVG: larger ones take seconds each and are maps or tracings
LONGEST = 1000.0  # of a drawing's sides, one by the other: the picture of a needle would fill the memory
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
DPI = 96.0  # many old drawings give their size in points or millimeters

Rgba = NDArray[np.uint8]


def render(drawing: str | Path) -> Rgba | None:
    """Render an SVG text or file to [4, 128, 128], or None if it is too large, broken or blank."""
    import resvg_py  # an extra: only those who make the pictures need it

    if isinstance(drawing, Path):
        if drawing.stat().st_size > LARGEST_DRAWING:
            return None
        drawing = drawing.read_text("utf-8", errors="replace")
    if _needle(drawing):
        return None
    try:
        png = resvg_py.svg_to_bytes(svg_string=drawing, width=2 * SIZE, dpi=DPI)
    except ValueError:
        return None
    image = Image.open(BytesIO(png))
    if image.height > 4 * image.width or image.width > 4 * image.height:
        return None
    return _square(image.convert("RGBA"))


def _needle(svg: str) -> bool:
    """Whether the root of a drawing asks for a size that is far from any picture's."""
    root = re.search(r"<(?:\w+:)?svg\b[^>]*", svg)
    tag = root.group() if root else ""
    box = re.search(rf"""\sviewBox\s*=\s*["']\s*{NUMBER}[\s,]+{NUMBER}[\s,]+({NUMBER})[\s,]+({NUMBER})""", tag)
    width, height = (re.search(rf"""\s{side}\s*=\s*["']\s*({NUMBER})""", tag) for side in ("width", "height"))
    sizes = [box.groups()] if box else []
    sizes += [(width.group(1), height.group(1))] if width and height else []
    return any(float(high) > LONGEST * abs(float(wide)) for wide, high in sizes)


def render_cutout(image: Image.Image) -> Rgba | None:
    """A picture of any size, with or without ground, as [4, 128, 128] with all of it seen, or None if it is blank."""
    return _square(image.convert("RGBA"))


def render_crop(image: Image.Image, box: tuple[float, float, float, float]) -> Rgba:
    """A square part (left, top, right, bottom in pixels) of a photograph as opaque [4, 128, 128]."""
    part = image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BOX, box)
    pixels = np.full((4, SIZE, SIZE), 255, np.uint8)
    pixels[:3] = np.asarray(part).transpose(2, 0, 1)
    return pixels


def _square(image: Image.Image) -> Rgba | None:
    # Resizing works on premultiplied colors: invisible pixels keep whatever color they had and must not bleed in.
    image = image.convert("RGBa")
    box = image.getchannel("a").getbbox()
    if box is None:
        return None
    image = image.crop(box)
    image.thumbnail((SIZE - 4, SIZE - 4), Image.Resampling.BOX, reducing_gap=None)
    square = Image.new("RGBa", (SIZE, SIZE))
    square.paste(image, ((SIZE - image.width) // 2, (SIZE - image.height) // 2))
    pixels = np.asarray(square.convert("RGBA")).transpose(2, 0, 1)
    return None if _blank(pixels) else np.ascontiguousarray(pixels)


def _blank(pixels: Rgba) -> bool:
    covered = pixels[:, pixels[3] > 128]
    return covered.shape[1] < SIZE * SIZE // 100 or (covered.shape[1] == SIZE * SIZE and float(covered.std()) < 1)
