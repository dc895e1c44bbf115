"""How liked a work is among those of its market and age: likes gather over years, and each market counts its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scrapers.valuation.table import Floats, Ints, Times, Works, spread, within

BANDS: Final = ("0", "1", "2", "3-4", "5+")
_BEGINS: Final = (1, 2, 3, 5)
UNKNOWN_AGE: Final = "unknown"
SHRINKAGE: Final = 10
_FIRST_YEAR: Final = 1970


@dataclass(frozen=True, slots=True)
class Liked:
    """`group` is a row number of `groups` for each listing, -1 for none; `percentile` lies between 0 and 1, or is NaN.

    `place` is 1 for the most liked of its group, the same for equals.
    """

    group: Ints
    place: Floats
    percentile: Floats
    groups: pd.DataFrame


def compare_likes(works: Works) -> Liked:
    """The percentile of every work's likes among the live works of its market and band of ages that show likes.

    Of equals the middle place counts; of n works the percentile p is drawn to the middle as (n p + 5) / (n + 10), so
    that the most liked of two says little. A work without likes has no percentile: that is no count of zero.
    """
    rows = np.flatnonzero(works.live & ~np.isnan(works.likes))
    band = _bands(works)[rows]
    key = within(works.market[rows], band, len(BANDS) + 1)
    keys, group = np.unique(key, return_inverse=True)
    likes = pd.Series(works.likes[rows]).groupby(group)
    size = np.bincount(group, minlength=len(keys))
    rank = likes.rank(method="average").to_numpy()
    shrunk = (rank - 0.5 + SHRINKAGE / 2) / (size[group] + SHRINKAGE)
    groups = pd.DataFrame(
        {
            "kind": "likes",
            "market": [works.markets[one // (len(BANDS) + 1)] for one in keys],
            "period": [(*BANDS, UNKNOWN_AGE)[one % (len(BANDS) + 1)] for one in keys],
            "own_rows": size,
            "rows": size,
            "median": likes.median().to_numpy(),
        }
    )
    places = likes.rank(method="min", ascending=False).to_numpy()
    count = len(works.ids)
    return Liked(
        group=spread(count, rows, group, -1).astype(np.int64),
        place=spread(count, rows, places),
        percentile=spread(count, rows, np.round(shrunk, 9)),
        groups=groups,
    )


def _bands(works: Works) -> Ints:
    """Ages in years when the newest listing was seen: since the year of creation, or of its first sight.

    Years are typed by authors: one before 1970 or in the future is not believed.
    """
    newest = works.seen[~np.isnat(works.seen)]
    now = _year(newest.max()[None])[0] if newest.size else np.nan
    believed = (works.year >= _FIRST_YEAR) & (works.year <= now)
    born = np.where(believed, works.year, _year(works.first_seen))
    age = np.maximum(now - born, 0)
    return np.where(np.isnan(age), len(BANDS), np.searchsorted(_BEGINS, np.nan_to_num(age), side="right"))


def _year(times: Times) -> Floats:
    found = times.astype("datetime64[Y]").astype(np.int64) + 1970.0
    return np.where(np.isnat(times), np.nan, found)
