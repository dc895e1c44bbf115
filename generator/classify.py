"""Which category a picture is of, by zero-shot comparison with prompts; allowed to say that it is of none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from generator.cutouts import whole
from generator.embeddings import embedding_bytes
from generator.errors import BadRecipe
from generator.models import Perceptor


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """`temperature` divides cosines before the softmax; below either limit the classifier abstains.

    The temperature is what calibrates (Guo et al. 2017, "On calibration of modern neural networks", section 4.2).
    """

    temperature: float = 0.05
    min_probability: float = 0.35
    min_margin: float = 0.05


@dataclass(frozen=True, slots=True)
class Category:
    """The category's name, or None with the reason for abstaining, and the embedding for critics."""

    name: str | None
    probabilities: dict[str, float]
    abstained_reason: str | None
    embedding: bytes


DEFAULT_RULE: Final = CategoryRule()
"""For a pair whose probabilities nobody has fitted yet."""

CALIBRATED: Final[Mapping[str, CategoryRule]] = MappingProxyType(
    {"mini": CategoryRule(temperature=0.06, min_probability=0.4, min_margin=0.1)}
)
"""The rule of each preset whose probabilities were fitted to held-out pictures (docs/gates.md)."""


def rule_of(preset: str) -> CategoryRule:
    """The calibrated rule of a preset, or the default where none was fitted."""
    return CALIBRATED.get(preset, DEFAULT_RULE)


@torch.no_grad()
def categorize(
    perceptor: Perceptor,
    image: Tensor,
    categories: Mapping[str, Sequence[str]],
    rule: CategoryRule,
) -> Category:
    """Compare a picture [1,3,S,S] in 0..1 with each category's prompts (arXiv 2103.00020, section 3.1.4).

    A category is the mean of its prompts' vectors. Reasons for abstaining: `unlikely` (no category reaches
    `min_probability`) and `undecided` (the first is not `min_margin` before the second).
    """
    if not categories or not all(categories.values()):
        raise BadRecipe("each category needs at least one prompt", categories=dict(categories))
    seen = perceptor.embed_images(whole(image, perceptor.input_size))
    cosines = torch.stack([(seen @ _center(perceptor, prompts)).squeeze() for prompts in categories.values()])
    # On the CPU: some accelerators know no float64.
    chances = functional.softmax(cosines.cpu().double() / rule.temperature, dim=0).tolist()
    probabilities = dict(zip(categories, chances, strict=True))
    reason = _abstains(sorted(chances, reverse=True), rule)
    name = None if reason else max(probabilities, key=probabilities.__getitem__)
    return Category(name, probabilities, reason, embedding_bytes(seen[0]))


def _center(perceptor: Perceptor, prompts: Sequence[str]) -> Tensor:
    return functional.normalize(perceptor.embed_texts(prompts).mean(0), dim=0)


def _abstains(chances: Sequence[float], rule: CategoryRule) -> str | None:
    if chances[0] < rule.min_probability:
        return "unlikely"
    margin = chances[0] - (chances[1] if len(chances) > 1 else 0.0)
    return "undecided" if margin < rule.min_margin else None
