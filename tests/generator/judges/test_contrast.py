from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from generator.judges.ask import ask
from generator.judges.contrast import PAIRS, ContrastJudge, contrast_judge
from generator.judges.errors import BadRule
from generator.judges.port import Batch
from generator.mini.load import load_mini
from generator.models import Pair

from .shown import vectors


@pytest.fixture(scope="module")
def mini() -> Pair:
    return load_mini()


@pytest.fixture(scope="module")
def judge(mini: Pair) -> ContrastJudge:
    return contrast_judge(mini.perceptor)


def test_the_value_is_the_mean_of_a_softmax_over_each_pair(mini: Pair, judge: ContrastJudge) -> None:
    seen = vectors(4, 256)
    expected = []
    for pair in PAIRS:
        texts = mini.perceptor.embed_texts(list(pair)).double()
        logits = torch.from_numpy(seen).double() @ texts.T / judge.temperature
        expected.append(functional.softmax(logits, dim=1)[:, 0])
    found = judge.raw(Batch("mini-clip-64", embeddings=seen))
    assert found == pytest.approx(torch.stack(expected).mean(0).detach().numpy(), abs=1e-5)


def test_a_picture_like_the_good_words_is_better_than_one_like_the_bad(mini: Pair, judge: ContrastJudge) -> None:
    good, bad = (mini.perceptor.embed_texts([pair[end] for pair in PAIRS]).mean(0).numpy() for end in (0, 1))
    high, low = judge.raw(Batch("mini-clip-64", embeddings=np.stack([good, bad])))
    assert low < 0.5 < high


def test_a_value_does_not_depend_on_the_batch_nor_on_the_length(judge: ContrastJudge) -> None:
    batch = Batch("mini-clip-64", embeddings=vectors(2100, 256))
    whole = judge.raw(batch)
    assert whole.min() > 0
    assert whole.max() < 1
    assert [judge.raw(batch.only(k))[0] for k in (0, 2047, 2048)] == [whole[k] for k in (0, 2047, 2048)]
    scaled = Batch("mini-clip-64", embeddings=vectors(3, 256) * np.float32(5))
    assert judge.raw(scaled) == pytest.approx(whole[:3], abs=1e-6)


def test_the_same_perceptor_gives_the_same_values_on_every_load(judge: ContrastJudge) -> None:
    again = contrast_judge(load_mini().perceptor)
    batch = Batch("mini-clip-64", embeddings=vectors(5, 256))
    assert list(again.raw(batch)) == list(judge.raw(batch))


def test_it_reads_embeddings_of_its_own_perceptor_only(judge: ContrastJudge) -> None:
    (row,) = ask([judge], Batch("clip-vit-b-32", embeddings=vectors(1, 512)))
    assert row[0].raw is None
    assert "mini-clip-64" in row[0].reason


def test_any_perceptor_has_one_without_training(pair: Pair) -> None:
    tiny = contrast_judge(pair.perceptor)
    assert tiny.facts.perceptor == "tiny"
    assert tiny.temperature == 0.01
    assert np.isfinite(tiny.raw(Batch("tiny", embeddings=vectors(2, 24)))).all()


def test_pairs_and_temperature_are_needed(mini: Pair) -> None:
    for broken in ({"pairs": ()}, {"temperature": 0.0}, {"temperature": float("nan")}):
        with pytest.raises(BadRule, match="needs one"):
            contrast_judge(mini.perceptor, **broken)  # type: ignore[arg-type]
