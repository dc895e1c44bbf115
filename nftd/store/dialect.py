"""All SQL that only SQLite understands, and how its connections are set up.

WAL lets readers work beside the one writer; `synchronous=FULL` makes a commit survive a power cut;
BEGIN IMMEDIATE takes the write lock at the start, so that no transaction fails half-way on an upgrade
of its lock.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault

BUSY_MILLISECONDS = 30_000
# Ids are digests, so that rows fall all over an index: the default cache of 2 MB would read its pages again and again.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "cache_size=-32000")
FIRST = ("decision", "draft", "event", "observation")
APPEND_ONLY = (*FIRST, "reading_log", "appeal")


def open_engine(path: Path) -> Engine:
    """Open (or create) the database file at `path`."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of transactions would leave DDL and SELECT outside of them.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """A part of a transaction that is undone when the block raises, and the rest is not.

    The same as `Connection.begin_nested` by the driver alone, for many small parts: that takes a tenth of the time.
    """
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    driver.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        driver.execute("ROLLBACK TO part")
        raise
    finally:
        driver.execute("RELEASE part")


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, all with the same keys."""
    _insert(connection, table, rows, skip=False)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert `rows`, all with the same keys, and leave those that exist as they are; the number that was new."""
    return _insert(connection, table, rows, skip=True)


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, skip: bool) -> int:
    """Many rows go to the driver as they are: what SQLAlchemy does for each takes longer than SQLite itself."""
    if not rows:
        return 0
    told = _statement(connection.dialect, table, frozenset(rows[0]), skip)
    return max(0, connection.exec_driver_sql(told.sql, [told.values(row) for row in rows]).rowcount)


class _Statement(NamedTuple):
    """An INSERT of columns by `names`; `makers`, by place, make values of the driver's; `defaults` are of others."""

    sql: str
    names: tuple[str, ...]
    makers: tuple[tuple[int, Callable[[Any], Any]], ...]
    defaults: dict[str, Any]

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        found = {**self.defaults, **row} if self.defaults else row
        made = [*map(found.__getitem__, self.names)]
        for place, make in self.makers:
            made[place] = make(made[place])
        return tuple(made)


@lru_cache(maxsize=64)
def _statement(spoken: Dialect, table: Table, names: frozenset[str], skip: bool) -> _Statement:
    if unknown := names - set(table.columns.keys()):
        raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))}")
    defaults = {
        one.name: one.default.arg
        for one in table.columns
        if one.name not in names and isinstance(one.default, ScalarElementColumnDefault)
    }
    chosen = [one for one in table.columns if one.name in names or one.name in defaults]
    parameters: dict[str, Any] = {one.name: bindparam(one.name) for one in chosen}
    statement = insert(table).values(parameters)
    sql = str((statement.on_conflict_do_nothing() if skip else statement).compile(dialect=spoken))
    processors = ((place, one.type.dialect_impl(spoken).bind_processor(spoken)) for place, one in enumerate(chosen))
    makers = tuple((place, make) for place, make in processors if make is not None)
    return _Statement(sql, tuple(one.name for one in chosen), makers, defaults)


def scan(connection: Connection, statement: str, size: int = 50_000) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query as the driver gives them, so many at a time: for tables that are read whole."""
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    cursor = driver.execute(statement)
    while rows := cursor.fetchmany(size):
        yield rows


def run_many(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Run a statement once for each of `rows`, which are of the driver's types: for tables that are written whole."""
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    driver.executemany(statement, rows)


def among(column: Column[str]) -> ColumnElement[bool]:
    """Whether `column` is one of the parameter `names` (`listed`), however many: the statement stays one."""
    names = func.json_each(bindparam("names", type_=Text)).table_valued("value")
    return column.in_(select(names.c.value))


def listed(names: Iterable[str]) -> str:
    """The parameter `names` of `among`."""
    return json.dumps(list(names))


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
