"""Reads the table of hand labels and cuts what a label names out of its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from generator.mini.train.item import fixed_hash
from generator.mini.train.outside.views import SIDE, STAMP, Picture, cropped, fitted


@dataclass(frozen=True, slots=True)
class Labeled:
    """One line of the hand labels: where a picture lies, what it shows, which square of it counts (percent)."""

    category: str
    kind: str
    package: str
    path: str
    square: tuple[int, int, int] | None


def read_labels(table: str) -> Iterator[Labeled]:
    """The labeled pictures of a table in the form that `labels.py` explains."""
    category = kind = package = folder = suffix = ""
    for line in table.strip().splitlines():
        if "|" in line:
            category, kind, package, folder, suffix = line.split("|")
            continue
        for word in line.split():
            name, _, square = word.partition("@")
            left, top, side = (int(number) for number in (square or "0,0,0").split(","))
            path = f"usr/share/{folder}/{name}{suffix}"
            yield Labeled(category, kind, package, path, (left, top, side) if side else None)


def squared(image: Image.Image, label: Labeled, concept: str) -> Picture:
    """The picture at 256 px: a cut-out somewhere on an empty square, else the middle square."""
    image.draft("RGB", (2 * SIDE, 2 * SIDE))
    rgba = image.convert("RGBA")
    if label.square:
        left, top, side = (value * rgba.width // 100 for value in label.square)
        rgba = rgba.crop((left, top, left + side, top + side))
        return fitted(np.asarray(rgba), SIDE, 1.0, (0.5, 1.0))
    pixels = np.asarray(rgba)
    if pixels[..., 3].min() > 250:
        return cropped(np.ascontiguousarray(pixels[..., :3]), SIDE)
    rng = np.random.default_rng(fixed_hash(f"place {concept}"))
    return fitted(pixels, SIDE, rng.uniform(*STAMP), (rng.uniform(0.2, 0.8), rng.uniform(0.5, 1.0)))
