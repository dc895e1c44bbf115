"""Reading text; the slow tests run the real rapidocr: `pip install 'nftd[ocr]'`, `pytest -m slow` on this file."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from generator.errors import ExtraMissing
from generator.gates import quality_verdicts
from generator.limits import IntakeLimits
from generator.text_ocr import MOST_TEXT, Line, TextReader

from .drawings import WORDS, drawing, poster

CORNERS = np.zeros((4, 2), dtype=np.float32)


class Reads:
    """A reader that always has the same answer."""

    limit = MOST_TEXT

    def __init__(self, share: float) -> None:
        self._share = share

    def share(self, _image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
        return self._share


@pytest.mark.parametrize(
    ("text", "score", "counts"),
    [("SALE", 0.8, True), ("SALE", 0.79, False), ("i l", 0.99, False), ("ab", 1.0, False), ("", 1.0, False)],
)
def test_short_and_uncertain_lines_do_not_count(text: str, score: float, counts: bool) -> None:
    assert Line(text, score, CORNERS).counts is counts


@pytest.mark.parametrize(("share", "ok", "reason"), [(0.02, True, "little_text_read"), (0.3, False, "text_read")])
def test_a_reader_decides_the_text_gate(share: float, ok: bool, reason: str) -> None:
    found = quality_verdicts(np.asarray(drawing()), IntakeLimits(), Reads(share))[-1]  # type: ignore[arg-type]
    assert (found.gate, found.ok, found.reason, found.value, found.limit) == ("text", ok, reason, share, MOST_TEXT)


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'nftd\[ocr\]'"):
        TextReader()


@pytest.mark.slow
def test_the_real_rapidocr_reads_posters_and_nothing_in_drawings() -> None:
    reader = TextReader()
    for seed in range(8):
        page = np.asarray(poster(seed))
        read = {line.text.casefold().replace(" ", "") for line in reader.read(page)}
        assert read & {words.casefold().replace(" ", "") for words in WORDS}
        assert reader.share(page) > MOST_TEXT
        assert reader.share(np.asarray(drawing(seed))) == 0
