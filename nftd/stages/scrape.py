"""scrape: read a source and store what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from nftd.domain import Event
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.stages.loop import describe
from nftd.store import history, listings
from scrapers.errors import ScraperError, ShapeChanged
from scrapers.listing import Listing, Problem

BATCH = 50


def scrape(house: House, lease: Lease) -> Write:
    """Store all listings of the source named by the lease's key, in batches that survive a crash each."""
    feed = house.feed(lease.key)
    house.watch.item(feed.name)
    for batch in batches(feed.listings()):
        lease.save(_batch_writer(house, feed.name, batch, feed.demo))
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


def _batch_writer(house: House, feed: str, batch: Iterable[Listing | Problem], demo: bool) -> Write:
    def write(connection: Connection) -> None:
        found = (one for one in batch if isinstance(one, Listing))
        house.tally.new += sum(keep(connection, feed, one, demo, house.cycle) for one in found)
        troubles = (one for one in batch if isinstance(one, Problem))
        history.record(connection, (_trouble(feed, one) for one in troubles), house.cycle)

    return write


def _trouble(feed: str, one: Problem) -> Event:
    return Event(f"feed {feed}", None, "problem", f"{one.code}: {one.url}: {one.message}")


def keep(connection: Connection, feed: str, found: Listing, demo: bool, cycle: str | None) -> bool:
    """Store one listing and, where it is new, that it was seen; True for a new one."""
    new = listings.save(connection, feed, found, demo=demo)
    if new:
        identifier = listings.listing_id(found.market, found.market_id)
        history.record(connection, [Event(identifier, None, "seen", f"shown by {feed}")], cycle)
    return new


def _count(house: House, batch: Iterable[Listing | Problem]) -> None:
    for found in batch:
        if isinstance(found, Listing):
            house.tally.seen += 1
        else:
            house.tally.refused[found.code] += 1
            house.watch.refused(found.url, found.code, found.message)


def scrape_failed(house: House, key: str, error: Exception) -> None:
    """A source that cannot be read is blocked, or has changed its shape: two different things."""
    code, sentence = describe(error)
    outcome = house.tally.changed if isinstance(error, ShapeChanged) else house.tally.blocked
    outcome[key] = f"{code}: {sentence}"
    house.watch.refused(key, code, sentence)
