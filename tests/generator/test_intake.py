from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from generator.errors import BadLimits
from generator.gates import gray_entropy, sharpness
from generator.intake import IntakeLimits, examine, square
from generator.limits import FITS, Fit
from generator.phash import hamming, phash
from generator.pictures import read_work
from generator.text import text_share

from .drawings import drawing, encoded, poster


def verdicts(picture: Image.Image, limits: IntakeLimits | None = None) -> dict[str, bool]:
    return {verdict.gate: verdict.ok for verdict in examine(encoded(picture), limits).verdicts}


def gray(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(picture.convert("L"))


@pytest.mark.parametrize("seed", range(8))
def test_an_ordinary_picture_passes_every_gate(seed: int) -> None:
    found = examine(encoded(drawing(seed)))
    assert [verdict.gate for verdict in found.verdicts] == ["decode", "size", "blur", "blocking", "flat", "text"]
    assert found.ok, [verdict for verdict in found.verdicts if not verdict.ok]
    assert all(verdict.value is not None and verdict.limit is not None for verdict in found.verdicts)


@pytest.mark.parametrize("seed", range(4))
def test_a_blurred_picture_is_refused(seed: int) -> None:
    assert not verdicts(drawing(seed).filter(ImageFilter.GaussianBlur(5)))["blur"]


@pytest.mark.parametrize("seed", range(8))
def test_a_poster_full_of_text_is_refused(seed: int) -> None:
    assert not verdicts(poster(seed))["text"]


def test_a_flat_picture_is_refused() -> None:
    found = verdicts(Image.new("RGB", (300, 300), (12, 130, 200)))
    assert found == {"decode": True, "size": True, "blur": False, "blocking": True, "flat": False, "text": True}


def test_a_refusal_of_taste_still_leaves_a_work_to_appeal_for() -> None:
    found = examine(encoded(poster()))
    assert not found.ok
    assert found.work_png is not None
    assert found.phash is not None


@pytest.mark.parametrize(
    ("size", "reason"),
    [((1, 1), "too_small"), ((1, 5000), "too_small"), ((127, 400), "too_small"), ((200, 700), "too_elongated")],
)
def test_a_small_or_elongated_picture_is_refused(size: tuple[int, int], reason: str) -> None:
    found = examine(encoded(drawing().resize(size)))
    assert [verdict.reason for verdict in found.verdicts] == ["decoded", reason]
    assert (found.width, found.height) == size
    assert found.work_png is None


def test_damage_ends_the_questions() -> None:
    found = examine(b"<html>")
    assert [verdict.reason for verdict in found.verdicts] == ["html"]
    assert (found.work_png, found.phash, found.width, found.format) == (None, None, 0, None)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", [(320, 200), (200, 320), (150, 150), (900, 700)])
def test_the_work_is_a_square_rgb_png_that_a_dream_can_read(fit: Fit, shape: tuple[int, int]) -> None:
    found = examine(encoded(drawing(3, *shape), "JPEG"), IntakeLimits(size=96, fit=fit))
    assert found.work_png is not None
    assert read_work(found.work_png).shape == (1, 3, 96, 96)
    assert (found.width, found.height) == shape


def test_the_same_bytes_give_the_same_work() -> None:
    data = encoded(drawing(5), "WEBP")
    assert examine(data) == examine(data)


def test_crop_takes_what_draws_the_eye_pad_keeps_all_on_white_stretch_squeezes() -> None:
    image = np.zeros((100, 300, 3), dtype=np.uint8)
    image[:, :100, 0], image[:, 100:200, 1], image[:, 200:, 2] = 255, 255, 255
    crop, pad, stretch = (square(image, 60, fit) for fit in ("crop", "pad", "stretch"))
    assert [0, 255, 0] in np.unique(crop.reshape(-1, 3), axis=0).tolist()
    assert crop.shape == (60, 60, 3)
    assert pad[5, 30].tolist() == [255, 255, 255]
    assert [pad[30, x].tolist() for x in (5, 30, 55)] == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    assert [stretch[5, x].tolist() for x in (5, 30, 55)] == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


def test_limits_change_the_verdict_and_stand_in_it() -> None:
    found = examine(encoded(drawing()), IntakeLimits(min_side=400))
    assert (found.verdicts[-1].value, found.verdicts[-1].limit) == (280.0, 400.0)


def test_the_work_png_holds_no_foreign_metadata() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description from outside"
    work = examine(encoded(drawing(), exif=exif)).work_png
    assert work is not None
    assert b"from outside" not in work
    assert Image.open(BytesIO(work)).info == {}


@pytest.mark.parametrize(
    "changes", [{"fit": "fold"}, {"size": 0}, {"max_pixels": -1}, {"max_seconds": 0.0}, {"max_memory": -1}]
)
def test_limits_that_judge_nothing_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(BadLimits):
        IntakeLimits(**changes)  # type: ignore[arg-type] # wrong on purpose


def test_decoding_may_take_less_than_a_gigabyte_and_more_where_more_pixels_are_allowed() -> None:
    assert IntakeLimits().memory < 10**9
    assert IntakeLimits(max_pixels=100_000_000).memory > 10**9
    assert IntakeLimits(max_memory=5).memory == 5


def test_copies_have_near_hashes_and_other_pictures_far_ones() -> None:
    for seed in range(12):
        picture = drawing(seed)
        own = phash(np.asarray(picture))
        assert 0 <= own < 2**64
        for copy in (
            picture.resize((640, 560)),
            picture.resize((150, 131)),
            ImageEnhance.Brightness(picture).enhance(1.1),
            Image.open(BytesIO(encoded(picture, "JPEG", quality=40))),
            Image.open(BytesIO(encoded(picture, "WEBP", quality=30))),
        ):
            assert hamming(own, phash(np.asarray(copy))) <= 6
        for other in range(seed):
            assert hamming(own, phash(np.asarray(drawing(other)))) > 12


def test_hamming_counts_differing_bits() -> None:
    assert hamming(0b1011, 0b0010) == 2
    assert hamming(2**63, 2**63) == 0


def test_sharpness_falls_with_blur_and_entropy_with_fewer_grays() -> None:
    picture = drawing(2)
    blurs = [sharpness(gray(picture.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 2, 4)]
    assert blurs == sorted(blurs, reverse=True)
    assert gray_entropy(np.zeros((8, 8), dtype=np.uint8)) == 0
    assert gray_entropy(np.arange(256, dtype=np.uint8).reshape(16, 16)) == pytest.approx(8)


def test_text_is_measured_by_the_area_of_its_lines() -> None:
    full, blank = gray(poster(1)), np.full((500, 400), 230, dtype=np.uint8)
    half = np.vstack([full[:250], blank[250:]])
    assert text_share(blank) == 0
    assert 0.2 < text_share(full) < 0.9
    assert text_share(half) == pytest.approx(text_share(full) / 2, rel=0.4)


def test_fences_windows_and_noise_are_not_text() -> None:
    bars = np.full((300, 400), 240, dtype=np.uint8)
    for x in range(20, 380, 18):
        bars[100:140, x : x + 6] = 20
    noise = np.random.default_rng(0).integers(0, 256, (300, 400), dtype=np.uint8)
    assert text_share(bars) == 0
    assert text_share(noise) < 0.05
