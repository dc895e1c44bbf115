"""Places of the iterates of one run by each judge, and their weighted mean: an order, not a score to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from generator.judges.port import Opinion


@dataclass(frozen=True, slots=True)
class Column:
    """One judge's places (0..100) by step, after its weight's sign; `missing` says why where it has none at all.

    `basis` is "reference" or "run"; `assumed` are the steps without a score, which have the middle of the others.
    """

    judge: str
    weight: float
    basis: str
    places: Mapping[int, float]
    assumed: frozenset[int]
    missing: str = ""


def columns(opinions: Mapping[int, Sequence[Opinion]], weights: Sequence[tuple[str, float]]) -> tuple[Column, ...]:
    """A column for each judge that has weight, in the weights' order.

    Places are percentiles where each score of the judge has one, else mean ranks among the iterates of this run. With a
    negative weight they count from the other end. A step without a score gets the median of the others: a judge
    that fails on one neither helps nor hurts it.
    """
    return tuple(_column(judge, weight, opinions) for judge, weight in weights if weight)


def total(table: Sequence[Column], step: int) -> float | None:
    """The weighted mean of a step's places, 0..100; None where it has no score of its own by any judge."""
    there = [column for column in table if column.places]
    if all(step in column.assumed for column in there):
        return None
    sizes = [abs(column.weight) for column in there]
    return sum(size * column.places[step] for size, column in zip(sizes, there, strict=True)) / sum(sizes)


def places_of(table: Sequence[Column], step: int) -> list[tuple[str, float, float, str, bool]]:
    """A step's parts: judge, place, weight, basis, whether it is assumed."""
    there = [column for column in table if column.places]
    return [(one.judge, one.places[step], one.weight, one.basis, step in one.assumed) for one in there]


def _column(judge: str, weight: float, opinions: Mapping[int, Sequence[Opinion]]) -> Column:
    found = {step: one for step, ones in opinions.items() for one in ones if one.judge == judge}
    scored = {step: one for step, one in found.items() if one.raw is not None}
    if not scored:
        reasons = [one.reason for one in found.values() if one.reason]
        return Column(judge, weight, "", {}, frozenset(), reasons[0] if reasons else "it was not asked")
    basis, places = _places(scored)
    if weight < 0:
        places = {step: 100 - place for step, place in places.items()}
    middle = median(places.values())
    assumed = frozenset(opinions) - frozenset(places)
    return Column(judge, weight, basis, places | dict.fromkeys(assumed, middle), assumed)


def _places(scored: Mapping[int, Opinion]) -> tuple[str, dict[int, float]]:
    percentiles = {step: one.percentile for step, one in scored.items() if one.percentile is not None}
    if len(percentiles) == len(scored):
        return "reference", percentiles
    raws = [one.raw for one in scored.values() if one.raw is not None]
    return "run", {step: _rank(raws, one.raw) for step, one in scored.items() if one.raw is not None}


def _rank(raws: Sequence[float], raw: float) -> float:
    below, same = sum(other < raw for other in raws), sum(other == raw for other in raws)
    return 100 * (below + same / 2) / len(raws)
