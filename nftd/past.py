"""The stored pages of a source as they stood at earlier times: which times, and a session that answers then."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import httpx

from nftd.domain import utc_now
from nftd.http import Answer, replayed
from nftd.pages import encode_json, get_key, post_key
from nftd.store.pages import Pages, Version
from scrapers.errors import BadUrl, FetchError, NotStored
from scrapers.text import clean

_READ: Final = timedelta(minutes=1)
"""Within it a page is read that came."""


class PageLost(FetchError):
    """A page whose bytes are no longer in the data folder."""

    code = "page_lost"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time to go back to: `count` pages had come, the last of them at `now`. What they say is dated to `at`."""

    at: datetime
    now: datetime
    count: int


class StoredSession:
    """A `scrapers.session.Replay`: at each moment it answers with what stood then."""

    def __init__(self, pages: Pages, history: Sequence[Version]) -> None:
        self.now = utc_now()
        self.unread = set(range(len(history)))
        self._pages = pages
        self._history = history
        self._count = 0
        self._answered: set[int] = set()
        self._versions: dict[str, list[int]] = {}
        for place, one in enumerate(history):
            self._versions.setdefault(one.key, []).append(place)

    def go_to(self, moment: Moment) -> None:
        self.now, self._count = moment.now, moment.count

    def take(self) -> bool:
        """Whether a page was answered with, since this was last asked, that had not been read before."""
        fresh = not self._answered.isdisjoint(self.unread)
        self.unread -= self._answered
        self._answered.clear()
        return fresh

    def leave(self) -> None:
        """Take back what was answered with: nothing came of it."""
        self._answered.clear()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:  # noqa: ARG002  # the protocol's
        return self._answer(url, _key(url, None))

    def post(self, url: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Answer:  # noqa: ARG002
        return self._answer(url, _key(url, body))

    def latest(self, url: str, bodies: Sequence[Mapping[str, object]]) -> int | None:
        places = [self._place(_key(url, body)) for body in bodies]
        best = max(places, default=-1)
        return None if best < 0 else places.index(best)

    def _place(self, key: str) -> int:
        """The version that stood under a key, -1 for none."""
        versions = self._versions.get(key, [])
        before = bisect_left(versions, self._count)
        return versions[before - 1] if before else -1

    def _answer(self, url: str, key: str) -> Answer:
        place = self._place(key)
        if place < 0:
            raise NotStored(f"{clean(url, 300)} was not asked for until {self.now:%Y-%m-%d %H:%M}", url)
        self._answered.add(place)
        page = self._pages.whole(self._history[place].number)
        if page is None:
            raise PageLost(f"the bytes of {clean(url, 300)} are no longer in the data folder", url)
        return replayed(page)


def _key(url: str, body: Mapping[str, object] | None) -> str:
    try:
        return get_key(url) if body is None else post_key(url, encode_json(body))
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise BadUrl(f"{clean(url, 200)!r} is no web address", clean(url, 200)) from error


def moments(history: Sequence[Version], ends: Sequence[datetime], now: datetime) -> list[Moment]:
    """The times at which to look at a history; `ends` are those of readings, in order.

    A moment is where a reading ended, and else before a page has a second version, or another day begins: questions
    may name the day.
    """
    found: list[Moment] = []
    keys: set[str] = set()
    for count, (last, one) in enumerate(pairwise(history), 1):
        keys.add(last.key)
        end = _end(ends, last)
        if end is None or end >= one.first_at:
            if one.key not in keys and one.first_at.date() == last.first_at.date():
                continue
            end = min(one.first_at, last.first_at + _READ)
        found.append(Moment(end, last.first_at, count))
        keys.clear()
    if history:
        last = history[-1]
        found.append(Moment(_end(ends, last) or min(now, last.first_at + _READ), last.first_at, len(history)))
    return found


def _end(ends: Sequence[datetime], one: Version) -> datetime | None:
    """When the reading ended that a page belongs to."""
    place = bisect_left(ends, one.first_at)
    return ends[place] if place < len(ends) else None
