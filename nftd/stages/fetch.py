"""fetch: download the picture of a selected listing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import Connection, RowMapping, select

from generator.nouns import Verdict
from nftd.domain import Event
from nftd.errors import SourceOff
from nftd.optout import CODE as OPTED_OUT
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.stages.select import NO_PICTURE
from nftd.stages.stage import count_refusal, describe
from nftd.store import history, listings, sources, work
from nftd.store.tables import listing
from scrapers.errors import Blocked, BudgetSpent, RobotsUnreachable, ScraperError


def fetch(house: House, lease: Lease) -> Write:
    """Store the picture's bytes; one that can never be had makes its source unfit, with the reason.

    A source that refused us is left alone for the rest of the cycle. A picture that is stored is not asked for again.
    """
    with house.store.read() as connection:
        job = look(connection, house, lease.key)
    return job()


def look(connection: Connection, house: House, key: str) -> Callable[[], Write]:
    """Read what the picture of this listing asks of the store; `fetch` is the job that is returned."""
    row = listings.to_fetch(connection, key)
    shown_by = sources.same_token(connection, row) if house.optout else ()
    told = next(filter(None, map(house.optout.match, shown_by)), None)
    stored = sources.picture_at(connection, row["media_url"]) if row["media_url"] else None
    return partial(_fetch, house, row, told, stored)


def _fetch(house: House, row: RowMapping, told: str | None, stored: tuple[str, str] | None) -> Write:
    house.watch.item(row["title"])
    if told:
        return _unfit(house, row, OPTED_OUT, told)
    if not row["media_url"]:
        return _unfit(house, row, NO_PICTURE, "its market shows no picture of it any more")
    stored = stored or house.pictures.get(row["media_url"])
    if stored and house.store.blobs.has(stored[0]):
        return _fetched(house, row, *stored, None)
    if row["feed"] in house.tally.blocked:
        raise SourceOff(f"{row['feed']} refused us: its other pictures wait for the next cycle")
    feed = house.feed(row["feed"])
    try:
        picture = feed.download(row["media_url"])
    except (BudgetSpent, RobotsUnreachable) as error:
        _put_aside(house, row, error)
        raise SourceOff(str(error)) from error  # nothing is wrong with the picture: it waits, and no attempt is counted
    except ScraperError as error:
        if not error.permanent:
            raise
        return _unfit(house, row, error.code, feed.told(describe(error)[1]))
    digest = house.store.blobs.put(picture.page.body)
    house.pictures[row["media_url"]] = digest, picture.page.content_type
    return _fetched(house, row, digest, picture.page.content_type, picture.proof)


def _put_aside(house: House, row: RowMapping, error: ScraperError) -> None:
    """Tell why pictures wait: a budget is the whole source's, robots.txt that of one host, which may be another's."""
    code, sentence = describe(error)
    with house.counting:
        if isinstance(error, BudgetSpent):
            house.tally.blocked[row["feed"]] = f"{code}: {sentence}"
        else:
            house.tally.refused[code] += 1
    house.watch.refused(row["feed"] if isinstance(error, BudgetSpent) else row["title"], code, sentence)


def open_fetches(house: House) -> None:
    """Look again at pictures that were put aside because their source was off or refused us.

    A source that named the time when it may be asked again is left alone until then, with all its pictures.
    """
    with house.store.write() as connection:
        work.release_held(connection, SourceOff.code)
        for feed, error in listings.resting(connection, time.time()):
            house.tally.blocked.setdefault(feed, f"{error['code']}: {error['message']}")


def by_host(house: House, keys: Sequence[str]) -> list[list[str]]:
    """The pictures of each host, in their order; the host of the best one comes first."""
    lanes: dict[str, list[str]] = {}
    with house.store.read() as connection:
        addresses = listings.media(connection, keys)
    for key in keys:
        lanes.setdefault(house.feeds.host(addresses.get(key) or ""), []).append(key)
    return list(lanes.values())


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


def _fetched(house: House, row: RowMapping, digest: str, content_type: str, proof: str | None) -> Write:
    identifier = sources.source_id(row)

    def write(connection: Connection) -> None:
        if sources.add(connection, identifier, row["id"], digest, content_type, row["media_url"]):
            told = f"sha256 {digest}; {proof}" if proof else f"sha256 {digest}"
            history.record(connection, [Event(identifier, None, "fetched", told)], house.cycle)
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
