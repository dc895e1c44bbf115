"""Which category a picture is of, by zero-shot comparison with prompts; allowed to say that it is of none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from generator.categories import CALIBRATED, DEFAULT_RULE, Category, CategoryRule, rule_of
from generator.cutouts import whole
from generator.embeddings import embedding_bytes
from generator.errors import BadRecipe
from generator.models import Perceptor

__all__ = ["CALIBRATED", "DEFAULT_RULE", "Category", "CategoryRule", "categorize", "rule_of"]


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
