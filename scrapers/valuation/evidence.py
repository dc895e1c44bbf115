"""What a work's own trades say that it is worth: the tiers `sales`, `sale` and `bid`.

Sale history predicts a price best, before the looks of a work (Nadini et al. 2021, Sci Rep 11:20902).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from scrapers.valuation.rule import TRUST
from scrapers.valuation.table import Bools, Floats, Ints, Times, Works
from scrapers.valuation.trades import Trades, wash_signs

TIERS: Final = tuple(TRUST)
SALES, SALE, BID, PEERS, ASKS, LIKES = range(len(TIERS))
NO_TIER: Final = -1
LAST_SALES: Final = 5
MIN_BUYERS: Final = 2
BID_LIVES: Final = np.timedelta64(90, "D")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The value of each work by its best evidence: arrays over the listings, NaN or -1 where there is none.

    `tier` is a place in TIERS. `at` is the time of the newest trade behind the value. `sales` counts clean sales in the
    value's asset, `buyers` the known ones of the last five, `washed` the sales that look like wash trades. `peers` is
    how many works of the same creator or series stand behind a value of theirs.
    """

    tier: Ints
    value: Floats
    asset: Ints
    usd: Floats
    at: Times
    sales: Ints
    buyers: Ints
    washed: Ints
    peers: Ints


def own_evidence(works: Works, trades: Trades) -> Evidence:
    """Value every live work by its own trades: the best tier counts, then the newest asset.

    sales: the median of the last five clean sales in one asset, where two or more buyers are known among them.
    sale: the last clean sale. bid: the highest live bid.
    """
    signs = wash_signs(trades)
    clean = trades.only(trades.is_sale & ~signs & works.live[trades.row])
    bids = live_bids(works, trades, clean)
    offers = pd.concat([_by_sales(clean), _by_bids(bids)], ignore_index=True)
    newest_first = -offers["at"].to_numpy().astype(np.int64)
    order = np.lexsort((offers["asset"], newest_first, offers["tier"], offers["row"]))
    best = offers.iloc[order].drop_duplicates("row")
    washed = np.bincount(trades.row[signs], minlength=len(works.ids)).astype(np.int64)
    return _spread(best, len(works.ids), washed)


def _spread(best: pd.DataFrame, size: int, washed: Ints) -> Evidence:
    rows = best["row"].to_numpy()

    def spread(name: str, empty: Any, kind: npt.DTypeLike) -> npt.NDArray[Any]:
        made = np.full(size, empty, dtype=kind)
        made[rows] = best[name].to_numpy()
        return made

    return Evidence(
        tier=spread("tier", NO_TIER, np.int64),
        value=spread("value", np.nan, float),
        asset=spread("asset", -1, np.int64),
        usd=spread("usd", np.nan, float),
        at=spread("at", np.datetime64("NaT"), "datetime64[us]"),
        sales=spread("sales", 0, np.int64),
        buyers=spread("buyers", 0, np.int64),
        washed=washed,
        peers=np.zeros(size, dtype=np.int64),
    )


def _by_sales(clean: Trades) -> pd.DataFrame:
    """A row for each work and asset with a clean sale. The trades are in the order of time."""
    groups, ends = _groups(clean)
    from_end = ends[groups] - np.arange(len(groups))
    last = from_end < LAST_SALES
    recent = pd.DataFrame({"group": groups[last], "price": clean.price[last], "usd": clean.usd[last]})
    medians = recent.groupby("group")[["price", "usd"]].median()
    dated = recent["usd"].notna().groupby(recent["group"]).all()
    known = last & (clean.buyer >= 0)
    pairs = pd.DataFrame({"group": groups[known], "buyer": clean.buyer[known]}).drop_duplicates()
    buyers = np.bincount(pairs["group"], minlength=len(ends))
    several = buyers >= MIN_BUYERS
    usd = np.where(several, medians["usd"].where(dated), clean.usd[ends])
    return pd.DataFrame(
        {
            "row": clean.row[ends],
            "tier": np.where(several, SALES, SALE),
            "value": np.where(several, medians["price"], clean.price[ends]),
            "asset": clean.asset[ends],
            "usd": usd,
            "at": clean.at[ends],
            "sales": np.bincount(groups, minlength=len(ends)),
            "buyers": buyers,
        }
    )


def _groups(trades: Trades) -> tuple[Ints, Ints]:
    """The number of each trade's work and asset, and the place of the last trade of each."""
    if not len(trades.row):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    new = (trades.row[1:] != trades.row[:-1]) | (trades.asset[1:] != trades.asset[:-1])
    groups = np.concatenate([[0], np.cumsum(new)]).astype(np.int64)
    return groups, np.append(np.flatnonzero(new), len(trades.row) - 1)


def live_bids(works: Works, trades: Trades, clean: Trades) -> Trades:
    """Bids since the last clean sale, of the last 90 days before the listing was seen, by neither creator nor owner."""
    newest = np.full(len(works.ids), np.datetime64("NaT"), dtype="datetime64[us]")
    owner = np.full(len(works.ids), -2, dtype=np.int64)
    order = np.lexsort((clean.buyer, clean.price, clean.at, clean.row))
    newest[clean.row[order]] = clean.at[order]  # of several the last one stays
    owner[clean.row[order]] = np.where(clean.buyer[order] < 0, -2, clean.buyer[order])
    places = {name: place for place, name in enumerate(trades.parties)}
    creator = pd.Series(works.creators, dtype=object).map(places).fillna(-2).to_numpy(dtype=np.int64)
    at, row = trades.at, trades.row
    since = np.isnat(newest[row]) | (at >= newest[row])
    fresh = np.isnat(works.seen[row]) | (at >= works.seen[row] - BID_LIVES)
    others = (trades.buyer < 0) | ((trades.buyer != owner[row]) & (trades.buyer != creator[row]))
    return trades.only(~trades.is_sale & since & fresh & others & works.live[row])


def _by_bids(bids: Trades) -> pd.DataFrame:
    """A row for each work and asset with a live bid: the highest, of equals the newest."""
    order = np.lexsort((bids.at, bids.price, bids.asset, bids.row))
    table = pd.DataFrame(
        {
            "row": bids.row[order],
            "tier": BID,
            "value": bids.price[order],
            "asset": bids.asset[order],
            "usd": bids.usd[order],
            "at": bids.at[order],
            "sales": 0,
            "buyers": 0,
        }
    )
    return table.drop_duplicates(["row", "asset"], keep="last")


def capped(evidence: Evidence, works: Works) -> Evidence:
    """Let no work be worth more than its ask in the same asset; the dated dollars are of the uncapped value."""
    over: Bools = (works.asset == evidence.asset) & (works.ask < evidence.value)
    return replace(
        evidence,
        value=np.where(over, works.ask, evidence.value),
        usd=np.where(over, np.nan, evidence.usd),
    )
