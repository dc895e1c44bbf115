"""Which years of creation count: the window of the configuration, up to the year in which the report is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

BEFORE: Final = 5
"""So many years before the window are in the figures: the study looked at 2017 to 2021, and drew from 2012 on."""
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Window:
    """The years of Tables 2, 4 and 5, both inclusive; the figures begin at `earliest`."""

    first: int
    last: int

    @property
    def earliest(self) -> int:
        return self.first - BEFORE

    def holds(self, years: pd.Series[float]) -> pd.Series[bool]:
        """Whether each year lies in the window; an unknown one does not."""
        return years.between(self.first, self.last)

    def is_drawn(self, years: pd.Series[float]) -> pd.Series[bool]:
        """Whether each year stands in the figures."""
        return years.between(self.earliest, self.last)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that statistics by year do not count, why, and some of their years; the store keeps them as given."""

    reason: str
    rows: int
    examples: tuple[int, ...]


def window_of(first: int, last: int, this_year: int) -> Window:
    """The configured window, without years that have not come yet."""
    return Window(first, min(last, this_year))


def left_out(years: pd.Series[float], window: Window) -> list[LeftOut]:
    """What lies outside of the window, by reason; reasons without rows are left away."""
    return [one for one in _by_reason(years, window) if one.rows]


def _by_reason(years: pd.Series[float], window: Window) -> Iterator[LeftOut]:
    yield _kept_out("no year is given", years[years.isna()])
    yield _kept_out(f"before {window.earliest}: hardly meant", years[years < window.earliest])
    early = years[(years >= window.earliest) & (years < window.first)]
    yield _kept_out(f"{window.earliest} to {window.first - 1}: before the window, in the figures only", early)
    yield _kept_out(f"after {window.last}: behind the window, or not come yet", years[years > window.last])


def _kept_out(reason: str, years: pd.Series[float]) -> LeftOut:
    examples = years.dropna().value_counts().sort_index().index[:_EXAMPLES]
    return LeftOut(reason, len(years), tuple(int(year) for year in examples))
