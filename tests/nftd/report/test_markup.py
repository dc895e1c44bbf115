"""What is text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nftd.report.drawing import label, plain
from nftd.report.markup import Html, element, foreign, number, share, verbatim
from nftd.report.page import page


@given(st.text())
def test_no_text_opens_an_element_or_ends_an_attribute(value: str) -> None:
    told = element("p", value, title=value)
    assert told.startswith('<p title="')
    assert told.count("<") == 2
    assert told.count('"') == 2


def test_markup_of_ours_stays_markup() -> None:
    assert element("p", element("b", "a & b"), " < ", 3, None) == "<p><b>a &amp; b</b> &lt; 3</p>"
    assert element("img", alt="", class_="x", hidden=True, data_v=None) == '<img alt="" class="x" hidden>'


def test_foreign_text_is_cut_and_its_direction_kept_to_itself() -> None:
    told = foreign("\u202e" + "x" * 10_000)
    assert told.startswith('<bdi dir="auto">xxx')
    assert len(told) < 200
    assert "\u202e" not in told


def test_a_script_of_ours_cannot_end_its_element() -> None:
    with pytest.raises(ValueError, match="cannot stand in a page"):
        verbatim("a = '</script>'")


def test_a_lone_surrogate_breaks_no_page_and_no_figure() -> None:
    made = page([("a", "A", element("p", "\ud800"))], Html(), Html())
    assert b"<p>?</p>" in made
    assert label("a\ud800b") == "ab"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "–"),
        (0, "0"),
        (4013, "4,013"),
        (1320.8, "1,320.8"),
        (60.0, "60"),
        (0.01234567, "0.01235"),
        (9e99, "9.00e+99"),
    ],
)
def test_numbers_for_people(value: float | None, told: str) -> None:
    assert number(value) == told


def test_shares_and_ticks_for_people() -> None:
    assert (share(1, 8), share(0, 0)) == ("12.5 %", "–")
    assert [plain(value) for value in (0, 0.01, 10_000, 1e6, 2.5e-7)] == ["0", "0.01", "10,000", "1e6", "2.5e-7"]
