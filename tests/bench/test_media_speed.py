"""Pictures are hashed and stored at half the rate at least at which curl only writes them.

`pytest -m slow -n 0 tests/bench/test_media_speed.py -s`, on a machine that does nothing else meanwhile.
"""

from __future__ import annotations

import statistics

import pytest

from tests.bench.media_speed import compare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_1000_pictures_of_400_kb_are_stored_at_half_of_curls_rate() -> None:
    rounds = compare(1000, 3)
    for ours, theirs in rounds:
        print(f"\nnftd {1000 / ours:.0f}/s, curl {1000 / theirs:.0f}/s")
    assert statistics.median(theirs / ours for ours, theirs in rounds) >= 0.5
