from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from generator.nouns import OPTIMIZERS
from generator.optimizers import DECAY, UPDATES, no_moments

THEIRS: dict[str, Callable[[list[Tensor]], torch.optim.Optimizer]] = {
    "adam": lambda z: torch.optim.Adam(z, lr=0.1),
    "adamw": lambda z: torch.optim.AdamW(z, lr=0.1, weight_decay=DECAY),
    "adamax": lambda z: torch.optim.Adamax(z, lr=0.1),
    "radam": lambda z: torch.optim.RAdam(z, lr=0.1),
    "sgd": lambda z: torch.optim.SGD(z, lr=0.1, momentum=0.9),
}


def test_every_optimizer_of_a_recipe_exists() -> None:
    assert set(OPTIMIZERS) == set(UPDATES) == set(THEIRS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_are_those_of_torch(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(1, 4, 5, 5, generator=generator)
    theirs = z.clone().requires_grad_()
    optimizer = THEIRS[name]([theirs])
    moments = no_moments(z)
    for _ in range(30):
        gradient = torch.randn(z.shape, generator=generator) * 1e-3
        theirs.grad = gradient.clone()
        optimizer.step()
        z, moments = UPDATES[name](z, gradient, moments, 0.1)
    assert moments.updates == 30
    torch.testing.assert_close(z, theirs.detach(), rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_leaves_what_it_was_given_alone(name: str) -> None:
    z, gradient = torch.zeros(3), torch.ones(3)
    moments = no_moments(z)
    moved, later = UPDATES[name](z, gradient, moments, 0.5)
    assert z.tolist() == [0, 0, 0]
    assert moments.first.tolist() == moments.second.tolist() == [0, 0, 0]
    torch.testing.assert_close(moved, torch.full((3,), -0.5))
    assert later.updates == 1
