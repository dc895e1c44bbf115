"""Damaged pages: no unhandled exception, no hang, no float, nothing that cannot be stored.

A seeded sample here; 100,000 with `pytest -m slow tests/scrapers/test_mutated_pages.py`.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from decimal import Decimal

import pytest

from scrapers.errors import ScraperError
from scrapers.listing import Listing, Problem
from scrapers.sites.page import PageRules, PageSource, parse
from scrapers.source import listings
from tests.scrapers.mutants import START, mutant
from tests.scrapers.shelf import SavedPage, Shelf

SECONDS = 2.0
SAMPLE = 300
SLOW = 100_000
CHUNK = 5_000


def read(page: SavedPage, rules: PageRules) -> list[Listing | Problem]:
    """The page as a work's own page and as a listing page whose links all lead to it."""
    found: list[Listing | Problem] = []
    with suppress(ScraperError):
        found.append(parse(page, rules))
    with suppress(ScraperError):
        found += listings(PageSource(rules), _Everywhere(page), 40)
    return found


class _Everywhere(Shelf):
    """Gives the same page at each of the first 8 addresses that are asked for."""

    def __init__(self, page: SavedPage) -> None:
        super().__init__()
        self.page = page

    def get(self, url: str) -> SavedPage:  # type: ignore[override]
        self.asked[url] += 1
        if self.asked.total() > 8:
            self.pages.clear()
            return super().get("gone")  # type: ignore[return-value]
        return SavedPage(url, self.page.body, self.page.content_type)


def check(seed: int) -> int:
    """Read one damaged page; how many works it gave."""
    page, rules = mutant(seed)
    begun = time.process_time()
    found = read(page, rules)
    assert time.process_time() - begun < SECONDS, f"seed {seed} hangs"
    for one in found:
        sound(one, seed)
    return sum(isinstance(one, Listing) for one in found)


def sound(one: Listing | Problem, seed: int) -> None:
    if isinstance(one, Problem):
        assert one.message.isprintable(), seed
        return
    json.dumps(one.to_json(), allow_nan=False, ensure_ascii=False).encode()
    assert not _floats(one.raw), seed
    assert one.title, seed
    assert one.title.isprintable(), seed
    assert 0 < len(one.market_id) <= 128, seed
    assert one.url.startswith(("http://", "https://")), seed
    for count in (one.likes, one.supply, one.year):
        assert count is None or (type(count) is int and 0 <= count <= 2**53), seed
    if one.ask is not None:
        assert type(one.ask.base) is int, seed
        assert one.ask.base >= 0, seed
        assert one.ask.amount == one.ask.base * Decimal(10) ** -one.ask.decimals or one.ask.base >= 10**28, seed
    assert one.media is None or one.media.url.startswith(("http://", "https://", "ipfs://", "ar://")), seed


def _floats(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_floats, value.values()))
    return any(map(_floats, value)) if isinstance(value, list | tuple) else isinstance(value, float)


def test_a_sample_of_damaged_pages_is_read_or_refused() -> None:
    assert sum(map(check, range(SAMPLE))) > SAMPLE / 10, "most damage leaves something to read"
    assert mutant(0)[0].url == START


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(SAMPLE, SAMPLE + SLOW, CHUNK))
def test_every_damaged_page_is_read_or_refused(first: int) -> None:
    for seed in range(first, first + CHUNK):
        check(seed)
