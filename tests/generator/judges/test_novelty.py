from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.judges.ask import ask
from generator.judges.errors import BadBatch
from generator.judges.novelty import Past, novelty_judge
from generator.judges.port import Batch, Vectors

from .shown import vectors


def past_of(rows: Vectors) -> Past:
    return Past.of((f"s-{k}", row.astype("<f4").tobytes()) for k, row in enumerate(rows))


@given(count=st.integers(1, 60), width=st.integers(1, 40), seed=st.integers(0, 1000))
def test_the_nearest_is_that_of_comparing_each_with_each(count: int, width: int, seed: int) -> None:
    rows, asked = vectors(count, width, seed), vectors(3, width, seed + 1)
    for query, found in zip(asked, past_of(rows * np.float32(3)).nearest(asked), strict=True):
        assert found is not None
        cosines = rows.astype(np.float64) @ query.astype(np.float64)
        assert found.cosine == pytest.approx(cosines.max(), abs=1e-6)
        assert cosines[int(found.name.removeprefix("s-"))] == pytest.approx(cosines.max(), abs=1e-6)


def test_a_copy_has_no_novelty_and_its_own_source_is_left_out() -> None:
    rows = vectors(50)
    past = past_of(rows)
    shown = Batch("mini", embeddings=rows[7:8])
    (copy,) = ask([novelty_judge("mini", past)], shown)
    (else_where,) = ask([novelty_judge("mini", past.without({"s-7"}))], shown)
    assert copy[0].raw == pytest.approx(0, abs=1e-6)
    assert else_where[0].raw is not None
    assert else_where[0].raw > 0.05
    assert past.without({"nobody"}) is past


def test_without_a_past_the_score_is_missing() -> None:
    (row,) = ask([novelty_judge("mini", Past.of(()))], Batch("mini", embeddings=vectors(1)))
    assert row[0].raw is None


def test_a_value_does_not_depend_on_the_batch() -> None:
    judge = novelty_judge("mini", past_of(vectors(3000, 256)))
    batch = Batch("mini", embeddings=vectors(20, 256, seed=5))
    whole = judge.raw(batch)
    assert [judge.raw(batch.only(k))[0] for k in range(20)] == list(whole)


def test_embeddings_of_two_perceptors_cannot_be_compared() -> None:
    with pytest.raises(BadBatch, match="one perceptor"):
        Past.of([("a", bytes(16)), ("b", bytes(32))])
    with pytest.raises(BadBatch, match="numbers each"):
        past_of(vectors(3, 8)).nearest(vectors(1, 16))
