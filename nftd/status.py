"""How much of everything there is, by state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from nftd.store import readings
from nftd.store.pages import month_now, spent
from nftd.store.tables import metadata, reading_log

COUNTED = ("listing", "source", "run", "artwork", "publication", "pin", "work")


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """For each kind of thing, how many are in each state."""
    return {kind: _states(connection, kind) for kind in COUNTED}


def last_readings(connection: Connection) -> dict[str, dict[str, Any]]:
    """How the last reading of every source went, what it spent of its requests this month, whether it went silent."""
    month, silent = month_now(), silent_ones(connection)
    return {
        row["feed"]: {
            **row,
            "at": row["at"].isoformat(),
            "requests": spent(connection, row["feed"], month),
            "alarm": row["feed"] in silent,
        }
        for row in readings.newest(connection)
    }


def silent_ones(connection: Connection) -> set[str]:
    """The sources whose last whole reading showed no work, though earlier ones did: the alarm of nftd.stages.scrape."""
    whole = select(func.max(reading_log.c.id)).where(reading_log.c.outcome.in_(readings.WHOLE))
    last = reading_log.c.id.in_(whole.group_by(reading_log.c.feed))
    empty = connection.execute(select(reading_log.c.feed).where(last, reading_log.c.seen == 0)).scalars()
    return {feed for feed in empty.all() if readings.usual(connection, feed)}


def _states(connection: Connection, kind: str) -> dict[str, int]:
    column = metadata.tables[kind].c.state
    rows = connection.execute(select(column, func.count()).group_by(column).order_by(column))
    return {str(state): int(number) for state, number in rows}
