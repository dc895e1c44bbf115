"""Read a source again from its stored pages, reading by reading, without the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import httpx

from nftd.domain import utc_now
from nftd.feeds import Feed
from nftd.http import Answer, replayed
from nftd.pages import encode_json, get_key, post_key
from nftd.store import readings
from nftd.store.database import Store
from nftd.store.pages import Pages
from scrapers.errors import BadUrl, Gone, ScraperError
from scrapers.listing import Listing, Observation, Problem
from scrapers.source import Found, nothing_known
from scrapers.text import clean


class NotStored(Gone):
    """A page that was never kept, or not yet at that time."""

    code = "not_stored"


class StoredSession:
    """A scrapers.session.Session that answers with what stood at `moment`."""

    def __init__(self, pages: Pages, moment: datetime) -> None:
        self._pages = pages
        self._moment = moment

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:  # noqa: ARG002  # the protocol's
        return self._answer(url, None)

    def post(self, url: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Answer:  # noqa: ARG002
        return self._answer(url, encode_json(body))

    def _answer(self, url: str, body: bytes | None) -> Answer:
        try:
            key = get_key(url) if body is None else post_key(url, body)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise BadUrl(f"{clean(url, 200)!r} is no web address", clean(url, 200)) from error
        page = self._pages.at(key, self._moment)
        if page is None:
            raise NotStored(f"{clean(url, 300)} was not kept until {self._moment:%Y-%m-%d %H:%M}", url)
        return replayed(page)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One page of an earlier reading, as today's scraper reads it."""

    moment: datetime
    found: tuple[Found, ...]


def moments(store: Store, feed: Feed) -> list[datetime]:
    """The times to go back to: the end of every reading that brought something new, and now for what came after."""
    pages = feed.pages.moments() if feed.pages else ()
    with store.read() as connection:
        ends = [*readings.ends(connection, feed.name), utc_now()]
    return [end for before, end in zip([None, *ends], ends, strict=False) if _between(pages, before, end)]


def _between(pages: Sequence[datetime], before: datetime | None, end: datetime) -> bool:
    return any((before is None or page > before) and page <= end for page in pages)


def replay(store: Store, feed: Feed) -> Iterator[Replayed]:
    """Every earlier reading of a source, oldest first; what cannot be read of one is a Problem, and the next begins.

    Listings are dated to the end of their reading, so that prices fall into their place in history.
    """
    for moment in moments(store, feed):
        if feed.pages is None:
            return
        session = StoredSession(feed.pages, moment)
        try:
            for page in feed.read(None, nothing_known, session):
                yield Replayed(moment, tuple(_dated(one, moment) for one in page.found))
        except ScraperError as error:
            yield Replayed(moment, (Problem(str(error.evidence.get("url", "")), error.code, clean(str(error))),))


def _dated(one: Found, moment: datetime) -> Found:
    if isinstance(one, Listing):
        return replace(one, seen_at=moment)
    if isinstance(one, Observation) and one.kind == "ask" and one.at > moment:
        return replace(one, at=moment)
    return one
