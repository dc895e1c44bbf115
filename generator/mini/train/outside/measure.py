"""How well the pair names the five categories in pictures that it has never been near: photographs and paintings.

Test only: these packages are measured on, never trained on and never shipped, so that licenses which a product could
not take over (GPL, CC BY-SA) do no harm here. None of their pictures is stored in the project.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from generator.categories import CATEGORIES as PROMPTS
from generator.categories import DREAM_PROMPTS
from generator.mini.train.ascent import Ascent, ascend
from generator.mini.train.item import CATEGORIES, Item, fixed_hash
from generator.mini.train.measures import categories, class_vectors, embed_all
from generator.mini.train.outside.labels import LABELS
from generator.mini.train.outside.read import read_labels, squared
from generator.mini.train.outside.views import SIDE, Picture, over, painted, plain_ground, textured_ground
from generator.mini.train.pictures.packages import Source, fetch
from generator.models import Pair, Perceptor

NOISE: Final = 0.3  # of the latents' standard deviation
DREAMED_EACH: Final = 10
BATCH: Final = 16
KINDS: Final = ("photo", "painting", "drawing")
_GPL2 = "GNU General Public License version 2"


def _debian(package: str, license: str, words: str) -> Source:  # noqa: A002 - the field's name
    return Source(package, "debian", "test only", license, f"usr/share/doc/{package}/copyright", words)


TEST_SOURCES: Final = (
    _debian("tuxpaint-stamps-default", "GPL-2", "License: GPL-2"),
    _debian("pysiogame", "GPL-3+", "License: GPL-3+"),
    _debian("freecol", "GPL-2+, public domain by file", "License: GPL-2+"),
    _debian("endless-sky-data", "CC BY-SA 4.0, public domain by file", "License: CC-BY-SA-4.0"),
    _debian("opencv-doc", "Apache-2.0", "License: Apache-2.0"),
    _debian("mate-backgrounds", "GPL-2+", "License: GPL-2+"),
    _debian("plasma-workspace-wallpapers", "GPL-2+", "License: GPL-2+"),
    *(
        _debian(f"wesnoth-1.16-{part}", "GPL-2+", _GPL2)
        for part in "data did dm ei httt l low nr sof sotbe trow tsg ttb utbs".split()
    ),
)
"""Packages with pictures to measure on; nothing that trains reads this list.

Of `endless-sky-data`, training reads the files under free licenses; those measured on are by other photographers.
"""


@dataclass(frozen=True, slots=True)
class Outside:
    """The pictures, RGBA [256, 256, 4] where they are cut out and RGB where they fill their frame."""

    items: tuple[Item, ...]
    kinds: tuple[str, ...]
    pictures: tuple[Picture, ...]


def load_outside(data: Path) -> Outside:
    """Fetch what is missing of the test sources to a folder and read the labeled pictures."""
    folders = {source.package: fetch(source, data) for source in TEST_SOURCES}
    items, kinds, pictures = [], [], []
    for label in read_labels(LABELS):
        concept = f"{label.package}/{label.path}{label.square or ''}"
        items.append(Item(label.package, concept, (), label.category))
        kinds.append(label.kind)
        pictures.append(squared(Image.open(folders[label.package] / label.path), label, concept))
    return Outside(tuple(items), tuple(kinds), tuple(pictures))


def plain_views(outside: Outside) -> Tensor:
    """[N, 3, 256, 256] in 0..1: cut-outs on one muted color each."""
    return torch.stack([_tensor(picture) for picture in _grounded(outside, "plain")])


def painted_views(outside: Outside) -> Tensor:
    """[N, 3, 256, 256] in 0..1: cut-outs on textured grounds, everything painted over."""
    pictures = _grounded(outside, "textured")
    seeds = (np.random.default_rng(fixed_hash(f"paint {item.concept}")) for item in outside.items)
    return torch.stack([_tensor(painted(picture, rng)) for picture, rng in zip(pictures, seeds, strict=True)])


def _grounded(outside: Outside, name: str) -> Iterator[Picture]:
    make = plain_ground if name == "plain" else textured_ground
    for item, picture in zip(outside.items, outside.pictures, strict=True):
        rng = np.random.default_rng(fixed_hash(f"{name} {item.concept}"))
        yield picture if picture.shape[2] == 3 else over(picture, make(rng, SIDE))


def _tensor(picture: Picture) -> Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


@torch.no_grad()
def vqgan_views(pair: Pair, views: Tensor, noise: float = NOISE, seed: int = 5) -> Tensor:
    """The same views through the pair's VQGAN, with noise on the latents before they are quantized."""
    rng = torch.Generator().manual_seed(seed)
    made = []
    for part in views.split(BATCH):
        z = pair.vqgan.encode(part)
        z = z + noise * z.std() * torch.randn(z.shape, generator=rng)
        made.append(pair.vqgan.decode(pair.vqgan.quantize(z)[0]))
    return torch.cat(made)


def dreamed_views(pair: Pair, other: Perceptor, outside: Outside, views: Tensor) -> tuple[tuple[Item, ...], Tensor]:
    """Ten views of each category, dreamed toward it by another perceptor than the one that is measured."""
    order = sorted(range(len(outside.items)), key=lambda n: fixed_hash(f"dream {outside.items[n].concept}"))
    chosen = [n for name in CATEGORIES for n in [n for n in order if outside.items[n].category == name][:DREAMED_EACH]]
    guide = Pair(pair.vqgan, other, pair.digests)
    targets = {name: other.embed_texts([DREAM_PROMPTS[name]])[0].detach() for name in CATEGORIES}
    made = [ascend(guide, views[n : n + 1], targets[outside.items[n].category or ""], Ascent(), seed=n) for n in chosen]
    return tuple(outside.items[n] for n in chosen), torch.cat(made)


def measure_outside(pair: Pair, data: Path, other: Perceptor | None = None) -> dict[str, float]:
    """Balanced accuracy and recalls of every view; `dreamed` only with another perceptor to dream with."""
    outside = load_outside(data)
    dressed = painted_views(outside)
    views = {"plain": plain_views(outside), "painted": dressed, "vqgan": vqgan_views(pair, dressed)}
    found: dict[str, float] = {}
    for name, pictures in views.items():
        found |= measure_views(pair.perceptor, outside.items, outside.kinds, pictures, name)
    if other is not None:
        items, pictures = dreamed_views(pair, other, outside, dressed)
        found |= measure_views(pair.perceptor, items, (), pictures, "dreamed")
    return found


def measure_views(
    perceptor: Perceptor, items: tuple[Item, ...], kinds: tuple[str, ...], pictures: Tensor, name: str
) -> dict[str, float]:
    """The table of one view, every key led by its name; with kinds, the recalls within each kind too."""
    vectors, classes = embed_all(perceptor, pictures), class_vectors(perceptor, PROMPTS)
    found = {f"{name}_{key}": value for key, value in categories(vectors, classes, items).items()}
    for kind in sorted(set(kinds)):
        of_kind = [n for n, other in enumerate(kinds) if other == kind]
        table = categories(vectors[of_kind], classes, [items[n] for n in of_kind])
        recalls = {key: value for key, value in table.items() if key.startswith("recall_") and not math.isnan(value)}
        recalls["balanced"] = sum(recalls.values()) / len(recalls)
        found |= {f"{name}_{kind}_{key}": value for key, value in recalls.items()}
    return found
