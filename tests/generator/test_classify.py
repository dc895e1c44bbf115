from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from generator.categories import CATEGORIES, DREAM_PROMPTS
from generator.classify import CALIBRATED, DEFAULT_RULE, CategoryRule, categorize, rule_of
from generator.errors import BadRecipe
from generator.models import Pair

NEVER_ABSTAIN = CategoryRule(temperature=0.1, min_probability=0.0, min_margin=0.0)


WORDS = {"red": (1.0, 0.0, 0.0), "green": (0.0, 1.0, 0.0), "crimson": (0.9, 0.1, 0.0)}


class Told:
    """A perceptor that sees [red, green, blue] and reads such words."""

    name = "told"
    input_size = 4

    def embed_images(self, images: Tensor) -> Tensor:
        return torch.nn.functional.normalize(images.mean((2, 3)), dim=1)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        return torch.nn.functional.normalize(torch.tensor([WORDS[text] for text in texts]), dim=1)


def colored(red: float, green: float) -> Tensor:
    return torch.tensor([red, green, 0.0]).view(1, 3, 1, 1).expand(1, 3, 8, 8)


COLORS = {"warm": ["red", "crimson"], "cool": ["green"]}


def test_a_picture_gets_the_category_of_the_nearest_prompts() -> None:
    found = categorize(Told(), colored(1, 0), COLORS, DEFAULT_RULE)
    assert found.name == "warm"
    assert found.abstained_reason is None
    assert found.probabilities["warm"] > 0.95


def test_probabilities_sum_to_one_and_name_every_category(pair: Pair, source: Tensor) -> None:
    found = categorize(pair.perceptor, source, CATEGORIES, NEVER_ABSTAIN)
    assert set(found.probabilities) == set(CATEGORIES) == set(DREAM_PROMPTS)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert found.name == max(found.probabilities, key=lambda name: found.probabilities[name])
    assert len(found.embedding) == 24 * 4


def test_it_abstains_between_two_categories() -> None:
    found = categorize(Told(), colored(1, 1), COLORS, CategoryRule(temperature=1.0, min_margin=0.3))
    assert (found.name, found.abstained_reason) == (None, "undecided")


def test_it_abstains_where_nothing_is_likely() -> None:
    found = categorize(Told(), colored(1, 0), COLORS, CategoryRule(temperature=10, min_probability=0.6))
    assert (found.name, found.abstained_reason) == (None, "unlikely")


def test_a_single_category_is_certain() -> None:
    assert categorize(Told(), colored(0, 1), {"warm": ["red"]}, DEFAULT_RULE).name == "warm"


@pytest.mark.parametrize("categories", [{}, {"warm": []}])
def test_a_category_without_prompts_is_refused(categories: dict[str, list[str]]) -> None:
    with pytest.raises(BadRecipe):
        categorize(Told(), colored(1, 0), categories, DEFAULT_RULE)


def test_presets_have_the_rule_that_was_fitted_to_them_or_the_default() -> None:
    assert rule_of("mini") == CALIBRATED["mini"] != DEFAULT_RULE
    assert rule_of("another") == DEFAULT_RULE


def test_what_fits_none_is_excluded_with_a_reason_by_the_fitted_rule() -> None:
    colors = {"red": ["red"], "green": ["green"]}
    found = categorize(Told(), colored(1, 0.99), colors, rule_of("mini"))
    assert (found.name, found.abstained_reason) == (None, "undecided")
    assert max(found.probabilities.values()) < 0.55
