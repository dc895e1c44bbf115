"""A report on a million listings and nearly three million prices.

`pytest -m slow -n 0 tests/bench/test_report_speed.py -s`
"""

from __future__ import annotations

import pytest

from tests.bench.report_speed import measure


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_listings_take_a_minute_and_less_than_two_gigabytes() -> None:
    few, many = measure(100_000), measure(1_000_000)
    print(f"\n{few}\n{many}")
    assert many.seconds <= 60
    assert many.peak_mb <= 2000
