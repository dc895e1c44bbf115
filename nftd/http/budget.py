"""How many requests a feed may make in a month, counted where the store keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from nftd.pages import PageStore
from scrapers import errors


class Budget:
    """Counts every request that goes out: redirects, retries, pictures and robots.txt as well."""

    def __init__(self, feed: str, pages: PageStore | None, limit: int | None, clock: Callable[[], datetime]) -> None:
        if limit is not None and pages is None:
            raise ValueError(f"{feed}: a budget needs a store that counts")
        self._feed = feed
        self._pages = pages
        self._limit = limit
        self._clock = clock

    def spend(self, url: httpx.URL) -> None:
        """Count one request; raises BudgetSpent, with nothing sent, where the month's are all made."""
        if self._pages is None:
            return
        month = self._clock().astimezone(UTC).strftime("%Y-%m")
        if self._pages.spend(self._feed, month, self._limit):
            return
        raise errors.BudgetSpent(
            f"{self._feed} has made its {self._limit} requests of {month}: {url} waits for the next month, or for a"
            " higher max_requests_per_month",
            str(url),
            feed=self._feed,
            month=month,
            limit=self._limit,
        )
