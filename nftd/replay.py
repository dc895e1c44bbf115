"""Read a source again from its stored pages, reading by reading, without the network.

The history is cut into moments, so that every version of every page stood at one of them. At each moment the source
is read from its first page, and from each place where an earlier walk found nothing more: an interrupted reading was
gone on with there. What was never asked ends a walk like the end of the market, and limits do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from nftd.domain import utc_now
from nftd.feeds import Feed
from nftd.pages import robots_key
from nftd.past import Moment, StoredSession, moments
from nftd.store import readings
from nftd.store.database import Store
from scrapers.errors import BadRule, NotStored, ScraperError, UnknownSource
from scrapers.listing import Listing, Observation, Problem
from scrapers.source import Found, Known, Scraped, nothing_known
from scrapers.text import clean

_OF_LIMITS: Final = frozenset({"page_limit", "work_limit"})


class _Memory:
    """A `Known` of what this replay has read so far: a reading asked about works alone that it did not know."""

    caught_up = False

    def __init__(self) -> None:
        self._marks: dict[str, str | None] = {}

    def __call__(self, market_id: str, mark: str, /) -> bool:
        return bool(market_id) and self._marks.get(market_id) == mark

    def learn(self, marks: Mapping[str, str | None]) -> None:
        self._marks |= marks


def _marks(found: Iterable[Found]) -> dict[str, str | None]:
    return {one.market_id: one.mark for one in found if isinstance(one, Listing)}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One page of an earlier reading, as today's scraper reads it."""

    moment: datetime
    found: tuple[Found, ...]


class Replay:
    """Every earlier reading of a source, oldest first; each version of a page once.

    What cannot be read is a Problem, and the next walk begins; raises BadRule, UnknownSource. Listings are dated to the
    end of their reading, so that prices fall into their place in history.
    """

    def __init__(self, store: Store, feed: Feed) -> None:
        if feed.pages is None:
            raise ValueError(f"{feed.name} is open without a store")
        self._feed = feed
        self.history = [one for one in feed.pages.history() if not one.key.startswith(robots_key(""))]
        with store.read() as connection:
            self.moments = moments(self.history, sorted(readings.ends(connection, feed.name)), utc_now())
        self._session = StoredSession(feed.pages, self.history)
        self._memory = _Memory()
        self._pending: dict[str, None] = {}
        self._shown: set[str] = set()
        self._early: dict[str, list[Observation]] = {}

    @property
    def unread(self) -> int:
        """How many pages were not asked for: they answer to other rules than today's."""
        return len(self._session.unread)

    def __iter__(self) -> Iterator[Replayed]:
        first = 0
        for moment in self.moments:
            self._session.go_to(moment)
            starts, self._pending = (None, *self._pending), {}
            marks: dict[str, str | None] = {}
            told: set[int] = set()
            for page in self._walks(moment, starts, nothing_known):
                marks |= _marks(page.found)
                told |= {hash(repr(one)) for one in page.found if isinstance(one, Listing | Problem)}
                yield page
            if not self._session.unread.isdisjoint(range(first, moment.count)):
                yield from self._again(moment, starts, told)
            self._memory.learn(marks)
            first = moment.count

    def _again(self, moment: Moment, starts: Sequence[str | None], told: set[int]) -> Iterator[Replayed]:
        """Read as a cycle did, that asked about the works alone which it did not know; nothing comes twice."""
        for page in self._walks(moment, starts, self._memory):
            if found := tuple(one for one in page.found if hash(repr(one)) not in told):
                yield replace(page, found=found)

    def _walks(self, moment: Moment, starts: Sequence[str | None], known: Known) -> Iterator[Replayed]:
        walked: set[str | None] = set()
        for start in starts:
            if start not in walked:
                yield from self._walk(moment, start, known, walked)

    def _walk(self, moment: Moment, start: str | None, known: Known, walked: set[str | None]) -> Iterator[Replayed]:
        """Read on behind `start`, over all limits, as far as anybody ever read."""
        place, begun = start, set[str | None]()
        while place not in begun:
            begun.add(place)
            begin = place
            try:
                for page in self._feed.read(begin, known, self._session):
                    walked.add(place)
                    place = page.cursor
                    yield from self._given(moment, page)
                    if known is self._memory:
                        self._memory.learn(_marks(page.found))
            except (BadRule, UnknownSource):
                raise  # a fault of the configuration: no page is to blame
            except ScraperError as error:
                if isinstance(error, NotStored):
                    self._session.leave()
                elif self._session.take():
                    yield Replayed(moment.at, (_problem(error),))
                if (end := begin if place is None else place) is not None:
                    self._pending[end] = None
                return
            if place is None:
                return

    def _given(self, moment: Moment, page: Scraped) -> Iterator[Replayed]:
        """The page, where it was not read before; with prices of its works that came before them."""
        found = [_dated(one, moment.at) for one in page.found if not _is_past(one, page)]
        if not self._session.take():
            return
        for one in found[:]:
            if isinstance(one, Listing):
                self._shown.add(one.market_id)
                found += self._early.pop(one.market_id, ())
            elif isinstance(one, Observation) and one.market_id not in self._shown:
                self._early.setdefault(one.market_id, []).append(one)
        if found:
            yield Replayed(moment.at, tuple(found))


def _is_past(one: Found, page: Scraped) -> bool:
    """Whether it tells of that reading, not of the market: it was not asked, or ended at its limit."""
    if not isinstance(one, Problem):
        return False
    return one.code == NotStored.code or (one.code in _OF_LIMITS and page.cursor is not None)


def _problem(error: ScraperError) -> Problem:
    return Problem(str(error.evidence.get("url", "")), error.code, clean(str(error)))


def _dated(one: Found, moment: datetime) -> Found:
    if isinstance(one, Listing):
        return replace(one, seen_at=moment)
    if isinstance(one, Observation) and one.at > moment:
        return replace(one, at=moment)
    return one
