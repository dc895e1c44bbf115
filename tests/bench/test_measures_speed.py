"""20 iterates of 512 px are measured in 1.5 s of one core: `pytest -m slow -n 0 tests/bench/test_measures_speed.py`."""

from __future__ import annotations

import pytest

from generator.measures import measure
from tests.bench.measures_speed import ITERATES, MOST_SECONDS, SIDE, dreamed, gallery, seconds

BUSY = 3  # a machine that runs other tests meanwhile takes longer for the same work, though not in wall time alone


@pytest.mark.slow
def test_20_iterates_are_measured_in_a_second_and_a_half() -> None:
    iterates = dreamed(ITERATES)
    assert [one.shape for one in iterates] == [(SIDE, SIDE, 3)] * ITERATES
    found = seconds(measure, iterates)
    print(f"\n{ITERATES} iterates: {found:.2f} s")
    assert found <= MOST_SECONDS


def test_pictures_of_the_gallery_take_no_longer_each() -> None:
    pictures = gallery(3)
    assert seconds(measure, pictures) <= BUSY * MOST_SECONDS * len(pictures) / ITERATES
