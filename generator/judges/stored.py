"""Judges of what a dream has stored already: prompt match on fresh cutouts, and fidelity to the source. No model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from generator.judges.errors import BadBatch
from generator.judges.port import Batch, Facts, Floats, unit
from generator.nouns import FIDELITY, PROMPT_MATCH

VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class PromptMatchJudge:
    """Weighted mean cosine (-1..1) of cutouts that were never optimized to the prompts, as the dream measured it."""

    facts: Facts

    def raw(self, batch: Batch) -> Floats:
        """The stored similarities."""
        if batch.similarities is None:
            raise BadBatch("prompt match is measured by the dream, the batch has no similarities")
        return batch.similarities


@dataclass(frozen=True, slots=True)
class FidelityJudge:
    """Cosine (-1..1) of the whole picture to the work it was made from: a band is wanted, neither a copy nor a loss."""

    facts: Facts

    def raw(self, batch: Batch) -> Floats:
        """For each item, the cosine of its embedding to its source's."""
        if batch.embeddings is None or batch.sources is None:
            raise BadBatch("fidelity compares embeddings with those of the sources: the batch has not both")
        cosines: Floats = (unit(batch.embeddings) * unit(batch.sources)).sum(axis=1)
        return cosines


def prompt_match_judge(perceptor: str) -> PromptMatchJudge:
    """The judge for dreams that this perceptor guided."""
    return PromptMatchJudge(Facts(PROMPT_MATCH, VERSION, "MIT", "stored", perceptor))


def fidelity_judge(perceptor: str) -> FidelityJudge:
    """The judge for embeddings of this perceptor."""
    return FidelityJudge(Facts(FIDELITY, VERSION, "MIT", "embedding", perceptor, better="band"))
