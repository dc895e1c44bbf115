"""What a selection said of a listing, in words and as values: for people, and for `--json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from nftd.store import valuations

ENOUGH: Final = 30  # comparables, as the policy `value` wants them
_EVIDENCE: Final = {
    "sales": "the median of its last {recent} clean sales, to {buyers} known buyers",
    "sale": "its last clean sale",
    "bid": "its highest live bid",
    "peers": "the median of {peers} traded works of its creator or series",
    "asks": "the median of what {peers} other works of its creator or series ask, since no trade of them is known",
}
_WIDTHS: Final = {"year": "the year", "market": "all times", "asset": "all markets and times"}
_ROW: Final = (
    *("tier", "value", "asset", "usd", "ask", "sales", "buyers", "washed", "peers", "deviation", "place"),
    *("likes", "likes_place", "likes_percentile", "score"),
)
_GROUP: Final = (
    *("kind", "market", "asset", "period", "own_rows", "widened", "rows", "median", "mad", "low", "high", "floor"),
)


def told(connection: Connection, identifier: str) -> tuple[list[str], dict[str, Any]] | None:
    """Sentences about the last judgment of a listing, and its values; None where a selection stored none."""
    found = valuations.of(connection, identifier)
    if found is None:
        return None
    run = found["run"]
    words = _by_report(found) if run["policy"] == "report" else _by_value(found)
    values: dict[str, Any] = {name: found[name] for name in _ROW if found[name] is not None}
    for name in ("comparables", "band"):
        if group := found[name]:
            values[name] = {key: group[key] for key in _GROUP if group[key] is not None}
    values |= {"policy": run["policy"], "rule": run["rule"], "scored": run["scored"], "lowest_selected": run["floor"]}
    return list(words), values


def _by_value(row: Mapping[str, Any]) -> Iterator[str]:
    if row["value"] is not None:
        yield _worth(row)
    if row["washed"]:
        yield f"{row['washed']} sales look like wash trades and do not count"
    if row["comparables"]:
        yield _compared(row["deviation"], row["comparables"])
    if row["band"]:
        group = row["band"]
        age = "unknown age" if group["period"] == "unknown" else f"age {group['period']} years"
        among = f"{group['rows']} works of {group['market']} of {age}"
        yield f"{row['likes']} likes, percentile {row['likes_percentile']:.2f} among {among}"
    if row["score"] is not None:
        yield _score(row)


def _worth(row: Mapping[str, Any]) -> str:
    usd = f" ({row['usd']:.2f} USD then)" if row["usd"] is not None else ""
    evidence = _EVIDENCE[row["tier"]].format(recent=min(row["sales"] or 0, 5), buyers=row["buyers"], peers=row["peers"])
    capped = ", but no more than its own ask" if row["value"] == row["ask"] else ""
    return f"worth {row['value']:g} {row['asset']}{usd} by {evidence}{capped}"


def _compared(deviation: float, group: Mapping[str, Any]) -> str:
    what = "asks" if group["kind"] == "asks" else "values"
    where = f"{group['market']} in {group['period'] or 'no known quarter'}"
    if group["widened"]:
        where = f"{_WIDTHS[group['widened']]}, since {where} has only {group['own_rows']}"
    few = f"; still fewer than {ENOUGH}" if group["rows"] < ENOUGH else ""
    median = f"the median {group['median']:g} {group['asset']}"
    return f"{deviation:+.2f} deviations from {median} of {group['rows']} {what} ({where}{few}; MAD {group['mad']:.3f})"


def _score(row: Mapping[str, Any]) -> str:
    """The score as it was reckoned."""
    rule, run = row["run"]["rule"], row["run"]
    parts: list[tuple[float, float]] = []
    if row["deviation"] is not None:
        parts.append((1 - rule["likes_weight"], (row["deviation"] + 3) / 6))
    if row["likes_percentile"] is not None:
        parts.append((rule["likes_weight"], row["likes_percentile"]))
    sums = " + ".join(f"{weight:g} x {part:.2f}" for weight, part in parts) if len(parts) > 1 else f"{parts[0][1]:.2f}"
    least = "" if run["floor"] is None else f"; the lowest selected of {run['scored']} has {run['floor']:.3f}"
    return f"score {row['score']:.3f} = {rule['trust'][row['tier']]:g} for such evidence x ({sums}){least}"


def _by_report(row: Mapping[str, Any]) -> Iterator[str]:
    group, band = row["comparables"], row["band"]
    if group and group["low"] is not None:
        kept = f"kept between {group['low']:g} and {group['high']:g}"
        yield f"price {row['value']:g} {row['asset']}, {kept} of {group['own_rows']} works"
    if row["place"] is not None:
        yield f"{row['place']} of {group['rows']} by price, at least {group['floor']:g} is needed"
    if band:
        yield f"{row['likes']} likes, {row['likes_place']} of {band['rows']}, at least {band['floor']:g} are needed"
