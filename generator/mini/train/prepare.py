"""Makes the training set: pictures, their items, and all texts with the teacher's embeddings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.mini.train.clipart import read_clipart
from generator.mini.train.emoji import read_emoji
from generator.mini.train.figures import paint_people, paint_portrait
from generator.mini.train.item import Item
from generator.mini.train.landscapes import paint_landscape
from generator.mini.train.render import SIZE, Rgba, render
from generator.mini.train.sources import SOURCES, fetch
from generator.mini.train.wordnet import english_words

IMAGES = "images.npy"
ITEMS = "items.json"
PAINTED = ((paint_landscape, 2200), (paint_portrait, 1000), (paint_people, 800))
SEED = 20


def prepare_images(data: Path, work: Path) -> None:
    """Fetch every source and write all pictures and items; exact duplicates are left out."""
    for source in SOURCES:
        fetch(source, data)
    seen: set[bytes] = set()
    images: list[Rgba] = []
    items: list[Item] = []
    for item, pixels in _everything(data):
        digest = hashlib.sha256(pixels.tobytes()).digest()
        if digest not in seen:
            seen.add(digest)
            images.append(pixels)
            items.append(item)
    partial = work / f"partial-{IMAGES}"
    np.save(partial, np.stack(images))
    partial.replace(work / IMAGES)
    (work / ITEMS).write_text(json.dumps([asdict(item) for item in items]), "utf-8")


def load_images(work: Path) -> NDArray[np.uint8]:
    """All pictures [N, 4, 128, 128], mapped from disk."""
    images: NDArray[np.uint8] = np.load(work / IMAGES, mmap_mode="r")
    return images


def load_items(work: Path) -> list[Item]:
    """All items, in the order of the pictures."""
    rows = json.loads((work / ITEMS).read_text("utf-8"))
    return [Item(row["source"], row["concept"], tuple(row["captions"]), row["category"]) for row in rows]


def _everything(data: Path) -> Iterator[tuple[Item, Rgba]]:
    yield from _painted()
    for item, svg in read_emoji(data):
        if (pixels := render(svg)) is not None:
            yield item, pixels
    for item, path in read_clipart(data / "openclipart-svg", english_words(data / "wordnet-base")):
        if (pixels := render(path)) is not None:
            yield item, pixels


def _painted() -> Iterator[tuple[Item, Rgba]]:
    rng = np.random.default_rng(SEED)
    for paint, count in PAINTED:
        for _ in range(count):
            item, image = paint(rng)
            pixels = np.full((4, SIZE, SIZE), 255, np.uint8)
            pixels[:3] = (image * 255).astype(np.uint8).transpose(2, 0, 1)
            yield item, pixels
