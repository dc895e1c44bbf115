"""Painted views: in range, repeatable, of many looks, and still showing what they showed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.load import load_mini
from generator.mini.train.painting.brushes import contoured, drawn, kuwahara, stroked
from generator.mini.train.painting.dice import Dice, blurred, gray, shifted
from generator.mini.train.painting.painterly import (
    EFFECTS,
    MOST_COVERED,
    SCHOOLS,
    Effect,
    machine_made,
    occluded,
    painterly,
)
from generator.mini.train.painting.palette import legible, limited, recolored, transport

SIDE = 64
CPU = torch.device("cpu")

torch.set_num_threads(1)


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _dice(seed: int) -> Dice:
    return Dice(_rng(seed), CPU)


@pytest.fixture(scope="module")
def views() -> Tensor:
    """Discs of one color on shaded grounds of another, each somewhere else."""
    count, rng = 24, _rng(1)
    line = torch.linspace(-1, 1, SIDE)
    places = torch.rand(count, 2, 1, 1, generator=rng) - 0.5
    away = (line.view(1, 1, -1) - places[:, 0]).square() + (line.view(1, -1, 1) - places[:, 1]).square()
    disc = (away < 0.2).float()[:, None]
    ground = torch.rand(count, 3, 1, 1, generator=rng) * 0.5 + 0.1 * line.view(1, 1, -1, 1) + 0.1
    color = torch.rand(count, 3, 1, 1, generator=rng) * 0.3 + 0.7
    return torch.lerp(ground, color, disc).clamp(0, 1)


def _likeness(first: Tensor, second: Tensor) -> Tensor:
    """How far the tones of views go together, without regard to which is the darker: 0..1 for each."""
    pair = [blurred(gray(views), 5).flatten(1) for views in (first, second)]
    one, two = ((tone - tone.mean(1, keepdim=True)) for tone in pair)
    return F.cosine_similarity(one, two).abs()


def test_a_seed_paints_the_same_share_the_same_way_and_leaves_the_rest_and_the_input(views: Tensor) -> None:
    many, before = views.repeat(10, 1, 1, 1), views.repeat(10, 1, 1, 1)
    first, again, other = (painterly(many, _rng(seed), 0.5) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(many, before)
    assert first.shape == many.shape
    assert 0 <= float(first.min()) < float(first.max()) <= 1
    changed = (first != many).flatten(1).any(1).float().mean()
    assert 0.4 < float(changed) < 0.6


def test_no_share_changes_nothing_and_a_single_view_can_be_painted(views: Tensor) -> None:
    assert torch.equal(painterly(views, _rng(1), 0.0), views)
    for seed in range(20):
        alone = painterly(views[:1], _rng(seed), 1.0)
        assert alone.shape == (1, 3, SIDE, SIDE)
        assert bool(alone.isfinite().all())


def test_blank_pictures_stay_finite_and_in_range() -> None:
    blank = torch.cat([torch.zeros(16, 3, SIDE, SIDE), torch.ones(16, 3, SIDE, SIDE)])
    for seed in range(6):
        painted = painterly(blank, _rng(seed), 1.0)
        assert bool(painted.isfinite().all())
        assert 0 <= float(painted.min()) <= float(painted.max()) <= 1


def test_the_subject_can_still_be_seen_in_nearly_all(views: Tensor) -> None:
    painted = painterly(views.repeat(10, 1, 1, 1), _rng(5), 1.0)
    likeness = _likeness(painted, views.repeat(10, 1, 1, 1))
    assert float(likeness.median()) > 0.8
    assert float((likeness > 0.4).float().mean()) > 0.85
    strange = _likeness(painted, views.repeat(10, 1, 1, 1).roll(1, 0))
    assert float(strange.median()) < float(likeness.median()) - 0.2


def test_painted_views_are_duller_than_drawings_and_differ_from_each_other(views: Tensor) -> None:
    same = views[:1].repeat(64, 1, 1, 1)
    painted = painterly(same, _rng(6), 1.0)
    apart = torch.pdist(painted.flatten(1)) / (3 * SIDE * SIDE) ** 0.5
    assert float(apart.median()) > 0.08
    many = views.repeat(6, 1, 1, 1)
    colorful = [float((p.amax(1) - p.amin(1)).mean()) for p in (painterly(many, _rng(7), 1.0), many)]
    assert colorful[0] < 0.95 * colorful[1]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.__name__)
def test_every_effect_changes_every_view_and_keeps_its_shape(effect: Effect, views: Tensor) -> None:
    rough = views + torch.randn(views.shape, generator=_rng(2)) * 0.06  # a flat picture cannot be flattened
    before = rough.clone()
    painted = effect(rough, _dice(8))
    assert torch.equal(rough, before)
    assert painted.shape == views.shape
    assert bool(painted.isfinite().all())
    change = (painted - rough).abs().mean((1, 2, 3))
    assert float(change.min()) > 0
    assert float(change.max()) > 0.01
    assert torch.equal(painted, effect(rough, _dice(8)))
    assert float((_likeness(painted, rough) > 0.4).float().mean()) > 0.8


def test_the_schools_table_names_odds_for_every_effect_and_every_effect_is_used() -> None:
    assert abs(sum(share for share, _ in SCHOOLS) - 1) < 1e-6
    assert {len(odds) for _, odds in SCHOOLS} == {len(EFFECTS)}
    assert all(max(column) > 0 for column in zip(*(odds for _, odds in SCHOOLS), strict=True))


def test_kuwahara_calms_noise_and_keeps_an_edge_sharp() -> None:
    step = torch.zeros(1, 3, SIDE, SIDE)
    step[..., 32:] = 1
    noisy = step + torch.randn(step.shape, generator=_rng(2)) * 0.05
    for radius in (1, 2, 3):
        calm = kuwahara(noisy, radius)
        assert float((calm - step).square().mean()) < 0.4 * float((noisy - step).square().mean())
        assert torch.equal(kuwahara(step, radius), step)


def test_strokes_follow_the_edges() -> None:
    stripes = torch.zeros(4, 3, SIDE, SIDE)
    stripes[:, :, :, 16:32] = stripes[:, :, :, 48:] = 1
    painted = stroked(stripes, _dice(3))
    down = (painted[:, :, 1:] - painted[:, :, :-1]).abs().mean()
    across = (painted[..., 1:] - painted[..., :-1]).abs().mean()
    assert float(painted[..., 20:28].mean() - painted[..., 4:12].mean()) > 0.8
    assert float(down) < 0.7 * float(across)


def test_colors_are_moved_to_the_wanted_mean_and_covariance() -> None:
    views = torch.rand(3, 3, SIDE, SIDE, generator=_rng(4))
    free = torch.randn(3, 3, 40, generator=_rng(5)) * 0.2
    wanted = free @ free.mT / 40
    mean = torch.rand(3, 3, generator=_rng(6))
    flat = transport(views, mean, wanted).flatten(2)
    middle = flat.mean(2)
    spread = (flat - middle[..., None]) @ (flat - middle[..., None]).mT / flat.shape[2]
    assert torch.allclose(middle, mean, atol=1e-4)
    assert torch.allclose(spread, wanted, rtol=0.08, atol=1e-3)


def test_palettes_leave_light_parts_light(views: Tensor) -> None:
    moved = recolored(views, _dice(9))
    one, two = (gray(v).flatten(1) - gray(v).flatten(1).mean(1, keepdim=True) for v in (views, moved))
    assert bool(((one * two).sum(1) > 0).all())


def test_a_limited_palette_has_few_colors() -> None:
    noisy = torch.rand(4, 3, SIDE, SIDE, generator=_rng(7))
    for before, after in zip(noisy, limited(noisy, _dice(2)), strict=True):
        many, few = ((view.flatten(1) * 15).round().unique(dim=1).shape[1] for view in (before, after))
        assert few < 0.5 * many


def test_a_drawing_has_one_ink_on_one_paper(views: Tensor) -> None:
    flat = drawn(views, _dice(3)).flatten(2)
    centered = flat - flat.mean(2, keepdim=True)
    strengths = torch.linalg.svdvals(centered)
    assert bool((strengths[:, 1] < 0.02 * strengths[:, 0]).all())


def test_contours_darken_edges_more_than_plains() -> None:
    step = torch.full((32, 3, SIDE, SIDE), 0.5)
    step[..., 32:] = 0.9
    lined = gray(contoured(step, _dice(4)))
    assert float(lined[..., 30:34].amin(3).mean()) < float(lined[..., 4:20].mean()) - 0.1


def test_at_most_a_third_is_hidden(views: Tensor) -> None:
    many = views.repeat(8, 1, 1, 1)
    hidden = ((occluded(many, _dice(5)) - many).abs().sum(1) > 1e-4).flatten(1).float().mean(1)
    assert float(hidden.max()) <= MOST_COVERED + 0.01
    assert float(hidden.max()) > 0.25
    assert float(hidden.mean()) > 0.08


def test_faint_views_get_back_some_contrast_and_others_are_left(views: Tensor) -> None:
    faint = views * 0.3 + 0.3
    clear = legible(faint, views)
    tones = [gray(v).std((2, 3)) for v in (faint, clear, views)]
    assert bool((tones[1] > 0.5 * tones[2]).all())
    assert bool((tones[1] > tones[0]).all())
    assert torch.allclose(legible(views, views), views, atol=1e-6)


def test_pixels_are_taken_from_where_the_offset_says() -> None:
    views = torch.rand(2, 3, 16, 16, generator=_rng(8))
    offset = torch.zeros(2, 2, 16, 16)
    offset[:, 0], offset[:, 1] = 3, -2
    assert torch.allclose(shifted(views, offset)[:, :, 2:, :-3], views[:, :, :-2, 3:], atol=1e-5)


@dataclass
class _Mirror:
    """A VQGAN that keeps every pixel's color as its code: what it gives back was only shaken."""

    stride: int = 1

    @property
    def codebook(self) -> Tensor:
        return torch.eye(3)

    def encode(self, images: Tensor) -> Tensor:
        return images

    def quantize(self, z: Tensor) -> tuple[Tensor, Tensor]:
        return z, z.argmax(1)

    def decode(self, zq: Tensor) -> Tensor:
        return zq

    def codebook_range(self) -> tuple[Tensor, Tensor]:
        return torch.zeros(1, 3, 1, 1), torch.ones(1, 3, 1, 1)


def test_a_machine_repaints_its_share_and_stays_in_range(views: Tensor) -> None:
    many = views.repeat(10, 1, 1, 1)
    made = machine_made(many, _Mirror(), _rng(3), 0.25)
    changed = (made != many).flatten(1).any(1).float().mean()
    assert 0.15 < float(changed) < 0.35
    assert 0 <= float(made.min()) < float(made.max()) <= 1
    assert torch.equal(made, machine_made(many, _Mirror(), _rng(3), 0.25))
    assert torch.equal(machine_made(many, _Mirror(), _rng(3), 0.0), many)


def test_the_shipped_vqgan_repaints_what_can_still_be_recognized(views: Tensor) -> None:
    made = machine_made(views, load_mini().vqgan, _rng(4), 1.0)
    assert bool((made != views).flatten(1).any(1).all())
    assert 0 <= float(made.min()) < float(made.max()) <= 1
    assert float((_likeness(made, views) > 0.6).float().mean()) > 0.8
