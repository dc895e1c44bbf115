from __future__ import annotations

import numpy as np
import pytest

from generator.critics import Judged, score_iterates
from generator.embeddings import cosine
from generator.errors import BadPicture, NothingToPick
from generator.nouns import FIDELITY, PROMPT_MATCH, Score, Step
from generator.pick import PickRule, best_iterate


def vector(*values: float) -> bytes:
    array = np.array(values, dtype="<f4")
    return bytes((array / np.linalg.norm(array)).astype("<f4").tobytes())


def step(number: int, similarity: float, fidelity: float) -> Step:
    embedding = vector(fidelity, float(np.sqrt(1 - fidelity**2)))
    return Step(number, b"", embedding, {}, similarity, b"")


SOURCE = vector(1.0, 0.0)


def judge(*rows: tuple[float, float]) -> tuple[Judged, ...]:
    return score_iterates([step(k, *row) for k, row in enumerate(rows, 1)], SOURCE)


def test_critics_score_prompt_match_and_fidelity() -> None:
    (judged,) = judge((0.25, 0.5))
    assert judged.raw(PROMPT_MATCH) == 0.25
    assert judged.raw(FIDELITY) == pytest.approx(0.5, abs=1e-6)
    assert [score.percentile for score in judged.scores] == [None, None]
    assert judged.raw("taste") is None


def test_the_best_match_among_the_faithful_is_chosen() -> None:
    choice = best_iterate(judge((0.1, 0.9), (0.3, 0.5), (0.5, 0.1)), PickRule(fidelity_floor=0.3))
    assert (choice.step, choice.met, choice.eligible, choice.judged) == (2, True, 2, 3)
    assert "step 2" in choice.reason
    assert "0.300" in choice.reason
    assert "0.30" in choice.reason


def test_ties_go_to_the_earlier_step() -> None:
    assert best_iterate(judge((0.2, 0.9), (0.3, 0.5), (0.3, 0.8))).step == 2


def test_without_a_faithful_iterate_the_most_faithful_is_chosen_and_said_so() -> None:
    choice = best_iterate(judge((0.1, 0.2), (0.3, 0.25), (0.5, 0.1)), PickRule(fidelity_floor=0.9))
    assert (choice.step, choice.met, choice.eligible) == (2, False, 0)
    assert "none reached the floor" in choice.reason


def test_an_iterate_that_a_critic_failed_on_is_not_chosen() -> None:
    whole = judge((0.1, 0.9))[0]
    failed = Judged(2, (Score(PROMPT_MATCH, "1", 0.9),))
    assert best_iterate([failed, whole]).step == 1


def test_nothing_can_be_picked_from_nothing() -> None:
    with pytest.raises(NothingToPick):
        best_iterate([])
    with pytest.raises(NothingToPick):
        best_iterate([Judged(1, ())])


def test_the_choice_does_not_depend_on_the_order() -> None:
    rows = judge((0.2, 0.9), (0.3, 0.5), (0.3, 0.8), (0.1, 0.9))
    assert best_iterate(rows) == best_iterate(rows[::-1])


def test_embeddings_of_two_models_cannot_be_compared() -> None:
    assert cosine(vector(1, 0), vector(0, 1)) == 0
    with pytest.raises(BadPicture):
        cosine(vector(1, 0), vector(1, 0, 0))
