"""Which listings people really value: two policies over tables of listings and trades."""

from __future__ import annotations

from typing import Final

import pandas as pd

from scrapers.valuation.report import by_report
from scrapers.valuation.rule import POLICIES, Policy, SelectionRule
from scrapers.valuation.table import Appraisal
from scrapers.valuation.trim import TOTAL, by_year, trim_limits
from scrapers.valuation.value import by_value

__all__ = ["POLICIES", "REASONS", "TOTAL", "Appraisal", "Policy", "SelectionRule", "by_year", "select", "trim_limits"]

REASONS: Final = (
    "selected",
    # before anything is compared
    *("not_photo", "nsfw", "suspicious", "outside_years"),
    # policy `value`
    *("no_evidence", "score_below_minimum", "over_creator_cap", "score_below_share"),
    # policy `report`
    *("no_price", "price_trimmed_low", "price_trimmed_high", "price_below_share", "likes_below_share"),
)


def select(frame: pd.DataFrame, rule: SelectionRule, trades: pd.DataFrame | None = None) -> Appraisal:
    """Decide on every listing of `frame` by the rule's policy; `trades` (sales and bids) count for `value` only.

    See `table.read` for the columns of `frame`, `trades.read_trades` for those of `trades`. Raises ValueError for
    missing columns or repeated ids.
    """
    return by_report(frame, rule) if rule.policy == "report" else by_value(frame, trades, rule)
