from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.judges.agreement import ALL, LARGEST, Agreement, agreement, agreements, between
from generator.judges.errors import BadBatch

FEW = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=5, max_size=30)


def by_hand_tau(x: list[float], y: list[float]) -> float:
    """tau-b, pair by pair."""
    pairs = [(i, j) for i in range(len(x)) for j in range(i)]
    agree = sum(np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i, j in pairs)
    untied = [sum(side[i] != side[j] for i, j in pairs) for side in (x, y)]
    return float(agree / math.sqrt(untied[0] * untied[1]))


@given(rows=FEW)
@settings(max_examples=60)
def test_both_agree_with_other_ways_of_computing_them(rows: list[tuple[int, int]]) -> None:
    x, y = ([float(row[k]) for row in rows] for k in (0, 1))
    found = agreement(x, y, "fisher")
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found.reason == "all values of one side are alike"
        return
    assert found.spearman is not None
    assert found.kendall is not None
    assert found.spearman.value == pytest.approx(pd.Series(x).rank().corr(pd.Series(y).rank()), abs=1e-9)
    assert found.kendall.value == pytest.approx(by_hand_tau(x, y), abs=1e-9)


def test_a_published_example() -> None:
    # IQ and hours of television of ten people: rho is -29/165 (Wikipedia's worked example).
    iq = [106.0, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    hours = [7.0, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    found = agreement(iq, hours, "fisher")
    assert found.spearman is not None
    assert found.spearman.value == pytest.approx(-29 / 165)
    error = math.sqrt((1 + (29 / 165) ** 2 / 2) / 7) * 1.959964
    assert found.spearman.low == pytest.approx(math.tanh(math.atanh(-29 / 165) - error), abs=1e-6)


def drawn(seed: int, count: int) -> tuple[list[float], list[float]]:
    """A judge's values and decisions of a correlated pair of normal variables, whose rho is about 0.48."""
    dice = np.random.default_rng(seed)
    x = dice.standard_normal(count)
    y = 0.5 * x + math.sqrt(0.75) * dice.standard_normal(count)
    return list(x), list(y)


@pytest.mark.parametrize("method", ["bootstrap", "fisher"])
def test_intervals_hold_the_true_value_about_as_often_as_they_say(method: str) -> None:
    rho, tau = 6 / math.pi * math.asin(0.25), 2 / math.pi * math.asin(0.5)
    held = []
    for seed in range(20):
        found = agreement(*drawn(seed, 60), method)
        assert found.spearman is not None
        assert found.kendall is not None
        held += [found.spearman.low <= rho <= found.spearman.high, found.kendall.low <= tau <= found.kendall.high]
        assert found.spearman.low <= found.spearman.value <= found.spearman.high
    assert 0.85 <= np.mean(held) <= 1.0  # of 95 in 100


def test_the_same_lists_give_the_same_interval() -> None:
    values, decisions = drawn(3, 50)
    approved = [float(one > 0) for one in decisions]
    assert agreement(values, approved) == agreement(values, approved)
    assert agreement(values, approved, seed=1) != agreement(values, approved)


def test_missing_values_are_left_out_and_never_zero() -> None:
    whole = agreement([1, 2, 3, 4, 5, 6], [0, 0, 1, 0, 1, 1], "fisher")
    gaps = agreement([1, None, 2, 3, 4, 5, 6, math.nan], [0, 1, 0, 1, 0, 1, 1, 0], "fisher")
    assert gaps == whole
    assert gaps.pairs == 6


def test_too_few_pairs_or_one_decision_say_why_there_is_no_number() -> None:
    assert agreement([1, 2], [0, 1]) == Agreement(2, None, None, "2 pairs, it takes 5")
    alike = agreement([1, 2, 3, 4, 5], [1] * 5)
    assert alike.spearman is None
    assert "alike" in alike.reason
    with pytest.raises(BadBatch, match="2 values cannot be paired with 1"):
        agreement([1, 2], [1])


def test_perfect_agreement_is_one() -> None:
    found = agreement(list(range(9)), list(range(9)), "fisher")
    assert found.spearman is not None
    assert (found.spearman.value, found.spearman.low, found.spearman.high) == pytest.approx((1, 1, 1))


def test_agreement_is_told_by_judge_and_category() -> None:
    values = {"taste": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10], "noise": [3.0, 1, 4, 1, 5, 9, 2, 6, 5, None]}
    decisions = [0.0, 0, 0, 1, 1, 0, 1, 0, 1, 1]
    categories = ["faces"] * 5 + ["animals"] * 4 + [None]
    found = agreements(values, decisions, categories)
    assert {name: one.pairs for name, one in found["taste"].items()} == {ALL: 10, "animals": 4, "faces": 5}
    assert found["noise"][ALL].pairs == 9
    assert found["taste"]["animals"].reason == "4 pairs, it takes 5"
    assert list(between(values)) == [("noise", "taste")]


def test_many_pairs_take_no_square_of_memory() -> None:
    values, decisions = drawn(1, LARGEST + 1000)
    found = agreement(values, decisions)
    assert found.kendall is not None
    assert found.kendall.value == pytest.approx(1 / 3, abs=0.03)
