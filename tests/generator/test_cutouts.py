from __future__ import annotations

import hashlib

import pytest
import torch

from generator.cutouts import Views, cut, draw_views, whole
from generator.errors import BadRecipe
from generator.peers import tint
from generator.streams import stream


def plain_views(count: int, side: int) -> Views:
    """Views that show the whole picture unchanged."""
    line = (torch.arange(side) * 2 + 1) / side - 1
    across, down = torch.meshgrid(line, line, indexing="xy")
    grid = torch.stack((across, down), 2).expand(count, side, side, 2).contiguous()
    color = torch.eye(3).expand(count, 3, 3)
    return Views(grid, color, torch.zeros(count, 1, 1), torch.zeros(count, 3, side, side))


def test_a_view_of_the_whole_picture_is_the_picture() -> None:
    image = torch.rand(1, 3, 16, 16, generator=stream(1, "picture"))
    seen = cut(image, plain_views(3, 16))
    torch.testing.assert_close(seen, image.expand(3, 3, 16, 16))


def test_views_come_in_the_asked_number_and_size_and_stay_near_the_picture() -> None:
    views = draw_views(12, 16, stream(7, "cutouts", 3))
    assert views.grid.shape == (12, 16, 16, 2)
    assert cut(torch.rand(1, 3, 64, 64), views).shape == (12, 3, 16, 16)
    assert float(views.grid.abs().max()) < 2
    assert float(views.grid.abs().mean()) > 0.2


def test_views_differ_from_each_other_and_flip_about_half_the_time() -> None:
    views = draw_views(200, 4, stream(0, "cutouts"))
    mirrored = (views.grid[:, 0, -1, 0] < views.grid[:, 0, 0, 0]).float().mean()
    assert 0.35 < float(mirrored) < 0.65
    assert len({tuple(row) for row in views.grid[:, 0, 0].tolist()}) == 200


def test_a_gray_picture_stays_gray_without_noise() -> None:
    views = draw_views(6, 8, stream(5, "cutouts"))
    gains_alike = Views(views.grid, views.color.mean(1, keepdim=True).expand(6, 3, 3), views.offset, views.noise * 0)
    seen = cut(torch.full((1, 3, 32, 32), 0.5), gains_alike)
    assert float(seen.std(1).max()) < 1e-6


def test_the_gradient_reaches_most_of_the_picture() -> None:
    image = torch.rand(1, 3, 64, 64, generator=stream(1, "picture")).requires_grad_()
    cut(image, draw_views(8, 16, stream(2, "cutouts"))).square().sum().backward()
    assert image.grad is not None
    assert float((image.grad != 0).float().mean()) > 0.9


def test_the_whole_picture_is_resized_without_aliasing() -> None:
    board = (torch.arange(64)[:, None] + torch.arange(64)).remainder(2).float().expand(1, 3, 64, 64)
    torch.testing.assert_close(whole(board, 16)[..., 1:-1, 1:-1], torch.full((1, 3, 14, 14), 0.5), rtol=0, atol=0.02)


def test_streams_of_one_name_agree_and_of_different_names_do_not() -> None:
    names = [(1, "a", 0), (1, "a", 1), (1, "b", 0), (2, "a", 0), (1 + 2**32, "a", 0)]
    draws = [tuple(torch.rand(4, generator=stream(*name)).tolist()) for name in names]
    again = [tuple(torch.rand(4, generator=stream(*name)).tolist()) for name in names]
    assert draws == again
    assert len(set(draws)) == len(names)


def test_a_part_of_the_views_cuts_that_part_of_the_cutouts() -> None:
    image = torch.rand(1, 3, 32, 32, generator=stream(1, "picture"))
    for method in ("grid", "peers"):
        views = draw_views(5, 16, stream(3, "cutouts"), method)
        parts = [cut(image, views.part(start, start + 2)) for start in (0, 2, 4)]
        torch.testing.assert_close(torch.cat(parts), cut(image, views))


def test_the_grid_draws_what_it_always_drew() -> None:
    views = draw_views(3, 8, stream(4, "cutouts", 2))
    drawn = [part.numpy().tobytes() for part in (views.grid, views.color, views.offset, views.noise)]
    assert views.shown is None
    assert views.tints is None
    assert hashlib.sha256(drawn[3]).hexdigest()[:16] == "5fdc42b09c65e876"
    torch.testing.assert_close(views.color[0, 0], torch.tensor([0.897649, 0.007314, 0.001421]))


def test_the_peers_cutouts_vary_in_their_way() -> None:
    views = draw_views(400, 16, stream(5, "cutouts"), "peers")
    assert views.shown is not None
    assert views.tints is not None
    untouched = (views.tints == torch.tensor([1.0, 0.0])).all(1).float().mean()
    assert 0.2 < float(untouched) < 0.4
    assert float((views.tints[:, 0] - 1).abs().max()) <= 0.1
    assert float(views.tints[:, 1].abs().max()) <= 0.1
    assert 0.3 < float(views.shown.mean()) < 0.9
    assert set(views.shown.unique().tolist()) == {0.0, 1.0}
    erased = 0
    for seed in range(200):
        shown = draw_views(1, 16, stream(seed, "cutouts"), "peers").shown
        assert shown is not None
        erased += not bool(shown.all())
    assert erased > 120


def test_the_peers_picture_is_black_where_nothing_is_shown_and_passes_gradients() -> None:
    image = torch.rand(1, 3, 64, 64, generator=stream(1, "picture")).requires_grad_()
    views = draw_views(12, 16, stream(6, "cutouts"), "peers")
    assert views.shown is not None
    seen = cut(image, views)
    assert seen.shape == (12, 3, 16, 16)
    assert float(((seen.detach() - views.noise) * (1 - views.shown)).abs().max()) == 0
    seen.square().sum().backward()
    assert image.grad is not None
    assert bool(image.grad.isfinite().all())
    assert float((image.grad != 0).float().mean()) > 0.3


def test_tints_turn_hue_and_scale_saturation_as_hsv_does() -> None:
    import colorsys

    colors = torch.rand(50, 3, generator=stream(7, "colors"))
    for saturation, turn in ((1.0, 0.0), (0.7, 0.0), (1.2, 0.1), (1.0, -0.35)):
        found = tint(colors[:, :, None, None], torch.tensor([[saturation, turn]]).expand(50, 2))[:, :, 0, 0]
        for color, one in zip(colors.tolist(), found.tolist(), strict=True):
            hue, chroma, value = colorsys.rgb_to_hsv(*color)
            wanted = colorsys.hsv_to_rgb((hue + turn) % 1, min(1.0, chroma * saturation), value)
            assert one == pytest.approx(wanted, abs=1e-5)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(BadRecipe, match="'kaleidoscope'"):
        draw_views(1, 8, stream(0, "cutouts"), "kaleidoscope")
