"""Policy `report`: small tables worked out by hand, and properties that any table must have."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from scrapers.valuation import SelectionRule, by_year, select, trim_limits


def by_report(**keys: Any) -> SelectionRule:
    return SelectionRule(policy="report", **keys)


ALL = by_report(trim=0.0, price_share=1.0, likes_share=1.0)


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    plain = {"price": 10.0, "asset": "ETH", "likes": None, "year": 2020, "media": "photo", "nsfw": False}
    return pd.DataFrame([{"listing_id": f"l-{number:02d}", **plain, **row} for number, row in enumerate(rows)])


def reasons(rows: list[dict[str, Any]], rule: SelectionRule) -> list[str]:
    return list(select(table(rows), rule).rows["reason"])


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
        {"suspicious": True},
        {"nsfw": None},
    ]
    rule = by_report(trim=0, price_share=1, likes_share=1, first_year=2017, last_year=2021)
    wanted = ["selected", "not_photo", "not_photo", "nsfw", *["no_price"] * 5, *["outside_years"] * 2]
    wanted += ["selected", "suspicious", "selected"]
    assert reasons(rows, rule) == wanted


def test_rules_can_admit_other_media_and_nsfw() -> None:
    rows: list[dict[str, Any]] = [{"media": "animation"}, {"nsfw": True}]
    rule = by_report(trim=0, price_share=1, likes_share=1, media=("photo", "animation"), allow_nsfw=True)
    assert reasons(rows, rule) == ["selected", "selected"]


def test_trimming_keeps_the_rows_strictly_between_the_percentiles() -> None:
    """Of 1..21 the 5 % limits are exactly 2 and 20: both rows on the limits go, as in the study's counts."""
    rule = by_report(trim=0.05, price_share=1, likes_share=1)
    found = select(table(prices(*range(1, 22))), rule)
    assert list(found.rows["reason"]) == ["price_trimmed_low"] * 2 + ["selected"] * 17 + ["price_trimmed_high"] * 2
    told = found.groups[found.groups["kind"] == "prices"].iloc[0]
    assert (told["own_rows"], told["low"], told["high"], told["rows"], told["floor"]) == (21, 2.0, 20.0, 17, 3.0)
    assert set(found.rows["comparables"]) == {0}


def test_limits_between_rows_are_interpolated_linearly() -> None:
    """Of 0.1, 10, 20, 30, 40, 1000 the 5 % limits lie a quarter of the way inwards: 2.575 and 760."""
    rule = by_report(trim=0.05, price_share=1, likes_share=1)
    found = select(table(prices(0.1, 10, 20, 30, 40, 1000)), rule)
    assert list(found.rows["reason"]) == ["price_trimmed_low"] + ["selected"] * 4 + ["price_trimmed_high"]
    assert found.groups.loc[0, ["low", "high"]].tolist() == pytest.approx([2.575, 760.0])


def test_each_asset_is_compared_with_itself_only() -> None:
    rows = prices(1, 2, 3, 4, 5, 6) + prices(100, 200, 300, 400, 500, 600, asset="XTZ")
    rule = by_report(trim=0.05, price_share=0.25, likes_share=1)
    chosen = ["price_trimmed_low"] + ["price_below_share"] * 3 + ["selected", "price_trimmed_high"]
    assert reasons(rows, rule) == chosen * 2


def test_rows_that_were_dropped_before_do_not_move_the_limits() -> None:
    rows = prices(1, 2, 3, 4, 5, 6)
    noise = prices(9999, nsfw=True) + prices(9999, media="video") + prices(9999, year=1)
    rule = by_report(first_year=2000)
    assert reasons(rows + noise, rule)[:6] == reasons(rows, rule)


def test_a_small_group_and_a_group_of_one_price_are_not_trimmed() -> None:
    rule = by_report(trim=0.05, price_share=1, likes_share=1)
    assert reasons(prices(1, 2, 3, 1_000_000), rule) == ["selected"] * 4
    assert reasons(prices(*[7.0] * 30), rule) == ["selected"] * 30
    assert reasons(prices(5), by_report()) == ["selected"]
    found = select(table(prices(1, 2, 3, 4)), rule)
    assert found.groups["low"].isna().all()


def test_the_top_share_is_rounded_up_and_equal_prices_share_their_fate() -> None:
    rule = by_report(trim=0, price_share=0.25, likes_share=1)
    assert reasons(prices(1, 2, 3, 4, 5), rule) == ["price_below_share"] * 3 + ["selected"] * 2
    assert reasons(prices(1, 2, 2, 2), rule) == ["price_below_share"] + ["selected"] * 3


def test_likes_count_where_there_are_any_and_their_lack_weighs_nothing() -> None:
    rows: list[dict[str, Any]] = [{"likes": 1}, {"likes": 5}, {"likes": 9}, {"likes": None}, {"likes": 0}]
    rule = by_report(trim=0, price_share=1, likes_share=0.5)
    found = select(table(rows), rule)
    assert list(found.rows["reason"]) == ["likes_below_share", "selected", "selected", "selected", "likes_below_share"]
    without, best = found.rows.loc[3], found.rows.loc[2]
    assert without[["likes", "likes_place", "likes_percentile", "band"]].isna().all()
    assert without["score"] == 1.0, "the price alone"
    band = found.groups.loc[int(best["band"])]
    assert (best["likes_place"], band["rows"], band["floor"]) == (1, 4, 5.0)


def test_likes_are_compared_within_a_market_where_it_is_given() -> None:
    rows = [{"likes": likes, "market": market} for market in ("a", "b") for likes in (1, 2)]
    scaled = [{**row, "likes": row["likes"] * (100 if row["market"] == "b" else 1)} for row in rows]
    rule = by_report(trim=0, price_share=1, likes_share=0.5)
    assert reasons(scaled, rule) == ["likes_below_share", "selected"] * 2


def test_the_score_is_the_mean_of_two_percentiles_and_ranks_are_dense() -> None:
    rows = [{"price": price, "likes": likes} for price, likes in ((1, 3), (2, 1), (4, 2))]
    found = select(table(rows), ALL).rows
    assert found["score"].tolist() == pytest.approx([2 / 3, 0.5, 5 / 6])
    assert found["rank"].tolist() == [2, 3, 1]
    assert found["rank"].dtype == "Int64"


def test_equals_are_ranked_by_their_id() -> None:
    rows = [{"listing_id": name} for name in ("l-c", "l-a", "l-b")]
    assert select(table(rows), ALL).rows["rank"].tolist() == [3, 1, 2]


def test_an_empty_table_gives_an_empty_result() -> None:
    found = select(table(prices(1)).iloc[:0], by_report())
    assert len(found.rows) == len(found.groups) == found.compared == found.scored == 0
    assert found.floor is None


def test_typed_columns_of_pandas_are_read_as_well() -> None:
    frame = table([{"likes": 3}, {"likes": None}, {"price": None}])
    frame = frame.astype({"price": "Float64", "likes": "Int64", "year": "Int64", "nsfw": "boolean"})
    frame = frame.astype({"asset": "category", "media": "category"})
    assert list(select(frame, ALL).rows["reason"]) == ["selected", "selected", "no_price"]


def test_a_table_that_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="likes"):
        select(table(prices(1)).drop(columns="likes"), ALL)
    with pytest.raises(ValueError, match="unique"):
        select(table([{"listing_id": "l"}, {"listing_id": "l"}]), ALL)


@pytest.mark.parametrize(
    "rule",
    [
        *({"trim": 0.5}, {"trim": -0.1}, {"price_share": 0}, {"likes_share": 1.1}, {"policy": "guess"}),
        *({"top_share": 0}, {"min_score": 2}, {"likes_weight": -1}, {"creator_cap": 0}),
    ],
)
def test_thresholds_that_mean_nothing_are_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(rule))):
        SelectionRule(**rule)


# --- the study's tables ---------------------------------------------------------------------------


def test_trim_limits_are_linear_percentiles_of_what_is_a_number() -> None:
    assert trim_limits(list(range(1, 22)), 0.05) == pytest.approx((2.0, 20.0))
    assert trim_limits([3.0, np.nan, 1.0, np.inf], 0.25) == pytest.approx((1.5, 2.5))
    assert trim_limits([7.0], 0.05) == (7.0, 7.0)
    assert trim_limits([1.0, 2.0], 0) == (-np.inf, np.inf)
    assert np.isnan(trim_limits([], 0.05)).all()
    with pytest.raises(ValueError, match=r"0\.5"):
        trim_limits([1.0], 0.5)


def test_strict_limits_drop_every_row_that_carries_the_price_of_a_limit() -> None:
    """As the study's counts show: of 100 works of which 10 cost the least, 1 % trimmed away is more than 2 rows."""
    values = np.array([5.0] * 10 + list(np.arange(6.0, 96.0)))
    low, high = trim_limits(values, 0.01)
    assert (low, high) == pytest.approx((5.0, 94.01))
    assert int(((values > low) & (values < high)).sum()) == 100 - 10 - 1


def test_by_year_counts_and_averages_each_year_and_all() -> None:
    frame = pd.DataFrame(
        {"price": [10, 20, 60, 5, 7, np.nan, 1e9, 3], "year": [2017, 2017, 2017, 2019, 2019, 2019, 2158, np.nan]}
    )
    told = by_year(frame, 2017, 2019)
    assert told["year"].tolist() == ["2017", "2018", "2019", "Total"]
    assert told["count"].tolist() == [3, 0, 2, 5]
    assert told["mean"].tolist() == pytest.approx([30, np.nan, 6, 20.4], nan_ok=True)
    assert told["median"].tolist() == pytest.approx([20, np.nan, 6, 10], nan_ok=True)
    assert by_year(frame.iloc[:0], 2017, 2017)["count"].tolist() == [0, 0]
