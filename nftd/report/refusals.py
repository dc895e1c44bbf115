"""What selection passed over and what each gate refused, and how the sources of listings are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from nftd import status
from nftd.store.tables import appeal, artwork, reading_log, source, verdict


@dataclass(frozen=True, slots=True)
class Gate:
    """How often a gate was asked and refused, by reason, and how many of its refusals a person overturned."""

    name: str
    asked: int
    refused: int
    overturned: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of listings: what is stored of it, and how its readings went; `at` is None where it has none."""

    name: str
    listings: int
    outcome: str | None
    at: datetime | None
    seen: int
    requests: int
    silent: bool
    outcomes: dict[str, int]


def gates(connection: Connection) -> list[Gate]:
    """Every gate that was asked, in the order in which a picture meets them."""
    columns = (verdict.c.gate, verdict.c.ok, verdict.c.reason)
    rows = connection.execute(select(*columns, func.count(), func.avg(verdict.c.position)).group_by(*columns)).all()
    place: dict[str, float] = {}
    for gate, _, _, _, position in rows:
        place[gate] = max(place.get(gate, 0.0), float(position))
    overturned = _overturned(connection)
    fetched = int(connection.execute(select(func.count()).select_from(source)).scalar_one())
    found = [
        _gate(name, [(ok, reason, number) for gate, ok, reason, number, _ in rows if gate == name], overturned)
        for name in sorted(place, key=lambda name: (place[name], name))
    ]
    # A download that went well leaves no verdict: it was asked of every picture.
    return [replace(one, asked=fetched) if one.name == "fetch" else one for one in found]


def _gate(name: str, rows: list[tuple[bool, str, int]], overturned: dict[str, int]) -> Gate:
    reasons = Counter[str]()
    for ok, reason, number in rows:
        if not ok:
            reasons[reason] += number
    asked = sum(number for _, _, number in rows)
    return Gate(name, asked, reasons.total(), overturned.get(name, 0), dict(reasons.most_common()))


def _overturned(connection: Connection) -> dict[str, int]:
    """How many pictures had a refusal of each gate overturned."""
    rows = connection.execute(select(appeal.c.gate, func.count(appeal.c.source.distinct())).group_by(appeal.c.gate))
    return {row[0]: row[1] for row in rows}


def categories(connection: Connection) -> dict[str, int]:
    """How many pictures that may be used show each category."""
    rows = select(source.c.category, func.count()).where(source.c.state == "fit", source.c.category.is_not(None))
    return {row[0]: row[1] for row in connection.execute(rows.group_by(source.c.category))}


def states(connection: Connection) -> dict[str, int]:
    """How many pictures were fetched, are fit and are not; how many artworks wait for a person."""
    rows = connection.execute(select(source.c.state, func.count()).group_by(source.c.state))
    found = {row[0]: row[1] for row in rows}
    waiting = select(func.count()).select_from(artwork).where(artwork.c.state == "waiting")
    return {**found, "waiting": int(connection.execute(waiting).scalar_one())}


def feeds(connection: Connection, listings: dict[str, int]) -> list[Feed]:
    """Every source that gave listings or was read; `listings` is how many of each are stored."""
    last, outcomes = status.last_readings(connection), _outcomes(connection)
    return [
        _feed(name, listings.get(name, 0), last.get(name, {}), outcomes.get(name, {}))
        for name in sorted({*listings, *last})
    ]


def _feed(name: str, listings: int, last: dict[str, object], outcomes: dict[str, int]) -> Feed:
    at = datetime.fromisoformat(str(last["at"])) if last else None
    counts = {key: int(str(last.get(key) or 0)) for key in ("seen", "requests")}
    outcome = str(last["outcome"]) if last else None
    return Feed(name, listings, outcome, at, **counts, silent=bool(last.get("alarm")), outcomes=outcomes)


def _outcomes(connection: Connection) -> dict[str, dict[str, int]]:
    columns = (reading_log.c.feed, reading_log.c.outcome)
    found: dict[str, dict[str, int]] = {}
    for feed, outcome, number in connection.execute(select(*columns, func.count()).group_by(*columns)):
        found.setdefault(feed, {})[outcome] = number
    return found
