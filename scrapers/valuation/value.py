"""Policy `value`: worth by evidence, compared with comparable works, and likes beside it.

The sources are Nadini et al. 2021 (Sci Rep 11:20902) for what predicts a price, Iglewicz and Hoaglin 1993 for robust
scores; docs/valuation.md says why each number is what it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from scrapers.valuation.comparables import MOST, Compared, compare
from scrapers.valuation.evidence import LIKES, NO_TIER, TIERS, Evidence, capped, own_evidence
from scrapers.valuation.likes import Liked, compare_likes
from scrapers.valuation.peers import with_peers
from scrapers.valuation.rule import TRUST, SelectionRule
from scrapers.valuation.table import GROUP_COLUMNS, Appraisal, Bools, Floats, Ints, Works, best_first, read, spread
from scrapers.valuation.trades import TRADE_COLUMNS, assets_of, read_trades

_TRUST: Final = np.array([*TRUST.values()])


def by_value(frame: pd.DataFrame, trades: pd.DataFrame | None, rule: SelectionRule) -> Appraisal:
    """Judge every listing of `frame` by the policy `value`, with the sales and bids in `trades`.

    The columns of `frame` are those of `table.read`, of `trades` those of `trades.read_trades`; None for no trades. The
    answer depends neither on the order of rows, nor on the unit of an asset, nor on rows that are there twice.
    score = trust in the tier * ((1 - likes_weight) * (deviation + 3) / 6 + likes_weight * likes percentile); where
    one of the two is missing the other has all the weight; where both are, the work is passed as `no_evidence`.
    """
    trades = pd.DataFrame(columns=[*TRADE_COLUMNS]) if trades is None else trades
    works = read(frame, rule, assets_of(trades))
    found = read_trades(trades, pd.Index(works.ids, dtype=object), works.assets)
    own = capped(own_evidence(works, found), works)
    evidence = capped(with_peers(own, works), works)
    compared, liked = compare(evidence, works), compare_likes(works)
    score, tier = _score(evidence, compared, liked, rule)
    reason, rank, floor = _decide(works, score, liked, rule)
    rows = _rows(works, evidence, compared, liked) | {"tier": _tiers(tier), "score": score}
    table = pd.DataFrame({**rows, "reason": reason, "selected": reason == "selected", "rank": rank})
    table["rank"] = table["rank"].astype("Int64")
    table.index = frame.index
    groups = pd.concat([compared.groups, liked.groups], ignore_index=True).reindex(columns=list(GROUP_COLUMNS))
    return Appraisal(table, groups, int(works.live.sum()), int((~np.isnan(score)).sum()), floor)


def _score(evidence: Evidence, compared: Compared, liked: Liked, rule: SelectionRule) -> tuple[Floats, Ints]:
    worth = (compared.deviation + MOST) / (2 * MOST)
    share = np.where(np.isnan(worth), 1.0, np.where(np.isnan(liked.percentile), 0.0, rule.likes_weight))
    both = (1 - share) * np.nan_to_num(worth) + share * np.nan_to_num(liked.percentile)
    nothing = np.isnan(worth) & np.isnan(liked.percentile)
    tier = np.where(evidence.tier == NO_TIER, LIKES, evidence.tier)
    return np.where(nothing, np.nan, np.round(_TRUST[tier] * both, 9)), np.where(nothing, NO_TIER, tier)


def _decide(
    works: Works, score: Floats, liked: Liked, rule: SelectionRule
) -> tuple[npt.NDArray[np.object_], Floats, float | None]:
    """The reason of every row, the rank of the selected, and the lowest score among them.

    The best ceil(top_share * scored) are taken; of equal scores the one with more likes, then the lower id.
    """
    reason = works.reason.copy()
    scored = works.live & ~np.isnan(score)
    reason[works.live & ~scored] = "no_evidence"
    low = scored & (score < rule.min_score)
    reason[low] = "score_below_minimum"
    places = int(np.ceil(rule.top_share * scored.sum() - 1e-9))
    rows = np.flatnonzero(scored & ~low)
    rows = best_first(rows, works.ids, score, np.nan_to_num(liked.percentile, nan=-1.0))
    over = _over_cap(works, rows, rule.creator_cap)
    best = rows[~over][:places]
    floor = float(score[best].min()) if len(best) else None
    reason[rows] = "score_below_share"
    reason[rows[over & (score[rows] >= (floor or 0.0))]] = "over_creator_cap"
    reason[best] = "selected"
    return reason, spread(len(score), best, np.arange(1, len(best) + 1)), floor


def _over_cap(works: Works, rows: Ints, cap: int) -> Bools:
    """Which of `rows`, best first, come behind `cap` others of their creator; those selected before come first."""
    creator = works.creator[rows]
    order = np.argsort(~works.held[rows], kind="stable")
    before = pd.Series(creator[order]).groupby(creator[order]).cumcount().to_numpy()
    over = np.zeros(len(rows), dtype=bool)
    over[order] = (before >= cap) & (creator[order] >= 0)
    return over


def _tiers(tier: Ints) -> npt.NDArray[np.object_]:
    return np.array([*TIERS, None], dtype=object)[tier]


def _rows(works: Works, evidence: Evidence, compared: Compared, liked: Liked) -> dict[str, object]:
    assets = np.array([*works.assets, None], dtype=object)
    asset = np.where(np.isnan(evidence.value), works.asset, evidence.asset)
    band = np.where(liked.group < 0, np.nan, liked.group + len(compared.groups))
    return {
        "listing_id": works.ids,
        "value": evidence.value,
        "asset": assets[asset],
        "usd": evidence.usd,
        "ask": works.ask,
        "sales": evidence.sales,
        "buyers": evidence.buyers,
        "washed": evidence.washed,
        "peers": evidence.peers,
        "comparables": np.where(compared.group < 0, np.nan, compared.group),
        "deviation": compared.deviation,
        "place": np.full(len(works.ids), np.nan),
        "likes": works.likes,
        "band": band,
        "likes_place": liked.place,
        "likes_percentile": liked.percentile,
    }
