"""What a report keeps for the next one in numbers, and how far the market has moved since.

The shape of a currency's prices is compared by the population stability index of its histogram: below 0.1 nothing
has happened, above 0.25 it is another population (Siddiqi, Credit Risk Scorecards, 2006, chapter 10).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from nftd.report.place import MAKER
from nftd.report.reading import Market
from nftd.report.refusals import Feed, Gate
from nftd.report.tables import by_size

FORM: Final = 1
STEADY, MOVED = 0.1, 0.25
_PER_POWER: Final = 4  # bins in a power of ten
_ENOUGH: Final = 30
_POINTS: Final = 0.05
_FACTOR: Final = 1.25
_CURRENCIES: Final = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One number then and now; `notable` where a person should look."""

    what: str
    before: float | None
    now: float | None
    told: str
    notable: bool


def summary(
    market: Market, gates: Sequence[Gate], feeds: Sequence[Feed], categories: Mapping[str, int], made_at: datetime
) -> dict[str, Any]:
    """The report in numbers, JSON-able."""
    rows = len(market.listings)
    return {
        "made_by": MAKER,
        "form": FORM,
        "made_at": made_at.isoformat(timespec="seconds"),
        "listings": rows,
        "priced": int(market.listings["price"].notna().sum()),
        "prices_seen": len(market.prices),
        "filled": {name: round(count / rows, 6) if rows else 0.0 for name, count in market.filled.items()},
        "currencies": _currencies(market.listings),
        "media": by_size(market.listings["media"]),
        "categories": dict(categories),
        "states": by_size(market.listings["state"]),
        "gates": {gate.name: {"asked": gate.asked, "refused": gate.refused} for gate in gates},
        "sources": {feed.name: {"listings": feed.listings, "outcome": feed.outcome} for feed in feeds},
    }


def _currencies(listings: pd.DataFrame) -> dict[str, Any]:
    priced = listings.loc[listings["price"].notna(), ["asset", "price"]]
    largest = [*by_size(priced["asset"])][:_CURRENCIES]
    return {name: _currency(priced.loc[priced["asset"] == name, "price"]) for name in largest}


def _currency(prices: pd.Series[float]) -> dict[str, Any]:
    bins = np.floor(np.log10(prices) * _PER_POWER).astype(int).value_counts().sort_index()
    counts = {str(place): int(number) for place, number in zip(bins.index, bins, strict=True)}
    return {"rows": len(prices), "median": float(prices.median()), "mean": float(prices.mean()), "bins": counts}


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """What is different between two summaries; raises ValueError where `before` cannot be read as one."""
    try:
        if before["form"] != FORM:
            raise ValueError(f"the earlier report has the form {before['form']!r:.40}, this one {FORM}")
        return [
            *_counts(before, now),
            *_prices(before, now),
            *_filled(before, now),
            *_gates(before, now),
            *_sources(before, now),
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the earlier summary lacks what it should hold ({error!r:.80})") from None


def _counts(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for key, what in (("listings", "listings"), ("priced", "listings with a price"), ("prices_seen", "prices seen")):
        then, today = _real(before[key]), _real(now[key])
        yield Change(what, then, today, f"{today - then:+,.0f}", today < then)


def _prices(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted({*before["currencies"], *now["currencies"]}):
        then, today = before["currencies"].get(name), now["currencies"].get(name)
        if then and today:
            yield from _moved(name, then, today)
        else:
            old, new = (_real(one["median"]) if one else None for one in (then, today))
            yield Change(f"median price in {name}", old, new, "gone" if then else "new", notable=True)


def _moved(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    old, new = _real(before["median"]), _real(now["median"])
    ratio = new / old if old else math.inf
    yield Change(f"median price in {name}", old, new, f"times {ratio:.3g}", not 1 / _FACTOR < ratio < _FACTOR)
    index = stability(before["bins"], now["bins"])
    if index is not None:
        yield Change(f"shape of prices in {name}", None, index, _shape(index), index >= STEADY)


def _shape(index: float) -> str:
    if index < STEADY:
        return "steady"
    return "shifting" if index < MOVED else "another population"


def stability(before: Mapping[str, Any], now: Mapping[str, Any]) -> float | None:
    """Population stability index of two histograms; None where one has fewer than 30 rows."""
    places = sorted({*before, *now})
    old, new = (np.array([_real(one.get(place, 0)) for place in places]) for one in (before, now))
    if min(old.sum(), new.sum()) < _ENOUGH:
        return None
    # An empty bin would make the index infinite: half a row in each of them.
    old, new = ((counts + 0.5) / (counts + 0.5).sum() for counts in (old, new))
    return float(((new - old) * np.log(new / old)).sum())


def _filled(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name, share in now["filled"].items():
        then = _real(before["filled"].get(name, share))
        if abs(share - then) >= _POINTS and before["listings"]:
            yield Change(
                f"share of listings with {name}", then, share, f"{(share - then) * 100:+.1f} points", notable=True
            )


def _gates(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name, found in now["gates"].items():
        then = before["gates"].get(name, {"asked": 0, "refused": 0})
        old, new = _refused(then), _refused(found)
        if old is not None and new is not None:
            moved = new - old
            yield Change(f"share refused by {name}", old, new, f"{moved * 100:+.1f} points", abs(moved) >= 2 * _POINTS)


def _refused(found: Mapping[str, Any]) -> float | None:
    return _real(found["refused"]) / _real(found["asked"]) if found["asked"] else None


def _sources(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name, found in now["sources"].items():
        then = before["sources"].get(name)
        old, new = (None if one is None else one["outcome"] for one in (then, found))
        told = "new" if then is None else f"{_words(old)} before, now {_words(new)}" if old != new else _words(new)
        listings = None if then is None else _real(then["listings"])
        yield Change(f"listings of {name}", listings, _real(found["listings"]), told, old != new)


def _words(outcome: object) -> str:
    return str(outcome)[:40].replace("_", " ") if outcome else "never read"


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r:.40} is no number")
    return value
