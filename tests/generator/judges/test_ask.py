from __future__ import annotations

import numpy as np
import pytest

from generator.judges.ask import ask
from generator.judges.errors import BadBatch
from generator.judges.port import Batch, Facts, Floats, Opinion, stacked, told, unit
from generator.judges.reference import Reference
from generator.judges.stored import fidelity_judge, prompt_match_judge
from generator.nouns import FIDELITY, PROMPT_MATCH

from .shown import Told, picture, vectors


def first_numbers(batch: Batch) -> Floats:
    assert batch.embeddings is not None
    return batch.embeddings[:, 0].astype(np.float64)


def test_each_judge_says_something_of_each_picture() -> None:
    batch = Batch("clip", embeddings=vectors(3), sources=vectors(3, seed=1), similarities=np.array([0.1, 0.2, 0.3]))
    rows = ask([prompt_match_judge("clip"), fidelity_judge("clip")], batch)
    assert [[one.judge for one in row] for row in rows] == [[PROMPT_MATCH, FIDELITY]] * 3
    assert [row[0].raw for row in rows] == [0.1, 0.2, 0.3]
    expected = (vectors(3) * vectors(3, seed=1)).sum(axis=1)
    assert [row[1].raw for row in rows] == pytest.approx(expected, abs=1e-6)


def test_a_judge_that_fails_leaves_a_missing_score_with_a_reason_and_the_others_go_on() -> None:
    def broken(batch: Batch) -> Floats:
        raise ZeroDivisionError("the critic\x1b[31m fell\nover")

    rows = ask([Told(broken), Told(first_numbers)], Batch(embeddings=vectors(2)))
    for failed, sound in rows:
        assert (failed.raw, failed.percentile) == (None, None)
        assert failed.reason == "it failed: ZeroDivisionError: the critic?[31m fell over"
        assert sound.raw is not None
        assert sound.reason == ""


def test_one_bad_picture_does_not_cost_the_others_their_scores() -> None:
    def picky(batch: Batch) -> Floats:
        values = first_numbers(batch)
        if (values == 0).any():
            raise ValueError("nothing to see")
        return values

    shown = vectors(3)
    shown[1] = 0
    raws = [row[0].raw for row in ask([Told(picky)], Batch(embeddings=shown))]
    assert raws == [pytest.approx(float(shown[0, 0])), None, pytest.approx(float(shown[2, 0]))]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_none_is_missing_and_never_zero(value: float) -> None:
    (row,) = ask([Told(lambda _: np.array([value]))], Batch(embeddings=vectors(1)))
    assert row[0].raw is None
    assert "is no judgment" in row[0].reason


def test_an_answer_of_another_length_is_no_answer() -> None:
    rows = ask([Told(lambda _: np.zeros(7))], Batch(embeddings=vectors(2)))
    assert [row[0].raw for row in rows] == [None, None]
    assert "7" in rows[0][0].reason


def test_what_a_judge_needs_and_is_not_at_hand_is_named() -> None:
    looker = Told(first_numbers, Facts("looker", "1", "MIT", "picture"))
    reader = Told(first_numbers, Facts("reader", "1", "MIT", "embedding", "clip-vit-l-14"))
    (row,) = ask([looker, reader, prompt_match_judge("mini")], Batch("mini", embeddings=vectors(1)))
    assert [one.reason for one in row] == [
        "there are no pictures at hand",
        "it reads embeddings of clip-vit-l-14, these are of mini",
        "there are no similarities at hand",
    ]


def test_a_percentile_comes_from_the_set_of_the_same_judge_and_version_only() -> None:
    judge = Told(lambda _: np.array([2.5]), Facts("told", "2", "MIT", "embedding"))
    groups = (("works", (1.0, 2.0, 3.0, 4.0, 5.0)),)
    batch = Batch(embeddings=vectors(1))
    (right,) = ask([judge], batch, {"told": Reference("told", "2", "", "five", groups)})
    (other,) = ask([judge], batch, {"told": Reference("told", "1", "", "five", groups)})
    assert right == (Opinion("told", "2", 2.5, 40.0),)
    assert (other[0].raw, other[0].percentile) == (2.5, None)
    assert "told 1" in other[0].reason


def test_a_batch_must_fit_together() -> None:
    with pytest.raises(BadBatch, match="2 embeddings, 1 pictures"):
        Batch(embeddings=vectors(2), pictures=(picture(),))
    with pytest.raises(BadBatch, match="nothing"):
        Batch()
    with pytest.raises(BadBatch, match="wide"):
        Batch(embeddings=vectors(2, 16), sources=vectors(2, 8))
    with pytest.raises(BadBatch, match="cannot stand"):
        stacked([bytes(8), bytes(16)])


def test_a_stored_embedding_of_zeros_has_no_direction() -> None:
    assert np.isnan(unit(np.zeros((1, 4), dtype=np.float32))).all()
    (row,) = ask([fidelity_judge("")], Batch(embeddings=np.zeros((1, 4), "f4"), sources=vectors(1, 4)))
    assert row[0].raw is None


def test_reasons_are_short_and_of_one_line() -> None:
    assert told("a\r\nb\x00\u202ec") == "a b??c"
    assert len(told("x" * 10_000)) == 300
