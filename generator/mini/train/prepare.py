"""Makes the training set: pictures, their items, and all texts with the teacher's embeddings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.mini.train.item import Item
from generator.mini.train.painting.figures import paint_people, paint_portrait
from generator.mini.train.painting.landscapes import paint_landscape
from generator.mini.train.pictures.avatars import read_avatars
from generator.mini.train.pictures.clipart import read_clipart
from generator.mini.train.pictures.emoji import read_emoji, read_shaded_emoji
from generator.mini.train.pictures.icons import read_icon_sets
from generator.mini.train.pictures.packages import SOURCES, fetch
from generator.mini.train.pictures.panoramas import read_panoramas
from generator.mini.train.pictures.photos import read_photos
from generator.mini.train.pictures.render import SIZE, Rgba, render, render_cutout
from generator.mini.train.pictures.wordnet import english_words
from generator.mini.train.sculpture.every import read_sculpted

IMAGES = "images.npy"
ITEMS = "items.json"
PAINTED = ((paint_landscape, 2200), (paint_portrait, 1000), (paint_people, 800))
SEED = 20
PARTS = ("pictures", "sculptures")


def prepare_pictures(data: Path, work: Path) -> None:
    """Fetch every source and write what it shows, and what is painted by program."""
    for source in SOURCES:
        fetch(source, data)
    _write(work, "pictures", _pictures(data))


def prepare_sculptures(work: Path) -> None:
    """Write what is built from solids."""
    _write(work, "sculptures", read_sculpted(SEED))


def join_images(work: Path) -> None:
    """Put the parts together to one file of pictures and one of items."""
    parts = [np.load(work / f"{part}-{IMAGES}", mmap_mode="r") for part in PARTS]
    shape = (sum(map(len, parts)), *parts[0].shape[1:])
    partial = work / f"partial-{IMAGES}"
    whole = np.lib.format.open_memmap(partial, "w+", np.uint8, shape)
    start = 0
    for images in parts:
        whole[start : start + len(images)] = images
        start += len(images)
    whole.flush()
    rows = [row for part in PARTS for row in json.loads((work / f"{part}-{ITEMS}").read_text("utf-8"))]
    (work / ITEMS).write_text(json.dumps(rows), "utf-8")
    partial.replace(work / IMAGES)


def _write(work: Path, part: str, pairs: Iterable[tuple[Item, Rgba]]) -> None:
    """Write one part; exact duplicates are left out."""
    seen: set[bytes] = set()
    images: list[Rgba] = []
    items: list[Item] = []
    for item, pixels in pairs:
        digest = hashlib.sha256(pixels.tobytes()).digest()
        if digest not in seen:
            seen.add(digest)
            images.append(pixels)
            items.append(item)
    (work / f"{part}-{ITEMS}").write_text(json.dumps([asdict(item) for item in items]), "utf-8")
    partial = work / f"partial-{part}-{IMAGES}"
    whole = np.lib.format.open_memmap(partial, "w+", np.uint8, (len(images), *images[0].shape))
    for number, pixels in enumerate(images):
        whole[number] = pixels
    whole.flush()
    partial.replace(work / f"{part}-{IMAGES}")


def load_images(work: Path) -> NDArray[np.uint8]:
    """All pictures [N, 4, 128, 128], mapped from disk."""
    images: NDArray[np.uint8] = np.load(work / IMAGES, mmap_mode="r")
    return images


def load_items(work: Path) -> list[Item]:
    """All items, in the order of the pictures."""
    rows = json.loads((work / ITEMS).read_text("utf-8"))
    return [Item(row["source"], row["concept"], tuple(row["captions"]), row["category"]) for row in rows]


def _pictures(data: Path) -> Iterator[tuple[Item, Rgba]]:
    yield from _painted()
    for item, drawing in _drawings(data):
        if (pixels := render(drawing)) is not None:
            yield item, pixels
    for item, path in read_shaded_emoji(data):
        if (pixels := render_cutout(Image.open(path))) is not None:
            yield item, pixels
    yield from read_photos(data)
    yield from read_panoramas(data)


def _drawings(data: Path) -> Iterator[tuple[Item, str | Path]]:
    yield from read_emoji(data)
    yield from read_clipart(data / "openclipart-svg", english_words(data / "wordnet-base"))
    yield from read_icon_sets(data)
    yield from read_avatars(data)


def _painted() -> Iterator[tuple[Item, Rgba]]:
    rng = np.random.default_rng(SEED)
    for paint, count in PAINTED:
        for _ in range(count):
            item, image = paint(rng)
            pixels = np.full((4, SIZE, SIZE), 255, np.uint8)
            pixels[:3] = (image * 255).astype(np.uint8).transpose(2, 0, 1)
            yield item, pixels
