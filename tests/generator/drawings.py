"""Pictures drawn for tests, and their bytes in several formats."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WORDS = ["THE GRAND OPENING", "summer festival of music", "tickets at the door", "free entry before nine", "TODAY"]


def drawing(seed: int = 0, width: int = 320, height: int = 280) -> Image.Image:
    """A picture of colored shapes before a gradient, like clipart: sharp, varied and without text."""
    rng = np.random.default_rng(seed)
    top, bottom = rng.integers(60, 255, (2, 3))
    fade = np.linspace(0, 1, height)[:, None, None]
    ground = (top * (1 - fade) + bottom * fade) * np.ones((1, width, 1))
    picture = Image.fromarray(ground.astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = int(rng.integers(20, width // 2)), int(rng.integers(20, height // 2))
        color = tuple(int(c) for c in rng.integers(0, 255, 3))
        shape = (pen.ellipse, pen.rectangle)[int(rng.integers(0, 2))]
        shape((x, y, x + w, y + h), fill=color, outline="black", width=2)
    return picture


def poster(seed: int = 0, width: int = 400, height: int = 500) -> Image.Image:
    """A picture full of lines of text."""
    rng = np.random.default_rng(seed)
    dark = bool(rng.integers(0, 2))
    picture = Image.new("RGB", (width, height), (40, 20, 60) if dark else (240, 220, 180))
    pen = ImageDraw.Draw(picture)
    y = 12
    while y < height - 40:
        font = ImageFont.load_default(int(rng.integers(18, 34)))
        pen.text((14, y), WORDS[int(rng.integers(0, len(WORDS)))], fill="white" if dark else "black", font=font)
        y += 42
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
