"""What prices, likes and sales say of each other: medians over time, likes by value, asks beside sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

SHOWN: Final = 4
"""The currencies with most rows, so many, get a plot of their own; tables and files hold the others too."""
_DAYS: Final = 120  # up to so long, periods are days; beyond it, months


@dataclass(frozen=True, slots=True)
class Course:
    """Prices over time in one currency (None: US dollars): a row a period and kind of price.

    `frame` has `at` (the period's first day), `kind`, `rows`, `median`, `low` and `high` (quartiles).
    """

    asset: str | None
    rows: int
    period: str
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two numbers of the same works go together; `rank` is Spearman's correlation, None where it has no meaning."""

    asset: str
    rows: int
    rank: float | None
    ratio: float | None = None


def courses(prices: pd.DataFrame) -> list[Course]:
    """Prices over time of the currencies with most of them, and of all that have a dated rate in dollars."""
    largest = prices["asset"].value_counts()
    assets = [str(name) for name in largest[largest > 0].index[:SHOWN]]
    found = [_course(prices[prices["asset"] == asset], "price", asset) for asset in assets]
    rated = prices[prices["usd"] > 0]
    return [*found, _course(rated, "usd", None)] if len(rated) else found


def _course(prices: pd.DataFrame, column: str, asset: str | None) -> Course:
    days = prices["day"].cat.remove_unused_categories().cat
    dates = pd.to_datetime(pd.Series(days.categories, dtype=str))  # few days, many rows
    is_short = (dates.max() - dates.min()).days <= _DAYS
    periods = dates if is_short else dates.dt.to_period("M").dt.to_timestamp()
    table = pd.DataFrame({"at": periods.to_numpy()[days.codes], "price": prices[column].to_numpy()})
    table["kind"] = prices["kind"].array
    grouped = table.groupby(["at", "kind"], observed=True)["price"]
    quartiles = grouped.quantile(np.array([0.25, 0.5, 0.75]))
    frame = quartiles.unstack().set_axis(["low", "median", "high"], axis=1)
    frame["rows"] = grouped.size()
    return Course(asset, len(prices), "day" if is_short else "month", frame.reset_index())


def likes_and_value(listings: pd.DataFrame) -> pd.DataFrame:
    """The listings with likes and a price or value: `asset`, `value`, `place` (0 to 100 among their currency), `likes`.

    The value is what selection took a listing to be worth, where it did in the currency of its price; else its price.
    """
    comparable = listings["value"].notna() & (
        listings["value_asset"].astype(object) == listings["asset"].astype(object)
    )
    value = listings["value"].where(comparable, listings["price"])
    frame = pd.DataFrame({"asset": listings["asset"], "value": value, "likes": listings["likes"]})
    frame = frame[frame["asset"].notna() & (frame["value"] > 0) & (frame["likes"] >= 0)].copy()
    grouped = frame.groupby("asset", observed=True)["value"]
    spread = (grouped.transform("size") - 1).clip(lower=1)
    frame["place"] = (grouped.rank() - 1) / spread * 100
    return frame.reset_index(drop=True)


def likes_by_tenth(frame: pd.DataFrame) -> pd.DataFrame:
    """Median likes by tenth of value: `place` is the middle of the tenth."""
    tenth = (frame["place"] // 10).clip(upper=9)
    return frame.groupby(tenth * 10 + 5)["likes"].median().rename_axis("place").reset_index()


def asks_and_sales(listings: pd.DataFrame, prices: pd.DataFrame) -> pd.DataFrame:
    """The listings that are for sale and were sold in the same currency: `asset`, `ask`, `sale` (median), `sales`."""
    sales = prices[(prices["kind"].astype(object) == "sale") & (prices["listing"] >= 0)]
    asked = listings[["asset", "price"]].rename(columns={"asset": "ask_asset", "price": "ask"})
    both = sales[["listing", "asset", "price"]].join(asked, on="listing")
    both = both[both["ask"].notna() & (both["asset"].astype(object) == both["ask_asset"].astype(object))]
    told = both.assign(asset=both["asset"].astype(object)).groupby("listing")
    return told.agg(asset=("asset", "first"), ask=("ask", "first"), sale=("price", "median"), sales=("price", "size"))


def agreements(frame: pd.DataFrame, first: str, second: str, *, ratio: bool = False) -> list[Agreement]:
    """Per currency, the one with most rows first: how two columns go together, and the median of first / second."""
    found = [
        Agreement(
            str(asset),
            len(rows),
            spearman(rows[first], rows[second]),
            float((rows[first] / rows[second]).median()) if ratio else None,
        )
        for asset, rows in frame.groupby("asset", observed=True)
    ]
    return sorted(found, key=lambda one: (-one.rows, one.asset))


def spearman(first: pd.Series[float], second: pd.Series[float]) -> float | None:
    """Rank correlation; None for fewer than three rows, or where all values of one are the same."""
    if len(first) < 3 or first.nunique() < 2 or second.nunique() < 2:
        return None
    return float(np.corrcoef(first.rank(), second.rank())[0, 1])
