"""Bring a database to the shape that this version writes.

An empty file gets that shape at once; Alembic, whose import takes longer than all else at a start, is for stores
that an older version wrote.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from nftd.errors import NewerStore

HEAD = "0003"
SCHEMA = Path(__file__).with_name("schema.sql")
_FOLDER = Path(__file__).with_name("migrations")


def revision(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty file."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").one_or_none()
    return None if row is None else str(row[0])


def upgrade(connection: Connection) -> bool:
    """Run what is missing, inside the caller's transaction; True when something was run."""
    found = revision(connection)
    if found == HEAD:
        return False
    if found is not None and found > HEAD:
        raise NewerStore(f"the database is at revision {found}, this nftd knows {HEAD}: install the newer nftd again")
    if found is None and not inspect(connection).get_table_names():
        _create(connection)
    else:
        migrate(connection)
    return True


def _create(connection: Connection) -> None:
    for statement in SCHEMA.read_text(encoding="utf-8").split(";\n\n"):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))


def migrate(connection: Connection) -> None:
    """Run all migrations that the database has not seen."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
