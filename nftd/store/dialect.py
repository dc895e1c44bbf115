"""All SQL that only SQLite understands, and how its connections are set up.

WAL lets readers work beside the one writer; `synchronous=FULL` makes a commit survive a power cut;
BEGIN IMMEDIATE takes the write lock at the start, so that no transaction fails half-way on an upgrade
of its lock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert

BUSY_MILLISECONDS = 30_000
FIRST = ("decision", "draft", "event", "observation")
APPEND_ONLY = (*FIRST, "reading_log")


def open_engine(path: Path) -> Engine:
    """Open (or create) the database file at `path`."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of transactions would leave DDL and SELECT outside of them.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert `rows`, all with the same keys, and leave those that exist as they are; the number that was new."""
    if not rows:
        return 0
    statement = insert(table).on_conflict_do_nothing()
    return max(0, connection.execute(statement, [dict(row) for row in rows]).rowcount)


def chunks(names: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """`names` in parts that fit into one IN (...)."""
    return (names[start : start + size] for start in range(0, len(names), size))


def upsert(
    connection: Connection, table: Table, row: Mapping[str, Any], key: Sequence[str], update: Iterable[str]
) -> None:
    """Insert `row`, or set its `update` columns where a row with this `key` exists."""
    statement = insert(table).values(dict(row))
    changes = {name: statement.excluded[name] for name in update}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes))


def append_only_triggers(tables: Sequence[str] = FIRST) -> list[str]:
    """The statements that make history unchangeable, whoever writes to the file; of the first release's tables.

    INSERT OR REPLACE deletes without firing the delete trigger, unless the connection asked for that: so a row with a
    number or content that exists already is refused before.
    """
    same = {
        "draft": "id = NEW.id AND content <> NEW.content"
    }  # a draft is named by its content: the same may come twice
    replacing = [_never_again(table, same.get(table, "id = NEW.id")) for table in tables]
    return replacing + [
        f"CREATE TRIGGER {table}_never_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    ]


def _never_again(table: str, same: str) -> str:
    return (
        f"CREATE TRIGGER {table}_never_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
