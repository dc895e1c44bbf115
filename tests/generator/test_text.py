"""Letters in lines, by OpenCV alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from generator.limits import IntakeLimits
from generator.text import text_share

from .drawings import poster

LIMIT = IntakeLimits().max_text_share
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def gray(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("L"))


@pytest.mark.parametrize("side", [200, 300, 500])
def test_small_posters_are_enlarged_to_be_read(side: int) -> None:
    small = poster(2, 400, 500).resize((round(side * 0.8), side), Image.Resampling.LANCZOS)
    assert text_share(gray(small)) > LIMIT


def test_a_signature_is_little_text() -> None:
    sheet = np.full((400, 400), 220, dtype=np.uint8)
    cv2.putText(sheet, "A. Painter 2021", (270, 385), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 20, 1, cv2.LINE_AA)
    assert 0 < text_share(sheet) < LIMIT


def test_wedges_in_a_row_are_no_letters() -> None:
    sheet = np.full((300, 300), 230, dtype=np.uint8)
    rng = np.random.default_rng(1)
    for x in range(10, 280, 14):  # blades of grass: as high, as near and as dark as letters
        tip = (x + int(rng.integers(-3, 12)), 150 - int(rng.integers(0, 14)))
        cv2.fillPoly(sheet, [np.array([(x, 190), (x + 9, 190), tip])], (30,), cv2.LINE_AA)
    assert text_share(sheet) < LIMIT


@pytest.mark.parametrize(("words", "is_text"), [("GRAND", False), ("GRAND OPENING", True)])
def test_a_row_of_few_letters_is_no_text(words: str, is_text: bool) -> None:
    sheet = Image.new("L", (600, 200), 230)
    ImageDraw.Draw(sheet).text((20, 60), words, fill=20, font=ImageFont.load_default(64))
    assert (text_share(np.asarray(sheet)) > LIMIT) is is_text
