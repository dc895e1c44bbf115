"""A source of our own for tests: pages out of a table, every read noted in a file; and a process that reads it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nftd import cycle, feeds
from nftd.config import Settings, SourceSettings
from nftd.domain import utc_now
from nftd.stages.lease import Lease, Write
from nftd.store.database import Store
from scrapers.listing import Observation
from scrapers.money import Money
from scrapers.session import Session
from scrapers.source import Found, Known, Scraped
from tests.nftd import rooms

PAGES = 6
PER_PAGE = 3


class Shelf:
    """`PAGES` pages of `PER_PAGE` works with a sale each; `known` works are skipped."""

    name = "gallery"
    html = False

    def __init__(
        self,
        log: Path | None = None,
        pages: int = PAGES,
        error: Exception | None = None,
        at: int = 0,
        most: int = PAGES,
    ) -> None:
        self.most = most
        self.log = log
        self.last = pages
        self.error = error
        self.at = at

    def pages(self, _session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:
        begin = int(cursor or 0)
        for number in range(begin, min(self.last, begin + self.most)):
            if self.error and number == self.at:
                raise self.error
            if self.log:
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(f"{number}\n")
            following = str(number + 1) if number + 1 < self.last else None
            yield Scraped(tuple(self._page(number, known)), following, f"page {number}")
        if self.last == 0:
            yield Scraped((), None)

    def _page(self, page: int, known: Known) -> Iterator[Found]:
        for number in range(page * PER_PAGE, (page + 1) * PER_PAGE):
            if known(f"g-{number}", f"mark-{number}"):
                continue
            found = rooms.listing(number, mark=f"mark-{number}", seen_at=utc_now())
            yield found
            price = Money.parse(str(number + 1), "ETH")
            sale = Observation("gallery", found.market_id, rooms.NOON, "sale", price, None, None, f"sale-{number}")
            yield replace(sale, buyer="0xb", seller="0xs")


def settings() -> Settings:
    return Settings(sources={"g": SourceSettings(type="shelf", market="gallery")})


def use(shelf: Shelf, patch: Callable[[object, str, object], None] = setattr) -> None:
    """Let every source be this one."""

    def made(_kind: str, _name: str, _options: Mapping[str, object]) -> Shelf:
        return shelf

    patch(feeds, "make_source", made)


def read_once(folder: Path, shelf: Shelf) -> cycle.Outcome:
    store, before = Store(folder), feeds.make_source
    use(shelf)
    try:
        return cycle.run(store, settings(), (cycle.SCRAPE,))
    finally:
        feeds.make_source = before
        store.close()


def main(folder: str, log: str, where: str, page: str) -> None:
    """Read, and die at the `page`-th save: before it, inside its transaction, or just after its commit."""
    save, count = Lease.save, 0

    def dying(self: Lease, write: Write) -> None:
        nonlocal count
        count += 1
        here = count == int(page)
        if here and where == "before":
            _die()

        def writing(connection: object) -> None:
            write(connection)  # type: ignore[arg-type]
            if here and where == "inside":
                _die()

        save(self, writing)
        if here and where == "after":
            _die()

    Lease.save = dying  # type: ignore[method-assign]
    read_once(Path(folder), Shelf(Path(log)))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
