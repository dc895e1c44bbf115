from __future__ import annotations

import numpy as np

from generator.judges.ask import ask
from generator.judges.measured import measure_judges
from generator.judges.port import Batch
from generator.measures import MEASURES, measure

from .shown import picture


def test_each_measure_is_a_judge_with_the_measures_own_value() -> None:
    shown = (picture(1, 96), picture(2, 64))
    rows = ask(measure_judges(), Batch(pictures=shown))
    for pixels, row in zip(shown, rows, strict=True):
        assert {one.judge: one.raw for one in row} == measure(pixels)


def test_a_second_batch_is_looked_at_anew() -> None:
    judges = measure_judges()
    first, second = (ask(judges, Batch(pictures=(picture(seed),))) for seed in (1, 2))
    assert first != second
    assert ask(judges, Batch(pictures=(picture(1),))) == first


def test_a_picture_that_cannot_be_measured_leaves_the_others_alone() -> None:
    rows = ask(measure_judges(), Batch(pictures=(picture(1), np.zeros((0, 4, 3), dtype=np.uint8))))
    assert all(one.raw is not None for one in rows[0])
    assert all(one.raw is None and "BadPicture" in one.reason for one in rows[1])
    assert len(rows[0]) == len(MEASURES)
