from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.phash import hamming
from generator.twins import nearest

HASHES = st.integers(0, 2**64 - 1)
MILLION = 1_000_000


@given(HASHES, st.lists(HASHES, min_size=1, max_size=30))
def test_it_is_the_nearest_and_the_first_of_those(phash: int, others: list[int]) -> None:
    distances = [hamming(phash, other) for other in others]
    assert nearest(phash, np.array(others, dtype=np.uint64)) == (min(distances), distances.index(min(distances)))


def test_of_none_nothing_is_near() -> None:
    assert nearest(5, np.array([], dtype=np.uint64)) == (64, -1)


def test_opposite_hashes_differ_in_every_bit() -> None:
    assert nearest(0, np.array([2**64 - 1], dtype=np.uint64)) == (64, 0)


@pytest.mark.parametrize("place", [0, 65_536, 777_777, MILLION - 1])
def test_a_twin_among_a_million_is_found(place: int) -> None:
    hashes = np.random.default_rng(3).integers(0, 2**64, MILLION, dtype=np.uint64)
    twin = int(hashes[place]) ^ 0b101
    assert nearest(twin, hashes) == (2, place)


def test_a_million_take_milliseconds() -> None:
    hashes = np.random.default_rng(4).integers(0, 2**64, MILLION, dtype=np.uint64)
    seconds = []
    for phash in range(10):
        begun = time.perf_counter()
        nearest(phash, hashes)
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.02  # 0.4 ms on a machine that does nothing else
