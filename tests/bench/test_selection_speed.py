"""Selecting, store to store: a million listings with three million observations within 60 s and 4 GB on two cores.

`pytest -m slow -n 0 tests/bench/test_selection_speed.py -s`, on a machine that does nothing else meanwhile.
"""

from __future__ import annotations

import pytest

from tests.bench.selection_speed import measure


def test_ten_thousand_listings_are_selected_at_a_like_pace() -> None:
    """Half of it is the start; a cost that grows with the square of the rows would take minutes."""
    found = measure(10_000)
    assert found.seconds < 20
    assert found.peak_mb < 500


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_listings_within_limits_and_at_a_cost_that_grows_linearly() -> None:
    few, some, many = (measure(count) for count in (10_000, 100_000, 1_000_000))
    for found in (few, some, many):
        print(found)
    assert many.seconds <= 60
    assert many.peak_mb <= 4096
    assert many.processor / many.listings <= 2 * some.processor / some.listings
