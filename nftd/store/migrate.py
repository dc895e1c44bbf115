"""Bring a database to the shape that this version writes.

Alembic is imported only when there is something to do: a cycle with nothing to make should not pay for it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from nftd.errors import NewerStore

HEAD = "0002"
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
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
    return True
