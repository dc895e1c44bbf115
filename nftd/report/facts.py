"""All that a report says, worked out: what the page, the files and the summary are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from nftd.config import Settings
from nftd.report import refusals
from nftd.report.drift import Change, changes, summary
from nftd.report.evidence import Agreement, Course, agreements, asks_and_sales, courses, likes_and_value
from nftd.report.reading import Market, read_market
from nftd.report.samples import Sample, samples
from nftd.report.tables import Currency, by_size, category_counts, currency_tables
from nftd.report.years import LeftOut, Window, left_out, window_of
from nftd.store.database import Store

MOST_CURRENCIES = 100
"""So many currencies get tables and files of their own, those with most prices; a market may know thousands."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the market at `made_at`, and how it differs from the `earlier` report."""

    made_at: datetime
    market: Market
    window: Window
    left_out: list[LeftOut]
    pooled: Currency
    currencies: list[Currency]
    more_currencies: int
    categories: dict[str, int]
    samples: list[Sample]
    shown_of: int
    courses: list[Course]
    likes: pd.DataFrame
    likes_agree: list[Agreement]
    asks: pd.DataFrame
    asks_agree: list[Agreement]
    gates: list[refusals.Gate]
    feeds: list[refusals.Feed]
    pictures: dict[str, int]
    summary: dict[str, Any]
    drift: list[Change] | None
    no_drift: str

    @property
    def rows(self) -> int:
        return len(self.market.listings)

    @property
    def priced(self) -> int:
        return self.pooled.spread.count


def gather(store: Store, settings: Settings, made_at: datetime, earlier: dict[str, Any] | None) -> Facts:
    """Read the store once and work out everything; the view is one, whatever is written meanwhile."""
    with store.read() as connection:
        market = read_market(connection)
        gates, pictures = refusals.gates(connection), refusals.states(connection)
        feeds = refusals.feeds(connection, by_size(market.listings["feed"]))
        found = category_counts(refusals.categories(connection), settings.categories)
        shown, shown_of = samples(connection, store, settings)
    window = window_of(settings.selection.first_year, settings.selection.last_year, made_at.year)
    listings = market.listings
    assets = [*by_size(listings.loc[listings["price"].notna(), "asset"])]
    likes, asks = likes_and_value(listings), asks_and_sales(listings, market.prices)
    told = summary(market, gates, feeds, found, made_at)
    drift, no_drift = _drift(earlier, told)
    return Facts(
        made_at=made_at,
        market=market,
        window=window,
        left_out=left_out(listings["year"], window),
        pooled=currency_tables(listings, window),
        currencies=[currency_tables(listings, window, asset) for asset in assets[:MOST_CURRENCIES]],
        more_currencies=max(0, len(assets) - MOST_CURRENCIES),
        categories=found,
        samples=shown,
        shown_of=shown_of,
        courses=courses(market.prices),
        likes=likes,
        likes_agree=agreements(likes, "likes", "value"),
        asks=asks,
        asks_agree=agreements(asks, "ask", "sale", ratio=True),
        gates=gates,
        feeds=feeds,
        pictures=pictures,
        summary=told,
        drift=drift,
        no_drift=no_drift,
    )


def _drift(earlier: dict[str, Any] | None, now: dict[str, Any]) -> tuple[list[Change] | None, str]:
    """The changes since the earlier report, or why there are none to tell."""
    if earlier is None:
        return (
            None,
            "There was no earlier report in this folder: the next one that is written here is compared with it.",
        )
    try:
        return changes(earlier, now), ""
    except ValueError as error:
        return None, f"The earlier report in this folder could not be compared with: {error}."
