from __future__ import annotations

import torch

from generator.matching import prompt_matches
from generator.models import Pair
from tests.generator.test_classify import Told, colored


def test_a_picture_matches_what_it_shows_better_than_what_it_does_not() -> None:
    found = prompt_matches(Told(), colored(1, 0), {"warm": "red", "cool": "green"})
    assert list(found) == ["warm", "cool"]
    assert found["warm"] > 0.9
    assert found["cool"] < 0.3


def test_the_same_picture_gets_the_same_numbers(pair: Pair) -> None:
    picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    first, second = (prompt_matches(pair.perceptor, picture, {"a": "a cat"}) for _ in range(2))
    assert first == second
