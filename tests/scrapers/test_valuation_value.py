"""Policy `value`: evidence, comparables, likes and scores of small tables worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from scrapers.valuation import SelectionRule
from scrapers.valuation.evidence import live_bids
from scrapers.valuation.peers import medians_of_others
from scrapers.valuation.table import read
from scrapers.valuation.trades import read_trades
from tests.scrapers.valued import ALL, SEEN, appraise, bid, only, sold, trade, works

# --- evidence -------------------------------------------------------------------------------------


def test_five_last_sales_to_two_buyers_give_their_median() -> None:
    days = [f"2026-01-{day:02d}" for day in range(1, 8)]
    sales = [sold(0, price, f"a{n}>b{n % 2}", days[n]) for n, price in enumerate((99, 99, 1, 2, 10, 4, 5))]
    found = only(works({}), *sales)
    assert (found["tier"], found["value"], found["asset"]) == ("sales", 4.0, "ETH")
    assert (found["sales"], found["buyers"], found["washed"]) == (7, 2, 0)


def test_two_sales_give_the_mean_of_both_and_one_gives_itself() -> None:
    assert only(works({}), sold(0, 2, "a>b", "2026-01-01"), sold(0, 4, "b>c", "2026-01-02"))["value"] == 3.0
    found = only(works({}), sold(0, 2, "a>b"))
    assert (found["tier"], found["value"], found["sales"], found["buyers"]) == ("sale", 2.0, 1, 1)


def test_a_sale_to_an_unknown_buyer_is_a_sale_but_no_second_buyer() -> None:
    found = only(works({}), sold(0, 2, "a>b", "2026-01-01"), trade(0, 8, "2026-01-02"))
    assert (found["tier"], found["value"], found["sales"], found["buyers"]) == ("sale", 8.0, 2, 1)


def test_two_sales_to_one_buyer_are_one_opinion() -> None:
    found = only(works({}), sold(0, 2, "a>b", "2026-01-01"), sold(0, 6, "c>b", "2026-01-02"))
    assert (found["tier"], found["value"]) == ("sale", 6.0)


def test_a_better_tier_in_one_asset_goes_before_a_newer_one_in_another() -> None:
    sales = [sold(0, 2, "a>b", "2026-01-01"), sold(0, 4, "b>c", "2026-01-02")]
    sales.append(sold(0, 500, "c>d", "2026-01-09", asset="XTZ"))
    found = only(works({}), *sales)
    assert (found["tier"], found["value"], found["asset"]) == ("sales", 3.0, "ETH")
    assert only(works({}), sales[0], sales[2])["asset"] == "XTZ", "of equal tiers the newest"


@pytest.mark.parametrize(
    ("trades", "value"),
    [
        ([bid(0, 3, "b"), bid(0, 5, "c")], 5.0),
        ([bid(0, 3, "b"), bid(0, 5, "c", "2025-10-01")], 3.0),  # more than 90 days old
        ([bid(0, 3, "b"), bid(0, 5, "Mia")], 3.0),  # the creator's own
    ],
)
def test_the_highest_live_bid_counts_where_nothing_was_sold(trades: list[dict[str, object]], value: float) -> None:
    found = only(works({"creator": "Mia"}), *trades)
    assert (found["tier"], found["value"]) == ("bid", value)


def test_bids_before_a_sale_or_by_the_owner_are_no_evidence() -> None:
    listings = works({})
    sale = sold(0, 1, "a>b", "2026-01-10")
    bids = [bid(0, 7, "c", "2026-01-09"), bid(0, 8, "b", "2026-01-11"), bid(0, 9, "c", "2026-01-12")]
    read_works = read(listings, SelectionRule(), ["ETH"])
    trades = read_trades(pd.DataFrame([sale, *bids]), pd.Index(read_works.ids, dtype=object), read_works.assets)
    assert live_bids(read_works, trades, trades.only(trades.is_sale)).price.tolist() == [9.0]


def test_a_wash_trade_ends_no_bid() -> None:
    found = only(works({}), sold(0, 1, "a>a", "2026-01-12"), bid(0, 9, "c", "2026-01-11"))
    assert (found["tier"], found["value"]) == ("bid", 9.0)


def test_an_ask_caps_the_value_and_is_no_evidence_by_itself() -> None:
    found = only(works({"price": 1.5, "asset": "ETH"}), sold(0, 2, "a>b", usd=5000))
    assert (found["value"], found["ask"]) == (1.5, 1.5)
    assert math.isnan(found["usd"]), "the dated dollars are of the sale, not of the ask"
    assert only(works({"price": 1.5, "asset": "XTZ"}), sold(0, 2, "a>b"))["value"] == 2.0
    alone = only(works({"price": 1.5, "asset": "ETH"}))
    assert (alone["reason"], alone["tier"]) == ("no_evidence", None)
    assert math.isnan(alone["value"])
    assert math.isnan(alone["score"])


def test_dollars_are_given_only_where_every_sale_behind_the_value_has_a_dated_rate() -> None:
    first, second = sold(0, 2, "a>b", "2026-01-01", usd=10.0), sold(0, 4, "b>c", "2026-01-02", usd=30.0)
    assert only(works({}), first, second)["usd"] == 20.0
    assert math.isnan(only(works({}), first, second | {"usd": None})["usd"])
    assert only(works({}), first)["usd"] == 10.0


def test_prices_that_are_none_are_left_out() -> None:
    broken = [trade(0, price) for price in (0.0, -1.0, math.nan, math.inf)]
    broken += [trade(0, 5, asset=None), trade(0, 5) | {"at": pd.NaT}, trade(7, 5), trade(0, 5, kind="ask")]
    assert only(works({}), *broken)["reason"] == "no_evidence"
    assert only(works({}), *broken, trade(0, 2))["value"] == 2.0


# --- wash trades ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sales", "washed"),
    [
        (["a>a"], 1),
        (["a>b", "b>a"], 2),
        (["a>b", "b>c"], 0),
        (["a>b", "b>c", "c>a"], 0),  # a longer circle is not looked for
        (["a>b", "a>b"], 0),
        (["a>b", "a>b", "a>b"], 3),
        (["a>b", "b>a", "b>c", "c>d"], 2),
    ],
)
def test_sales_that_look_like_wash_trades_are_flagged_and_do_not_count(sales: list[str], washed: int) -> None:
    trades = [sold(0, 10 + n, parties, f"2026-01-{n + 1:02d}") for n, parties in enumerate(sales)]
    found = only(works({}), *trades)
    assert found["washed"] == washed
    assert found["sales"] == len(sales) - washed


def test_the_same_two_may_trade_three_different_works() -> None:
    found = appraise(works({}, {}, {}), *(sold(work, 5, "a>b") for work in range(3)))
    assert found.rows["washed"].tolist() == [0, 0, 0]
    assert found.rows["sales"].tolist() == [1, 1, 1]


# --- works of the same hand -----------------------------------------------------------------------


def test_a_work_without_trades_is_worth_what_its_creators_others_are() -> None:
    listings = works(*[{"creator": "Mia"}] * 4, {"creator": "Noa", "series": "s"}, {"series": "s"}, {"series": "s"})
    trades = [trade(0, 1), trade(1, 3), trade(2, 8), trade(5, 5), trade(6, 9)]
    found = appraise(listings, *trades).rows
    assert found.loc[3, ["tier", "value", "peers"]].tolist() == ["peers", 3.0, 3]
    assert found.loc[4, ["tier", "value", "peers"]].tolist() == ["peers", 7.0, 2], (
        "the series, where the creator has none"
    )


def test_one_other_work_is_too_few_and_other_markets_have_other_people() -> None:
    listings = works({"creator": "Mia"}, {"creator": "Mia"}, {"creator": "Mia", "market": "other"})
    assert appraise(listings, trade(0, 1), trade(2, 1)).rows.loc[1, "reason"] == "no_evidence"


def test_peers_are_of_the_asset_of_the_ask_else_of_the_usual_one() -> None:
    listings = works(*[{"creator": "Mia"}] * 5, {"creator": "Mia", "price": 7, "asset": "XTZ"}, {"creator": "Mia"})
    trades = [trade(0, 1), trade(1, 1), trade(2, 1), trade(3, 50, asset="XTZ"), trade(4, 50, asset="XTZ")]
    found = appraise(listings, *trades).rows
    assert found.loc[5, ["value", "asset"]].tolist() == [7.0, "XTZ"], "capped by its ask"
    assert found.loc[6, ["value", "asset"]].tolist() == [1.0, "ETH"]


def test_where_nothing_was_traded_the_asks_of_the_others_stand_in() -> None:
    asks = [{"creator": "Mia", "price": price, "asset": "ETH"} for price in (1, 2, 9)]
    found = appraise(works(*asks)).rows
    assert found["tier"].tolist() == ["asks"] * 3
    assert found["value"].tolist() == [1.0, 2.0, 1.5], "the middle of the two others, at most its own ask"
    assert found["peers"].tolist() == [2, 2, 2]


def test_medians_of_others_leave_each_value_out() -> None:
    groups, values = np.array([0, 1, 0, 0, 1, 2, 0]), np.array([4.0, 10.0, 1.0, 2.0, 20.0, 7.0, 8.0])
    median, others = medians_of_others(groups, values)
    assert median.tolist() == pytest.approx([2.0, 20.0, 4.0, 4.0, 10.0, math.nan, 2.0], nan_ok=True)
    assert others.tolist() == [3, 1, 3, 3, 1, 0, 3]


# --- comparables ----------------------------------------------------------------------------------


def test_the_deviation_is_in_mads_of_logarithms_from_the_median() -> None:
    """Of 1, 2, 4, 8, 16 the logarithms lie 2, 1, 0, 1, 2 doublings from the median: the MAD is one doubling."""
    found = appraise(works(*[{}] * 5), *(trade(work, 2.0**work) for work in range(5)))
    assert found.rows["deviation"].tolist() == pytest.approx([step / 1.4826 for step in (-2, -1, 0, 1, 2)])
    group = found.groups.loc[0]
    assert (group["kind"], group["market"], group["asset"], group["period"]) == ("trades", "m", "ETH", "2026Q1")
    assert (group["rows"], group["median"], group["mad"]) == (5, pytest.approx(4.0), pytest.approx(math.log(2)))


def test_a_deviation_is_cut_at_three() -> None:
    prices = [1.0, 1.1, 0.9, 1.05, 1e9, 1e-9]
    found = appraise(works(*[{}] * 6), *(trade(work, price) for work, price in enumerate(prices)))
    assert found.rows["deviation"].tolist()[4:] == [3.0, -3.0]


def test_equal_values_deviate_by_nothing_and_a_mad_of_zero_gives_way_to_the_mean_deviation() -> None:
    same = appraise(works({}, {}, {}), *(trade(work, 7) for work in range(3)))
    assert same.rows["deviation"].tolist() == [0.0] * 3
    assert appraise(works({}), trade(0, 7)).rows["deviation"].tolist() == [0.0], "a group of one"
    found = appraise(works(*[{}] * 5), *(trade(work, price) for work, price in enumerate((1, 1, 1, 1, math.e))))
    assert found.rows["deviation"].tolist() == pytest.approx([0, 0, 0, 0, min(3, 1 / (1.2533 * 0.2))])
    assert found.groups["mad"].tolist() == [0.0]


def test_a_group_is_widened_until_thirty_are_known() -> None:
    """29 of the first quarter and one of the third make a year; a market of 3 takes all of the asset."""
    first = [trade(work, work + 1.0, "2025-02-01") for work in range(29)]
    later = trade(29, 1000, "2025-08-01")
    elsewhere = [trade(work, 5, "2025-02-01") for work in range(30, 33)]
    found = appraise(works(*[{}] * 30, *[{"market": "n"}] * 3), *first, later, *elsewhere).groups
    told = found[["market", "period", "own_rows", "widened", "rows"]].to_numpy().tolist()
    assert told == [["m", "2025Q1", 29, "year", 30], ["m", "2025Q3", 1, "year", 30], ["n", "2025Q1", 3, "asset", 33]]
    enough = appraise(works(*[{}] * 30), *(trade(work, 1.0 + work, "2025-02-01") for work in range(30))).groups
    assert enough.loc[0, "own_rows"] == enough.loc[0, "rows"] == 30
    assert enough.loc[0, "widened"] is None


def test_a_quarter_that_is_too_small_takes_the_market_before_the_asset() -> None:
    years = [trade(work, 2, f"{2020 + work % 6}-02-01") for work in range(30)]
    found = appraise(works(*[{}] * 30, {"market": "n"}), *years, trade(30, 9)).groups
    assert found[found["market"] == "m"]["widened"].unique().tolist() == ["market"]


def test_assets_and_kinds_of_evidence_are_never_compared_with_each_other() -> None:
    asks = [{"creator": "Mia", "price": 100.0, "asset": "ETH"}] * 3
    found = appraise(works(*asks, {}, {}), trade(3, 1), trade(4, 1, asset="XTZ"))
    assert found.rows["deviation"].tolist() == [0.0] * 5
    assert sorted(found.groups["kind"] + found.groups["asset"]) == ["asksETH", "tradesETH", "tradesXTZ"]


# --- likes ----------------------------------------------------------------------------------------


def test_likes_are_a_percentile_drawn_to_the_middle() -> None:
    """Of three works the percentiles 1/6, 3/6, 5/6 become (0.5 + 5) / 13, (1.5 + 5) / 13, (2.5 + 5) / 13."""
    found = appraise(works(*({"likes": likes} for likes in (3, 8, 40)))).rows
    assert found["likes_percentile"].tolist() == pytest.approx([5.5 / 13, 6.5 / 13, 7.5 / 13])
    assert found["likes_place"].tolist() == [3, 2, 1]
    assert found["tier"].tolist() == ["likes"] * 3
    assert found["score"].tolist() == pytest.approx([0.3 * part / 13 for part in (5.5, 6.5, 7.5)])


def test_equals_share_a_percentile_and_one_alone_is_in_the_middle() -> None:
    found = appraise(works({"likes": 5}, {"likes": 5})).rows
    assert found["likes_percentile"].tolist() == [0.5, 0.5]
    assert only(works({"likes": 0}))["likes_percentile"] == 0.5


def test_likes_are_compared_within_a_market_and_an_age() -> None:
    listings = works(
        *({"likes": 1000, "year": 2019}, {"likes": 1, "year": 2026}, {"likes": 2, "market": "n"}),
        *({"likes": 3, "year": 2158}, {"likes": 4, "year": 2022}, {"likes": 5, "year": 2023}),
        {"likes": 6, "first_seen_at": None},
    )
    found = appraise(listings)
    bands = found.groups.loc[found.rows["band"].astype(int), ["market", "period"]].to_numpy().tolist()
    assert bands == [["m", "5+"], ["m", "0"], ["n", "0"], ["m", "0"], ["m", "3-4"], ["m", "3-4"], ["m", "unknown"]]


def test_likes_that_are_missing_weigh_nothing() -> None:
    listings = works({"likes": None}, {"likes": 9}, {"likes": -1}, {"likes": math.nan})
    found = appraise(listings, *(trade(work, 5) for work in range(4))).rows
    assert found["score"].tolist() == pytest.approx([0.9 * 0.5] * 4)
    assert found["likes_percentile"].isna().tolist() == [True, False, True, True]


# --- scores and choice ----------------------------------------------------------------------------


def test_the_score_weighs_value_and_likes_and_is_discounted_by_the_tier() -> None:
    """Work 4 of 1, 2, 4, 8, 16 lies 2 / 1.4826 deviations above; its likes are the most of five."""
    listings = works(*({"likes": likes} for likes in (1, 2, 3, 4, 5)))
    found = appraise(listings, *(trade(work, 2.0**work) for work in range(5))).rows
    worth, liked = (2 / 1.4826 + 3) / 6, (4.5 + 5) / 15
    assert found.loc[4, "score"] == pytest.approx(0.9 * (0.7 * worth + 0.3 * liked))
    only_likes = appraise(listings, trade(0, 1), rule=SelectionRule(top_share=1, likes_weight=1.0)).rows
    assert only_likes.loc[0, "score"] == pytest.approx(0.9 * 5.5 / 15)


def test_better_evidence_of_the_same_worth_scores_higher() -> None:
    listings = works(*[{"creator": f"c{work // 3}"} for work in range(6)], *[{"likes": 1}] * 1)
    trades = [sold(0, 5, "a>b", "2026-01-01"), sold(0, 5, "b>c", "2026-01-02"), sold(1, 5, "a>b"), bid(3, 5), bid(4, 5)]
    found = appraise(listings, *trades).rows
    assert found["tier"].tolist() == ["sales", "sale", "peers", "bid", "bid", "peers", "likes"]
    assert found["score"].tolist() == pytest.approx([0.5, 0.45, 0.3, 0.4, 0.4, 0.3, 0.15])


def test_the_top_share_is_rounded_up_and_equals_are_taken_by_likes_then_id() -> None:
    listings = works(*[{}] * 5)
    trades = [trade(work, price) for work, price in enumerate((1, 4, 2, 4, 1))]
    found = appraise(listings, *trades, rule=SelectionRule(top_share=0.3))
    assert found.rows["reason"].tolist() == [
        "score_below_share",
        "selected",
        "score_below_share",
        "selected",
        "score_below_share",
    ]
    assert found.rows["rank"].tolist() == [pd.NA, 1, pd.NA, 2, pd.NA]
    assert (found.compared, found.scored) == (5, 5)
    assert found.floor == found.rows.loc[3, "score"]


def test_a_creator_gets_no_more_than_the_cap_and_the_place_goes_to_the_next() -> None:
    listings = works(*[{"creator": "Mia"}] * 3, {"creator": "Noa"}, {}, {})
    trades = [trade(work, price) for work, price in enumerate((9, 8, 7, 6, 5, 1))]
    found = appraise(listings, *trades, rule=SelectionRule(top_share=0.5, creator_cap=1)).rows
    assert found["reason"].tolist() == [
        *("selected", "over_creator_cap", "over_creator_cap"),
        *("selected", "selected", "score_below_share"),
    ]


def test_what_was_selected_before_fills_the_cap_first() -> None:
    listings = works({"creator": "Mia"}, {"creator": "Mia"}).assign(held=[False, True])
    found = appraise(listings, trade(0, 9), trade(1, 1), rule=SelectionRule(top_share=1, creator_cap=1)).rows
    assert found["reason"].tolist() == ["over_creator_cap", "selected"]


def test_a_least_score_is_asked_for() -> None:
    found = appraise(works({"likes": 1}, {}), trade(1, 5), rule=SelectionRule(top_share=1, min_score=0.2)).rows
    assert found["reason"].tolist() == ["score_below_minimum", "selected"]


def test_the_first_gates_come_before_everything_and_their_works_are_compared_with_nothing() -> None:
    rows = [{}, {"media": "video"}, {"nsfw": True}, {"suspicious": True}, {"year": 1999}]
    trades = [trade(0, 5), *(trade(work, 500) for work in range(1, 5))]
    rule = SelectionRule(top_share=1, first_year=2000)
    found = appraise(works(*rows), *trades, rule=rule)
    assert found.rows["reason"].tolist() == ["selected", "not_photo", "nsfw", "suspicious", "outside_years"]
    assert found.groups["rows"].tolist() == [1]
    assert found.compared == 1


def test_an_empty_table_gives_an_empty_result() -> None:
    found = appraise(works({}).iloc[:0])
    assert len(found.rows) == len(found.groups) == found.scored == 0
    assert found.floor is None
    assert appraise(works({}).iloc[:0], trade(0, 1)).scored == 0


def test_a_table_that_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="likes"):
        appraise(works({}).drop(columns="likes"))
    with pytest.raises(ValueError, match="unique"):
        appraise(works({"listing_id": "l"}, {"listing_id": "l"}))
    with pytest.raises(ValueError, match="price"):
        appraise(works({}), {"listing_id": "l-000", "kind": "sale", "at": SEEN, "asset": "ETH"})
    assert ALL.policy == "value"
