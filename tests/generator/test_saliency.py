from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from generator.intake import square
from generator.saliency import saliency, square_window

from .drawings import drawing

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def meadow(width: int, height: int, x: int, y: int, seed: int = 0) -> Pixels:
    """A ground of soft noise with one bright flower at (x, y)."""
    ground = np.random.default_rng(seed).normal((70, 120, 60), 6, (height, width, 3)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(ground)
    pen = ImageDraw.Draw(picture)
    for turn in range(6):
        dx, dy = 22 * np.cos(turn * np.pi / 3), 22 * np.sin(turn * np.pi / 3)
        pen.ellipse((x + dx - 16, y + dy - 16, x + dx + 16, y + dy + 16), fill="white", outline="gray")
    pen.ellipse((x - 14, y - 14, x + 14, y + 14), fill="gold")
    return np.asarray(picture)


@pytest.mark.parametrize("x", [60, 150, 300, 450, 540])
def test_a_wide_picture_is_cropped_around_what_stands_out(x: int) -> None:
    top, left, side = square_window(meadow(600, 300, x, 150))
    assert (top, side) == (0, 300)
    assert left <= x - 38
    assert x + 38 <= left + side


@pytest.mark.parametrize("y", [60, 250, 440])
def test_so_is_a_tall_one(y: int) -> None:
    top, left, side = square_window(meadow(200, 500, 100, y))
    assert (left, side) == (0, 200)
    assert top <= y - 38
    assert y + 38 <= top + side


def test_the_window_lies_around_the_middle_of_what_it_keeps() -> None:
    _, left, side = square_window(meadow(900, 300, 280, 150))
    assert abs(left + side / 2 - 280) < 45


def test_saliency_is_highest_at_what_stands_out() -> None:
    found = saliency(meadow(600, 300, 450, 100))
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert (column / found.shape[1], row / found.shape[0]) == pytest.approx((0.75, 1 / 3), abs=0.12)


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (201, 100), (64, 64), (1, 3), (3, 1), (2, 1)])
def test_without_anything_that_stands_out_it_is_the_middle(size: tuple[int, int]) -> None:
    width, height = size
    flat = np.full((height, width, 3), 140, dtype=np.uint8)
    noise = np.random.default_rng(1).integers(138, 142, (height, width, 3)).astype(np.uint8)
    spare = abs(width - height)
    for picture in (flat, noise):
        top, left, side = square_window(picture)
        assert side == min(size)
        assert top + left in (spare // 2, (spare + 1) // 2)
        assert min(top, left) == 0


def test_a_composition_that_keeps_nearly_as_much_stays_in_the_middle() -> None:
    assert square_window(meadow(900, 300, 400, 150)) == (0, 300, 300)


def test_a_square_picture_is_kept_whole() -> None:
    assert square_window(np.asarray(drawing(2, 150, 150))) == (0, 0, 150)


def test_the_same_picture_gives_the_same_window_at_any_scale() -> None:
    picture = Image.fromarray(meadow(600, 300, 480, 150))
    windows = [square_window(np.asarray(picture.resize((600 * n // 4, 300 * n // 4)))) for n in (2, 4, 8)]
    starts = [left / side for _, left, side in windows]
    assert max(starts) - min(starts) < 0.05
    assert square_window(np.asarray(picture)) == square_window(np.asarray(picture))


def test_the_work_shows_the_flower() -> None:
    work = square(meadow(900, 300, 820, 150), 100, "crop")
    assert (work.min(axis=2) > 200).sum() > 200
