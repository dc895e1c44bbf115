"""Where the reading of a source stands, and how its earlier readings went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from nftd.domain import utc_now
from nftd.store.dialect import upsert
from nftd.store.tables import reading, reading_log

Outcome = Literal["read", "nothing_new", "blocked", "changed", "failed"]
WHOLE = ("read", "nothing_new")
ENOUGH = 3
"""So many earlier readings must have shown works before none at all is an alarm."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A reading on its way: it goes on behind `cursor` (None: from the first page); the counts are of all its runs.

    `caught_up` says that an earlier one came to its end: behind a page of known works nothing can be new then.
    """

    cursor: str | None
    started_at: datetime
    pages: int = 0
    seen: int = 0
    new: int = 0
    caught_up: bool = False

    def after(self, cursor: str | None, seen: int, new: int) -> Standing:
        """The same reading, a page later."""
        return Standing(cursor, self.started_at, self.pages + 1, self.seen + seen, self.new + new, self.caught_up)


def standing(connection: Connection, feed: str, rules: str) -> Standing:
    """The reading that was cut short, where the source's rules are still the same; else a new one."""
    row = connection.execute(select(reading).where(reading.c.feed == feed)).one_or_none()
    if row is None or row.rules != rules:
        return Standing(None, utc_now())
    if row.finished_at is not None:
        return Standing(None, utc_now(), caught_up=row.caught_up)
    return Standing(row.cursor, row.started_at, row.pages, row.seen, row.new, row.caught_up)


def open_one(connection: Connection, feed: str) -> Standing:
    """The reading that is on its way, whatever its rules; an empty one where there is none."""
    row = connection.execute(select(reading).where(reading.c.feed == feed)).one_or_none()
    if row is None or row.finished_at is not None:
        return Standing(None, utc_now())
    return Standing(row.cursor, row.started_at, row.pages, row.seen, row.new)


def save(connection: Connection, feed: str, rules: str, now: Standing, *, whole: bool) -> None:
    """Store where the reading stands; `whole` when it was read to its end, so that the next one starts anew."""
    row = {
        "feed": feed,
        "rules": rules,
        "cursor": None if whole else now.cursor,
        "started_at": now.started_at,
        "finished_at": utc_now() if whole else None,
        "pages": now.pages,
        "seen": now.seen,
        "new": now.new,
        "caught_up": whole or now.caught_up,
    }
    upsert(connection, reading, row, ("feed",), [name for name in row if name != "feed"])


def give_up(connection: Connection, feed: str) -> None:
    """End a reading that cannot go on from its cursor: the next one starts anew, and reads what this one left."""
    open_one = update(reading).where(reading.c.feed == feed, reading.c.finished_at.is_(None))
    connection.execute(open_one.values(cursor=None, finished_at=utc_now(), caught_up=False))


def set_caught_up(connection: Connection, feed: str, value: bool) -> bool:
    """Say whether everything up to the source's end is stored; what was said before."""
    mine = reading.c.feed == feed
    before = connection.execute(select(reading.c.caught_up).where(mine)).scalar_one_or_none()
    connection.execute(update(reading).where(mine).values(caught_up=value))
    return bool(before)


def log(connection: Connection, feed: str, cycle: str | None, outcome: Outcome, now: Standing) -> None:
    """Append how a reading went."""
    counts = {"pages": now.pages, "seen": now.seen, "new": now.new}
    row = {"feed": feed, "cycle": cycle, "at": utc_now(), "outcome": outcome, **counts}
    connection.execute(insert(reading_log).values(row))


def usual(connection: Connection, feed: str) -> int | None:
    """The works that its last readings with any showed, rounded mean; None where fewer than three ever did."""
    rows = select(reading_log.c.seen).where(reading_log.c.feed == feed, reading_log.c.outcome.in_(WHOLE))
    some = rows.where(reading_log.c.seen > 0).order_by(reading_log.c.id.desc()).limit(ENOUGH)
    last = connection.execute(some).scalars().all()
    return round(sum(last) / ENOUGH) if len(last) == ENOUGH else None


def ends(connection: Connection, feed: str) -> Sequence[datetime]:
    """When readings of this source ended, well or not, in order."""
    rows = select(reading_log.c.at).where(reading_log.c.feed == feed)
    return connection.execute(rows.order_by(reading_log.c.id)).scalars().all()


def newest(connection: Connection) -> list[dict[str, Any]]:
    """How the last reading of every source went, by name."""
    last = select(func.max(reading_log.c.id)).group_by(reading_log.c.feed)
    columns = [reading_log.c[name] for name in ("feed", "at", "outcome", "pages", "seen", "new")]
    rows = select(*columns).where(reading_log.c.id.in_(last)).order_by(reading_log.c.feed)
    return [dict(row) for row in connection.execute(rows).mappings()]
