"""What a measure is: a pure function of pixels, with its formula, source, range and which way is better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from generator.decoded import Pixels
from generator.measures.view import View

Better = Literal["higher", "lower", "none"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One objective measure of a picture; calling it with pixels [H,W,3] uint8 gives a finite value.

    `low` and `high` bound the value. `better` is what the source claims, `none` where neither end is better.
    `version` changes with whatever changes values, so that percentiles never mix two formulas.
    """

    name: str
    group: str
    formula: str
    source: str
    low: float
    high: float
    better: Better
    of: Callable[[View], float]
    version: str = "1"

    def __call__(self, pixels: Pixels) -> float:
        """The value of this measure alone; `generator.measures.measure` shares work between all of them."""
        return self.of(View(pixels))
