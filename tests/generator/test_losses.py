from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from generator.losses import (
    TERMS,
    extra_losses,
    fidelity_loss,
    prompt_loss,
    prompt_match,
    spherical_distance,
    total_variation,
)
from generator.nouns import LOSSES


def unit(*rows: tuple[float, ...]) -> torch.Tensor:
    return functional.normalize(torch.tensor(rows), dim=1)


@pytest.mark.parametrize("angle", [0.1, 0.7, 1.5, 2.5, 3.1])
def test_the_spherical_distance_is_half_the_squared_angle(angle: float) -> None:
    a, b = unit((1.0, 0.0)), unit((math.cos(angle), math.sin(angle)))
    crowson = 2 * math.asin(float((a - b).norm()) / 2) ** 2
    assert float(spherical_distance(a, b)) == pytest.approx(angle**2 / 2, rel=1e-3)
    assert float(spherical_distance(a, b)) == pytest.approx(crowson, rel=1e-3)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_slope_is_finite_where_vectors_are_equal_or_opposite(sign: float) -> None:
    a = unit((0.6, 0.8)).requires_grad_()
    spherical_distance(a, sign * a.detach()).sum().backward()
    assert a.grad is not None
    assert bool(a.grad.isfinite().all())


def test_a_negative_weight_rewards_distance() -> None:
    seen, near, far = unit((1.0, 0.1)), unit((1.0, 0.0)), unit((0.0, 1.0))
    away = torch.tensor([-1.0])
    assert float(prompt_loss(seen, near, away)) > float(prompt_loss(seen, far, away))
    assert float(prompt_match(seen, near, away)) < float(prompt_match(seen, far, away))


def test_weights_are_shares() -> None:
    seen, wanted = unit((1.0, 0.0), (0.0, 1.0)), unit((1.0, 0.0), (1.0, 1.0))
    small, large = torch.tensor([1.0, 2.0]), torch.tensor([10.0, 20.0])
    torch.testing.assert_close(prompt_loss(seen, wanted, small), prompt_loss(seen, wanted, large))
    assert float(prompt_match(seen, wanted, torch.tensor([1.0, 1e-6]))) == pytest.approx(0.5, abs=1e-4)


def test_terms_are_zero_where_nothing_differs_and_grow_with_difference() -> None:
    flat = torch.full((1, 3, 8, 8), 0.5)
    board = (torch.arange(8)[:, None] + torch.arange(8)).remainder(2).float().expand(1, 3, 8, 8)
    assert float(fidelity_loss(flat, flat)) == 0
    assert float(fidelity_loss(board, flat)) == pytest.approx(0.25)
    assert float(total_variation(flat, board)) == 0
    assert float(total_variation(board, flat)) == pytest.approx(2.0)


def test_every_loss_a_recipe_may_name_exists() -> None:
    assert set(TERMS) == set(LOSSES)
    image = torch.rand(1, 3, 8, 8)
    assert list(extra_losses(image, image, ["fidelity"])) == ["fidelity"]
