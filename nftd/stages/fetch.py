"""fetch: download the picture of a selected listing."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping

from generator.nouns import Verdict
from nftd.domain import Event
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.store import history, listings, sources, work
from scrapers.errors import ScraperError


def fetch(house: House, lease: Lease) -> Write:
    """Store the picture's bytes; one that can never be had makes its source unfit, with the reason."""
    with house.store.read() as connection:
        row = listings.get(connection, lease.key)
    house.watch.item(row["title"])
    feed = house.feed(row["feed"])
    try:
        picture = feed.download(row["media_url"])
    except ScraperError as error:
        if not error.permanent:
            raise
        return _unfit(house, row, error)
    digest = house.store.blobs.put(picture.body)
    return _fetched(house, row, digest, picture.content_type)


def _fetched(house: House, row: RowMapping, digest: str, content_type: str) -> Write:
    identifier = sources.source_id(row)

    def write(connection: Connection) -> None:
        if sources.add(connection, identifier, row["id"], digest, content_type):
            history.record(connection, [Event(identifier, None, "fetched", f"sha256 {digest}")], house.cycle)
        work.enqueue(connection, "intake", identifier, priority=-(row["rank"] or 0))

    return write


def _unfit(house: House, row: RowMapping, error: ScraperError) -> Write:
    identifier = sources.source_id(row)
    sentence = str(error)[:500]

    def write(connection: Connection) -> None:
        if not sources.add(connection, identifier, row["id"], None, None):
            return
        verdict = Verdict("fetch", ok=False, reason=error.code, value=sentence, limit=None)
        sources.judged(connection, identifier, [verdict])
        sources.settle(connection, identifier, "unfit", error.code)
        history.record(connection, [Event(identifier, None, "unfit", f"{error.code}: {sentence}")], house.cycle)
        house.tally.unfit += 1
        house.tally.refused[error.code] += 1

    house.watch.refused(row["title"], error.code, sentence)
    return write
