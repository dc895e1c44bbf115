"""Each measure against its formula worked out another way, and moved by what should move it and nothing else."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from generator.decoded import Pixels
from generator.gates import measured
from generator.measures import MEASURES, measure
from generator.measures.color import TEMPLATES
from tests.bench.measures_speed import gallery
from tests.generator.drawings import drawing, poster

BY_NAME = {one.name: one for one in MEASURES}
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def value(name: str, pixels: Pixels) -> float:
    return BY_NAME[name](pixels)


def gray(levels: Floats | Sequence[Sequence[int]]) -> Pixels:
    """Gray levels [H,W] as a picture."""
    return np.repeat(np.clip(np.round(levels), 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def stripes(colors: Sequence[Sequence[int]], width: int = 16) -> Pixels:
    """Colors side by side, each as wide."""
    return np.repeat(np.repeat(np.array([colors], dtype=np.uint8), width, axis=1), 64, axis=0)


def hues(*turns: float) -> Pixels:
    """Stripes of full colors, by their place on the wheel."""
    return stripes([[round(255 * part) for part in colorsys.hsv_to_rgb(turn % 1, 1, 1)] for turn in turns])


def blob(x: float, y: float, side: int = 256) -> Pixels:
    """A light disc on dark, at a place in sides."""
    rows, columns = (np.indices((side, side)) + 0.5) / side
    return gray(np.where((rows - y) ** 2 + (columns - x) ** 2 < 0.06**2, 230.0, 40.0))


def pattern(period: int, amplitude: float, ground: Floats) -> Pixels:
    """A ground with a checkerboard of squares of half a period."""
    rows, columns = np.indices(ground.shape) // (period // 2)
    return gray(ground + amplitude * (1 - 2 * ((rows + columns) % 2)))


RAMP = np.add.outer(np.linspace(40, 120, 256), np.linspace(0, 90, 256))


# --- detail ---------------------------------------------------------------------------------------


def test_the_variance_of_the_laplacian_is_that_of_its_kernel() -> None:
    pixels = np.asarray(drawing(1, 90, 70))
    levels = np.pad(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64), 1, mode="reflect")
    around = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    assert value("laplacian-variance", pixels) == pytest.approx((around - 4 * levels[1:-1, 1:-1]).var(), rel=1e-9)


@pytest.mark.parametrize("name", ["laplacian-variance", "edge-density"])
def test_blur_takes_detail_away(name: str) -> None:
    sharp = np.asarray(drawing(2))
    found = [value(name, np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma))) for sigma in (0.3, 2, 4)]
    assert sorted(found, reverse=True) == found
    assert found[0] > 3 * found[-1]


def test_an_edge_is_a_line_one_pixel_wide() -> None:
    half = np.zeros((64, 64))
    half[:, 32:] = 200
    assert value("edge-density", gray(half)) == pytest.approx(1 / 64, abs=0.002)


@pytest.mark.parametrize("count", [1, 2, 8, 256])
def test_entropy_counts_gray_levels_in_bits(count: int) -> None:
    levels = np.arange(256 * 16).reshape(64, 64) % count * (255 // max(count - 1, 1))
    assert value("entropy", gray(levels)) == pytest.approx(np.log2(count), abs=1e-12)


# --- color ----------------------------------------------------------------------------------------


def test_colorfulness_is_the_formula_of_hasler_and_suesstrunk() -> None:
    pixels = np.asarray(drawing(4, 200, 150))
    red, green, blue = pixels.reshape(-1, 3).astype(np.float64).T
    rg, yb = red - green, (red + green) / 2 - blue
    expected = np.sqrt(rg.std() ** 2 + yb.std() ** 2) + 0.3 * np.sqrt(rg.mean() ** 2 + yb.mean() ** 2)
    assert value("colorfulness", pixels) == pytest.approx(expected, rel=1e-9)


def test_less_saturation_is_less_colorful_and_none_is_none() -> None:
    pixels = np.asarray(drawing(4)).astype(np.float64)
    plain = pixels.mean(axis=2, keepdims=True)
    found = [value("colorfulness", (plain + (pixels - plain) * k).astype(np.uint8)) for k in (1, 0.6, 0.3, 0)]
    assert sorted(found, reverse=True) == found
    assert found[-1] == 0


@pytest.mark.parametrize("turn", [0.0, 0.13, 0.41, 0.77])
def test_hues_in_a_template_are_harmonious_wherever_it_is_turned(turn: float) -> None:
    for sectors in TEMPLATES:
        inside = [middle + 0.4 * width * side + turn for middle, width in sectors for side in (-1, 0, 1)]
        assert value("hue-harmony", hues(*inside)) > 0.98, sectors


def test_hues_all_around_are_not_and_colorless_pictures_are() -> None:
    even, three, two = (value("hue-harmony", hues(*np.arange(n) / n)) for n in (64, 3, 2))
    assert even < 0.03
    assert even < three < 0.9
    assert two > 0.98
    assert value("hue-harmony", gray(RAMP)) == 1
    random = np.random.default_rng(3).integers(126, 130, (64, 64, 3)).astype(np.uint8)
    assert value("hue-harmony", random) > 0.4  # hues of a tint that is hardly there count little


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_the_palette_has_as_many_colors_as_there_are(count: int) -> None:
    colors = [[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255]]
    assert value("palette-size", stripes([*colors, [255, 0, 255]][:count])) == pytest.approx(count, rel=1e-9)


def test_a_dot_adds_little_to_a_palette() -> None:
    pixels = stripes([[200, 30, 30]] * 4)
    pixels[:2, :2] = 255
    assert 1 < value("palette-size", pixels) < 1.02


# --- light ----------------------------------------------------------------------------------------


def test_contrast_is_the_spread_of_the_gray_levels() -> None:
    pixels = np.asarray(drawing(6, 100, 80))
    levels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64) / 255
    assert value("contrast", pixels) == pytest.approx(levels.std(), rel=1e-9)


def test_exposing_too_long_or_too_short_clips() -> None:
    found = [value("clipped-share", gray(RAMP + shift)) for shift in (0, 60, 120, 200, -60, -120, -200)]
    assert found[0] == 0
    assert found[1] < found[2] < found[3]
    assert found[4] < found[5] < found[6]
    for shift, share in ((120, found[2]), (-120, found[5])):
        shown = np.round(RAMP + shift)
        assert share == pytest.approx(((shown >= 253) | (shown <= 2)).mean(), abs=1e-9)


def test_pure_colors_are_not_clipped_but_black_and_white_are() -> None:
    assert value("clipped-share", hues(0, 1 / 3, 2 / 3)) == 0
    assert value("clipped-share", stripes([[0, 0, 0], [255, 255, 255], [128, 128, 128], [2, 2, 3]])) == 0.5


# --- composition ----------------------------------------------------------------------------------


def test_a_subject_on_a_point_of_thirds_beats_the_middle_and_that_beats_a_corner() -> None:
    for x in (1 / 3, 2 / 3):
        for y in (1 / 3, 2 / 3):
            assert value("thirds", blob(x, y)) > 0.93
    middle, corner = value("thirds", blob(0.5, 0.5)), value("thirds", blob(0.08, 0.08))
    assert 0.93 > middle > corner + 0.1


def test_balance_falls_as_the_subject_leaves_the_middle_and_a_counterweight_restores_it() -> None:
    found = [value("balance", blob(0.5 + away, 0.5)) for away in (0, 0.12, 0.25, 0.4)]
    assert found[0] > 0.97
    assert sorted(found, reverse=True) == found
    assert found[-1] < 0.6
    both = np.maximum(blob(0.1, 0.5), blob(0.9, 0.5))
    assert value("balance", both) > 0.95


def test_a_mirror_image_is_symmetric_and_its_opposite_is_not() -> None:
    half = np.asarray(drawing(7, 128, 256))
    mirrored = np.concatenate([half, half[:, ::-1]], axis=1)
    opposed = np.concatenate([half, 255 - half[:, ::-1]], axis=1)
    assert value("symmetry", mirrored) == 1
    assert value("symmetry", opposed) < value("symmetry", np.asarray(drawing(8, 256, 256))) < 0.95


def test_noise_that_nobody_sees_leaves_a_flat_picture_symmetric() -> None:
    faint = np.random.default_rng(0).integers(127, 129, (64, 64, 3)).astype(np.uint8)
    assert value("symmetry", faint) > 0.7


@pytest.mark.parametrize("name", ["thirds", "balance", "symmetry"])
def test_a_mirror_changes_no_composition(name: str) -> None:
    pixels = np.asarray(drawing(9, 256, 256))
    assert value(name, pixels) == pytest.approx(value(name, np.ascontiguousarray(pixels[:, ::-1])), abs=0.01)


# --- artifacts ------------------------------------------------------------------------------------


def test_blocking_grows_as_a_jpeg_gets_worse_and_stays_out_of_the_other_artifacts() -> None:
    pixels = gray(cv2.GaussianBlur(np.random.default_rng(1).normal(128, 900, (256, 256)), (0, 0), 9))
    saved = [cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, q])[1], 1) for q in (95, 20, 8)]
    found = [measure(np.asarray(one, dtype=np.uint8)) for one in saved]
    assert found[0]["blocking"] < 0.3 < found[1]["blocking"] < found[2]["blocking"]
    assert all(one["checkerboard"] < 0.5 and one["text-share"] == 0 for one in found)


@pytest.mark.parametrize("period", [2, 4])
@pytest.mark.parametrize("amplitude", [1, 2, 5, 20])
def test_a_checkerboard_over_a_picture_is_found_with_its_amplitude(period: int, amplitude: int) -> None:
    assert value("checkerboard", pattern(period, amplitude, RAMP)) == pytest.approx(amplitude, abs=0.3)


@pytest.mark.parametrize("shape", [(200, 256), (131, 255), (66, 300)])
def test_so_it_is_at_sides_that_fit_no_period(shape: tuple[int, int]) -> None:
    assert value("checkerboard", pattern(2, 6, RAMP[:, :1] * np.ones((1, 300))[:, : shape[1]])) == pytest.approx(
        6, abs=0.5
    )
    assert value("checkerboard", pattern(2, 6, np.full(shape, 120.0))) == pytest.approx(6, abs=0.2)


def test_works_without_one_have_next_to_none_and_upright_lines_little() -> None:
    assert max(value("checkerboard", picture) for picture in gallery(10)) < 0.5
    assert max(value("checkerboard", np.asarray(drawing(seed, 256, 256))) for seed in range(8)) < 2


def test_upsampling_by_a_transposed_convolution_leaves_one_and_by_interpolation_none() -> None:
    small = cv2.GaussianBlur(np.random.default_rng(5).normal(128, 200, (128, 128)), (0, 0), 3)
    spread = np.zeros((256, 256))
    spread[::2, ::2] = small
    # A kernel of 3 at stride 2 overlaps unevenly (Odena et al. 2016); one of 4 with these weights is bilinear.
    uneven = gray(cv2.filter2D(spread, -1, np.full((3, 3), 4 / 9)))
    even = gray(cv2.resize(small, (256, 256), interpolation=cv2.INTER_LINEAR))
    assert value("checkerboard", uneven) > 20
    assert value("checkerboard", even) < 0.5


def test_artifacts_of_a_large_picture_are_looked_for_at_its_own_size() -> None:
    large = pattern(2, 10, np.full((1500, 1200), 120.0))
    assert value("checkerboard", large) == pytest.approx(10, abs=0.1)
    assert value("checkerboard", measured(large)) < 1


def test_the_share_of_text_grows_with_its_lines() -> None:
    page = np.asarray(poster(3, 400, 400))
    found = []
    for part in (0, 130, 260, 400):
        shown = np.full_like(page, page[0, 0])
        shown[:part] = page[:part]
        found.append(value("text-share", shown))
    assert found[0] == 0
    assert sorted(found) == found
    assert found[-1] > 0.2
