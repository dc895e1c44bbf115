"""How an interface is read page by page: what a page yields, where it ends, and that it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from scrapers.errors import BadMoney, ShapeChanged
from scrapers.listing import Listing, Problem
from scrapers.options import Options
from scrapers.source import Found, Known, Scraped, is_caught_up
from scrapers.text import clean

T = TypeVar("T")
F = TypeVar("F", bound=Found)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take: pages, and works tried on them (whole pages: the last one may pass the number)."""

    max_pages: int
    max_works: int

    @classmethod
    def of(cls, options: Options) -> Limits:
        return cls(options.whole("max_pages", 50), options.whole("max_works", 1000, most=10_000_000))


@dataclass(slots=True)
class Batch:
    """One page while it is read: every work and every price is tried alone, a bad one becomes a Problem.

    `fresh` are the listings that `known` did not know by their mark: they need their details. `following` is
    where reading goes on.
    """

    url: str
    known: Known
    following: str | None = None
    found: list[Found] = field(default_factory=list)
    fresh: list[Listing] = field(default_factory=list)
    tried: int = 0
    readable: int = 0
    marks: list[str] = field(default_factory=list)
    moved: list[ShapeChanged] = field(default_factory=list)

    def listing(self, read: Callable[[], Listing]) -> Listing | None:
        """Keep a work, or the problem that it is."""
        self.tried += 1
        kept = self._try(read, self.moved)
        if kept is not None:
            self.readable += 1
            self.found.append(kept)
            if not self.knows(kept.market_id, kept.mark or ""):
                self.fresh.append(kept)
        return kept

    def knows(self, market_id: str, mark: str) -> bool:
        """Whether a work on the page is stored as it stands here, so that nothing more need be asked about it."""
        self.marks.append(f"{market_id} {mark}")
        known = self.known(market_id, mark)
        self.readable += known
        return known

    def add(self, read: Callable[[], F | None]) -> F | None:
        """Keep one more thing, such as a price seen; None is nothing."""
        kept = self._try(read, [])
        if kept is not None:
            self.found.append(kept)
        return kept

    def warn(self, code: str, told: str, url: str | None = None) -> None:
        """Say what is wrong with a part of the page, or with its work at `url`."""
        self.found.append(Problem(url or self.url, code, clean(told)))

    def tell(self, read: Callable[[], T]) -> T | None:
        """What a part of the page says, or None and the problem that it is."""
        return self._try(read, self.moved)

    @property
    def is_old(self) -> bool:
        """Whether all of the page that can be read is stored as it stands."""
        return bool(self.marks) and not self.fresh

    def _try(self, read: Callable[[], T], moved: list[ShapeChanged]) -> T | None:
        try:
            return read()
        except ShapeChanged as error:
            moved.append(error)
            self.found.append(Problem(error.url, error.code, clean(str(error))))
        except BadMoney as error:
            self.found.append(Problem(self.url, error.code, clean(str(error))))
        return None


def walk(
    read: Callable[[str | None], Batch], start: str | None, limits: Limits, *, newest_first: bool
) -> Iterator[Scraped]:
    """Read from `start` on until the end, until a page repeats, or to the limits.

    With `newest_first` the run ends where a whole page is known: behind it nothing is new, if `known` has caught up.
    At a limit the last page has a cursor: the next run goes on behind it. Raises ShapeChanged where no work of the
    first page can be read any more.
    """
    position, seen, last, works = start, {start}, list[str](), 0
    for number in range(1, limits.max_pages + 1):
        batch = read(position)
        if number == 1 and batch.moved and not batch.readable:
            raise batch.moved[0]
        works += batch.tried
        is_over = newest_first and batch.is_old and is_caught_up(batch.known)
        position = None if is_over else batch.following
        stop = _stop(batch, number, works, limits) if position is not None else None
        if position is not None and (position in seen or (batch.marks and batch.marks == last)):
            stop = Problem(batch.url, "paging_loop", "the pages repeat themselves, paging ends here")
            position = None
        yield Scraped((*batch.found, *([stop] if stop else [])), position, batch.url)
        if position is None or stop is not None:
            return
        seen.add(position)
        last = batch.marks


def _stop(batch: Batch, number: int, works: int, limits: Limits) -> Problem | None:
    if works >= limits.max_works:
        return Problem(batch.url, "work_limit", f"max_works = {limits.max_works} is reached, the next run reads on")
    if number == limits.max_pages:
        return Problem(batch.url, "page_limit", f"max_pages = {number} is reached, the next run reads on")
    return None
