"""robots.txt (RFC 9309), asked for once a day and site, and kept among the pages.

A site without one (4xx) allows everything. One whose robots.txt cannot be read is left alone.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

import httpx
from protego import Protego

from nftd.http.addresses import origin
from nftd.http.answer import Answer, replayed
from nftd.http.limits import Ask, HttpLimits
from nftd.pages import PageStore, StoredPage, robots_key
from scrapers import errors

PRODUCT: Final = "nftd"
_MOST_BYTES: Final = 500 * 1024  # RFC 9309, 2.5: the least that must be read
_A_DAY: Final = timedelta(days=1)
_AWAY: Final = timedelta(hours=1)  # for so long a robots.txt that could not be read is not asked for again
_FOREVER: Final = 10**9  # a Request-rate may have more digits than a float
_AGENT_LINE: Final = re.compile(r"\s*user[-\s]*agent\b\s*:?\s*([^#]*)", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[a-zA-Z_-]+")


@dataclass(slots=True)
class _Site:
    """What is known of a site until a time: its rules, or the error that stands in their place."""

    known: Protego | errors.FetchError
    until: datetime


class Robots:
    """The rules of all sites that a session meets; `fetch` asks for a robots.txt itself."""

    def __init__(
        self,
        fetch: Callable[[str, Ask], Answer],
        pages: PageStore | None,
        clock: Callable[[], datetime],
        limits: HttpLimits,
    ) -> None:
        self._fetch = fetch
        self._pages = pages
        self._clock = clock
        self._longest = limits.max_crawl_delay_seconds
        self._sites: dict[str, _Site] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def delay(self, url: httpx.URL) -> float:
        """The seconds between two requests that the site asks for, 0 where it names none.

        Raises RobotsDenied where it forbids this address or asks for a longer pause than is waited, and
        RobotsUnreachable where its robots.txt cannot be read.
        """
        rules = self._rules(origin(url))
        if not rules.can_fetch(str(url), PRODUCT):
            raise errors.RobotsDenied(f"{url} is forbidden by {origin(url)}/robots.txt", str(url))
        pause = _pause(rules)
        if pause > self._longest:
            raise errors.RobotsDenied(
                f"{origin(url)}/robots.txt asks for {pause:.0f} s between two requests, more than the"
                f" {self._longest:.0f} s that are waited: its pages are not read",
                str(url),
                crawl_delay=pause,
            )
        return pause

    def _rules(self, site: str) -> Protego:
        with self._lock:
            lock = self._locks[site]
        with lock:  # one thread asks, the others wait for what it learns
            if site not in self._sites or self._clock() >= self._sites[site].until:
                self._sites[site] = self._learned(site)
            known = self._sites[site].known
        if isinstance(known, errors.FetchError):
            raise _again(known)
        return known

    def _learned(self, site: str) -> _Site:
        try:
            page = self._page(site)
        except (errors.RobotsUnreachable, errors.Blocked) as error:
            return _Site(error, self._clock() + _AWAY)
        return _Site(_parsed(page), page.fetched_at + _A_DAY)

    def _page(self, site: str) -> StoredPage:
        """A robots.txt of the last day, from the store or from its site."""
        key, now = robots_key(site), self._clock()
        stored = self._pages.newest(key) if self._pages else None
        if stored and now - _A_DAY < stored.fetched_at <= now:
            return stored
        page = self._asked(f"{site}/robots.txt", stored, now)
        if self._pages:
            self._pages.keep(key, page)
        return page

    def _asked(self, url: str, stored: StoredPage | None, now: datetime) -> StoredPage:
        ask = Ask("GET", "text/plain,*/*;q=0.5", _MOST_BYTES, cut=True, obeys_robots=False, stored=stored)
        try:
            return self._fetch(url, ask).stored(now)
        except (errors.BudgetSpent, errors.NotPublicAddress, errors.Unresolvable):
            raise  # these speak of the whole site, not of its robots.txt
        except errors.FetchError as error:
            if not _says_none(error):
                raise _unreachable(url, error) from error
            status = error.evidence.get("status")
            none = Answer(url, status if isinstance(status, int) else 404, "", None, b"")
            return none.stored(now)


def _says_none(error: errors.FetchError) -> bool:
    """Whether a site says that it has no robots.txt: a 4xx, a form to log in or a redirect to nowhere (2.3.1.3)."""
    if isinstance(error, errors.LoginPage | errors.BadRedirect):
        return True
    status = error.evidence.get("status")
    is_4xx = isinstance(status, int) and 400 <= status < 500
    return is_4xx and status != httpx.codes.TOO_MANY_REQUESTS and "challenge" not in error.evidence


def _unreachable(url: str, error: errors.FetchError) -> errors.FetchError:
    if isinstance(error, errors.Blocked):
        return error
    return errors.RobotsUnreachable(
        f"{url} could not be read, so its site is left alone: {error}",
        url,
        cause=error.code,
        retry_after=error.evidence.get("retry_after"),
    )


def _again(error: errors.FetchError) -> errors.FetchError:
    """The error anew for each page: one object must not be raised in several threads."""
    evidence = {name: value for name, value in error.evidence.items() if name != "url"}
    return type(error)(str(error), error.url, **evidence)


def _parsed(page: StoredPage) -> Protego:
    body = replayed(page).body if 200 <= page.status < 300 else b""
    return Protego.parse(_ours(body.decode("utf-8-sig", "replace")))


def _ours(text: str) -> str:
    """The same rules with all robots but us and "*" under one name.

    Thousands of names over thousands of rules would otherwise make millions of entries, and a name that only
    begins like ours is not us (2.2.1).
    """
    lines = []
    for line in text.splitlines():
        if named := _AGENT_LINE.match(line):
            lines.append(f"User-agent: {_robot(named[1].strip())}")
        else:
            lines.append(line)
    return "\n".join(lines)


def _robot(name: str) -> str:
    if name == "*":
        return "*"
    token = _TOKEN.match(name)
    return PRODUCT if token and token[0].lower() == PRODUCT else "another"


def _pause(rules: Protego) -> float:
    """The longer of Crawl-delay and Request-rate, in seconds."""
    rate = rules.request_rate(PRODUCT)
    by_rate = float(Fraction(min(rate.seconds, _FOREVER), rate.requests)) if rate else 0.0
    return max(rules.crawl_delay(PRODUCT) or 0.0, by_rate)
