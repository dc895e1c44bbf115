"""What works of the same hand are worth, for a work without trades of its own: the tiers `peers` and `asks`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from scrapers.valuation.evidence import ASKS, NO_TIER, PEERS, Evidence
from scrapers.valuation.table import Floats, Ints, Works, spread

MIN_PEERS: Final = 2


def with_peers(evidence: Evidence, works: Works) -> Evidence:
    """Value what has no trades by its creator's other works, else by its series'; two of them at least.

    peers: the median of what the others are worth by their own trades, in the asset of the work's ask; where it has no
    ask, in the asset in which most of them are traded.
    asks: where that is unknown, the median of the others' asks. An ask says little of worth (on 713 works the rank
    correlation with resale was 0.06), so this tier counts least, and a work's own ask never makes its value.
    """
    for hand in (works.creator, works.series):
        evidence = _by_trades(evidence, works, hand)
    for hand in (works.creator, works.series):
        evidence = _by_asks(evidence, works, hand)
    return evidence


def _by_trades(evidence: Evidence, works: Works, hand: Ints) -> Evidence:
    traded = (evidence.tier >= 0) & (evidence.tier < PEERS) & (hand >= 0)
    size = max(len(works.assets), 1)
    known = pd.DataFrame({"key": hand[traded] * size + evidence.asset[traded], "value": evidence.value[traded]})
    by_key = known.groupby("key")["value"].agg(["median", "size"])
    by_key = by_key[by_key["size"] >= MIN_PEERS]
    asset = np.where(works.asset >= 0, works.asset, _usual_asset(by_key, size, hand))
    asset = np.where(np.isnan(works.ask), _usual_asset(by_key, size, hand), asset)
    wanted = works.live & (evidence.tier == NO_TIER) & (hand >= 0) & (asset >= 0)
    found = by_key.reindex(hand[wanted] * size + asset[wanted])
    value, peers = (spread(len(wanted), wanted, found[name].to_numpy(dtype=float)) for name in ("median", "size"))
    return _filled(evidence, PEERS, value, asset, peers)


def _usual_asset(by_key: pd.DataFrame, size: int, hand: Ints) -> Ints:
    """The asset in which most works of each hand are traded, of equals the first by name; -1 for none."""
    keys, works = by_key.index.to_numpy(dtype=np.int64), by_key["size"].to_numpy()
    order = np.lexsort((keys % size, -works, keys // size))
    usual = pd.Series(keys[order] % size, index=keys[order] // size)
    usual = usual[~usual.index.duplicated()]
    return usual.reindex(hand).fillna(-1).to_numpy(dtype=np.int64)


def _by_asks(evidence: Evidence, works: Works, hand: Ints) -> Evidence:
    asked = works.live & ~np.isnan(works.ask) & (hand >= 0) & (works.asset >= 0)
    size = max(len(works.assets), 1)
    median, others = medians_of_others(hand[asked] * size + works.asset[asked], works.ask[asked])
    enough = others >= MIN_PEERS
    wanted = asked & (evidence.tier == NO_TIER)
    value = spread(len(asked), asked, np.where(enough, median, np.nan))
    peers = spread(len(asked), asked, others, 0.0)
    return _filled(evidence, ASKS, np.where(wanted, value, np.nan), works.asset, peers)


def medians_of_others(groups: Ints, values: Floats) -> tuple[Floats, Ints]:
    """For each value the median of the others of its group (NaN for none), and how many they are.

    In sorted order the others of the value at place i are the places before and behind it: what would be at place k of
    them is at place k, or k + 1 from i on.
    """
    order = np.lexsort((values, groups))
    ordered = values[order]
    _, starts, inverse, sizes = np.unique(groups[order], return_index=True, return_inverse=True, return_counts=True)
    start, others = starts[inverse], sizes[inverse] - 1
    place = np.arange(len(order)) - start

    def without(k: Ints) -> Floats:
        inside = np.clip(start + k + (k >= place), 0, max(len(order) - 1, 0))
        return np.asarray(ordered[inside], dtype=float)

    middle = (without((others - 1) // 2) + without(others // 2)) / 2 if len(order) else ordered
    median, count = np.empty(len(order)), np.empty(len(order), dtype=np.int64)
    median[order], count[order] = np.where(others > 0, middle, np.nan), others
    return median, count


def _filled(evidence: Evidence, tier: int, value: Floats, asset: Ints, peers: Floats) -> Evidence:
    new = ~np.isnan(value)
    return replace(
        evidence,
        tier=np.where(new, tier, evidence.tier),
        value=np.where(new, value, evidence.value),
        asset=np.where(new, asset, evidence.asset),
        peers=np.where(new, np.nan_to_num(peers), evidence.peers).astype(np.int64),
    )
