"""Policy `report`: the method of the study that this project starts from.

Photos only; a window of years; the lowest and highest 5 % by price cut off, by percentiles pooled over all years; then
the top share by price and by likes. Two things that the study got wrong are corrected: prices are compared within one
asset only, and a missing like count is no count of zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from scrapers.valuation.rule import SelectionRule
from scrapers.valuation.table import GROUP_COLUMNS, Appraisal, Bools, Floats, Ints, Works, best_first, read, spread
from scrapers.valuation.trim import trim_limits

MIN_ROWS_TO_TRIM: Final = 5


def by_report(frame: pd.DataFrame, rule: SelectionRule) -> Appraisal:
    """Judge every listing of `frame` by the policy `report`.

    The columns of `frame` are those of `table.read`. The answer does not depend on the order of rows or on the unit of
    an asset. Of an asset with fewer than five priced rows, or with one price at both limits, nothing is trimmed. The
    best ceil(share * rows) and their equals are in. A row without likes is judged by its price alone. The score is the
    mean of the two percentiles.
    """
    works = read(frame, rule)
    priced = ~np.isnan(works.ask) & (works.asset >= 0)
    works = _refused(works, works.live & ~priced, "no_price")
    compared = int(works.live.sum())
    trimmed, limits = _trim(works, rule)
    price = _rank(trimmed.live, works.ask, works.asset, rule.price_share)
    likes = _rank(trimmed.live & ~np.isnan(works.likes), works.likes, works.market, rule.likes_share)
    told = _refused(trimmed, trimmed.live & ~price.is_in, "price_below_share")
    told = _refused(told, told.live & ~np.isnan(works.likes) & ~likes.is_in, "likes_below_share")
    told = _refused(told, told.live, "selected")
    score = np.where(np.isnan(likes.percentile), price.percentile, (price.percentile + likes.percentile) / 2)
    chosen = told.reason == "selected"
    table = _table(works, told, price, likes, score, _ranks(works, chosen, score), len(limits))
    table.index = frame.index
    groups = pd.concat([_prices(limits, price, works), _likes(likes, works)], ignore_index=True)
    floor = float(score[chosen].min()) if chosen.any() else None
    scored = int((~np.isnan(score)).sum())
    return Appraisal(table, groups.reindex(columns=list(GROUP_COLUMNS)), compared, scored, floor)


def _refused(works: Works, rows: Bools, reason: str) -> Works:
    return replace(works, reason=np.where(rows, reason, works.reason).astype(object))


def _trim(works: Works, rule: SelectionRule) -> tuple[Works, pd.DataFrame]:
    """Drop prices on or outside an asset's limits; the limits and rows of each asset, NaN where nothing is trimmed."""
    live = works.live
    limits = np.full((len(works.assets), 2), np.nan)
    rows = np.bincount(works.asset[live], minlength=len(works.assets))
    for asset in np.flatnonzero(rows >= MIN_ROWS_TO_TRIM):
        found = trim_limits(works.ask[live & (works.asset == asset)], rule.trim)
        if np.isfinite(found).all() and found[0] < found[1]:
            limits[asset] = found
    low, high = (np.append(limits[:, side], np.nan)[works.asset] for side in (0, 1))
    works = _refused(works, live & (works.ask <= low), "price_trimmed_low")
    works = _refused(works, live & (works.ask >= high), "price_trimmed_high")
    return works, pd.DataFrame({"own_rows": rows, "low": limits[:, 0], "high": limits[:, 1]})


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Where each row stands in its group: 1 is the best; NaN where it takes no part. `floors` and `sizes` by group."""

    place: Floats
    percentile: Floats
    is_in: Bools
    floors: pd.Series[float]
    sizes: pd.Series[int]


def _rank(rows: Bools, values: Floats, groups: Ints, share: float) -> _Ranked:
    live = pd.Series(values[rows])
    group = pd.Series(groups[rows])
    ranks = live.groupby(group).rank(method="min", ascending=False)
    size = live.groupby(group).transform("size").astype(float)
    is_in = ranks <= np.maximum(1, np.ceil(share * size - 1e-9))
    return _Ranked(
        place=spread(len(rows), rows, ranks),
        percentile=spread(len(rows), rows, 1 - (ranks - 1) / size),
        is_in=spread(len(rows), rows, is_in, 0.0).astype(bool),
        floors=live[is_in].groupby(group[is_in]).min(),
        sizes=live.groupby(group).size(),
    )


def _ranks(works: Works, chosen: npt.NDArray[np.bool_], score: Floats) -> Floats:
    """1 for the best score of the selected; of equals the lower id is first."""
    rows = best_first(np.flatnonzero(chosen), works.ids, score)
    return spread(len(chosen), rows, np.arange(1, len(rows) + 1))


def _table(
    works: Works, told: Works, price: _Ranked, likes: _Ranked, score: Floats, ranks: Floats, assets: int
) -> pd.DataFrame:
    names = np.array([*works.assets, None], dtype=object)
    priced = ~np.isnan(works.ask) & (works.asset >= 0) & (works.reason == "")
    market = pd.Series(np.arange(len(likes.sizes)), index=likes.sizes.index)
    band = market.reindex(works.market).to_numpy(dtype=float) + assets
    columns: dict[str, Any] = {
        "listing_id": works.ids,
        "selected": told.reason == "selected",
        "reason": told.reason,
        "rank": pd.Series(ranks).astype("Int64"),
        "tier": None,
        "value": works.ask,
        "asset": names[works.asset],
        "usd": np.nan,
        "ask": works.ask,
        "sales": np.nan,
        "buyers": np.nan,
        "washed": np.nan,
        "peers": np.nan,
        "comparables": np.where(priced, works.asset, np.nan),
        "deviation": np.nan,
        "place": price.place,
        "likes": works.likes,
        "band": np.where(np.isnan(likes.place), np.nan, band),
        "likes_place": likes.place,
        "likes_percentile": likes.percentile,
        "score": score,
    }
    return pd.DataFrame(columns)


def _prices(limits: pd.DataFrame, price: _Ranked, works: Works) -> pd.DataFrame:
    rows = price.sizes.reindex(limits.index).fillna(0).astype(np.int64)
    floor = price.floors.reindex(limits.index)
    return limits.assign(kind="prices", asset=works.assets, rows=rows, floor=floor)


def _likes(likes: _Ranked, works: Works) -> pd.DataFrame:
    markets = [works.markets[one] for one in likes.sizes.index]
    told = {"kind": "likes", "market": markets, "own_rows": likes.sizes, "rows": likes.sizes, "floor": likes.floors}
    return pd.DataFrame(told)
