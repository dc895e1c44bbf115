"""The choice of one iterate: constraints first, then rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from generator.critics import Judged
from generator.errors import NothingToPick
from generator.nouns import FIDELITY, PROMPT_MATCH


@dataclass(frozen=True, slots=True)
class PickRule:
    """`fidelity_floor`: least likeness to the source (cosine) of an iterate that may be chosen."""

    fidelity_floor: float = 0.3


@dataclass(frozen=True, slots=True)
class Choice:
    """The step that was chosen, why, and the numbers behind it; `met` says if it meets the constraint."""

    step: int
    reason: str
    prompt_match: float
    fidelity: float
    fidelity_floor: float
    eligible: int
    judged: int
    met: bool


DEFAULT_RULE: Final = PickRule()


def best_iterate(judged: Sequence[Judged], rule: PickRule = DEFAULT_RULE) -> Choice:
    """The iterate with the highest prompt match among those faithful enough; ties go to the earlier step.

    Where none is faithful enough, the most faithful one is chosen and the reason says so. An iterate without
    both scores cannot be chosen; `NothingToPick` when there is no other.
    """
    rated = [(one.step, match, fidelity) for one in judged for match, fidelity in _values(one)]
    if not rated:
        raise NothingToPick(
            f"none of {len(judged)} iterates has both {PROMPT_MATCH} and {FIDELITY}: score them first",
            judged=len(judged),
        )
    faithful = [one for one in rated if one[2] >= rule.fidelity_floor]
    if faithful:
        step, match, fidelity = max(faithful, key=lambda one: (one[1], -one[0]))
    else:
        step, match, fidelity = max(rated, key=lambda one: (one[2], -one[0]))
    reason = _reason(step, match, fidelity, len(faithful), len(judged), rule)
    return Choice(step, reason, match, fidelity, rule.fidelity_floor, len(faithful), len(judged), met=bool(faithful))


def _values(one: Judged) -> list[tuple[float, float]]:
    match, fidelity = one.raw(PROMPT_MATCH), one.raw(FIDELITY)
    return [] if match is None or fidelity is None else [(match, fidelity)]


def _reason(step: int, match: float, fidelity: float, eligible: int, judged: int, rule: PickRule) -> str:
    floor = f"{rule.fidelity_floor:.2f}"
    if not eligible:
        return (
            f"step {step} is the most faithful of {judged} (fidelity {fidelity:.3f}, "
            f"prompt match {match:.3f}): none reached the floor of {floor}"
        )
    return (
        f"step {step} matches the prompt best ({match:.3f} on fresh cutouts) of the {eligible} "
        f"out of {judged} iterates with a fidelity of at least {floor} (its own is {fidelity:.3f})"
    )
