"""Reading a gallery: at least as fast as Scrapy on the same machine, in flat memory.

`pytest -m slow -n 0 tests/bench/test_scraper_speed.py -s`, on a machine that does nothing else meanwhile.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.bench.scraper_speed import scrapy_python, with_nftd, with_scrapy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_10000_works_are_read_and_stored_as_fast_as_by_scrapy() -> None:
    python = scrapy_python(Path(tempfile.gettempdir()) / "nftd-bench-scrapy")
    rounds = [(with_nftd(10_000), with_scrapy(10_000, python)) for _ in range(3)]
    for ours, theirs in rounds:
        print(f"\nnftd   {ours}\nscrapy {theirs}")
    ratios = sorted(ours.seconds / theirs.seconds for ours, theirs in rounds)
    assert ratios[1] <= 1.0


def test_memory_stays_flat_from_1000_to_100000_works() -> None:
    few, many = with_nftd(1_000), with_nftd(100_000)
    print(f"\n  1,000 {few}\n100,000 {many}")
    assert many.peak_mb <= 200
    assert many.peak_mb - few.peak_mb <= 60
