"""Foreign text: harmless to show, bounded, and still itself."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.text import clean, clean_or_none


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \r\n\t b  ", "a b"),
        ("a\x00b\x1b[31mc\x7f", "a b [31mc"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("a\u2066b\u2069\u200e\u061c", "ab"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ud800lone", "lone"),
        ("a\u2028b\u2029c", "a b c"),
        ("👩\u200d🚀 ñ 漢字 العربية", "👩\u200d🚀 ñ 漢字 العربية"),
        ("<b>&amp;'\"", "<b>&amp;'\""),
    ],
)
def test_control_and_bidirectional_characters_go_and_the_rest_stays(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_long_text_is_cut_visibly() -> None:
    assert clean("x" * 100, 10) == "x" * 9 + "…"
    assert clean("x" * 10, 10) == "x" * 10


def test_only_text_is_text() -> None:
    assert [clean_or_none(value) for value in (None, 5, ["a"], "", " \u200b", "a ")] == [None] * 5 + ["a"]


@given(st.text(), st.integers(1, 50))
def test_clean_text_is_one_bounded_line_and_stays_as_it_is(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert len(once) <= limit
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in once)
    assert not any(unicodedata.bidirectional(character) in {"LRE", "RLE", "PDF", "LRO", "RLO"} for character in once)
    assert clean(once, limit) == once
    once.encode()
