"""How an interface is read page by page: what a page yields, where it ends, and that it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from scrapers.errors import BadMoney, NotStored, ScraperError, ShapeChanged
from scrapers.listing import Listing, Problem
from scrapers.money import Money
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
    where reading goes on. Where a market is read part by part, `part_behind` is where the next part begins, and
    `failed` why this one cannot be read: its problem is among those found.
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
    part_behind: str | None = None
    failed: ScraperError | None = None

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

    def price(self, read: Callable[[], Money | None], url: str | None = None) -> Money | None:
        """What the work at `url` costs, or None and the problem that it is: a price costs nobody the work."""
        try:
            return read()
        except (BadMoney, ShapeChanged) as error:
            self.warn(error.code, str(error), url)
            return None

    def details(self, ask: Callable[[], T]) -> T | None:
        """What the answer to a question about the page's works says; None, and told, where a replay has none."""
        try:
            return ask()
        except NotStored as error:
            self.warn(error.code, str(error))
            return None

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

    @property
    def fault(self) -> ScraperError | None:
        """Why nothing of the page can be read, None where something can or nothing is there."""
        return self.failed or (self.moved[0] if self.moved and not self.readable else None)

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
    At a limit the last page has a cursor: the next run goes on behind it. Raises ShapeChanged, or why a part of the
    market failed, where nothing of the first page can be read any more; at the end where nothing of any page could.
    """
    run, position, is_over = _Run(limits, start), start, False
    while not is_over:
        batch = read(position)
        run.judge(batch)
        known = newest_first and batch.is_old and is_caught_up(batch.known)
        position, told = run.turn(batch, None if known else batch.following)
        is_over = position is None or run.stopped
        yield Scraped((*batch.found, *told), position, batch.url, position is None and run.unfinished)
    if run.fault and not run.sound:
        raise run.fault


class _Run:
    """What one run has seen. `sound` is whether any of it could be read, `fault` the first reason why not."""

    def __init__(self, limits: Limits, start: str | None) -> None:
        self.fault: ScraperError | None = None
        self.sound = False
        self.stopped = False
        self._limits = limits
        self._start = start
        self._seen = {start}
        self._marks: list[str] = []
        self._pages = 0
        self._works = 0
        self._looped = False

    @property
    def unfinished(self) -> bool:
        return self._looped or not self.sound

    def judge(self, batch: Batch) -> None:
        """Count the page; raises where it is the first of all and nothing of it can be read, nor of another part."""
        self._pages += 1
        self._works += batch.tried
        self.fault = self.fault or batch.fault
        self.sound = self.sound or batch.fault is None
        if batch.fault and self._pages == 1 and self._start is None and not (batch.failed and batch.following):
            raise batch.fault

    def turn(self, batch: Batch, following: str | None) -> tuple[str | None, list[Problem]]:
        """The position of the next page, and what is to be told of it."""
        told: list[Problem] = []
        if following is not None and (following in self._seen or (batch.marks and batch.marks == self._marks)):
            self._looped = True
            told.append(Problem(batch.url, "paging_loop", "the pages repeat themselves: paging ends here"))
            following = batch.part_behind
        if following is not None and (limit := self._limit(batch.url)):
            self.stopped = True
            told.append(limit)
        self._seen.add(following)
        self._marks = batch.marks
        return following, told

    def _limit(self, url: str) -> Problem | None:
        if self._works >= self._limits.max_works:
            told = f"max_works = {self._limits.max_works} is reached, the next run reads on"
            return Problem(url, "work_limit", told)
        if self._pages >= self._limits.max_pages:
            return Problem(url, "page_limit", f"max_pages = {self._pages} is reached, the next run reads on")
        return None
