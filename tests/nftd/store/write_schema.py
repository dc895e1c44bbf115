"""Write nftd/store/schema.sql from the migrations: `python -m tests.nftd.store.write_schema`, after adding one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from nftd.store import dialect, migrate

_HEAD = "-- The store as its migrations leave it, written from them; a test keeps it equal.\n\n"


def schema() -> str:
    """What the migrations make of an empty file, statement by statement in the order of creation."""
    with TemporaryDirectory() as folder:
        engine = dialect.open_engine(Path(folder) / "migrated.sqlite")
        with engine.begin() as connection:
            migrate.migrate(connection)
            made = connection.execute(text("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"))
            statements = [_plain(one) for one in made.scalars()]
        engine.dispose()
    return _HEAD + "".join(f"{one};\n\n" for one in statements).rstrip("\n") + "\n"


def _plain(statement: str) -> str:
    return "\n".join(line.replace("\t", "  ").rstrip() for line in statement.splitlines())


if __name__ == "__main__":
    migrate.SCHEMA.write_text(schema(), encoding="utf-8")
