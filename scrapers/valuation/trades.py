"""Sales and bids as arrays, and which sales look like wash trades.

Wash trading is what one owner does between accounts of their own to show a price. Three signs are taken, each within
one listing: a sale to oneself, sales back and forth between the same two, and three sales between the same two. Longer
circles of accounts (von Wachter et al. 2022, NFT Wash Trading, arXiv:2202.03866) are not looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from scrapers.valuation.table import Bools, Floats, Ints, Times, coded, numbers, times, translated

TRADE_COLUMNS: Final = ("listing_id", "kind", "at", "price", "asset")
SAME_PAIR: Final = 3


@dataclass(frozen=True, slots=True)
class Trades:
    """Sales and bids as arrays of one length, in the order of `row` (a place among the listings), asset and time.

    `buyer` and `seller` are codes by one list of names, -1 where unknown. `usd` is NaN where no dated rate is known.
    """

    row: Ints
    asset: Ints
    at: Times
    price: Floats
    usd: Floats
    buyer: Ints
    seller: Ints
    is_sale: Bools
    parties: list[str]

    def only(self, rows: Bools | Ints) -> Trades:
        """Those that a mask names, or places, in their order."""
        return Trades(
            row=self.row[rows],
            asset=self.asset[rows],
            at=self.at[rows],
            price=self.price[rows],
            usd=self.usd[rows],
            buyer=self.buyer[rows],
            seller=self.seller[rows],
            is_sale=self.is_sale[rows],
            parties=self.parties,
        )


def assets_of(frame: pd.DataFrame) -> list[str]:
    return coded(frame["asset"])[1]


def read_trades(frame: pd.DataFrame, ids: pd.Index[Any], assets: list[str]) -> Trades:
    """The sales and bids of `frame`, each once, of the listings `ids`.

    Needs TRADE_COLUMNS; `usd`, `buyer` and `seller` are used where they are. Left out: asks, other listings' rows, rows
    without a time or asset, prices that are no finite number above zero. Rows equal in all of this are one.
    """
    missing = [name for name in TRADE_COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"columns {', '.join(missing)} are missing: trades need {', '.join(TRADE_COLUMNS)}")
    buyer, seller, parties = _parties(frame)
    asset, names = coded(frame["asset"])
    usd = numbers(frame["usd"]) if "usd" in frame.columns else np.full(len(frame), np.nan)
    kind, kinds = coded(frame["kind"])
    is_sale, is_bid = (kind == (kinds.index(name) if name in kinds else -2) for name in ("sale", "bid"))
    found = Trades(
        row=_rows(frame["listing_id"], ids),
        asset=translated(asset, names, assets),
        at=times(frame["at"]),
        price=numbers(frame["price"]),
        usd=np.where(usd >= 0, usd, np.nan),
        buyer=buyer,
        seller=seller,
        is_sale=is_sale,
        parties=parties,
    )
    known = (found.row >= 0) & (found.asset >= 0) & (found.price > 0) & ~np.isnat(found.at)
    return _sorted(found.only(known & (is_sale | is_bid)))


def _rows(column: pd.Series[Any], ids: pd.Index[Any]) -> Ints:
    found = pd.Categorical(column)
    names = found.categories.astype(object)
    places = np.arange(len(ids)) if names.equals(ids) else ids.get_indexer(names)
    return np.asarray(np.append(places, -1)[found.codes], dtype=np.int64)


def _parties(frame: pd.DataFrame) -> tuple[Ints, Ints, list[str]]:
    nobody = pd.Series([None] * len(frame), dtype=object)
    sides = [coded(frame[name] if name in frame.columns else nobody) for name in ("buyer", "seller")]
    parties = sorted({name for _, names in sides for name in names})
    buyer, seller = (translated(codes, names, parties) for codes, names in sides)
    return buyer, seller, parties


def _sorted(trades: Trades) -> Trades:
    """In an order that does not depend on the order of rows, without those that are there twice."""
    keys = (trades.row, trades.asset, trades.at, trades.price, trades.buyer, trades.seller, trades.is_sale)
    order = np.lexsort((trades.usd, *reversed(keys)))
    new = np.zeros(len(order), dtype=bool)
    new[:1] = True
    for key in keys:
        new[1:] |= key[order][1:] != key[order][:-1]
    return trades.only(order[new].astype(np.int64))


def wash_signs(trades: Trades) -> Bools:
    """Which sales look like wash trades; unknown parties show no sign."""
    known = trades.is_sale & (trades.buyer >= 0) & (trades.seller >= 0)
    signs = np.zeros(len(trades.row), dtype=bool)
    low = np.minimum(trades.buyer, trades.seller)[known]
    high = np.maximum(trades.buyer, trades.seller)[known]
    onward = (trades.buyer[known] == high).astype(np.int64)
    table = pd.DataFrame({"row": trades.row[known], "low": low, "high": high, "onward": onward})
    pairs = table.groupby(["row", "low", "high"], sort=False)["onward"]
    sales, forth = pairs.transform("size").to_numpy(), pairs.transform("sum").to_numpy()
    both_ways = (forth > 0) & (forth < sales)
    signs[known] = (low == high) | both_ways | (sales >= SAME_PAIR)
    return signs
