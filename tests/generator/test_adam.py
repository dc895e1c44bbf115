from __future__ import annotations

import torch

from generator.adam import adam_update, no_moments


def test_updates_are_those_of_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(1, 4, 5, 5, generator=generator)
    theirs = z.clone().requires_grad_()
    optimizer = torch.optim.Adam([theirs], lr=0.1)
    moments = no_moments(z)
    for _ in range(30):
        gradient = torch.randn(z.shape, generator=generator) * 1e-3
        theirs.grad = gradient.clone()
        optimizer.step()
        z, moments = adam_update(z, gradient, moments, 0.1)
    assert moments.updates == 30
    torch.testing.assert_close(z, theirs.detach(), rtol=1e-5, atol=1e-6)


def test_an_update_leaves_what_it_was_given_alone() -> None:
    z, gradient = torch.zeros(3), torch.ones(3)
    moments = no_moments(z)
    moved, later = adam_update(z, gradient, moments, 0.5)
    assert z.tolist() == [0, 0, 0]
    assert moments.first.tolist() == [0, 0, 0]
    torch.testing.assert_close(moved, torch.full((3,), -0.5))
    assert later.updates == 1
