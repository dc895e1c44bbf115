"""A table of listings as numbers, the gates that need no comparison, and what a selection answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from scrapers.valuation.rule import SelectionRule

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

NEEDED: Final = ("listing_id", "price", "asset", "likes", "year", "media", "nsfw")
GROUP_COLUMNS: Final = (
    *("kind", "market", "asset", "period", "own_rows", "widened", "rows"),
    *("median", "mad", "low", "high", "floor"),
)


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What a policy says of every listing, and what it compared them with.

    `rows` has the index of the frame that was judged: `listing_id`, `selected`, `reason`, `rank` (1 is the best of the
    selected, else NA), and what decided: `tier`, `value` (whole units of `asset`), `usd`, `ask`, `sales`, `buyers`,
    `washed`, `peers`, `comparables` (a row number of `groups`, NA for none), `deviation`, `place`, `likes`, `band`
    (likewise), `likes_place`, `likes_percentile`, `score`; missing where it does not apply.
    `groups` has a row for each group that was compared with, with GROUP_COLUMNS.
    `compared` rows came through the first gates, `scored` of them have a score, `floor` is the lowest one selected.
    """

    rows: pd.DataFrame
    groups: pd.DataFrame
    compared: int
    scored: int
    floor: float | None


@dataclass(frozen=True, slots=True)
class Works:
    """Listings as arrays of one length; codes are places in sorted lists of names, -1 where unknown.

    `creator` and `series` number the names within a market. Prices and likes that are no number, or negative, are NaN,
    and so is a price of zero. `reason` names the first gate that refuses, empty where none does.
    """

    ids: npt.NDArray[np.object_]
    market: Ints
    markets: list[str]
    asset: Ints
    assets: list[str]
    creator: Ints
    creators: npt.NDArray[np.object_]
    series: Ints
    ask: Floats
    likes: Floats
    year: Floats
    seen: Times
    first_seen: Times
    held: Bools
    reason: npt.NDArray[np.object_]

    @property
    def live(self) -> Bools:
        return np.asarray(self.reason == "", dtype=bool)


def read(frame: pd.DataFrame, rule: SelectionRule, more_assets: Sequence[str] = ()) -> Works:
    """The listings of `frame` as arrays, behind the first gates.

    Needs the columns NEEDED; `market`, `creator`, `series`, `seen_at`, `first_seen_at` (UTC), `suspicious` and `held`
    (selected before) are used where they are. Raises ValueError for missing columns or repeated ids.
    """
    missing = [name for name in NEEDED if name not in frame.columns]
    if missing:
        raise ValueError(f"columns {', '.join(missing)} are missing: a selection needs {', '.join(NEEDED)}")
    if not frame["listing_id"].is_unique or not frame.index.is_unique:
        raise ValueError("listing_id and the index must be unique: merge repeated listings first")
    market, markets = coded(_column(frame, "market", "").fillna(""))
    asset, names = coded(frame["asset"])
    assets = sorted({*names, *more_assets})
    creator, creators = coded(_column(frame, "creator", None))
    series, titles = coded(_column(frame, "series", None))
    price, likes = numbers(frame["price"]), numbers(frame["likes"])
    year = numbers(frame["year"])
    return Works(
        ids=frame["listing_id"].to_numpy(dtype=object),
        market=market,
        markets=markets,
        asset=translated(asset, names, assets),
        assets=assets,
        creator=within(market, creator, len(creators)),
        creators=_named(creator, creators),
        series=within(market, series, len(titles)),
        ask=np.where(price > 0, price, np.nan),
        likes=np.where(likes >= 0, likes, np.nan),
        year=year,
        seen=times(_column(frame, "seen_at", None)),
        first_seen=times(_column(frame, "first_seen_at", None)),
        held=flags(_column(frame, "held", False)),
        reason=_first_gates(frame, year, rule),
    )


def _first_gates(frame: pd.DataFrame, year: Floats, rule: SelectionRule) -> npt.NDArray[np.object_]:
    """The first gate that a row fails, empty where it passes all; an unknown year passes."""
    before = year < (rule.first_year if rule.first_year is not None else -np.inf)
    after = year > (rule.last_year if rule.last_year is not None else np.inf)
    gates = {
        "not_photo": ~frame["media"].isin(rule.media).to_numpy(dtype=bool),
        "nsfw": flags(frame["nsfw"]) & (not rule.allow_nsfw),
        "suspicious": flags(_column(frame, "suspicious", False)),
        "outside_years": before | after,
    }
    return np.select(list(gates.values()), list(gates), default="").astype(object)


def _column(frame: pd.DataFrame, name: str, default: object) -> pd.Series[Any]:
    if name not in frame.columns:
        return pd.Series([default] * len(frame), index=frame.index, dtype=object)
    column = frame[name]
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) and default == "" else column


def coded(column: pd.Series[Any]) -> tuple[Ints, list[str]]:
    """Places of the column's texts in the sorted list of them, -1 for a missing one."""
    found = pd.Categorical(column)
    names = sorted(map(str, found.categories))
    return translated(found.codes, list(map(str, found.categories)), names), names


def translated(codes: npt.NDArray[Any], names: Sequence[str], into: Sequence[str]) -> Ints:
    """Codes by one list of names as codes by another one that has them all."""
    places = {name: place for place, name in enumerate(into)}
    table = np.array([*(places[name] for name in names), -1], dtype=np.int64)
    return np.asarray(table[codes], dtype=np.int64)


def within(outer: Ints, inner: Ints, size: int) -> Ints:
    """One code for each pair, -1 where the inner one is unknown."""
    return np.where(inner < 0, -1, outer * max(size, 1) + inner)


def _named(codes: Ints, names: list[str]) -> npt.NDArray[np.object_]:
    return np.array([*names, None], dtype=object)[codes]


def numbers(column: pd.Series[Any]) -> Floats:
    """The column as floats; what is no finite number is NaN."""
    found = pd.to_numeric(column, errors="coerce")
    values = found.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def flags(column: pd.Series[Any]) -> Bools:
    """Where the column says True; unknown is no."""
    if column.dtype == bool:
        return column.to_numpy(dtype=bool)
    return np.asarray(column.astype(object).eq(True), dtype=bool)


def times(column: pd.Series[Any]) -> Times:
    """The column as naive UTC times in microseconds; what is no time is NaT."""
    if column.dtype.kind == "M" and getattr(column.dtype, "tz", None) is None:
        return column.to_numpy().astype("datetime64[us]")
    found = pd.to_datetime(column, errors="coerce", utc=True, format="ISO8601" if column.dtype == object else None)
    return found.dt.tz_localize(None).to_numpy().astype("datetime64[us]")


def spread(count: int, rows: Ints | Bools, values: npt.ArrayLike, empty: float = np.nan) -> Floats:
    """`values` at `rows` of an array of `count`, `empty` elsewhere."""
    made = np.full(count, empty, dtype=float)
    made[rows] = values
    return made


def best_first(rows: Ints, ids: npt.NDArray[np.object_], *keys: Floats) -> Ints:
    """`rows` by falling keys, the first one first; of equals the lower id is first."""
    chosen = ids[rows]
    by_id = np.empty(len(rows), dtype=np.int64)
    by_id[np.argsort(chosen, kind="stable")] = np.arange(len(rows))
    return np.asarray(rows[np.lexsort((by_id, *(-key[rows] for key in reversed(keys))))], dtype=np.int64)
