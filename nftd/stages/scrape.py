"""scrape: read a source and store what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from nftd.domain import Event
from nftd.feeds import Feed
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.stages.loop import describe
from nftd.store import history, listings
from scrapers.errors import Blocked, ScraperError, ShapeChanged, Unreachable
from scrapers.listing import Listing, Problem

BATCH = 50


def scrape(house: House, lease: Lease) -> Write:
    """Store all listings of the source named by the lease's key, in batches that survive a crash each."""
    feed = house.feed(lease.key)
    house.watch.item(feed.name)
    for batch in batches(feed.listings()):
        lease.save(_batch_writer(house, feed, batch))
        _count(house, batch)
    return nothing


def batches(found: Iterator[Listing | Problem]) -> Iterator[list[Listing | Problem]]:
    """What is stored together: few commits, and little lost when one does not happen.

    Where reading ends in an error, what was read before it comes first.
    """
    batch: list[Listing | Problem] = []
    try:
        for one in found:
            batch.append(one)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except ScraperError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _batch_writer(house: House, feed: Feed, batch: Sequence[Listing | Problem]) -> Write:
    def write(connection: Connection) -> None:
        house.tally.new += keep(connection, feed, batch, house.cycle)

    return write


def keep(connection: Connection, feed: Feed, batch: Sequence[Listing | Problem], cycle: str | None) -> int:
    """Store what a source showed: its listings, and what could not be read of it; the number of new listings."""
    found = [one for one in batch if isinstance(one, Listing)]
    new = [one for one in found if listings.save(connection, feed.name, one, demo=feed.demo)]
    seen = [Event(listings.listing_id(*one.key), None, "seen", f"shown by {feed.name}") for one in new]
    troubles = dict.fromkeys(_trouble(feed.name, one) for one in batch if isinstance(one, Problem))
    history.record(connection, [*seen, *(one for one in troubles if _is_news(connection, one))], cycle)
    return len(new)


def _trouble(feed: str, one: Problem) -> Event:
    return Event(f"feed {feed}", None, "problem", f"{one.code}: {one.url}: {one.message}")


def _is_news(connection: Connection, trouble: Event) -> bool:
    """A work that stays broken is told once, not in every cycle."""
    return not history.told_before(connection, trouble.entity, trouble.reason or "")


def _count(house: House, batch: Iterable[Listing | Problem]) -> None:
    for found in batch:
        if isinstance(found, Listing):
            house.tally.seen += 1
        else:
            house.tally.refused[found.code] += 1
            house.watch.refused(found.url, found.code, found.message)


def scrape_failed(house: House, key: str, error: Exception) -> None:
    """Count a source that was not read: it refused us or is away, it changed its shape, or it is set up wrongly.

    What is neither of the first two is `broken`: a person has something to mend, here or in the configuration.
    """
    code, sentence = describe(error)
    sentence = house.feeds.told(sentence)
    _outcome(house, error)[key] = f"{code}: {sentence}"
    house.watch.refused(key, code, sentence)


def _outcome(house: House, error: Exception) -> dict[str, str]:
    if isinstance(error, Blocked | Unreachable):
        return house.tally.blocked
    return house.tally.changed if isinstance(error, ShapeChanged) else house.tally.broken
