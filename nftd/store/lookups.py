"""Find a row by what a person typed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select

from nftd.domain import KINDS, parse_prefix, shown
from nftd.errors import Ambiguous, NotFound
from nftd.store.tables import event, metadata


def resolve(connection: Connection, text: str, *kinds: str) -> tuple[str, str]:
    """The (kind, full id) that `text` is a prefix of; only among `kinds` where they are given."""
    parsed = parse_prefix(text)
    wanted = kinds or tuple(KINDS.values())
    if parsed is None or parsed[0] not in wanted:
        letters = ", ".join(f"{letter}- ({kind})" for letter, kind in KINDS.items() if kind in wanted)
        raise NotFound(f"{text[:60]!r} is no id that fits here: it starts with {letters}, then hex digits")
    kind, prefix = parsed
    return kind, _only_one(connection, kind, prefix)


def _only_one(connection: Connection, kind: str, prefix: str) -> str:
    column = metadata.tables[kind].c.id
    # What was taken back has no row any more, but its events stay.
    found = set(_starting(connection, column, prefix)) | set(_starting(connection, event.c.entity, prefix))
    if not found:
        raise NotFound(f"there is no {kind} {prefix}: nftd queue list and nftd status show what there is")
    if len(found) > 1:
        names = ", ".join(sorted(shown(identifier) for identifier in found)[:4])
        raise Ambiguous(f"{prefix} can be {names}: give more digits")
    return str(found.pop())


def _starting(connection: Connection, column: ColumnElement[str], prefix: str) -> Sequence[str]:
    # The prefix is hex by its pattern, so that a range is a safe and indexed way to match it.
    rows = select(column).where(column >= prefix, column < prefix + "g").distinct().limit(4)
    return connection.execute(rows).scalars().all()
