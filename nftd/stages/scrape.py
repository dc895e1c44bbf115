"""scrape: read a source page by page, each stored together with the place where reading goes on behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from nftd.domain import Event
from nftd.errors import NftdError
from nftd.feeds import Feed
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.stages.stage import describe
from nftd.store import history, listings, observations, rates, readings
from nftd.store.database import Store
from nftd.store.readings import Outcome, Standing
from scrapers.errors import BadRule, RobotsDenied, ScraperError, ShapeChanged
from scrapers.listing import Listing, Observation, Problem, Rate
from scrapers.source import Found, Scraped

_OURS = (BadRule, NftdError, OSError, MemoryError, SQLAlchemyError)
"""Faults of the configuration or of this machine: they say nothing about the place where reading stands."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a page: the listings that it showed, and how many of them and of their prices are new."""

    shown: frozenset[str]
    new: int
    observed: int
    orphans: int


class Known:
    """Tells a source which works are stored unchanged, and counts them."""

    def __init__(self, store: Store, market: str, caught_up: bool) -> None:
        self.caught_up = caught_up
        self._store = store
        self._market = market
        self._hits: set[str] = set()

    def __call__(self, market_id: str, mark: str, /) -> bool:
        with self._store.read() as connection:
            found = listings.is_known(connection, self._market, market_id, mark)
        if found:
            self._hits.add(market_id or f"mark {mark}")
        return found

    def taken(self) -> frozenset[str]:
        """Which were known since this was last asked."""
        hits, self._hits = frozenset(self._hits), set()
        return hits


def scrape(house: House, lease: Lease) -> Write:
    """Read the source named by the lease's key on from where its last reading was cut short, else from the start."""
    feed = house.feed(lease.key)
    house.watch.item(feed.name)
    with house.store.read() as connection:
        reading = _Reading(house, feed, readings.standing(connection, feed.name, feed.rules))
    known = Known(house.store, feed.source.name, reading.standing.caught_up)
    with feed.gathered():
        for page in feed.read(reading.standing.cursor, known):
            lease.save(reading.writer(page, known.taken()))
            reading.count(page)
    return reading.end


class _Reading:
    """One run over a source: every page moves its standing, in the transaction that stores the page.

    A run may end before the source does, where it has read as much as it may: the next one goes on behind it.
    """

    def __init__(self, house: House, feed: Feed, standing: Standing) -> None:
        self.standing = standing
        self._house = house
        self._feed = feed
        self._new = 0
        self._whole = False
        self._stored: tuple[Kept, int, Standing] | None = None

    def writer(self, page: Scraped, known: frozenset[str]) -> Write:
        def write(connection: Connection) -> None:
            kept = keep(connection, self._feed, page.found, self._house.cycle)
            seen = len(kept.shown | known)  # what is known may be shown all the same
            now = self.standing.after(page.cursor, seen, kept.new)
            readings.save(connection, self._feed.name, self._feed.rules, now, whole=_is_whole(page))
            if page.unfinished:
                readings.give_up(connection, self._feed.name)
            self._stored = kept, seen, now

        return write

    def end(self, connection: Connection) -> None:
        """Tell how this run went; raise the alarm where a whole reading showed nothing and earlier ones did."""
        house, name = self._house, self._feed.name
        outcome: Outcome = "read" if self._new else "nothing_new"
        usual = readings.usual(connection, name)
        readings.log(connection, name, house.cycle, outcome, self.standing)
        house.tally.outcomes[name] = outcome
        if self._whole and not self.standing.seen and usual:
            told = f"no work at all, {usual} in each of its earlier readings: has the source moved, or its rules?"
            house.tally.alarms[name] = told
            history.record(connection, [Event(f"feed {name}", None, "alarm", told)], house.cycle)
            house.watch.refused(name, "alarm", told)

    def count(self, page: Scraped) -> None:
        """Once a page is stored: move on, and tell of it."""
        tally = self._house.tally
        if self._stored is not None:
            kept, seen, self.standing = self._stored
            self._new += kept.new
            tally.seen += seen
            tally.new += kept.new
            tally.observed += kept.observed
            tally.refused.update({"unknown_listing": kept.orphans} if kept.orphans else {})
        self._whole = _is_whole(page)
        for one in page.found:
            if isinstance(one, Problem):
                tally.refused[one.code] += 1
                self._house.watch.refused(one.url, one.code, one.message)


def _is_whole(page: Scraped) -> bool:
    return page.cursor is None and not page.unfinished


def keep(connection: Connection, feed: Feed, found: Sequence[Found], cycle: str | None) -> Kept:
    """Store what a source showed: rates first, since prices are told in dollars by them; and what it could not read.

    The raw pages that it was read from, where they wait, are stored with it.
    """
    shown = [one for one in found if isinstance(one, Listing)]
    rates.save(connection, [one for one in found if isinstance(one, Rate)])
    worth = rates.Rates(connection)
    new = listings.save_all(connection, feed.name, shown, demo=feed.demo, worth=worth)
    observed, orphans = observations.save(connection, [one for one in found if isinstance(one, Observation)], worth)
    seen = [Event(listings.listing_id(*one.key), None, "seen", f"shown by {feed.name}") for one in new]
    troubles = [f"{one.code}: {one.url}: {one.message}" for one in found if isinstance(one, Problem)]
    history.record(connection, [*seen, *_news(connection, f"feed {feed.name}", troubles)], cycle)
    if feed.pages:
        feed.pages.write(connection)  # last: the disk is taking the bytes meanwhile
    return Kept(frozenset(one.market_id for one in shown), len(new), observed, orphans)


def _news(connection: Connection, feed: str, troubles: Sequence[str]) -> list[Event]:
    """A work that stays broken is told once, not in every cycle."""
    told = history.told_before(connection, feed, list(dict.fromkeys(troubles)))
    return [Event(feed, None, "problem", one) for one in dict.fromkeys(troubles) if one not in told]


def scrape_failed(house: House, key: str, error: Exception) -> None:
    """Count a source that was not read: it refused us or is away, it changed its shape, or it is set up wrongly.

    What is neither of the first two is `failed`: a person has something to mend, here or in the configuration. Where
    another try from the same page cannot help, the next reading starts anew.
    """
    code, sentence = describe(error)
    sentence = house.feeds.told(sentence)
    outcome = outcome_of(error)
    counts = {"blocked": house.tally.blocked, "changed": house.tally.changed}.get(outcome, house.tally.broken)
    counts[key] = f"{code}: {sentence}"
    with house.store.write() as connection:
        readings.log(connection, key, house.cycle, outcome, readings.open_one(connection, key))
        if getattr(error, "permanent", True) and not isinstance(error, _OURS):
            readings.give_up(connection, key)
    house.watch.refused(key, code, sentence)


def outcome_of(error: Exception) -> Outcome:
    """Blocked: somebody refuses us, or is away, for now; changed: a page has another shape; failed: the rest."""
    if isinstance(error, ScraperError) and (not error.permanent or isinstance(error, RobotsDenied)):
        return "blocked"
    return "changed" if isinstance(error, ShapeChanged) else "failed"
