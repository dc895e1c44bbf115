"""Raw pages of one source, compressed and kept for ever, and the count of its requests."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from nftd.domain import utc_now
from nftd.errors import BlobMissing
from nftd.pages import StoredPage
from nftd.store.database import Store
from nftd.store.tables import budget, page

_LEVEL = 6  # the same body always gives the same blob
_PARTS = ("url", "status", "content_type", "charset")
_VALIDATORS = ("etag", "last_modified", "fetched_at")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A page without its body, which lies in `blob`."""

    key: str
    page: StoredPage
    blob: str


class Pages:
    """The pages of one source: a `nftd.pages.PageStore`. Safe for several threads.

    Within `gathered` their rows wait for the transaction of what is read from them (`write`); their bytes do not. Who
    dies meanwhile fetches them again. Requests that no budget limits are counted with the next rows.

    Where its server's address changes with each start, `base` is that address and `kept_as` what is kept instead.
    """

    def __init__(self, store: Store, feed: str, base: str | None = None, kept_as: str = "") -> None:
        self._store = store
        self._feed = feed
        self._base = base
        self._kept_as = kept_as
        self._lock = Lock()
        self._gathering = False
        self._waiting: list[_Waiting] = []
        self._requests: Counter[tuple[str, str]] = Counter()

    def newest(self, url_key: str) -> StoredPage | None:
        """The page that was kept last under this key; None also where its bytes are gone: it is fetched again."""
        with self._lock:
            waiting = [one for one in self._waiting if one.key == self._stored(url_key)]
        if waiting:
            return self._whole(waiting[-1].page, waiting[-1].blob)
        with self._store.read() as connection:
            row = _newest(connection, self._feed, self._stored(url_key))
        return None if row is None else self._read(row)

    def at(self, url_key: str, moment: datetime) -> StoredPage | None:
        """The page that stood under this key at `moment`."""
        with self._store.read() as connection:
            row = _newest(connection, self._feed, self._stored(url_key), moment)
        return None if row is None else self._read(row)

    def moments(self) -> Sequence[datetime]:
        """When content was seen that was not there before, in order."""
        rows = select(page.c.first_at).where(page.c.feed == self._feed).order_by(page.c.first_at)
        with self._store.read() as connection:
            return connection.execute(rows).scalars().all()

    def keep(self, url_key: str, page: StoredPage) -> None:
        """Add a page, bytes first; the one that is there already only counts as fetched anew."""
        blob = self._store.blobs.put(zlib.compress(page.body, _LEVEL))
        told = replace(page, url=self._stored(page.url), body=b"")
        with self._lock:
            self._waiting.append(_Waiting(self._stored(url_key), told, blob))
            gathering = self._gathering
        if not gathering:
            self._settle()

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Let pages wait for `write`; those that nothing was read from are stored in the end, whatever happened."""
        self._gathering = True
        try:
            yield
        finally:
            self._gathering = False
            self._settle()

    def write(self, connection: Connection) -> None:
        """Store what waits, in the order in which it came."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            requests, self._requests = self._requests, Counter()
        for (feed, month), number in requests.items():
            _count(connection, feed, month, number)
        for one in waiting:
            _keep(connection, self._feed, one.key, one.page, one.blob)

    def close(self) -> None:
        self._settle()

    def spend(self, feed: str, month: str, limit: int | None) -> bool:
        """Count one request of `feed` in `month` ("2026-11"); False, uncounted, where `limit` are counted.

        One that is limited is counted on the disk before it may be made; another one with the next page.
        """
        if limit is None:
            with self._lock:
                self._requests[feed, month] += 1
            return True
        with self._store.write() as connection:
            if spent(connection, feed, month) >= limit:
                return False
            _count(connection, feed, month, 1)
        return True

    def _settle(self) -> None:
        if self._waiting or self._requests:
            with self._store.write() as connection:
                self.write(connection)

    def _read(self, row: RowMapping) -> StoredPage | None:
        told = {name: row[name] for name in (*_PARTS, *_VALIDATORS)}
        return self._whole(StoredPage(**told, body=b""), row["blob"])

    def _whole(self, page: StoredPage, blob: str) -> StoredPage | None:
        try:
            body = zlib.decompress(self._store.blobs.get(blob))
        except (BlobMissing, zlib.error):
            return None
        return replace(page, url=self._live(page.url), body=body)

    def _stored(self, text: str) -> str:
        return text.replace(self._base, self._kept_as) if self._base else text

    def _live(self, text: str) -> str:
        return text.replace(self._kept_as, self._base, 1) if self._base else text


def _count(connection: Connection, feed: str, month: str, number: int) -> None:
    counted = insert_or(budget).values(feed=feed, month=month, requests=number)
    more = {"requests": budget.c.requests + number}
    connection.execute(counted.on_conflict_do_update(index_elements=["feed", "month"], set_=more))


def spent(connection: Connection, feed: str, month: str) -> int:
    """How many requests of a feed were counted in a month."""
    row = select(budget.c.requests).where(budget.c.feed == feed, budget.c.month == month)
    return connection.execute(row).scalar_one_or_none() or 0


def month_now() -> str:
    """The month that requests are counted in, UTC."""
    return utc_now().strftime("%Y-%m")


def _newest(connection: Connection, feed: str, key: str, moment: datetime | None = None) -> RowMapping | None:
    rows = select(page).where(page.c.feed == feed, page.c.key == key)
    if moment is not None:
        rows = rows.where(page.c.first_at <= moment)
    return connection.execute(rows.order_by(page.c.id.desc()).limit(1)).mappings().one_or_none()


def _keep(connection: Connection, feed: str, key: str, found: StoredPage, blob: str) -> None:
    parts = {name: getattr(found, name) for name in _PARTS}
    validators = {name: getattr(found, name) for name in _VALIDATORS}
    last = _newest(connection, feed, key)
    if last is not None and last["blob"] == blob and all(last[name] == parts[name] for name in _PARTS):
        connection.execute(update(page).where(page.c.id == last["id"]).values(validators))
        return
    row = {"feed": feed, "key": key, "blob": blob, "first_at": found.fetched_at}
    connection.execute(insert(page).values({**row, **parts, **validators}))
