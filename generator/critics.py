"""Critics: each judges an iterate by one measure. None of them is the loss that was optimized."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from generator.embeddings import cosine
from generator.nouns import FIDELITY, PROMPT_MATCH, Score

VERSIONS: Final = {PROMPT_MATCH: "1", FIDELITY: "1"}


class Iterate(Protocol):
    """What critics need of an iterate; a `Step` is one."""

    @property
    def step(self) -> int: ...
    @property
    def similarity(self) -> float: ...
    @property
    def embedding(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """An iterate's step with the scores it got; a critic that failed is missing, never zero."""

    step: int
    scores: tuple[Score, ...]

    def raw(self, critic: str) -> float | None:
        """The raw value of a critic, None where it is missing."""
        return next((score.raw for score in self.scores if score.critic == critic), None)


def score_iterates(
    iterates: Iterable[Iterate], source_embedding: bytes, critics: Sequence[str] = tuple(VERSIONS)
) -> tuple[Judged, ...]:
    """Judge iterates by these critics, from stored values only: no model is needed.

    `prompt-match` is the weighted mean cosine of fresh cutouts to the prompts; `fidelity` the cosine between
    the whole iterate and the whole source in the perceptor's space. Neither has a reference set, so
    percentiles are None.
    """
    return tuple(Judged(iterate.step, _scores(iterate, source_embedding, critics)) for iterate in iterates)


def _scores(iterate: Iterate, source_embedding: bytes, critics: Sequence[str]) -> tuple[Score, ...]:
    raw = {PROMPT_MATCH: iterate.similarity, FIDELITY: cosine(iterate.embedding, source_embedding)}
    return tuple(Score(critic, VERSIONS[critic], raw[critic]) for critic in critics)
