"""Precision and recall of each gate: limits are chosen on one half of the works and measured on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from generator.blocking import blockiness
from generator.gates import MOST_ONE_COLOR, measured, one_color_share
from generator.limits import IntakeLimits
from generator.phash import hamming, phash
from generator.sharpness import sharpness
from generator.text import text_share
from nftd.config import Settings
from tests.bench.gates.labeled import Example, blocky, blurred, clean, copied, flat, lettered, signed
from tests.bench.gates.works import Pixels, Work, half_of

LIMITS = IntakeLimits()
TWIN_BITS = Settings().intake.twin_bits


@dataclass(frozen=True, slots=True)
class Scored:
    """An example with what the gate's measure says of it; larger is worse."""

    example: Example
    value: float


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a limit is right: of what it refuses (precision), of what is bad (recall)."""

    bad: int
    good: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure with the examples it is tried on. `sign` is -1 where less is worse; `limit` is the shipped one."""

    name: str
    defect: Callable[[Work, np.random.Generator], Example]
    value: Callable[[Pixels], float]
    limit: float
    sign: int = 1


def gray(pixels: Pixels) -> Pixels:
    """Gray levels of an RGB picture."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY), np.uint8)


def small_gray(pixels: Pixels) -> Pixels:
    """Gray levels at the scale of the gates."""
    return gray(measured(pixels))


GATES = (
    Gate("blur", blurred, lambda pixels: sharpness(small_gray(pixels)), LIMITS.min_sharpness, -1),
    Gate("blocking", blocky, lambda pixels: blockiness(gray(pixels)), LIMITS.max_blocking),
    Gate("flat", flat, lambda pixels: one_color_share(measured(pixels)), MOST_ONE_COLOR),
    Gate("text", lettered, lambda pixels: text_share(small_gray(pixels)), LIMITS.max_text_share),
)


def scored(gate: Gate, works: Sequence[Work], seed: int = 0) -> list[Scored]:
    """Each work clean (for text half of them signed) and with the gate's defect."""
    return [Scored(one, gate.sign * gate.value(one.pixels)) for one in examples(gate, works, seed)]


def examples(gate: Gate, works: Sequence[Work], seed: int = 0) -> Iterator[Example]:
    """The labeled pictures of a gate, without what is neither good nor bad."""
    for number, work in enumerate(works):
        good = signed if gate.name == "text" and number % 2 else clean
        for turn, make in enumerate((good, gate.defect)):
            example = make(work, np.random.default_rng([seed, number, turn]))
            if example.bad is not None:
                yield example


def twins(works: Sequence[Work], seed: int = 0) -> list[Scored]:
    """Minus the bits between a copy and its own work, and between each work and the nearest of all others."""
    hashes = [phash(work.pixels) for work in works]
    found = []
    for number, work in enumerate(works):
        copy = copied(work, np.random.default_rng([seed, number, 7]))
        found.append(Scored(copy, -hamming(hashes[number], phash(copy.pixels))))
        others = [bits for at, bits in enumerate(hashes) if works[at].name != work.name]
        nearest = min(hamming(hashes[number], other) for other in others)
        found.append(Scored(Example(work.name, work.kind, "another work", False, work.pixels), -nearest))
    return found


def rates(found: Iterable[Scored], limit: float) -> Rates:
    """Precision and recall where what lies above the limit is refused."""
    found = list(found)
    bad = [one for one in found if one.example.bad]
    hits = sum(one.value > limit for one in bad)
    wrong = sum(one.value > limit for one in found if not one.example.bad)
    precision = hits / (hits + wrong) if hits + wrong else 1.0
    return Rates(len(bad), len(found) - len(bad), precision, hits / max(len(bad), 1))


def best_limit(found: Sequence[Scored]) -> float:
    """The limit with the best harmonic mean of precision and recall, in the middle of its gap."""
    values = sorted({one.value for one in found})
    middles = [(a + b) / 2 for a, b in pairwise(values)]

    def quality(limit: float) -> float:
        found_rates = rates(found, limit)
        total = found_rates.precision + found_rates.recall
        return 2 * found_rates.precision * found_rates.recall / total if total else 0.0

    return max(middles, key=quality)


def halves(found: Iterable[Scored]) -> tuple[list[Scored], list[Scored]]:
    """By works: those that choose a limit, and those that are measured."""
    parts: tuple[list[Scored], list[Scored]] = ([], [])
    for one in found:
        parts[half_of(one.example.work)].append(one)
    return parts


def separation(found: Iterable[Scored]) -> float:
    """The chance that a bad picture has a worse value than a good one (area under the ROC curve)."""
    found = list(found)
    bad, good = ([one.value for one in found if bool(one.example.bad) is kind] for kind in (True, False))
    grid = np.subtract.outer(np.array(bad), np.array(good))
    return float((grid > 0).mean() + (grid == 0).mean() / 2)


# --- what the measures are compared with ----------------------------------------------------------


def laplacian_variance(pixels: Pixels) -> float:
    """Pech-Pacheco et al. 2000."""
    return float(cv2.Laplacian(small_gray(pixels), cv2.CV_64F).var())


def reblur(pixels: Pixels) -> float:
    """Crete et al. 2007: how little of the steps between neighbors another blur takes; 1 is sharp here."""
    level, kept = small_gray(pixels).astype(np.float32), []
    for axis, size in ((0, (1, 9)), (1, (9, 1))):
        steps = np.abs(np.diff(level, axis=axis))
        again = np.abs(np.diff(np.asarray(cv2.blur(level, size)), axis=axis))
        total = float(steps.sum())
        kept.append(1 - float(np.maximum(0, steps - again).sum()) / total if total else 1.0)
    return 1 - max(kept)


def boundary_ratio(pixels: Pixels) -> float:
    """Wang et al. 2002, its first feature alone: steps on the strongest of eight phases over the mean step."""
    ratios = []
    for side in (gray(pixels), gray(pixels).T):
        steps = np.abs(np.diff(side.astype(np.float32), axis=1))
        phases = steps[:, : steps.shape[1] // 8 * 8].reshape(len(steps), -1, 8).mean(axis=(0, 1))
        ratios.append(float(phases.max() / (phases.mean() + 0.5)))
    return sum(ratios) / 2


BASELINES = (
    ("blur", "variance of the Laplacian (Pech-Pacheco et al. 2000)", laplacian_variance, -1),
    ("blur", "blur again (Crete et al. 2007)", reblur, -1),
    ("blocking", "steps on the grid over all (Wang et al. 2002)", boundary_ratio, 1),
)
