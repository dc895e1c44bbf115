"""How many requests a feed may make in a month, counted where the store keeps it, else in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

import httpx

from nftd.pages import PageStore
from scrapers import errors


class Budget:
    """Counts every request that goes out: redirects, retries, pictures and robots.txt as well."""

    def __init__(self, feed: str, pages: PageStore | None, limit: int | None, clock: Callable[[], datetime]) -> None:
        self._feed = feed
        self._pages = pages
        self._limit = limit
        self._clock = clock
        self._made: Counter[str] = Counter()
        self._lock = Lock()

    def spend(self, url: httpx.URL) -> None:
        """Count one request; raises BudgetSpent, with nothing sent, where the month's are all made."""
        month = self._clock().astimezone(UTC).strftime("%Y-%m")
        if self._pages.spend(self._feed, month, self._limit) if self._pages else self._count(month):
            return
        raise errors.BudgetSpent(
            f"{self._feed} has made its {self._limit} requests of {month}: {url} waits for the next month, or for a"
            " higher max_requests_per_month",
            str(url),
            feed=self._feed,
            month=month,
            limit=self._limit,
        )

    def _count(self, month: str) -> bool:
        with self._lock:
            if self._limit is not None and self._made[month] >= self._limit:
                return False
            self._made[month] += 1
        return True
