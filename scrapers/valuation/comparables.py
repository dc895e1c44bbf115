"""How far a value lies from those of comparable works, robustly: in MADs from the median of logarithms.

Comparable are works of one market and asset whose evidence is of one quarter. Where fewer than 30 are known the group
is widened to the year, to the market and asset, to the asset. Values of trades are compared with values of trades,
values of asks with values of asks: the latter lie several times higher.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scrapers.valuation.evidence import ASKS, PEERS, Evidence
from scrapers.valuation.table import Floats, Ints, Works

ENOUGH: Final = 30
MOST: Final = 3.0
MAD_TO_SIGMA: Final = 1.4826  # of a normal distribution
MEAN_TO_SIGMA: Final = 1.2533  # the square root of pi / 2; Iglewicz and Hoaglin 1993, where the MAD is 0
WIDER: Final = ("quarter", "year", "market", "asset")
_EQUAL: Final = 1e-9
_KINDS: Final = ("trades", "asks")
_TOLD: Final = ("center", "mad", "scale")
_NO_QUARTER: Final = -1


@dataclass(frozen=True, slots=True)
class Compared:
    """`group` is a row number of `groups` for each listing, -1 for none; `deviation` is from -3 to 3, or NaN."""

    group: Ints
    deviation: Floats
    groups: pd.DataFrame


def compare(evidence: Evidence, works: Works) -> Compared:
    """Compare every value with its group.

    Edge cases: where the MAD is 0 the mean absolute deviation takes its place; where that is 0 too (a group of one row,
    or of one value) the deviation is 0. A group that is small even after widening is used as it is, and says so.
    """
    rows = np.flatnonzero(~np.isnan(evidence.value))
    table = _table(evidence, works, rows)
    quarters, first = np.unique(table["quarter"].to_numpy(), return_index=True)
    chosen = _widened(table, first)
    group = np.searchsorted(quarters, table["quarter"].to_numpy())
    scale = chosen["scale"].to_numpy()[group]
    distance = table["log"].to_numpy() - chosen["center"].to_numpy()[group]
    deviation = np.divide(distance, scale, out=np.zeros(len(rows)), where=scale > 0)
    all_groups, all_deviations = np.full(len(works.ids), -1), np.full(len(works.ids), np.nan)
    all_groups[rows] = group
    all_deviations[rows] = np.round(np.clip(deviation, -MOST, MOST), 9)
    return Compared(all_groups, all_deviations, _described(chosen, table.iloc[first], works))


def _table(evidence: Evidence, works: Works, rows: Ints) -> pd.DataFrame:
    """A row for each value, with the number of its group at each width."""
    kind = (evidence.tier[rows] == ASKS).astype(np.int64)
    asset, market = evidence.asset[rows], works.market[rows]
    dated = np.where(np.isnat(evidence.at[rows]), works.seen[rows], evidence.at[rows])
    quarter = np.where(np.isnat(dated), _NO_QUARTER, dated.astype("datetime64[M]").astype(np.int64) // 3)
    by_asset = kind * max(len(works.assets), 1) + asset
    by_market = by_asset * max(len(works.markets), 1) + market
    span = 8_000  # quarters since 1970, more than there can be
    year = np.where(quarter == _NO_QUARTER, _NO_QUARTER, quarter // 4)
    return pd.DataFrame(
        {
            "kind": kind,
            "asset_code": asset,
            "market_code": market,
            "number": quarter,
            "log": np.log(evidence.value[rows]),
            # What is worth as much as its creator's other works is no further evidence of what such works are worth.
            "counts": evidence.tier[rows] != PEERS,
            "quarter": by_market * span + quarter + 1,
            "year": by_market * span + year + 1,
            "market": by_market,
            "asset": by_asset,
        }
    )


def _widened(table: pd.DataFrame, first: Ints) -> pd.DataFrame:
    """For each quarter's group the median, MAD and rows of the narrowest group with enough rows, else of the widest."""
    counted = table[table["counts"]]
    heads = table.iloc[first]
    widths = [
        _statistics(counted[name].to_numpy(), counted["log"].to_numpy()).reindex(heads[name].to_numpy())
        for name in WIDER
    ]
    rows = np.stack([told["rows"].fillna(0).to_numpy(dtype=np.int64) for told in widths])
    # The first that is enough; where none is, the widest: it holds all that the others hold.
    chosen = np.where((rows >= ENOUGH).any(axis=0), (rows >= ENOUGH).argmax(axis=0), len(WIDER) - 1)
    places = np.arange(len(first))
    values = {name: np.stack([told[name].to_numpy(dtype=float) for told in widths])[chosen, places] for name in _TOLD}
    return pd.DataFrame(
        {
            **values,
            "rows": rows[chosen, places],
            "own_rows": rows[0],
            "widened": np.array([None, *WIDER[1:]], dtype=object)[chosen],
        }
    )


def _statistics(groups: Ints, logs: Floats) -> pd.DataFrame:
    """Rows, center, MAD and scale of each group."""
    values = pd.Series(logs)
    center = values.groupby(groups).median()
    distance = (values - center.reindex(groups).to_numpy()).abs()
    by_group = distance.groupby(groups)
    mad, mean = by_group.median(), by_group.mean()
    scale = (MAD_TO_SIGMA * mad).where(mad > _EQUAL, (MEAN_TO_SIGMA * mean).where(mean > _EQUAL, 0.0))
    return pd.DataFrame(
        {"rows": by_group.size(), "center": center, "mad": mad.where(mad > _EQUAL, 0.0), "scale": scale}
    )


def _described(chosen: pd.DataFrame, heads: pd.DataFrame, works: Works) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": [_KINDS[one] for one in heads["kind"]],
            "market": [works.markets[one] for one in heads["market_code"]],
            "asset": [works.assets[one] for one in heads["asset_code"]],
            "period": [_named(one) for one in heads["number"]],
            "own_rows": chosen["own_rows"],
            "widened": chosen["widened"],
            "rows": chosen["rows"].astype(np.int64),
            "median": np.exp(chosen["center"]),
            "mad": chosen["mad"],
        }
    )


def _named(quarter: int) -> str | None:
    return None if quarter == _NO_QUARTER else f"{1970 + quarter // 4}Q{quarter % 4 + 1}"
