"""All that a data folder holds, without what may differ between two runs: times, attempts and the names of cycles."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

Row = tuple[tuple[str, Any], ...]

# Every other column of every table is compared, also those that do not exist yet.
TIMES = {
    *("at", "first_seen_at", "seen_at", "made_at", "proven_at", "lease_until", "not_before", "seconds"),
    *("first_at", "fetched_at"),
}
WHO = {"attempt", "owner", "cycle"}
NUMBERED = {"event", "observation", "page", "work"}  # their ids count rows; the order within an entity is kept
ORDERED = {"event"}
PER_CYCLE = {"cycle", "reading", "reading_log", "budget"}  # what every cycle writes anew, as its log
ALIVE = {"nftd.sqlite", "nftd.sqlite-wal", "nftd.sqlite-shm", "cycle.lock", "upgrade.lock"}


def everything(folder: Path) -> dict[str, Any]:
    """Tables, files and blobs of the data folder, comparable by `==`."""
    return {**tables(folder), "files": files(folder)}


def tables(folder: Path) -> dict[str, list[Row]]:
    """The rows of every table but those of single cycles, in an order that depends on their content only."""
    with closing(sqlite3.connect(f"file:{folder / 'nftd.sqlite'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        chosen = [row["name"] for row in names if row["name"] not in {*PER_CYCLE, "sqlite_sequence"}]
        return {name: sorted(_rows(connection, name), key=repr) for name in chosen}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    place: defaultdict[str, int] = defaultdict(int)
    order = "id" if table in ORDERED else "1"  # the order matters where the place of a row is told
    for row in connection.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608 - a name from the schema
        values = {name: row[name] for name in row.keys() if name not in TIMES | WHO}  # noqa: SIM118 - values by default
        if table in NUMBERED:
            del values["id"]
        if table == "event":
            place[row["entity"]] += 1
            values["place"] = place[row["entity"]]
        yield tuple(values.items())


def files(folder: Path) -> dict[str, str]:
    """Every file and folder below, by its path; files with their digest."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in sorted(found.items())
        if name not in ALIVE
    }


def blobs(folder: Path) -> set[str]:
    """The digests of all blobs that lie in the folder."""
    return {path.name for path in (folder / "blobs").glob("*/*/*")}


def named_blobs(folder: Path) -> set[str]:
    """The digests that rows speak of."""
    columns = {"source": ("image", "work"), "iterate": ("image",), "artwork": ("image",), "page": ("blob",)}
    found = tables(folder)
    rows = [(dict(row), names) for table, names in columns.items() for row in found.get(table, [])]
    return {row[name] for row, names in rows for name in names if row[name]}


def faults(folder: Path) -> list[str]:
    """What SQLite finds wrong with the file."""
    with closing(sqlite3.connect(f"file:{folder / 'nftd.sqlite'}?mode=ro", uri=True)) as connection:
        sound = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        return [row for row in sound if row != "ok"] + [
            str(row) for row in connection.execute("PRAGMA foreign_key_check")
        ]


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """In words: what one has and the other lacks."""
    lines = []
    for name in sorted(expected.keys() | found.keys()):
        before, after = _entries(expected.get(name)), _entries(found.get(name))
        lines += [f"{name}: missing {entry}"[:400] for entry in before if entry not in after]
        lines += [f"{name}: too much {entry}"[:400] for entry in after if entry not in before]
    return lines


def _entries(part: Any) -> list[Any]:
    if part is None:
        return []
    return list(part.items()) if isinstance(part, dict) else part
