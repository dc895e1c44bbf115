from __future__ import annotations

import torch

from generator.cutouts import Views, cut, draw_views, whole
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
