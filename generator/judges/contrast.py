"""`clip-contrast`: is a picture nearer to "a good picture" than to "a bad picture"? No training, any perceptor.

Antonym prompts as in CLIP-IQA (Wang, Chan and Loy 2023, "Exploring CLIP for assessing the look and feel of images",
arXiv 2207.12396, section 3.1): a softmax over a pair of opposite texts rather than one cosine, since a text alone is
about as near to what it denies. The value is the mean over several pairs, 0 to 1, as in their section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from generator.judges.errors import BadBatch, BadRule
from generator.judges.port import Batch, Facts, Floats, Vectors, unit

if TYPE_CHECKING:
    from generator.models import Perceptor

NAME: Final = "clip-contrast"
VERSION: Final = "1"  # of the prompts below too: whoever changes them changes it
SOURCE: Final = "https://arxiv.org/abs/2207.12396"
PAIRS: Final = (
    ("Good picture.", "Bad picture."),
    ("Beautiful picture.", "Ugly picture."),
    ("Sharp picture.", "Blurry picture."),
    ("Clean picture.", "Noisy picture."),
    ("Colorful picture.", "Dull picture."),
    ("Detailed picture.", "Empty picture."),
)
TEMPERATURE: Final = 0.01  # of OpenAI's CLIP models (Radford et al. 2021, section 2.5), as in the paper
TEMPERATURES: Final[Mapping[str, float]] = MappingProxyType({"mini-clip-64": 0.06})
"""Perceptors with another temperature: the one that was fitted to their categories (docs/gates.md)."""
ROWS: Final = 2048


@dataclass(frozen=True, slots=True)
class ContrastJudge:
    """`good` and `bad` [K,D] are unit vectors of the two ends of K pairs."""

    facts: Facts
    good: Floats
    bad: Floats
    temperature: float

    def raw(self, batch: Batch) -> Floats:
        """Mean probability (0..1) of the good end over the pairs, for each embedding."""
        if batch.embeddings is None:
            raise BadBatch(f"{self.facts.name} reads embeddings, the batch has none")
        if batch.embeddings.shape[1] != self.good.shape[1]:
            raise BadBatch(f"embeddings have {batch.embeddings.shape[1]} numbers, the prompts {self.good.shape[1]}")
        starts = range(0, len(batch.embeddings), ROWS)
        parts = [self._probabilities(unit(batch.embeddings[at : at + ROWS])) for at in starts]
        found: Floats = np.concatenate(parts).mean(axis=1) if parts else np.zeros(0)
        return found

    def _probabilities(self, seen: Floats) -> Floats:
        """[N,D] to [N,K]; a pair's difference is enough, since a softmax over two is a sigmoid of it."""
        # A sum row by row: a matrix product rounds by the size of the batch.
        columns = [(seen * (good - bad)).sum(axis=1) for good, bad in zip(self.good, self.bad, strict=True)]
        logits = np.stack(columns, axis=1) / self.temperature
        chances: Floats = 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
        return chances


def contrast_judge(
    perceptor: Perceptor,
    pairs: Sequence[tuple[str, str]] = PAIRS,
    name: str = NAME,
    version: str = VERSION,
    temperature: float | None = None,
) -> ContrastJudge:
    """The judge of a perceptor: it embeds the prompts once. Give other `pairs` another name or version.

    Raises `BadRule` where there are no pairs or the temperature is not above 0.
    """
    chosen = TEMPERATURES.get(perceptor.name, TEMPERATURE) if temperature is None else temperature
    if not pairs or not chosen > 0:
        raise BadRule(f"{name} has {len(pairs)} pairs at temperature {chosen}: it needs one, and a temperature above 0")
    facts = Facts(name, version, "MIT", "embedding", perceptor.name, source=SOURCE)
    ends = [unit(_vectors(perceptor, [pair[end] for pair in pairs])) for end in (0, 1)]
    return ContrastJudge(facts, ends[0], ends[1], chosen)


def _vectors(perceptor: Perceptor, prompts: Sequence[str]) -> Vectors:
    """Each text by itself: a batch would pad them, and padding rounds."""
    rows = [perceptor.embed_texts([prompt])[0].detach().float().cpu().numpy() for prompt in prompts]
    return np.stack(rows).astype(np.float32)
