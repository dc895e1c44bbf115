"""fetch: download the picture of a selected listing."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from generator.nouns import Verdict
from nftd.domain import Event
from nftd.errors import SourceOff
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.stages.loop import count_refusal, describe
from nftd.store import history, listings, sources, work
from nftd.store.tables import listing
from scrapers.errors import Blocked, ScraperError


def fetch(house: House, lease: Lease) -> Write:
    """Store the picture's bytes; one that can never be had makes its source unfit, with the reason.

    A source that refused us is left alone for the rest of the cycle.
    """
    with house.store.read() as connection:
        row = listings.get(connection, lease.key)
    house.watch.item(row["title"])
    if row["feed"] in house.tally.blocked:
        raise SourceOff(f"{row['feed']} refused us: its other pictures wait for the next cycle")
    feed = house.feed(row["feed"])
    try:
        picture = feed.download(row["media_url"])
    except ScraperError as error:
        if not error.permanent:
            raise
        return _unfit(house, row, error.code, feed.told(describe(error)[1]))
    digest = house.store.blobs.put(picture.body)
    return _fetched(house, row, digest, picture.content_type)


def fetch_failed(house: House, key: str, error: Exception) -> None:
    """A refusal is the whole source's, anything else the picture's."""
    if not isinstance(error, Blocked):
        count_refusal(house, key, error)
        return
    with house.store.write() as connection:
        feed = connection.execute(select(listing.c.feed).where(listing.c.id == key)).scalar_one()
        # It may be this picture alone that is refused: next time the others are asked for first.
        work.put_last(connection, "fetch", key)
    code, sentence = describe(error)
    house.tally.blocked[feed] = f"{code}: {sentence}"
    house.watch.refused(feed, code, sentence)


def _fetched(house: House, row: RowMapping, digest: str, content_type: str) -> Write:
    identifier = sources.source_id(row)

    def write(connection: Connection) -> None:
        if sources.add(connection, identifier, row["id"], digest, content_type):
            history.record(connection, [Event(identifier, None, "fetched", f"sha256 {digest}")], house.cycle)
        work.enqueue(connection, "intake", identifier, priority=-(row["rank"] or 0))

    return write


def _unfit(house: House, row: RowMapping, code: str, sentence: str) -> Write:
    identifier = sources.source_id(row)

    def write(connection: Connection) -> None:
        if not sources.add(connection, identifier, row["id"], None, None):
            return
        verdict = Verdict("fetch", ok=False, reason=code, value=sentence, limit=None)
        sources.judged(connection, identifier, [verdict])
        sources.settle(connection, identifier, "unfit", code)
        history.record(connection, [Event(identifier, None, "unfit", f"{code}: {sentence}")], house.cycle)
        house.tally.unfit += 1
        house.tally.refused[code] += 1

    house.watch.refused(row["title"], code, sentence)
    return write
