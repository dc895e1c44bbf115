"""Blur, blocking and flatness: what each measure sees, and what it must not mind."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter

from generator.blocking import blockiness
from generator.gates import APPEALABLE, flat_verdict, measured, one_color_share, quality_verdicts
from generator.limits import IntakeLimits
from generator.nouns import Verdict
from generator.sharpness import sharpness
from nftd.sample.make.canvas import noise

from .drawings import drawing, encoded

LIMITS = IntakeLimits()


def pixels(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(picture.convert("RGB"))


def gray(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(picture.convert("L"))


def squeezed(picture: Image.Image, quality: int) -> Image.Image:
    return Image.open(BytesIO(encoded(picture, "JPEG", quality=quality)))


def clouds(side: int = 320) -> Image.Image:
    level = noise(np.random.default_rng(3), side, side, (3, 3), 6)
    return Image.fromarray((level * 255).astype(np.uint8)).convert("RGB")


def verdicts(picture: Image.Image) -> dict[str, Verdict]:
    return {verdict.gate: verdict for verdict in quality_verdicts(pixels(picture), LIMITS)}


def test_the_gates_are_asked_in_order_and_taste_can_be_appealed() -> None:
    assert list(verdicts(drawing())) == ["blur", "blocking", "flat", "text"]
    assert set(verdicts(drawing())) < APPEALABLE
    assert not APPEALABLE & {"decode", "size", "rights", "real_person"}


@pytest.mark.parametrize("contrast", [1.0, 0.5, 0.25])
def test_sharpness_does_not_depend_on_contrast(contrast: float) -> None:
    picture = gray(drawing(4)).astype(np.float64)
    faint = (128 + (picture - 128) * contrast).astype(np.uint8)
    assert sharpness(faint) == pytest.approx(sharpness(gray(drawing(4))), abs=0.05)


def test_sharpness_is_the_part_of_an_edge_that_a_step_takes() -> None:
    edge = np.zeros((64, 64), dtype=np.uint8)
    edge[:, 32:] = 200
    blurred = [np.asarray(cv2.GaussianBlur(edge, (0, 0), sigma), dtype=np.uint8) for sigma in (1, 2, 5)]
    assert sharpness(edge) == pytest.approx(0.73, abs=0.02)
    assert [sharpness(one) for one in blurred] == pytest.approx([0.50, 0.32, 0.20], abs=0.02)


def test_a_soft_background_and_noise_leave_a_picture_sharp_or_blurred_as_it_is() -> None:
    picture = gray(drawing(1))
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), 5), dtype=np.uint8)
    half = picture.copy()
    half[:, : half.shape[1] // 2] = soft[:, : half.shape[1] // 2]
    grainy = np.clip(soft + np.random.default_rng(0).normal(0, 3, soft.shape), 0, 255).astype(np.uint8)
    assert sharpness(half) >= LIMITS.min_sharpness > sharpness(grainy)


def test_no_edges_are_told_apart_from_soft_ones() -> None:
    fade = Image.linear_gradient("L").convert("RGB")
    assert (verdicts(fade)["blur"].ok, verdicts(fade)["blur"].reason) == (False, "no_edges")
    assert verdicts(drawing().filter(ImageFilter.GaussianBlur(6)))["blur"].reason == "blurred"


@pytest.mark.parametrize(("top", "left"), [(0, 0), (3, 0), (0, 5), (7, 2)])
def test_blocks_are_seen_wherever_their_grid_begins(top: int, left: int) -> None:
    blocks = squeezed(clouds(), 8)
    cut = blocks.crop((left, top, blocks.width, blocks.height))
    assert blockiness(gray(cut)) > LIMITS.max_blocking
    assert verdicts(cut)["blocking"].reason == "blocky"


def test_blockiness_falls_with_quality() -> None:
    values = [blockiness(gray(squeezed(clouds(), quality))) for quality in (5, 10, 20, 90)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < LIMITS.max_blocking / 4


def test_pixel_art_rectangles_on_the_grid_and_tiny_pictures_have_no_blocks() -> None:
    rng = np.random.default_rng(5)
    art = rng.integers(0, 256, (40, 40), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    box = np.full((160, 160), 220, dtype=np.uint8)
    box[40:120, 24:104] = 180
    assert blockiness(art) == 0
    assert blockiness(box) < LIMITS.max_blocking
    assert blockiness(art[:40]) == 0


@pytest.mark.parametrize("quality", [3, 5, 8])
def test_a_smooth_picture_of_nothing_but_blocks_is_not_taken_for_pixel_art(quality: int) -> None:
    assert blockiness(gray(squeezed(clouds(1000), quality))) > LIMITS.max_blocking


def test_a_large_picture_is_judged_as_small_as_its_work_will_be() -> None:
    blocks = squeezed(clouds(1200), 8)
    assert blockiness(gray(blocks)) > LIMITS.max_blocking
    assert verdicts(blocks)["blocking"].ok


def test_one_color_is_named_before_entropy_is_asked() -> None:
    plain = np.full((200, 200, 3), (10, 90, 200), dtype=np.uint8)
    dotted = plain.copy()
    dotted[90:110, 90:110] = 255
    stamp = plain.copy()
    stamp[20:120, 20:120] = pixels(drawing())[:100, :100]
    found = [flat_verdict(picture, LIMITS) for picture in (plain, dotted, stamp)]
    assert [one.reason for one in found] == ["one_color", "one_color", "varied"]
    assert [one.ok for one in found] == [False, False, True]
    assert one_color_share(dotted) == pytest.approx(0.99)


def test_few_grays_of_different_colors_are_flat() -> None:
    halves = np.zeros((100, 100, 3), dtype=np.uint8)
    halves[:, :50, 0], halves[:, 50:, 1] = 98, 50  # a red and a green that are one gray
    assert (flat_verdict(halves, LIMITS).reason, flat_verdict(halves, LIMITS).value) == ("flat", 0.0)


def test_measuring_what_is_small_already_changes_nothing() -> None:
    once = measured(pixels(drawing(2, 900, 700)))
    assert max(once.shape) == 512
    assert np.array_equal(measured(once), once)
