"""What the report reads of the store: each large table once, a part at a time, as columns of numbers and codes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Text, func, select, type_coerce

from nftd.report.columns import COLUMNS, filled_mask
from nftd.store.tables import listing, observation, valuation

PART: Final = 20_000
"""Rows that are in memory as Python objects at a time; what stays of a listing is about 80 bytes, of a price 30."""


@dataclass(frozen=True, slots=True)
class Market:
    """All listings and prices of a store.

    `listings` has a row a listing: `market`, `feed`, `asset`, `media`, `state`, `reason`, `tier` (categories),
    `price` (ask in whole units; NaN where there is none or it is 0), `free` (the ask is 0), `likes`, `year` (NaN:
    unknown), `value` (what selection took it to be worth, in the asset `value_asset`) and `invented`.
    `prices` has a row an observation: `listing` (row number in `listings`, -1 for none), `day`, `kind`, `asset`
    (categories), `price`, `usd` (NaN without a dated rate). `filled` counts the rows in which a column of Table 1 is.
    """

    listings: pd.DataFrame
    prices: pd.DataFrame
    filled: dict[str, int]


def read_market(connection: Connection) -> Market:
    """Read listings and prices within one view of the store."""
    keys, frame, filled = _listings(connection)
    return Market(frame, _prices(connection, keys), filled)


class _Codes:
    """A column of few different texts, kept as their numbers."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}
        self._parts: list[NDArray[np.int32]] = []

    def add(self, values: Sequence[Hashable]) -> None:
        known = self._known
        self._parts.append(np.fromiter((known.setdefault(one, len(known)) for one in values), np.int32, len(values)))

    def column(self) -> pd.Categorical:
        """The column, sorted by text; None is missing."""
        codes = np.concatenate(self._parts) if self._parts else np.zeros(0, np.int32)
        names = sorted(name for name in self._known if name is not None)
        place = {name: number for number, name in enumerate(names)} | {None: -1}
        moved = np.array([place[name] for name in self._known], np.int32)
        return pd.Categorical.from_codes(
            moved[codes] if len(codes) else codes, categories=pd.Index(names, dtype=object)
        )


class _Numbers:
    """A column of numbers; None is NaN where they are floats."""

    def __init__(self, kind: type[np.generic] = np.float64) -> None:
        self._kind = kind
        self._parts: list[NDArray[Any]] = []

    def add(self, values: Sequence[Any]) -> None:
        self._parts.append(np.array(values, dtype=self._kind))

    def column(self) -> NDArray[Any]:
        return np.concatenate(self._parts) if self._parts else np.zeros(0, self._kind)


def _parts(connection: Connection, statement: Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement, transposed: a list of columns for every part."""
    result = connection.execute(statement)
    while rows := result.fetchmany(PART):
        yield list(zip(*rows, strict=True))


def _listings(connection: Connection) -> tuple[NDArray[np.int64], pd.DataFrame, dict[str, int]]:
    keys, bits = _Numbers(np.int64), np.zeros(len(COLUMNS), np.int64)
    columns: dict[str, _Codes | _Numbers] = {name: _Codes() for name in _TEXTS}
    columns |= {name: _Numbers() for name in _FLOATS} | {"invented": _Numbers(np.bool_)}
    for found in _parts(connection, _LISTINGS):
        keys.add(_hashed(found[0]))
        mask = np.array(found[1], np.int64)
        bits += np.array([np.count_nonzero(mask >> place & 1) for place in range(len(COLUMNS))])
        for name, values in zip(columns, found[2:], strict=True):
            columns[name].add(values)
    frame = pd.DataFrame({name: column.column() for name, column in columns.items()})
    frame["free"] = frame["price"] == 0
    frame["price"] = frame["price"].where((frame["price"] > 0) & np.isfinite(frame["price"]))
    filled = {fact.name: int(count) for fact, count in zip(COLUMNS, bits, strict=True)}
    return keys.column(), frame, filled


def _prices(connection: Connection, keys: NDArray[np.int64]) -> pd.DataFrame:
    names, days, kinds, assets = _Numbers(np.int64), _Codes(), _Codes(), _Codes()
    price, usd = _Numbers(), _Numbers()
    for found in _parts(connection, _OBSERVATIONS):
        names.add(_hashed(found[0]))
        for column, values in zip((days, kinds, assets), found[1:4], strict=True):
            column.add(values)
        price.add(found[4])
        usd.add([None if one is None else float(one) for one in found[5]])
    frame = pd.DataFrame({"day": days.column(), "kind": kinds.column(), "asset": assets.column()})
    frame["price"], frame["usd"] = price.column(), usd.column()
    frame.insert(0, "listing", _rows_of(names.column(), keys))
    is_price: pd.Series[bool] = (frame["price"] > 0) & np.isfinite(frame["price"])
    return pd.DataFrame(frame[is_price]).reset_index(drop=True)


def _hashed(identifiers: Sequence[str]) -> list[int]:
    """Numbers in place of ids, 64 bits of them: of a million, two are the same with a chance of 3 in 100 million."""
    return [hash(identifier) for identifier in identifiers]


def _rows_of(names: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int32]:
    """In which row of `keys` each name stands, -1 for none."""
    if not len(keys):
        return np.full(len(names), -1, np.int32)
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys, names, sorter=order), len(keys) - 1)
    return np.where(keys[order[place]] == names, order[place], -1).astype(np.int32)


_TEXTS: Final = ("market", "feed", "asset", "media", "state", "reason", "tier", "value_asset")
_FLOATS: Final = ("price", "likes", "year", "value")
_LISTINGS: Final = select(
    listing.c.id,
    filled_mask(),
    *(listing.c[name] for name in ("market", "feed", "ask_asset", "media_kind", "state", "reason")),
    *(valuation.c.tier, valuation.c.asset),
    *(listing.c[name] for name in ("ask_shadow", "likes", "year")),
    *(valuation.c.value, listing.c.invented),
).select_from(listing.outerjoin(valuation, valuation.c.listing == listing.c.id))
_OBSERVATIONS: Final = select(
    observation.c.listing,
    func.substr(type_coerce(observation.c.at, Text), 1, 10),
    *(observation.c[name] for name in ("kind", "asset", "shadow", "usd")),
)
