"""The choice of one iterate: constraints first, then rank by places in reference sets; a share of choices explores.

Which judges count, and how much, is the rule's; the order that follows is for this run alone. Every judge's number
stays its own: nothing is stored of the sum but the order and the words that explain it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from generator.errors import NothingToPick
from generator.judges.aggregate import Column, columns, places_of, total
from generator.judges.errors import BadRule
from generator.judges.port import Opinion
from generator.nouns import FIDELITY, Verdict

UNSAFE: Final = frozenset({"nsfw"})  # constraints that no lack of others outweighs
Weights = tuple[tuple[str, float], ...]
WEIGHTS: Final[Weights] = (("prompt-match", 2.0), ("realism", 1.0), ("clip-contrast", 1.0), ("novelty", 0.5))
# The small models' discriminator takes noise for real, their CLIP knows no quality (docs/critics.md): not counted.
MEASURED: Final[Mapping[str, Weights]] = MappingProxyType(
    {"mini": (("prompt-match", 2.0), ("novelty", 0.5), ("checkerboard", -0.5))}
)
SAME: Final = 9  # digits to which two sums are compared: what differs behind them is rounding


def _require(holds: bool, name: str, value: object, rule: str) -> None:
    if not holds:
        raise BadRule(f"choice: {name} is {value!r}, {rule}", field=name, value=value)


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """`fidelity_low` and `fidelity_high` bound the cosine to the source, both allowed; `weights` are (judge, weight).

    A negative weight asks for less of what a judge measures. `explore` is the share (0..1) of runs in which another
    than the first is taken. Raises `BadRule`.
    """

    fidelity_low: float = 0.3
    fidelity_high: float = 0.97
    weights: Weights = WEIGHTS
    explore: float = 0.1

    def __post_init__(self) -> None:
        pairs = self.weights.items() if isinstance(self.weights, Mapping) else self.weights
        object.__setattr__(self, "weights", tuple((str(name), float(weight)) for name, weight in pairs))
        _require(
            -1 <= self.fidelity_low < self.fidelity_high <= 1,
            "fidelity band",
            (self.fidelity_low, self.fidelity_high),
            "its low end must be below its high one, both within -1..1",
        )
        _require(0 <= self.explore <= 1, "explore", self.explore, "it must be a share, 0..1")
        _require(all(map(math.isfinite, dict(self.weights).values())), "weights", self.weights, "they must be finite")
        _require(any(dict(self.weights).values()), "weights", self.weights, "one of them must not be 0")
        _require(len(dict(self.weights)) == len(self.weights), "weights", self.weights, "each judge has one")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An iterate with what judges say of it and the verdicts of the constraints."""

    step: int
    opinions: tuple[Opinion, ...]
    verdicts: tuple[Verdict, ...] = ()

    def raw(self, judge: str) -> float | None:
        """The raw value of a judge, None where it is missing."""
        return next((one.raw for one in self.opinions if one.judge == judge), None)


@dataclass(frozen=True, slots=True)
class Bar:
    """One judge's part in the choice: the place (0..100) of the chosen iterate, and its weight.

    `basis` is "reference" where the place is a percentile in the judge's set, "run" where it is one among the
    iterates of this run. `assumed` says that the judge has no score here and the run's middle stands for it.
    """

    judge: str
    place: float
    weight: float
    basis: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The step that was chosen and why; `met` says if it meets all constraints, `explored` if it is not `first`.

    `first` is the step that ranks first; `broken` names for each step the constraints that it breaks; `missing` the
    judges that have weight and no score in this run, with the reason.
    """

    step: int
    reason: str
    first: int
    explored: bool
    met: bool
    eligible: int
    judged: int
    bars: tuple[Bar, ...]
    broken: dict[int, tuple[str, ...]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Rated:
    candidate: Candidate
    broken: tuple[str, ...]
    outside: float  # how far from the fidelity band
    sum: float | None


DEFAULT_RULE: Final = ChoiceRule()


def weights_of(preset: str) -> Weights:
    """The weights that suit a preset's models: those that were measured, else `WEIGHTS`."""
    return MEASURED.get(preset, WEIGHTS)


def choose(candidates: Sequence[Candidate], rule: ChoiceRule = DEFAULT_RULE, key: str = "") -> Chosen:
    """Choose one iterate of a run; `key` (the run's id) seeds exploring, so that the same run is decided alike.

    Those that meet all constraints are ranked by the weighted mean of their places; ties go to the earlier step.
    Where none meets all, the one that breaks fewest, then the nearest to the fidelity band, then the best ranked is
    taken, unless it is unsafe. Raises `NothingToPick` where there is no candidate that may be shown, or no score.
    """
    table = columns({one.step: one.opinions for one in candidates}, rule.weights)
    rated = [_rated(one, rule, table) for one in sorted(candidates, key=lambda one: one.step)]
    shown = [one for one in rated if one.sum is not None and not UNSAFE & set(one.broken)]
    if not shown:
        raise NothingToPick(
            _nothing(rated, rule), judged=len(rated), broken={r.candidate.step: r.broken for r in rated}
        )
    fit = sorted((one for one in shown if not one.broken), key=_rank)
    ranked = fit or sorted(shown, key=lambda one: (len(one.broken), one.outside, *_rank(one)))
    place = _drawn(len(fit), rule.explore, key)
    return _told(ranked[place], ranked[0], len(fit), rated, table)


def _rank(one: _Rated) -> tuple[float, int]:
    return (-round(one.sum if one.sum is not None else -math.inf, SAME), one.candidate.step)


def _rated(one: Candidate, rule: ChoiceRule, table: Sequence[Column]) -> _Rated:
    value = one.raw(FIDELITY)
    broken = [verdict.gate for verdict in one.verdicts if not verdict.ok]
    outside = math.inf if value is None else max(rule.fidelity_low - value, value - rule.fidelity_high, 0.0)
    if outside > 0:
        broken.insert(0, FIDELITY)
    return _Rated(one, tuple(broken), outside, total(table, one.step))


def _drawn(count: int, share: float, key: str) -> int:
    """Which of `count` ranked ones: the first, or in a share of keys any of the others, all alike likely."""
    dice = hashlib.sha256(f"explore/{key}".encode()).digest()
    if count < 2 or int.from_bytes(dice[:8], "big") / 2**64 >= share:
        return 0
    return 1 + int.from_bytes(dice[8:16], "big") % (count - 1)


def _told(one: _Rated, first: _Rated, fit: int, rated: Sequence[_Rated], table: Sequence[Column]) -> Chosen:
    step = one.candidate.step
    bars = tuple(Bar(*bar) for bar in places_of(table, step))
    missing = {column.judge: column.missing for column in table if column.missing}
    parts = [_first_words(one, first, fit, len(rated)), _bar_words(one, bars)]
    parts += [_tally(rated)] if any(other.broken for other in rated) else []
    parts += [f"no score of {name} ({why})" for name, why in missing.items()]
    return Chosen(
        step=step,
        reason="; ".join(parts),
        first=first.candidate.step,
        explored=one is not first,
        met=not one.broken,
        eligible=fit,
        judged=len(rated),
        bars=bars,
        broken={other.candidate.step: other.broken for other in rated if other.broken},
        missing=missing,
    )


def _first_words(one: _Rated, first: _Rated, fit: int, judged: int) -> str:
    step = one.candidate.step
    if one.broken:
        return (
            f"step {step} comes nearest to the constraints, none of {judged} meets all: it breaks {_listed(one.broken)}"
        )
    rank = f"ranks first of the {fit} of {judged} that meet all constraints"
    return f"step {step} {rank}" if one is first else f"step {step} explores: step {first.candidate.step} {rank}"


def _bar_words(one: _Rated, bars: Sequence[Bar]) -> str:
    each = [
        f"{bar.judge} {bar.place:.0f}"
        + (f" x{bar.weight:g}" if bar.weight != 1 else "")
        + (" of this run" if bar.basis == "run" else "")
        + (" (assumed)" if bar.assumed else "")
        for bar in bars
    ]
    return f"{one.sum:.1f} of 100: {', '.join(each)}"


def _tally(rated: Sequence[_Rated]) -> str:
    counts: dict[str, int] = {}
    for gate in (gate for one in rated for gate in one.broken):
        counts[gate] = counts.get(gate, 0) + 1
    return "refused by " + ", ".join(f"{gate} {count}" for gate, count in sorted(counts.items()))


def _nothing(rated: Sequence[_Rated], rule: ChoiceRule) -> str:
    if not rated:
        return "there are no iterates: dream first"
    unsafe = sum(1 for one in rated if UNSAFE & set(one.broken))
    if unsafe == len(rated):
        return f"all {unsafe} iterates are unsafe for work: dream toward another prompt"
    names = _listed(dict(rule.weights))
    return f"of {len(rated)} iterates {unsafe} are unsafe and the others have no score of {names}: score them first"


def _listed(names: Sequence[str] | Mapping[str, float]) -> str:
    return ", ".join(names)
