"""Tables on the page: in a box that scrolls by itself, each column sortable, the total staying below."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nftd.report.markup import NOTHING, Html, element, foreign, number

Value = str | int | float | Html | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its rows have a value for each name in `head`; `total` stays below, however they are sorted."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] | None = None
    empty: str = "Nothing to show yet."


_LONG: Final = 24


class Grids:
    """Makes the tables of one page, each with an id of its own."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def html(self, grid: Grid) -> Html:
        name = f"grid-{next(self._numbers)}"
        caption = element("caption", grid.caption, id=name)
        numeric = {place for place in range(1, len(grid.head)) if _holds_numbers(grid, place)}
        head = element(
            "thead", element("tr", *(_head(title, place in numeric) for place, title in enumerate(grid.head)))
        )
        rows = [_row(row, numeric) for row in grid.rows] or [_nothing(grid)]
        foot = element("tfoot", _row(grid.total, numeric)) if grid.total else None
        table = element("table", caption, head, element("tbody", *rows), foot)
        return element("div", table, class_="box", role="region", aria_labelledby=name, tabindex=0)


def _holds_numbers(grid: Grid, place: int) -> bool:
    return any(isinstance(row[place], int | float) for row in grid.rows)


def _head(title: str, is_numeric: bool) -> Html:
    mark = element("span", class_="mark", aria_hidden="true")
    button = element("button", title, mark, type="button")
    return element("th", button, scope="col", class_="n" if is_numeric else None)


def _nothing(grid: Grid) -> Html:
    return element("tr", element("td", grid.empty, colspan=len(grid.head), class_="none"))


def _row(values: Sequence[Value], numeric: set[int]) -> Html:
    return element("tr", *(_cell(value, place, numeric) for place, value in enumerate(values)))


def _cell(value: Value, place: int, numeric: set[int]) -> Html:
    name, scope = ("td", None) if place else ("th", "row")
    if isinstance(value, int | float):
        return element(name, number(value), class_="n", data_v=repr(value), scope=scope)
    if value is None:
        return element(name, NOTHING, class_="n" if place in numeric else None, scope=scope)
    is_long = not isinstance(value, Html) and len(value) > _LONG
    shown = value if isinstance(value, Html) else foreign(value)
    return element(name, shown, scope=scope, class_="long" if is_long else None)
