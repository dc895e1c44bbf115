from __future__ import annotations

import statistics

import numpy as np
import pytest

from .novelty_speed import past_of, seconds


def test_the_bench_measures_a_past() -> None:
    queries = np.random.default_rng(1).standard_normal((2, 32), dtype=np.float32)
    assert len(seconds(past_of(1000, 32), queries, 3)) == 3


@pytest.mark.slow
def test_a_hundred_thousand_are_scanned_within_20_ms() -> None:
    queries = np.random.default_rng(1).standard_normal((1, 512), dtype=np.float32)
    assert statistics.median(seconds(past_of(100_000), queries)) < 0.020
