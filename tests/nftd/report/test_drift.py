"""What changed since the last report, computed by hand."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from nftd.report.drift import changes, stability

BEFORE: dict[str, Any] = {
    "form": 1,
    "listings": 100,
    "priced": 90,
    "prices_seen": 200,
    "filled": {"likes": 0.9, "year": 1.0},
    "currencies": {"ETH": {"rows": 60, "median": 2.0, "mean": 3.0, "bins": {"0": 30, "1": 30}}},
    "gates": {"blur": {"asked": 10, "refused": 1}},
    "sources": {"tezos": {"listings": 100, "outcome": "read"}},
}


def after(**changed: Any) -> dict[str, Any]:
    return copy.deepcopy(BEFORE) | changed


def told(now: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {one.what: (one.told, one.notable) for one in changes(BEFORE, now)}


def test_the_same_market_has_no_change_to_look_at() -> None:
    assert not [one for one in changes(BEFORE, after()) if one.notable]


def test_fewer_listings_a_gone_column_and_a_blocked_source_are_told() -> None:
    sources = {"tezos": {"listings": 100, "outcome": "blocked"}, "new": {"listings": 1, "outcome": None}}
    found = told(after(listings=90, filled={"likes": 0.1, "year": 1.0}, sources=sources))
    assert found["listings"] == ("-10", True)
    assert found["share of listings with likes"] == ("-80.0 points", True)
    assert "share of listings with year" not in found
    assert found["listings of tezos"] == ("read before, now blocked", True)
    assert found["listings of new"][0] == "new"


def test_a_median_that_moves_by_a_quarter_and_a_new_currency_are_told() -> None:
    moved = {"rows": 60, "median": 2.6, "mean": 3.0, "bins": {"0": 30, "1": 30}}
    found = told(after(currencies={"ETH": moved, "XTZ": {"rows": 1, "median": 7.0, "mean": 7.0, "bins": {"3": 1}}}))
    assert found["median price in ETH"] == ("times 1.3", True)
    assert found["median price in XTZ"] == ("new", True)
    assert found["shape of prices in ETH"] == ("steady", False)


def test_the_stability_index_is_that_of_the_formula() -> None:
    # half a row in each bin: 30.5 and 30.5 of 61 against 15.5 and 45.5 of 61
    expected = sum((new - 0.5) * math.log(new / 0.5) for new in (15.5 / 61, 45.5 / 61))
    assert stability({"0": 30, "1": 30}, {"0": 15, "1": 45}) == pytest.approx(expected)
    assert stability({"0": 29}, {"0": 100}) is None


@pytest.mark.parametrize(
    "before",
    [
        {},
        {"form": 2},
        {**BEFORE, "listings": "many"},
        {**BEFORE, "currencies": None},
        {**BEFORE, "currencies": {"ETH": ["many"]}},
        {**BEFORE, "filled": 3},
        {**BEFORE, "gates": {"blur": {"asked": 1}}},
        {**BEFORE, "sources": {"tezos": 7}},
        {**BEFORE, "priced": float("nan")},
    ],
)
def test_a_summary_that_was_edited_is_refused_and_nothing_breaks(before: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="earlier"):
        changes(before, after())
