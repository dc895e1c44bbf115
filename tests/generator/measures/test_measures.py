"""What holds for every measure: its description, its range, and the same value for the same bytes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.decoded import Pixels
from generator.errors import BadPicture
from generator.measures import GROUPS, MEASURES, Measure, measure
from tests.generator.drawings import drawing, poster

WANTED = {
    "detail": {"laplacian-variance", "edge-density", "entropy"},
    "color": {"colorfulness", "hue-harmony", "palette-size"},
    "light": {"contrast", "clipped-share"},
    "composition": {"thirds", "balance", "symmetry"},
    "artifacts": {"blocking", "checkerboard", "text-share"},
}
EACH = pytest.mark.parametrize("one", MEASURES, ids=lambda one: one.name)


def noise(height: int, width: int, seed: int = 0, low: int = 0, high: int = 256) -> Pixels:
    return np.random.default_rng(seed).integers(low, high, (height, width, 3)).astype(np.uint8)


def test_the_groups_hold_the_measures_that_are_wanted() -> None:
    found: dict[str, set[str]] = {group: set() for group in GROUPS}
    for one in MEASURES:
        found[one.group].add(one.name)
    assert found == WANTED
    assert len({one.name for one in MEASURES}) == len(MEASURES)


@EACH
def test_each_tells_its_formula_source_range_version_and_direction(one: Measure) -> None:
    assert len(one.formula) > 20
    assert any(year.isdigit() and 1900 < int(year) < 2030 for year in one.source.replace(",", " ").split())
    assert one.low < one.high < math.inf
    assert one.better in ("higher", "lower", "none")
    assert one.version.isdigit()
    assert one.group != "artifacts" or one.better == "lower"


@EACH
def test_each_gives_alone_what_the_pass_over_all_gives(one: Measure) -> None:
    pixels = np.asarray(drawing(3, 300, 200))
    assert one(pixels) == measure(pixels)[one.name]


def test_the_values_are_floats_in_the_order_of_the_list() -> None:
    found = measure(np.asarray(drawing(5)))
    assert list(found) == [one.name for one in MEASURES]
    assert {type(value) for value in found.values()} == {float}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_neither_memory_layout_nor_threads_change_a_value_and_the_picture_stays_as_it_is() -> None:
    pixels = np.asarray(poster(2)).copy()
    kept, first = pixels.copy(), measure(pixels)
    turned = np.asfortranarray(pixels)
    padded = np.zeros((pixels.shape[0] + 6, pixels.shape[1] + 5, 3), dtype=np.uint8)
    padded[3:-3, 2:-3] = pixels
    pixels.flags.writeable = False
    threads = cv2.getNumThreads()
    try:
        for count in (1, 2, 3):
            cv2.setNumThreads(count)
            assert measure(pixels) == measure(turned) == measure(padded[3:-3, 2:-3]) == first
    finally:
        cv2.setNumThreads(threads)
    assert np.array_equal(pixels, kept)


def test_another_process_gives_the_same_bits() -> None:
    program = (
        "import json, numpy as np; from generator.measures import measure; "
        "print(json.dumps(measure(np.random.default_rng(7).integers(0, 256, (130, 170, 3)).astype(np.uint8))))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True)
    assert json.loads(done.stdout) == measure(noise(130, 170, 7))


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (np.zeros((4, 4, 3), dtype=np.float32), "float32"),
        (np.zeros((4, 4), dtype=np.uint8), r"\(4, 4\)"),
        (np.zeros((4, 4, 4), dtype=np.uint8), r"\(4, 4, 4\)"),
        (np.zeros((1, 3, 4, 4), dtype=np.uint8), r"\(1, 3, 4, 4\)"),
        (np.zeros((0, 4, 3), dtype=np.uint8), r"\(0, 4, 3\)"),
        (b"\x89PNG", "bytes"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_it_is_and_what_to_do(pixels: Any, told: str) -> None:
    with pytest.raises(BadPicture, match=f"{told}.*must be uint8.*convert"):
        measure(pixels)
    with pytest.raises(BadPicture):
        MEASURES[0](pixels)


def in_range(found: dict[str, float]) -> None:
    for one in MEASURES:
        assert math.isfinite(found[one.name]), one.name
        assert one.low <= found[one.name] <= one.high + 1e-9, (one.name, found[one.name])


SIDES = st.one_of(st.integers(1, 12), st.integers(60, 70), st.integers(13, 180))
EXTREMES = (np.uint8(0), np.uint8(255))


@given(SIDES, SIDES, st.sampled_from(["noise", "flat", "dim", "two", "ramp", "drawing"]), st.integers(0, 2**20))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_every_value_is_finite_and_in_its_range_at_any_size(height: int, width: int, kind: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    made: dict[str, Pixels] = {
        "noise": noise(height, width, seed),
        "flat": np.broadcast_to(random.integers(0, 256, 3).astype(np.uint8), (height, width, 3)),
        "dim": noise(height, width, seed, 0, 5),
        "two": random.choice(EXTREMES, (height, width, 3)),
        "ramp": np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8)[:, None], (height, width, 3)),
        "drawing": np.asarray(drawing(seed, max(width, 48), max(height, 48)))[:height, :width],
    }
    in_range(measure(made[kind]))


@pytest.mark.slow
@given(st.integers(1, 1300), st.integers(1, 1300), st.integers(0, 2**20))
@settings(max_examples=150, deadline=None)
def test_so_it_is_for_large_ones(height: int, width: int, seed: int) -> None:
    in_range(measure(noise(height, width, seed)))


@pytest.mark.parametrize("shape", [(1, 900), (900, 1), (2, 2), (1, 1), (3000, 5), (1100, 1030)])
def test_odd_shapes_are_measured_too(shape: tuple[int, int]) -> None:
    in_range(measure(noise(*shape)))


def test_the_ends_of_the_ranges_are_reached_where_a_picture_can_reach_them() -> None:
    board = np.indices((128, 128)).sum(axis=0) % 2 * np.uint8(255)
    found = measure(np.repeat(board[:, :, None], 3, axis=2).astype(np.uint8))
    tops = {one.name: one.high for one in MEASURES}
    for name in ("laplacian-variance", "contrast", "clipped-share", "checkerboard"):
        assert found[name] == pytest.approx(tops[name], rel=1e-6)
