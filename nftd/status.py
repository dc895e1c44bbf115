"""How much of everything there is, by state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from nftd.store import readings
from nftd.store.pages import month_now, spent
from nftd.store.tables import metadata

COUNTED = ("listing", "source", "run", "artwork", "publication", "pin", "work")


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """For each kind of thing, how many are in each state."""
    return {kind: _states(connection, kind) for kind in COUNTED}


def last_readings(connection: Connection) -> dict[str, dict[str, Any]]:
    """How the last reading of every source went, and what it has spent of its requests this month."""
    month = month_now()
    return {
        row["feed"]: {**row, "at": row["at"].isoformat(), "requests": spent(connection, row["feed"], month)}
        for row in readings.newest(connection)
    }


def _states(connection: Connection, kind: str) -> dict[str, int]:
    column = metadata.tables[kind].c.state
    rows = connection.execute(select(column, func.count()).group_by(column).order_by(column))
    return {str(state): int(number) for state, number in rows}
