"""Refusals that a person overturned, each with the basis that was given; appended and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, select

from nftd.domain import utc_now
from nftd.store.dialect import insert_all
from nftd.store.tables import appeal


def add(
    connection: Connection, source: str, gates: Iterable[str], basis: str, reviewer: str, category: str | None = None
) -> None:
    """Store that a person overturns what these gates said of a source; `category` is what it is of then."""
    at = utc_now()
    rows = [
        {"source": source, "gate": gate, "basis": basis, "category": category, "reviewer": reviewer, "at": at}
        for gate in gates
    ]
    insert_all(connection, appeal, rows)


def of(connection: Connection, source: str) -> Sequence[RowMapping]:
    """All appeals for a source, oldest first."""
    return connection.execute(select(appeal).where(appeal.c.source == source).order_by(appeal.c.id)).mappings().all()


def overturned(connection: Connection, source: str) -> dict[str, RowMapping]:
    """The last appeal against each gate that was overturned."""
    return {row["gate"]: row for row in of(connection, source)}
