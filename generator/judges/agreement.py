"""How far a judge agrees with decisions, or two judges with each other: rank correlation with a confidence interval.

Spearman's rho with mean ranks and Kendall's tau-b (Kendall 1945, "The treatment of ties in ranking problems"), since
decisions are few levels and full of ties. Intervals come from a seeded bootstrap (Efron 1979, percentiles), or from
Fisher's transformation with the variances of Bonett and Wright (2000, "Sample size requirements for estimating
Pearson, Kendall and Spearman correlations") for rho and of Fieller, Hartley and Pearson (1957) for tau.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

import numpy as np

from generator.judges.errors import BadBatch
from generator.judges.port import Floats

Method = Literal["bootstrap", "fisher"]
Groups = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

LEAST: Final = 5  # pairs: Fisher's variances divide by n - 4
LARGEST: Final = 2000  # pairs that are bootstrapped: the bootstrap of tau takes n squared; beyond both methods agree
ROUNDS: Final = 1000
AT_A_TIME: Final = 100  # rounds or rows: memory is this times pairs
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Interval:
    """A correlation, -1..1, and the ends of its confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Both correlations over `pairs` pairs, or None with the `reason` why there are none."""

    pairs: int
    spearman: Interval | None
    kendall: Interval | None
    reason: str = ""


def agreement(
    first: Sequence[float | None],
    second: Sequence[float | None],
    method: Method = "bootstrap",
    confidence: float = 0.95,
    seed: int = 0,
) -> Agreement:
    """Correlate two lists of values or decisions (1 approved, 0 rejected); pairs with None or NaN are left out.

    The same lists give the same numbers. Raises `BadBatch` for lists of two lengths.
    """
    if len(first) != len(second):
        raise BadBatch(f"{len(first)} values cannot be paired with {len(second)}: give each picture both")
    both = [(a, b) for a, b in zip(first, second, strict=True) if _there(a) and _there(b)]
    x, y = (np.array([pair[k] for pair in both], dtype=np.float64) for k in (0, 1))
    if len(both) < LEAST:
        return Agreement(len(both), None, None, f"{len(both)} pairs, it takes {LEAST}")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Agreement(len(both), None, None, "all values of one side are alike")
    pairs = _Pairs.of(x, y)
    ends = _bootstrap if method == "bootstrap" and len(both) <= LARGEST else _fisher
    spearman, kendall = ends(pairs, confidence, seed)
    return Agreement(len(both), spearman, kendall)


def agreements(
    values: Mapping[str, Sequence[float | None]],
    decisions: Sequence[float | None],
    categories: Sequence[str | None],
    method: Method = "bootstrap",
    seed: int = 0,
) -> dict[str, dict[str, Agreement]]:
    """For each judge, its agreement with the decisions over "all" pictures and over each category by name."""
    names = sorted({name for name in categories if name is not None})
    wholes = {ALL: range(len(decisions)), **{n: [k for k, one in enumerate(categories) if one == n] for n in names}}
    return {
        judge: {
            name: agreement([own[k] for k in which], [decisions[k] for k in which], method, seed=seed)
            for name, which in wholes.items()
        }
        for judge, own in values.items()
    }


def between(
    values: Mapping[str, Sequence[float | None]], method: Method = "bootstrap", seed: int = 0
) -> dict[tuple[str, str], Agreement]:
    """The agreement of each two judges, by their names in order."""
    names = sorted(values)
    return {
        (one, other): agreement(values[one], values[other], method, seed=seed)
        for at, one in enumerate(names)
        for other in names[at + 1 :]
    }


def _there(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """n pairs: for either side, which of its distinct values, in order, each pair has."""

    groups: tuple[Groups, Groups]

    @classmethod
    def of(cls, x: Floats, y: Floats) -> _Pairs:
        first, second = (np.unique(values, return_inverse=True)[1].astype(np.int64) for values in (x, y))
        return cls((first, second))

    def __len__(self) -> int:
        return len(self.groups[0])

    def signs(self, rows: slice) -> tuple[Floats, Floats]:
        """Whether each of some pairs is below (-1), like (0) or above (1) every other, by either side: [rows,n]."""
        first, second = (np.sign(group[rows, None] - group[None, :]).astype(np.float64) for group in self.groups)
        return first, second

    def tau(self) -> float:
        """tau-b of the pairs, a few rows at a time."""
        sums = np.zeros(3)
        for at in range(0, len(self), AT_A_TIME):
            first, second = self.signs(slice(at, at + AT_A_TIME))
            sums += [(first * second).sum(), np.abs(first).sum(), np.abs(second).sum()]
        return float(sums[0] / math.sqrt(sums[1] * sums[2]))

    def taus(self, weights: Floats) -> Floats:
        """tau-b of samples that take pair k `weights` [R,n] times each; NaN where a side has one value."""
        first, second = self.signs(slice(None))
        agree, *untied = (_quadratic(weights, one) for one in (first * second, np.abs(first), np.abs(second)))
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = agree / np.sqrt(untied[0] * untied[1])
        return found

    def rhos(self, weights: Floats) -> Floats:
        """Spearman's rho of such samples: Pearson's correlation of mean ranks."""
        ranks = [_mean_ranks(group, weights) for group in self.groups]
        counts = weights.sum(axis=1, keepdims=True)
        first, second = (rank - (weights * rank).sum(axis=1, keepdims=True) / counts for rank in ranks)
        shared, a, b = ((weights * p * q).sum(axis=1) for p, q in ((first, second), (first, first), (second, second)))
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = shared / np.sqrt(a * b)
        return found


def _quadratic(weights: Floats, matrix: Floats) -> Floats:
    found: Floats = ((weights @ matrix) * weights).sum(axis=1)
    return found


def _mean_ranks(group: Groups, weights: Floats) -> Floats:
    """Ranks [R,n] where ties share the mean of theirs, of samples that take each pair so many times."""
    sizes = np.zeros((len(weights), int(group.max()) + 1))
    np.add.at(sizes.T, group, weights.T)
    ranks: Floats = (np.cumsum(sizes, axis=1) - (sizes - 1) / 2)[:, group]
    return ranks


def _values(pairs: _Pairs) -> tuple[float, float]:
    rho = pairs.rhos(np.ones((1, len(pairs))))[0]
    return float(np.clip(rho, -1, 1)), max(-1.0, min(1.0, pairs.tau()))


def _bootstrap(pairs: _Pairs, confidence: float, seed: int) -> tuple[Interval, Interval]:
    count = len(pairs)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), ROUNDS).astype(np.float64)
    rhos = np.concatenate([pairs.rhos(drawn[at : at + AT_A_TIME]) for at in range(0, ROUNDS, AT_A_TIME)])
    ends = [100 * (1 - confidence) / 2, 100 * (1 + confidence) / 2]
    # A sample of one value has no correlation: it says nothing of the spread.
    both = [np.clip(np.nanpercentile(values, ends), -1, 1) for values in (rhos, pairs.taus(drawn))]
    spearman, kendall = (Interval(v, float(e[0]), float(e[1])) for v, e in zip(_values(pairs), both, strict=True))
    return spearman, kendall


def _fisher(pairs: _Pairs, confidence: float, _: int) -> tuple[Interval, Interval]:
    rho, tau = _values(pairs)
    factor = NormalDist().inv_cdf((1 + confidence) / 2)
    spread = math.sqrt((1 + rho**2 / 2) / (len(pairs) - 3)), math.sqrt(0.437 / (len(pairs) - 4))
    spearman, kendall = (_around(value, factor * error) for value, error in zip((rho, tau), spread, strict=True))
    return spearman, kendall


def _around(value: float, error: float) -> Interval:
    if abs(value) >= 1:
        return Interval(value, value, value)
    middle = math.atanh(value)
    return Interval(value, math.tanh(middle - error), math.tanh(middle + error))
