"""The story of every thing: events are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, distinct, func, or_, select

from nftd.domain import Event, utc_now
from nftd.store.dialect import among, insert_all, listed
from nftd.store.tables import cycle as cycle_table
from nftd.store.tables import event


def record(connection: Connection, events: Iterable[Event], cycle: str | None) -> None:
    """Append `events`, all at the present time."""
    at = utc_now()
    rows = [
        {
            "at": at,
            "entity": one.entity,
            "old": one.old,
            "new": one.new,
            "reason": one.reason,
            "actor": one.actor,
            "cycle": cycle,
        }
        for one in events
    ]
    insert_all(connection, event, rows)


def of(connection: Connection, entity: str) -> list[dict[str, Any]]:
    """All events of one thing, oldest first."""
    rows = connection.execute(select(event).where(event.c.entity == entity).order_by(event.c.id))
    return [dict(row._mapping) for row in rows]


def told_before(connection: Connection, entity: str, reasons: Sequence[str]) -> set[str]:
    """Which of these very reasons an event of this very thing gives already."""
    if not reasons:
        return set()
    same = select(event.c.reason).where(event.c.entity == entity, among(event.c.reason)).distinct()
    return {reason for reason in connection.execute(same, {"names": listed(reasons)}).scalars() if reason}


def of_prefix(connection: Connection, entity: str) -> list[dict[str, Any]]:
    """All events of what has this id or prefix of hex digits, oldest first."""
    mine = (event.c.entity >= entity, event.c.entity < entity + "g")
    rows = connection.execute(select(event).where(*mine).order_by(event.c.id))
    return [dict(row) for row in rows.mappings()]


def runs_cut_short(connection: Connection) -> int:
    """How many runs ended in cycles that were cut short, since the last cycle that was not."""
    ended = select(func.max(cycle_table.c.started_at)).where(cycle_table.c.finished_at.is_not(None)).scalar_subquery()
    since = or_(ended.is_(None), cycle_table.c.started_at > ended)
    both = event.join(cycle_table, cycle_table.c.id == event.c.cycle)
    run = (event.c.entity >= "r-", event.c.entity < "r.", event.c.new.in_(("done", "failed", "parked")))
    count = select(func.count(distinct(event.c.entity))).select_from(both)
    return int(connection.execute(count.where(cycle_table.c.finished_at.is_(None), since, *run)).scalar_one())
