"""Raw pages of one source, compressed and kept for ever, and the count of its requests."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from nftd.domain import utc_now
from nftd.errors import BlobMissing
from nftd.pages import StoredPage
from nftd.store.database import Store
from nftd.store.dialect import insert_all
from nftd.store.tables import budget, page

_LEVEL = 6  # the same body always gives the same blob
_PARTS = ("url", "status", "content_type", "charset")
# Put together once, since every page needs them: that takes longer than running them.
_NEWEST = (
    select(page)
    .where(page.c.feed == bindparam("of"), page.c.key == bindparam("named"))
    .order_by(page.c.id.desc())
    .limit(1)
)
_ONE_MORE = insert_or(budget)
_COUNT = _ONE_MORE.on_conflict_do_update(
    index_elements=["feed", "month"], set_={"requests": budget.c.requests + _ONE_MORE.excluded.requests}
)
_VALIDATORS = ("etag", "last_modified", "fetched_at")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A page without its body, which lies in the blob that is being `written`."""

    key: str
    page: StoredPage
    written: Future[str]


@dataclass(frozen=True, slots=True)
class Version:
    """What was kept under a key, and when this content was first seen."""

    number: int
    key: str
    first_at: datetime


class Pages:
    """The pages of one source: a `nftd.pages.PageStore`. Safe for several threads.

    Within `gathered` their rows wait for the transaction of what is read from them (`write`). Their bytes do not: the
    disk takes them while the page is read, and that transaction ends behind them. Who dies meanwhile fetches them
    again. Requests that no budget limits are counted with the next rows.

    Where its server's address changes with each start, `base` is that address and `kept_as` what is kept instead.
    Unless it `keeps`, requests are counted and nothing else is stored.
    """

    def __init__(
        self, store: Store, feed: str, base: str | None = None, kept_as: str = "", *, keeps: bool = True
    ) -> None:
        self._store = store
        self._feed = feed
        self._base = base
        self._kept_as = kept_as
        self._keeps = keeps
        self._lock = Lock()
        self._gathering = False
        self._waiting: list[_Waiting] = []
        self._requests: Counter[tuple[str, str]] = Counter()
        self._writer = ThreadPoolExecutor(1, "pages")

    def newest(self, url_key: str) -> StoredPage | None:
        """The page that was kept last under this key; None also where its bytes are gone: it is fetched again."""
        with self._lock:
            waiting = [one for one in self._waiting if one.key == self._stored(url_key)]
        if waiting:
            return self._whole(waiting[-1].page, waiting[-1].written.result())
        with self._store.read() as connection:
            row = _newest(connection, self._feed, self._stored(url_key))
        return None if row is None else self._read(row)

    def history(self) -> list[Version]:
        """All that was ever kept, in the order in which it came."""
        rows = select(page.c.id, page.c.key, page.c.first_at).where(page.c.feed == self._feed).order_by(page.c.id)
        with self._store.read() as connection:
            return [Version(row.id, self._live(row.key), row.first_at) for row in connection.execute(rows)]

    def whole(self, number: int) -> StoredPage | None:
        """A page of the history; None where its bytes are gone."""
        with self._store.read() as connection:
            row = connection.execute(select(page).where(page.c.id == number)).mappings().one()
        return self._read(row)

    def keep(self, url_key: str, page: StoredPage) -> None:
        """Add a page, bytes first; the one that is there already only counts as fetched anew."""
        if not self._keeps:
            return
        written = self._writer.submit(lambda: self._store.blobs.put(zlib.compress(page.body, _LEVEL)))
        told = replace(page, url=self._stored(page.url), body=b"")
        with self._lock:
            self._waiting.append(_Waiting(self._stored(url_key), told, written))
            gathering = self._gathering
        if not gathering:
            self._settle()

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Let pages wait for `write`; those that nothing was read from are stored in the end, whatever happened."""
        self._gathering = True
        try:
            yield
        except BaseException:
            self._gathering = False
            with suppress(Exception):  # the error that is on its way says more
                self._settle()
            raise
        self._gathering = False
        self._settle()

    def write(self, connection: Connection) -> None:
        """Store what waits, in the order in which it came."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            requests, self._requests = self._requests, Counter()
        for (feed, month), number in requests.items():
            _count(connection, feed, month, number)
        try:
            for one in waiting:
                _keep(connection, self._feed, one.key, one.page, one.written.result())
        except BaseException:
            with self._lock:  # nothing of this is stored: the requests were made all the same
                self._requests.update(requests)
            raise

    def close(self) -> None:
        try:
            self._settle()
        finally:
            self._writer.shutdown()

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
    connection.execute(_COUNT, {"feed": feed, "month": month, "requests": number})


def spent(connection: Connection, feed: str, month: str) -> int:
    """How many requests of a feed were counted in a month."""
    row = select(budget.c.requests).where(budget.c.feed == feed, budget.c.month == month)
    return connection.execute(row).scalar_one_or_none() or 0


def month_now() -> str:
    """The month that requests are counted in, UTC."""
    return utc_now().strftime("%Y-%m")


def _newest(connection: Connection, feed: str, key: str) -> RowMapping | None:
    return connection.execute(_NEWEST, {"of": feed, "named": key}).mappings().one_or_none()


def _keep(connection: Connection, feed: str, key: str, found: StoredPage, blob: str) -> None:
    parts = {name: getattr(found, name) for name in _PARTS}
    validators = {name: getattr(found, name) for name in _VALIDATORS}
    last = _newest(connection, feed, key)
    if last is not None and last["blob"] == blob and all(last[name] == parts[name] for name in _PARTS):
        connection.execute(update(page).where(page.c.id == last["id"]).values(validators))
        return
    row = {"feed": feed, "key": key, "blob": blob, "first_at": found.fetched_at}
    insert_all(connection, page, [{**row, **parts, **validators}])
