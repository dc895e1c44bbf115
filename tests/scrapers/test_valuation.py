"""Policy `report`: small tables worked out by hand, and properties that any table must have."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.valuation import REASONS, SelectionRule, select

ALL = SelectionRule(trim=0.0, price_share=1.0, likes_share=1.0)


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    plain = {"price": 10.0, "asset": "ETH", "likes": None, "year": 2020, "media": "photo", "nsfw": False}
    return pd.DataFrame(
        [
            {"listing_id": f"l-{number:02d}", **plain, "rights_decision": "allow", **row}
            for number, row in enumerate(rows)
        ]
    )


def reasons(rows: list[dict[str, Any]], rule: SelectionRule) -> list[str]:
    return list(select(table(rows), rule)["reason"])


def prices(*values: float | None, **more: Any) -> list[dict[str, Any]]:
    return [{"price": value, **more} for value in values]


def test_each_first_gate_has_its_reason_and_the_first_one_counts() -> None:
    rows: list[dict[str, Any]] = [
        {},
        {"media": "animation", "nsfw": True, "price": 0},
        {"media": "unknown"},
        {"nsfw": True, "price": None},
        {"price": 0},
        {"price": None},
        {"price": -3},
        {"price": np.inf},
        {"asset": None},
        {"year": 2016},
        {"year": 2022},
        {"year": None},
        {"rights_decision": "deny"},
        {"nsfw": None},
    ]
    rule = SelectionRule(trim=0, price_share=1, likes_share=1, first_year=2017, last_year=2021)
    wanted = (
        ["selected", "not_photo", "not_photo", "nsfw"] + ["no_price"] * 5 + ["outside_years"] * 2 + ["selected"] * 3
    )
    assert reasons(rows, rule) == wanted


def test_rules_can_admit_other_media_and_nsfw() -> None:
    rows: list[dict[str, Any]] = [{"media": "animation"}, {"nsfw": True}]
    rule = SelectionRule(trim=0, price_share=1, likes_share=1, media=("photo", "animation"), allow_nsfw=True)
    assert reasons(rows, rule) == ["selected", "selected"]


def test_trimming_keeps_the_rows_strictly_between_the_percentiles() -> None:
    """Of 1..21 the 5 % limits are exactly 2 and 20: both rows on the limits go, as in the study's counts."""
    rule = SelectionRule(trim=0.05, price_share=1, likes_share=1)
    found = select(table(prices(*range(1, 22))), rule)
    assert list(found["reason"]) == ["price_trimmed_low"] * 2 + ["selected"] * 17 + ["price_trimmed_high"] * 2
    assert found["inputs"][0] | {"price_low": 2.0, "price_high": 20.0, "asset_rows": 21} == found["inputs"][0]


def test_limits_between_rows_are_interpolated_linearly() -> None:
    """Of 0.1, 10, 20, 30, 40, 1000 the 5 % limits lie a quarter of the way inwards: 2.575 and 760."""
    rule = SelectionRule(trim=0.05, price_share=1, likes_share=1)
    found = select(table(prices(0.1, 10, 20, 30, 40, 1000)), rule)
    assert list(found["reason"]) == ["price_trimmed_low"] + ["selected"] * 4 + ["price_trimmed_high"]
    assert found["inputs"][2]["price_low"] == pytest.approx(2.575)
    assert found["inputs"][2]["price_high"] == pytest.approx(760.0)


def test_each_asset_is_compared_with_itself_only() -> None:
    rows = prices(1, 2, 3, 4, 5, 6) + prices(100, 200, 300, 400, 500, 600, asset="XTZ")
    rule = SelectionRule(trim=0.05, price_share=0.25, likes_share=1)
    chosen = ["price_trimmed_low"] + ["price_below_share"] * 3 + ["selected", "price_trimmed_high"]
    assert reasons(rows, rule) == chosen * 2


def test_rows_that_were_dropped_before_do_not_move_the_limits() -> None:
    rows = prices(1, 2, 3, 4, 5, 6)
    noise = prices(9999, nsfw=True) + prices(9999, media="video") + prices(9999, year=1)
    rule = SelectionRule(first_year=2000)
    assert reasons(rows + noise, rule)[:6] == reasons(rows, rule)


def test_a_small_group_and_a_group_of_one_price_are_not_trimmed() -> None:
    rule = SelectionRule(trim=0.05, price_share=1, likes_share=1)
    assert reasons(prices(1, 2, 3, 1_000_000), rule) == ["selected"] * 4
    assert reasons(prices(*[7.0] * 30), rule) == ["selected"] * 30
    assert reasons(prices(5), SelectionRule()) == ["selected"]
    found = select(table(prices(1, 2, 3, 4)), rule)
    assert [inputs["trimmed"] for inputs in found["inputs"]] == [False] * 4


def test_the_top_share_is_rounded_up_and_equal_prices_share_their_fate() -> None:
    rule = SelectionRule(trim=0, price_share=0.25, likes_share=1)
    assert reasons(prices(1, 2, 3, 4, 5), rule) == ["price_below_share"] * 3 + ["selected"] * 2
    assert reasons(prices(1, 2, 2, 2), rule) == ["price_below_share"] + ["selected"] * 3


def test_likes_count_where_there_are_any_and_their_lack_weighs_nothing() -> None:
    rows: list[dict[str, Any]] = [{"likes": 1}, {"likes": 5}, {"likes": 9}, {"likes": None}, {"likes": 0}]
    rule = SelectionRule(trim=0, price_share=1, likes_share=0.5)
    found = select(table(rows), rule)
    assert list(found["reason"]) == ["likes_below_share", "selected", "selected", "selected", "likes_below_share"]
    without, best = found["inputs"][3], found["inputs"][2]
    assert (without["judged_by"], without["likes"], without["likes_percentile"]) == ("price", None, None)
    assert (best["judged_by"], best["likes_rank"], best["likes_rows"], best["likes_floor"]) == (
        "price and likes",
        1,
        4,
        5.0,
    )


def test_likes_are_compared_within_a_market_where_it_is_given() -> None:
    rows = [{"likes": likes, "market": market} for market in ("a", "b") for likes in (1, 2)]
    scaled = [{**row, "likes": row["likes"] * (100 if row["market"] == "b" else 1)} for row in rows]
    rule = SelectionRule(trim=0, price_share=1, likes_share=0.5)
    assert reasons(scaled, rule) == ["likes_below_share", "selected"] * 2


def test_the_cap_keeps_the_best_and_ranks_are_dense() -> None:
    rows = prices(1, 2, 3, 4, 5)
    found = select(table(rows), SelectionRule(trim=0, price_share=1, likes_share=1, max_selected=2))
    assert list(found["reason"]) == ["over_cap"] * 3 + ["selected"] * 2
    assert found["rank"].tolist() == [pd.NA, pd.NA, pd.NA, 2, 1]
    assert found["rank"].dtype == "Int64"


def test_equals_are_ranked_by_their_id() -> None:
    rows = [{"listing_id": name} for name in ("l-c", "l-a", "l-b")]
    assert select(table(rows), ALL)["rank"].tolist() == [3, 1, 2]


def test_an_empty_table_gives_an_empty_result() -> None:
    found = select(table(prices(1)).iloc[:0], SelectionRule())
    assert len(found) == 0
    assert list(found.columns) == ["listing_id", "selected", "reason", "rank", "inputs"]


def test_typed_columns_of_pandas_are_read_as_well() -> None:
    frame = table([{"likes": 3}, {"likes": None}, {"price": None}])
    frame = frame.astype({"price": "Float64", "likes": "Int64", "year": "Int64", "nsfw": "boolean"})
    assert list(select(frame, ALL)["reason"]) == ["selected", "selected", "no_price"]


def test_a_table_that_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="likes"):
        select(table(prices(1)).drop(columns="likes"), ALL)
    with pytest.raises(ValueError, match="unique"):
        select(table([{"listing_id": "l"}, {"listing_id": "l"}]), ALL)


@pytest.mark.parametrize(
    "rule", [{"trim": 0.5}, {"trim": -0.1}, {"price_share": 0}, {"likes_share": 1.1}, {"policy": "guess"}]
)
def test_thresholds_that_mean_nothing_are_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(rule))):
        SelectionRule(**rule)


ROW = st.fixed_dictionaries(
    {
        "price": st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.integers(0, 40).map(float),
        "asset": st.sampled_from(["ETH", "XTZ", "USD", None]),
        "likes": st.none() | st.integers(0, 20),
        "year": st.none() | st.integers(1, 2158),
        "media": st.sampled_from(["photo", "photo", "animation", "video", "unknown", None]),
        "nsfw": st.sampled_from([None, False, True]),
        "rights_decision": st.sampled_from(["allow", "review", "deny"]),
    }
)
RULE = st.builds(
    SelectionRule,
    trim=st.sampled_from([0.0, 0.01, 0.05, 0.25]),
    price_share=st.sampled_from([0.01, 0.25, 1 / 3, 1.0]),
    likes_share=st.sampled_from([0.1, 0.5, 1.0]),
    first_year=st.none() | st.just(2000),
    last_year=st.none() | st.just(2100),
    max_selected=st.none() | st.integers(0, 5),
)


@given(st.lists(ROW, min_size=1, max_size=30), RULE, st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_result_does_not_depend_on_the_order_of_rows(
    rows: list[dict[str, Any]], rule: SelectionRule, random: Any
) -> None:
    frame = table(rows)
    order = list(frame.index)
    random.shuffle(order)
    straight = select(frame, rule).set_index("listing_id").sort_index()
    shuffled = select(frame.loc[order], rule).set_index("listing_id").sort_index()
    assert json.dumps(straight["inputs"].tolist()) == json.dumps(shuffled["inputs"].tolist())
    pd.testing.assert_frame_equal(straight.drop(columns="inputs"), shuffled.drop(columns="inputs"))


@given(st.lists(ROW, min_size=1, max_size=30), RULE)
@settings(max_examples=20)
def test_every_row_gets_one_known_reason_and_ranks_count_the_selected(
    rows: list[dict[str, Any]], rule: SelectionRule
) -> None:
    found = select(table(rows), rule)
    assert set(found["reason"]) <= set(REASONS)
    assert list(found["selected"]) == [reason == "selected" for reason in found["reason"]]
    chosen = found["rank"].dropna().tolist()
    assert sorted(chosen) == list(range(1, int(found["selected"].sum()) + 1))
    assert all(json.loads(json.dumps(inputs)) == inputs for inputs in found["inputs"])


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), RULE, st.sampled_from([0.25, 2.0, 1024.0]))
@settings(max_examples=20)
def test_the_scale_of_an_asset_changes_nothing(values: list[int], rule: SelectionRule, scale: float) -> None:
    plain = [{"price": float(value)} for value in values]
    scaled = [{"price": value * scale} for value in values]
    assert reasons(plain, rule) == reasons(scaled, rule)
