"""Small tables of listings and trades for the tests of valuation."""

from __future__ import annotations

from typing import Any

import pandas as pd

from scrapers.valuation import Appraisal, SelectionRule, select

SEEN = pd.Timestamp("2026-02-10", tz="UTC")
ALL = SelectionRule(top_share=1.0, creator_cap=10_000)


def works(*rows: dict[str, Any]) -> pd.DataFrame:
    """Listings l-000, l-001, ...: photos of 2026 without ask, likes, creator or series, as far as not said."""
    plain = {
        "price": None,
        "asset": None,
        "likes": None,
        "year": None,
        "media": "photo",
        "nsfw": False,
        "market": "m",
        "creator": None,
        "series": None,
        "seen_at": SEEN,
        "first_seen_at": SEEN,
    }
    return pd.DataFrame([{"listing_id": f"l-{number:03d}", **plain, **row} for number, row in enumerate(rows)])


def trade(work: int, price: float, day: str = "2026-01-05", **changes: Any) -> dict[str, Any]:
    """A sale of work number `work`, in ETH between unknown parties, as far as not said."""
    plain = {"kind": "sale", "asset": "ETH", "usd": None, "buyer": None, "seller": None}
    return {"listing_id": f"l-{work:03d}", "at": pd.Timestamp(day, tz="UTC"), "price": price, **plain, **changes}


def sold(work: int, price: float, parties: str, day: str = "2026-01-05", **changes: Any) -> dict[str, Any]:
    """A sale between two parties, told as `seller>buyer`."""
    seller, buyer = parties.split(">")
    return trade(work, price, day, seller=seller, buyer=buyer, **changes)


def bid(work: int, price: float, buyer: str = "b", day: str = "2026-01-20", **changes: Any) -> dict[str, Any]:
    return trade(work, price, day, kind="bid", buyer=buyer, **changes)


def appraise(listings: pd.DataFrame, *trades: dict[str, Any], rule: SelectionRule = ALL) -> Appraisal:
    return select(listings, rule, pd.DataFrame(list(trades)) if trades else None)


def only(listings: pd.DataFrame, *trades: dict[str, Any]) -> pd.Series:
    """What is said of the first listing."""
    return appraise(listings, *trades).rows.iloc[0]
