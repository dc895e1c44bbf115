"""A database that the first release made is brought to today's shape with everything in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from nftd.review import Review
from nftd.store import artworks, listings, migrate
from nftd.store.database import Store
from nftd.store.tables import artwork, metadata, observation
from tests.nftd import rooms

# Written by the release that had migration 0001 only: two artworks with all behind them, one approved and prepared.
RELEASED = Path(__file__).with_name("released_0001.sql").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "nftd.sqlite")) as connection:
        connection.executescript(RELEASED)
    return tmp_path


def content(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    with closing(sqlite3.connect(folder / "nftd.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        names = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")]  # noqa: S608
            for name in names
        }


def triggers(folder: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "nftd.sqlite")) as connection:
        return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))


def test_every_row_is_kept_as_it_was_and_new_columns_are_empty(folder: Path) -> None:
    before = content(folder)
    assert len(before["artwork"]) == len(before["listing"]) == len(before["observation"]) == 2
    assert len(before["publication"]) == len(before["approval"]) == 1
    Store(folder).close()
    after = content(folder)
    assert before.pop("alembic_version") == [{"version_num": "0001"}]
    for table, rows in before.items():
        assert len(after[table]) == len(rows)
        for old, new in zip(rows, after[table], strict=True):
            assert old.items() <= new.items()
            assert all(value is None for name, value in new.items() if name not in old)


def test_the_upgraded_database_has_todays_shape_and_no_rule_is_lost(folder: Path, tmp_path: Path) -> None:
    before = triggers(folder)
    store = Store(folder)
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert migrate.revision(connection) == migrate.HEAD
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    new = Store(tmp_path / "new")
    assert before < triggers(folder) == triggers(new.root)
    with pytest.raises(IntegrityError, match="append-only"), store.write() as connection:
        connection.exec_driver_sql("UPDATE observation SET base = '1'")


def test_the_upgraded_store_goes_on_with_its_works(folder: Path) -> None:
    store = Store(folder)
    with store.write() as connection:
        assert not listings.save(connection, "gallery", rooms.listing(1, mark="m"), demo=False)
        assert listings.save(connection, "gallery", rooms.listing(3), demo=False)
        assert len(connection.execute(select(observation.c.id)).all()) == 3
        assert listings.is_known(connection, "gallery", "g-1", "m")
        waiting = connection.execute(select(artwork.c.id).where(artwork.c.state == "waiting")).scalars().all()
    with store.read() as connection:
        one = next(name for name in waiting if artworks.approval_of(connection, name) is None)
    from nftd.config import Settings

    assert Review(store, Settings(), "tester").approve(one).state == "approved"


def test_an_upgrade_that_is_cut_short_leaves_the_old_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(folder)

    def broken(*_arguments: object) -> None:
        raise OSError("no power")

    monkeypatch.setattr("alembic.operations.Operations.create_table", broken, raising=False)
    monkeypatch.setattr("alembic.op.create_table", broken, raising=False)
    with pytest.raises(OSError, match="no power"):
        Store(folder)
    assert content(folder) == before
    monkeypatch.undo()
    Store(folder).close()
    assert content(folder)["alembic_version"] == [{"version_num": migrate.HEAD}]
