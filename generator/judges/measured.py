"""The objective measures (`generator.measures`) as judges: each its own bar, all from one look at a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.decoded import Pixels
from generator.judges.errors import BadBatch
from generator.judges.port import Batch, Facts, Floats
from generator.measures import MEASURES, Measure
from generator.measures.view import View


class Views:
    """The looks at the pictures of the last batch, which its measures share."""

    def __init__(self) -> None:
        self._pictures: tuple[Pixels, ...] = ()
        self._views: tuple[View, ...] = ()

    def of(self, pictures: tuple[Pixels, ...]) -> tuple[View, ...]:
        """A look at each of these RGB pictures [H,W,3]; the same ones while the same tuple is shown."""
        if pictures is not self._pictures:
            self._views = tuple(View(picture) for picture in pictures)
            self._pictures = pictures
        return self._views


@dataclass(frozen=True, slots=True)
class MeasureJudge:
    """One objective measure; those that were made together share `views`."""

    facts: Facts
    measure: Measure
    views: Views

    def raw(self, batch: Batch) -> Floats:
        """The measure of each picture, in its own range."""
        if batch.pictures is None:
            raise BadBatch(f"{self.facts.name} looks at pictures, the batch has none")
        return np.array([self.measure.of(view) for view in self.views.of(batch.pictures)], dtype=np.float64)


def measure_judges() -> tuple[MeasureJudge, ...]:
    """A judge for each objective measure, in their order; ask them together, and each picture is looked at once."""
    views = Views()
    return tuple(MeasureJudge(_facts(one), one, views) for one in MEASURES)


def _facts(one: Measure) -> Facts:
    return Facts(one.name, one.version, "MIT", "picture", better=one.better, source=one.source)
