"""Which listings people really value: a rule over a table of listings, with the values that decided each row.

Policy `report` is the method of the study this project starts from: photos only, a window of years, the
lowest and highest 5 % by price cut off, then the top share by price and likes. Two things it got wrong
are corrected: prices are compared within one asset only, and a missing like count is no count of zero.
"""

from __future__ import annotations  # pandas' Series takes its type argument in annotations only

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

MIN_ROWS_TO_TRIM: Final = 5
COLUMNS: Final = ("listing_id", "price", "asset", "likes", "year", "media", "nsfw", "rights_decision")
REASONS: Final = (
    "selected",
    "not_photo",
    "nsfw",
    "no_price",
    "outside_years",
    "price_trimmed_low",
    "price_trimmed_high",
    "price_below_share",
    "likes_below_share",
    "over_cap",
)


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """The thresholds of a selection; shares are fractions of the rows that are left, 0 < share <= 1.

    `trim` is cut from each end of an asset's prices, 0 for none. `first_year` and `last_year` are inclusive,
    None for no bound. `max_selected` caps the whole selection, None for no cap.
    """

    policy: str = "report"
    trim: float = 0.05
    price_share: float = 0.25
    likes_share: float = 0.5
    first_year: int | None = None
    last_year: int | None = None
    max_selected: int | None = None
    media: tuple[str, ...] = ("photo",)
    allow_nsfw: bool = False

    def __post_init__(self) -> None:
        if self.policy != "report":
            raise ValueError(f"policy {self.policy!r} is unknown: known is 'report'")
        if not 0 <= self.trim < 0.5:
            raise ValueError(f"trim = {self.trim}: a fraction from 0 to below 0.5 is cut from each end")
        for name, share in (("price_share", self.price_share), ("likes_share", self.likes_share)):
            if not 0 < share <= 1:
                raise ValueError(f"{name} = {share}: a fraction above 0 and up to 1 is kept")


def select(frame: pd.DataFrame, rule: SelectionRule) -> pd.DataFrame:
    """Decide on every row; the result does not depend on the order of rows or the scale of an asset's prices.

    In: `listing_id` (unique), `price` (float, in whole units), `asset`, `likes` (nullable), `year`
    (nullable), `media`, `nsfw` (nullable: unknown passes), `rights_decision` (recorded, not a filter
    here), and where there is one `market`, within which likes are compared.
    Out: a row for a row, same index: `listing_id`, `selected`, `reason` (one of REASONS), `rank` (1 is
    the best of the selected, else NA), `inputs` (a dict, JSON-able, of every value and limit that was
    compared).

    An asset with fewer than five priced rows, or whose percentile limits are the same price, is not
    trimmed. A row without likes is judged by its price alone. Raises ValueError for missing columns or
    repeated ids.
    """
    _check(frame)
    table = _typed(frame)
    table["reason"] = _first_gates(table, rule)
    _trim(table, rule)
    _share(table, "price", "asset", rule.price_share)
    _share(table, "likes", "market", rule.likes_share)
    _cut(table, rule)
    return pd.DataFrame(
        {
            "listing_id": frame["listing_id"],
            "selected": table["reason"] == "selected",
            "reason": table["reason"],
            "rank": table["rank"].astype("Int64"),
            "inputs": pd.Series(_inputs(table, rule), index=frame.index, dtype=object),
        },
        index=frame.index,
    )


def _check(frame: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"columns {', '.join(missing)} are missing: a selection needs {', '.join(COLUMNS)}")
    if not frame["listing_id"].is_unique or not frame.index.is_unique:
        raise ValueError("listing_id and the index must be unique: merge repeated listings first")


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns as numbers and text; what is no number is missing."""
    table = pd.DataFrame(index=frame.index)
    table["listing_id"] = frame["listing_id"].astype(str)
    for name in ("price", "likes", "year"):
        numbers = pd.to_numeric(frame[name], errors="coerce").astype("Float64").astype(float)
        table[name] = numbers.where(np.isfinite(numbers))
    table["price"] = table["price"].where(table["price"] > 0)
    table["likes"] = table["likes"].where(table["likes"] >= 0)
    table["asset"] = frame["asset"].astype(object)
    table["market"] = frame["market"].astype(object).fillna("") if "market" in frame.columns else ""
    table["media"] = frame["media"].astype(object)
    table["nsfw"] = frame["nsfw"].astype(object).eq(True)
    table["rights"] = frame["rights_decision"].astype(object)
    return table


def _first_gates(table: pd.DataFrame, rule: SelectionRule) -> pd.Series[str]:
    """The first gate that a row fails, empty where it passes all; an unknown year passes."""
    before = table["year"] < (rule.first_year if rule.first_year is not None else -np.inf)
    after = table["year"] > (rule.last_year if rule.last_year is not None else np.inf)
    gates = {
        "not_photo": ~table["media"].isin(rule.media),
        "nsfw": table["nsfw"] & (not rule.allow_nsfw),
        "no_price": table["price"].isna() | table["asset"].isna(),
        "outside_years": before | after,
    }
    reasons = np.select([gate.to_numpy(dtype=bool) for gate in gates.values()], list(gates), default="")
    return pd.Series(reasons, index=table.index, dtype=object)


def _trim(table: pd.DataFrame, rule: SelectionRule) -> None:
    """Drop prices on or outside an asset's percentile limits (linear): rows strictly between stay."""
    live = table[table["reason"] == ""].groupby("asset")["price"]
    table["asset_rows"] = _spread(table, live.size())
    table["price_low"] = _spread(table, live.quantile(rule.trim))
    table["price_high"] = _spread(table, live.quantile(1 - rule.trim))
    is_trimmed = (table["asset_rows"] >= MIN_ROWS_TO_TRIM) & (table["price_low"] < table["price_high"])
    table["trimmed"] = is_trimmed & (rule.trim > 0)
    in_play = table["trimmed"] & (table["reason"] == "")
    table.loc[in_play & (table["price"] <= table["price_low"]), "reason"] = "price_trimmed_low"
    table.loc[in_play & (table["price"] >= table["price_high"]), "reason"] = "price_trimmed_high"


def _spread(table: pd.DataFrame, by_asset: pd.Series[Any]) -> pd.Series[float]:
    return table["asset"].map(by_asset.to_dict()).astype(float)


def _share(table: pd.DataFrame, column: str, group: str, share: float) -> None:
    """Rank the rows that are left within their group: the best ceil(share * rows) and their equals are in."""
    live = table.loc[(table["reason"] == "") & table[column].notna(), [column, group]]
    grouped = live.groupby(group)[column]
    ranks = grouped.rank(method="min", ascending=False)
    rows = grouped.transform("size").astype(float)
    is_in = ranks <= np.maximum(1, np.ceil(share * rows - 1e-9))
    floor = live[is_in].groupby(group)[column].min()
    table[f"{column}_rank"] = ranks
    table[f"{column}_rows"] = rows
    table[f"{column}_percentile"] = 1 - (ranks - 1) / rows
    table[f"{column}_floor"] = live[group].map(floor.to_dict()).astype(float)
    table[f"{column}_in"] = is_in.reindex(table.index, fill_value=False).astype(bool)


def _cut(table: pd.DataFrame, rule: SelectionRule) -> None:
    left = table["reason"] == ""
    has_likes = table["likes"].notna()
    table.loc[left & ~table["price_in"], "reason"] = "price_below_share"
    table.loc[(table["reason"] == "") & has_likes & ~table["likes_in"], "reason"] = "likes_below_share"
    table.loc[table["reason"] == "", "reason"] = "selected"
    table["score"] = table[["price_percentile", "likes_percentile"]].mean(axis=1, skipna=True)
    best = table[table["reason"] == "selected"].sort_values(["score", "listing_id"], ascending=[False, True])
    table["rank"] = pd.Series(range(1, len(best) + 1), index=best.index, dtype=float)
    if rule.max_selected is not None:
        table.loc[table["rank"] > rule.max_selected, "reason"] = "over_cap"
        table["rank"] = table["rank"].where(table["reason"] == "selected")


_WHOLE: Final = frozenset({"likes", "year", "asset_rows", "price_rank", "price_rows", "likes_rank", "likes_rows"})
_SHOWN: Final = (
    "price", "asset", "likes", "year", "media", "nsfw", "rights",
    "asset_rows", "trimmed", "price_low", "price_high",
    "price_rank", "price_rows", "price_percentile", "price_floor",
    "likes_rank", "likes_rows", "likes_percentile", "likes_floor", "score",
)  # fmt: skip


def _inputs(table: pd.DataFrame, rule: SelectionRule) -> list[dict[str, object]]:
    limits: dict[str, object] = {
        "policy": rule.policy,
        "trim": rule.trim,
        "price_share": rule.price_share,
        "likes_share": rule.likes_share,
        "first_year": rule.first_year,
        "last_year": rule.last_year,
        "max_selected": rule.max_selected,
    }
    columns = {name: [_plain(name, value) for value in table[name].tolist()] for name in _SHOWN}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [limits | row | {"judged_by": "price" if row["likes"] is None else "price and likes"} for row in rows]


def _plain(name: str, value: Any) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return int(value) if name in _WHOLE else value
