"""Tables 2 to 6 of the study, of all currencies pooled or of one of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from nftd.report.years import Window
from scrapers.valuation import TOTAL, by_year, trim_limits

TRIMS: Final[Mapping[int, float]] = {2: 0.0, 4: 0.01, 5: 0.05}
"""The share that each of Tables 2, 4 and 5 leaves out at either end."""


@dataclass(frozen=True, slots=True)
class YearRow:
    """Counted prices of a year, None for all of them; mean and median are None where there are none."""

    year: int | None
    count: int
    mean: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Table `number`: prices by year of creation within the window, and their total; years without any are left away.

    `limits` are the prices that were trimmed at: rows strictly between them stay. None where nothing was trimmed,
    which for a trimmed table means that both limits are the same price, and nothing could lie between.
    """

    number: int
    rows: tuple[YearRow, ...]
    total: YearRow
    limits: tuple[float, float] | None
    dropped: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Table 3: over all rows with a price, whatever their year. `deviation` is the sample's (n - 1)."""

    count: int
    mean: float | None
    median: float | None
    deviation: float | None


@dataclass(frozen=True, slots=True)
class Currency:
    """Tables 2 to 5 of one currency, or of all of them pooled (`asset` None)."""

    asset: str | None
    spread: Spread
    tables: tuple[PriceTable, ...]


def currency_tables(listings: pd.DataFrame, window: Window, asset: str | None = None) -> Currency:
    """Tables 2 to 5 of one currency, or of all pooled: `price` and `year` of each listing are what counts."""
    rows = listings if asset is None else listings[listings["asset"] == asset]
    priced = rows.loc[rows["price"].notna(), ["year", "price"]]
    tables = tuple(price_table(priced, window, number) for number in TRIMS)
    return Currency(asset, spread(priced["price"]), tables)


def price_table(priced: pd.DataFrame, window: Window, number: int) -> PriceTable:
    """Table 2 (all), 4 (1 % trimmed at either end) or 5 (5 %); limits are percentiles of all years together, linear."""
    inside = priced[window.holds(priced["year"])]
    limits = _limits(inside["price"], TRIMS[number])
    kept = inside if limits is None else inside[(inside["price"] > limits[0]) & (inside["price"] < limits[1])]
    *rows, total = [_row(*told) for told in by_year(kept, window.first, window.last).itertuples(index=False, name=None)]
    return PriceTable(number, tuple(row for row in rows if row.count), total, limits, len(inside) - len(kept))


def _row(year: str, count: int, mean: float, median: float) -> YearRow:
    return YearRow(None if year == TOTAL else int(year), int(count), _number(mean), _number(median))


def _limits(prices: pd.Series[float], share: float) -> tuple[float, float] | None:
    if not share or not len(prices):
        return None
    low, high = trim_limits(prices, share)
    return (float(low), float(high)) if low < high else None


def spread(prices: pd.Series[float]) -> Spread:
    """Mean, median and standard deviation; the latter is None for fewer than two rows."""
    deviation = prices.std() if len(prices) > 1 else math.nan
    return Spread(len(prices), _number(prices.mean()), _number(prices.median()), _number(deviation))


def category_counts(found: Mapping[str, int], configured: Iterable[str]) -> dict[str, int]:
    """Table 6: pictures by category, the configured ones first and also where they are empty."""
    order = [*configured]
    more = sorted(name for name in found if name not in order)
    return {name: found.get(name, 0) for name in (*order, *more)}


def by_size(column: pd.Series[str]) -> dict[str, int]:
    """How many rows each value has, the largest first, equals by name; values without rows are left away."""
    counts = column.value_counts()
    found = {str(name): int(number) for name, number in zip(counts.index, counts, strict=True) if number}
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
