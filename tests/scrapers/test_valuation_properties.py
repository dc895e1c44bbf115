"""What holds for any table under both policies: order, units and repeated rows change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.valuation import REASONS, Appraisal, SelectionRule, select, trim_limits
from tests.scrapers.valued import SEEN, works

ASSETS = ("ETH", "XTZ", "USD")
WORK = st.fixed_dictionaries(
    {
        "price": st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.integers(0, 40).map(float),
        "asset": st.sampled_from([*ASSETS, None]),
        "likes": st.none() | st.integers(0, 20),
        "year": st.none() | st.integers(1, 2158),
        "media": st.sampled_from(["photo", "photo", "photo", "video", "unknown", None]),
        "nsfw": st.sampled_from([None, False, False, True]),
        "market": st.sampled_from(["m", "n"]),
        "creator": st.sampled_from(["Mia", "Noa", None]),
        "series": st.sampled_from(["s", None]),
        "seen_at": st.sampled_from([SEEN, SEEN - pd.Timedelta(days=400), None]),
    }
)
TRADE = st.fixed_dictionaries(
    {
        "number": st.integers(0, 12),
        "kind": st.sampled_from(["sale", "sale", "bid", "ask"]),
        "price": st.sampled_from([0.0, -1.0, float("nan"), 0.5, 1.0, 2.0, 3.0, 700.0]),
        "asset": st.sampled_from([*ASSETS, None]),
        "day": st.integers(0, 500),
        "usd": st.none() | st.integers(0, 9).map(float),
        "buyer": st.sampled_from(["a", "b", "c", "Mia", None]),
        "seller": st.sampled_from(["a", "b", "c", None]),
    }
)
RULE = st.builds(
    SelectionRule,
    policy=st.sampled_from(["value", "report"]),
    top_share=st.sampled_from([0.01, 0.2, 1 / 3, 1.0]),
    min_score=st.sampled_from([0.0, 0.1]),
    creator_cap=st.sampled_from([1, 3, 100]),
    likes_weight=st.sampled_from([0.0, 0.3, 1.0]),
    trim=st.sampled_from([0.0, 0.01, 0.05, 0.25]),
    price_share=st.sampled_from([0.01, 0.25, 1.0]),
    likes_share=st.sampled_from([0.1, 0.5, 1.0]),
    first_year=st.none() | st.just(2000),
    last_year=st.none() | st.just(2100),
)
TABLE = st.lists(WORK, min_size=1, max_size=13)
TRADES = st.lists(TRADE, max_size=25)


def trades_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["listing_id", "kind", "at", "price", "asset", "usd", "buyer", "seller"]
    told = [{**row, "listing_id": f"l-{row['number']:03d}", "at": SEEN - pd.Timedelta(days=row["day"])} for row in rows]
    return pd.DataFrame(told, columns=columns)


def judged(found: Appraisal) -> pd.DataFrame:
    """The rows by id, with the groups they were compared with in place of row numbers."""
    groups = [tuple(map(str, row)) for row in found.groups.round(6).to_numpy().tolist()]
    rows = found.rows.set_index("listing_id").sort_index()
    for name in ("comparables", "band"):
        rows[name] = [None if pd.isna(place) else groups[int(place)] for place in rows[name]]
    return rows


def same(one: Appraisal, other: Appraisal) -> None:
    pd.testing.assert_frame_equal(judged(one), judged(other))
    assert (one.compared, one.scored) == (other.compared, other.scored)
    np.testing.assert_equal(one.floor, other.floor)


@given(TABLE, TRADES, RULE, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_result_depends_neither_on_the_order_of_rows_nor_on_rows_imported_twice(
    rows: list[dict[str, Any]], sold: list[dict[str, Any]], rule: SelectionRule, random: Any
) -> None:
    frame, trades = works(*rows), trades_of(sold)
    twice = pd.concat([trades, trades], ignore_index=True)
    orders = [list(table.index) for table in (frame, twice)]
    for order in orders:
        random.shuffle(order)
    same(select(frame, rule, trades), select(frame.loc[orders[0]], rule, twice.loc[orders[1]]))


@given(TABLE, TRADES, RULE, st.sampled_from(ASSETS), st.sampled_from([0.001, 3.0, 1024.0]))
@settings(max_examples=40, deadline=None)
def test_the_unit_of_an_asset_changes_no_decision_and_no_score(
    rows: list[dict[str, Any]], sold: list[dict[str, Any]], rule: SelectionRule, asset: str, unit: float
) -> None:
    # A price near the ends of what a float can hold becomes nothing in another unit.
    frame, trades = works(*rows), trades_of(sold)
    frame["price"] = frame["price"].astype(float).where(lambda price: price.abs().between(1e-6, 1e9))
    other, others = frame.copy(), trades.copy()
    for table in (other, others):
        table["price"] = table["price"].astype(float).where(table["asset"] != asset, table["price"] * unit)
    one, two = select(frame, rule, trades).rows, select(other, rule, others).rows
    decided = ["selected", "reason", "rank", "tier", "asset", "sales", "buyers", "washed", "peers", "place"]
    pd.testing.assert_frame_equal(one[decided], two[decided])
    pd.testing.assert_frame_equal(one[["deviation", "score"]], two[["deviation", "score"]], atol=1e-7)


@given(TABLE, TRADES, RULE)
@settings(max_examples=40, deadline=None)
def test_every_row_gets_one_known_reason_and_ranks_count_the_selected(
    rows: list[dict[str, Any]], sold: list[dict[str, Any]], rule: SelectionRule
) -> None:
    found = select(works(*rows), rule, trades_of(sold))
    told = found.rows
    assert set(told["reason"]) <= set(REASONS)
    assert told["selected"].tolist() == [reason == "selected" for reason in told["reason"]]
    assert sorted(told["rank"].dropna()) == list(range(1, int(told["selected"].sum()) + 1))
    assert told["score"].dropna().between(0, 1).all()
    assert told.loc[told["selected"], "score"].notna().all()
    assert (told["value"].isna() | (told["value"] > 0)).all()
    assert ((told["deviation"].abs() <= 3) | told["deviation"].isna()).all()
    for name in ("comparables", "band"):
        assert told[name].dropna().isin(found.groups.index).all()


@given(st.lists(st.integers(1, 30), min_size=1, max_size=40), st.sampled_from([0.01, 0.05, 0.25]), st.randoms())
@settings(max_examples=40, deadline=None)
def test_trimming_depends_on_neither_order_nor_unit_and_never_turns_round(
    prices: list[int], share: float, random: Any
) -> None:
    low, high = trim_limits(prices, share)
    assert min(prices) <= low <= high <= max(prices)
    shuffled = list(prices)
    random.shuffle(shuffled)
    assert trim_limits(shuffled, share) == (low, high)
    assert trim_limits([price * 1024.0 for price in prices], share) == (low * 1024.0, high * 1024.0)
