"""When a host may be asked: pauses between requests, and the rest after a challenge."""

from __future__ import annotations

import threading
import time

import httpx

from nftd.net import is_this_machine
from scrapers import errors


class Pace:
    """The turns of each host, over all threads of a session."""

    def __init__(self, interval_seconds: float, local: bool) -> None:
        self._interval = interval_seconds
        self._local = local
        self._last: dict[str, float] = {}
        self._resting: dict[str, tuple[float, errors.Blocked]] = {}
        self._lock = threading.Lock()

    def wait(self, url: httpx.URL, at_least: float) -> None:
        """Wait for the host's turn, `at_least` seconds after the last; a loopback server of our own needs no pause."""
        if self._local and is_this_machine(url.host):
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._last.get(url.host, float("-inf")) + max(self._interval, at_least))
            self._last[url.host] = turn
        time.sleep(turn - now)

    def rest(self, url: httpx.URL, blocked: errors.Blocked) -> None:
        """Leave a site alone for as long as `blocked` says."""
        with self._lock:
            self._resting[_site(url)] = (time.monotonic() + (blocked.retry_after or 0), blocked)

    def check(self, url: httpx.URL) -> None:
        """Raise Blocked, with the time left, while the site is to be left alone."""
        with self._lock:
            until, first = self._resting.get(_site(url), (0.0, None))
        left = until - time.monotonic()
        if first is None or left <= 0:
            return
        raise errors.Blocked(
            f"{url} is not asked for: its site showed a challenge of {first.evidence.get('challenge')} before",
            str(url),
            retry_after=int(left) + 1,
            challenge=first.evidence.get("challenge"),
        )


def _site(url: httpx.URL) -> str:
    return url.netloc.decode("ascii")
