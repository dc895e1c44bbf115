"""How far the classifier's probabilities can be believed, and what its rule does with them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.categories import CATEGORIES
from generator.classify import CategoryRule
from generator.cutouts import whole
from generator.intake import square
from generator.mini.train.item import Item, fixed_hash
from generator.mini.train.measures import class_vectors
from generator.models import Perceptor
from tests.bench.gates.works import GALLERY, gallery_files, read_whole

NAMES = tuple(CATEGORIES)
BINS = 15
SIDE = 256
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """Cosines [N, 5] of pictures with the categories, and the number of the right one, -1 where it is none for certain.

    `concepts` name what the pictures show, so that two pictures of one thing are in the same half.
    """

    cosines: Floats
    truth: NDArray[np.int64]
    concepts: tuple[str, ...]

    def part(self, which: NDArray[np.bool_]) -> Seen:
        """Some of the pictures."""
        kept = np.flatnonzero(which)
        return Seen(self.cosines[kept], self.truth[kept], tuple(self.concepts[n] for n in kept))

    @property
    def certain(self) -> Seen:
        """Those that show one of the five."""
        return self.part(self.truth >= 0)

    def half(self, number: int) -> Seen:
        """0 chooses, 1 is measured."""
        return self.part(np.array([fixed_hash(f"calibrate {name}") % 2 == number for name in self.concepts]))


@torch.no_grad()
def seen(perceptor: Perceptor, items: Sequence[Item], images: Tensor) -> Seen:
    """What the perceptor sees in pictures [N,3,H,W] of 0..1, looked at as intake does."""
    classes = class_vectors(perceptor, CATEGORIES)
    parts = [perceptor.embed_images(whole(part, perceptor.input_size)) @ classes.T for part in images.split(64)]
    truth = [NAMES.index(item.category) if item.category else -1 for item in items]
    return Seen(torch.cat(parts).double().numpy(), np.array(truth), tuple(item.concept for item in items))


def seen_gallery(perceptor: Perceptor) -> Seen:
    """The clean pictures of the bundled gallery, with the categories of its manifest."""
    manifest = tomllib.loads((GALLERY.parents[1] / "MANIFEST.toml").read_text("utf-8"))
    known = {Path(one["file"]).name: one["category"] for one in manifest["picture"]}
    items = [Item("gallery", path.name, (), known[path.name]) for path in gallery_files()]
    squares = [square(read_whole(path), SIDE, "crop") for path in gallery_files()]
    return seen(perceptor, items, torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).float() / 255)


def chances(cosines: Floats, temperature: float) -> Floats:
    """The softmax of the classifier."""
    scaled = cosines / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fitted_temperature(sets: Sequence[Seen]) -> float:
    """The temperature with the least negative log likelihood, every set counting the same (Guo et al. 2017)."""

    def loss(temperature: float) -> float:
        likely = [chances(one.cosines, temperature)[np.arange(len(one.truth)), one.truth] for one in sets]
        return -sum(float(np.log(part).mean()) for part in likely)

    return min((float(one) for one in np.geomspace(0.02, 0.3, 200)), key=loss)


def kept(found: Floats, rule: CategoryRule) -> NDArray[np.bool_]:
    """Where the rule does not abstain."""
    ranked = np.sort(found, axis=1)
    return (ranked[:, -1] >= rule.min_probability) & (ranked[:, -1] - ranked[:, -2] >= rule.min_margin)


def reliability(found: Floats, truth: NDArray[np.int64], bins: int = BINS) -> list[tuple[float, int, float, float]]:
    """Each bin of the first probability that is not empty: its upper end, pictures, mean probability, share right."""
    first, right = found.max(axis=1), found.argmax(axis=1) == truth
    numbers = np.minimum((first * bins).astype(int), bins - 1)
    return [
        ((number + 1) / bins, int((numbers == number).sum()), float(first[numbers == number].mean()),
         float(right[numbers == number].mean()))
        for number in np.unique(numbers)
    ]  # fmt: skip


def calibration_error(found: Floats, truth: NDArray[np.int64], bins: int = BINS) -> float:
    """Expected calibration error: the mean distance of probability and share right, weighted by pictures."""
    table = reliability(found, truth, bins)
    return sum(count * abs(sure - right) for _, count, sure, right in table) / max(len(truth), 1)


def chance_error(found: Floats, draws: int = 200, bins: int = BINS) -> float:
    """The error that so few pictures show by chance where every probability is exactly right."""
    rng, first = np.random.default_rng(0), found.argmax(axis=1)
    hits = rng.random((draws, len(found))) < found.max(axis=1)
    return float(np.mean([calibration_error(found, np.where(hit, first, -1), bins) for hit in hits]))


def by_category(found: Floats, truth: NDArray[np.int64], rule: CategoryRule) -> list[tuple[str, int, float, float]]:
    """Each category: pictures, precision of the answers, recall (abstaining is a miss)."""
    answers = np.where(kept(found, rule), found.argmax(axis=1), -1)
    rows = []
    for number, name in enumerate(NAMES):
        right = int(((answers == number) & (truth == number)).sum())
        rows.append((name, int((truth == number).sum()), right / max(int((answers == number).sum()), 1),
                     right / max(int((truth == number).sum()), 1)))  # fmt: skip
    return rows
