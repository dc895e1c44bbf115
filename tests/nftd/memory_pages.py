"""A page store in memory, for tests of the session alone."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from nftd.pages import StoredPage


class MemoryPages:
    """A `PageStore`: `kept` holds all pages of each key, `spent` the requests of each feed and month."""

    def __init__(self) -> None:
        self.kept: defaultdict[str, list[StoredPage]] = defaultdict(list)
        self.spent: Counter[tuple[str, str]] = Counter()

    def newest(self, url_key: str) -> StoredPage | None:
        return self.kept[url_key][-1] if self.kept.get(url_key) else None

    def keep(self, url_key: str, page: StoredPage) -> None:
        self.kept[url_key].append(page)

    def spend(self, feed: str, month: str, limit: int | None) -> bool:
        if limit is not None and self.spent[feed, month] >= limit:
            return False
        self.spent[feed, month] += 1
        return True


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)
