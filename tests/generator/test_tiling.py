"""Tiles cover a picture, share what they must, and add to one everywhere; on a whole network no seam shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

from generator.errors import BadRecipe
from generator.rrdbnet import RrdbNet, build_rrdbnet
from generator.tiling import fades, tile_count, tiled, windows
from generator.upscaler import FADE, OVERLAP, TILES

from .vectors.rrdbnet import FULL, picture, weights

ROOT = Path(__file__).parents[2]
Source = Callable[[int, int], Tensor]
PLANS = st.tuples(st.integers(1, 600), st.integers(0, 70), st.integers(0, 300)).map(
    lambda numbers: (numbers[0], max(1, 2 * numbers[1] + numbers[2]), numbers[1])
)


@given(PLANS)
@settings(deadline=None)
def test_tiles_cover_a_side_and_overlap(plan: tuple[int, int, int]) -> None:
    side, tile, overlap = plan
    spans = windows(side, tile, overlap)
    assert (spans[0][0], spans[-1][1]) == (0, side)
    assert len({stop - start for start, stop in spans}) == 1
    assert all(stop - start <= tile for start, stop in spans)
    assert all(before[1] - after[0] >= overlap and after[0] > before[0] for before, after in pairwise(spans))


@given(PLANS, st.integers(1, 4), st.integers(0, 4))
@settings(deadline=None)
def test_the_weights_of_all_tiles_add_to_one(plan: tuple[int, int, int], scale: int, part: int) -> None:
    side, tile, overlap = plan
    spans = windows(side, tile, overlap)
    total = np.zeros(side * scale)
    for (start, stop), weight in zip(spans, fades(spans, overlap * part // 8, scale), strict=True):
        assert weight.min() >= 0
        total[start * scale : stop * scale] += weight
    assert np.allclose(total, 1, atol=1e-6)


@given(st.integers(1, 90), st.integers(1, 90), st.integers(20, 40), st.integers(0, 10))
@settings(max_examples=30, deadline=None)
def test_what_looks_nowhere_else_is_the_same_in_tiles(height: int, width: int, tile: int, overlap: int) -> None:
    image = picture(height, width, 1)

    def doubled(part: Tensor) -> Tensor:
        return (part * 3).repeat_interleave(2, 2).repeat_interleave(2, 3)

    assert torch.allclose(tiled(image, doubled, 2, tile, overlap, overlap // 2), doubled(image), atol=1e-5)


def test_a_picture_that_fits_is_one_tile() -> None:
    assert windows(512, 512, 64) == [(0, 512)]
    assert windows(513, 512, 64) == [(0, 289), (224, 513)]
    assert tile_count((500, 700), 512, 64) == 2


@pytest.mark.parametrize(("tile", "overlap"), [(127, 64), (0, 0), (10, -1)])
def test_a_tile_below_twice_its_overlap_is_refused(tile: int, overlap: int) -> None:
    with pytest.raises(BadRecipe, match=f"tile is {tile} and overlap {overlap}"):
        windows(1000, tile, overlap)


@cache
def network() -> RrdbNet:
    return build_rrdbnet(weights(FULL, 4), "cpu", "fp32")


def decibels(found: Tensor, wanted: Tensor) -> float:
    """PSNR where a peak is the range of the wanted picture, whose random network knows no 0..1."""
    peak = float(wanted.max() - wanted.min())
    return 20 * math.log10(peak) - 10 * math.log10(float(((found - wanted) ** 2).mean()))


def noise(height: int, width: int) -> Tensor:
    return picture(height, width, 7)


def photograph(height: int, width: int) -> Tensor:
    """From the middle of a work of the gallery at 256 px."""
    with Image.open(ROOT / "nftd/sample/site/images/034-classical-harp.jpg") as opened:
        pixels = np.asarray(opened.convert("RGB").resize((256, 256), Image.Resampling.LANCZOS)).copy()
    top, left = (256 - height) // 2, (256 - width) // 2
    return torch.from_numpy(pixels[top : top + height, left : left + width]).permute(2, 0, 1)[None].float() / 255


def check_seams(image: Tensor, tile: int) -> None:
    height, width = image.shape[2:]
    whole = network().extract(image)
    parts = tiled(image, network().extract, 1, tile, OVERLAP, FADE)
    assert tile_count((height, width), tile, OVERLAP) > 1
    assert not torch.equal(parts, whole)
    assert decibels(network().reconstruct(parts), network().reconstruct(whole)) > 50


@pytest.mark.parametrize("source", [noise, photograph])
def test_at_the_published_size_no_seam_shows(source: Source) -> None:
    check_seams(source(12, 140), 2 * OVERLAP)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("source", [noise, photograph])
def test_at_the_published_size_no_seam_shows_on_a_whole_picture(source: Source) -> None:
    check_seams(source(224, 224), TILES[-1])
