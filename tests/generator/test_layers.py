from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from generator import normalization
from generator.normalization import norm_silu


def both(channels: int, groups: int, shape: tuple[int, ...]) -> tuple[torch.Tensor, ...]:
    dice = torch.Generator().manual_seed(8)
    norm = nn.GroupNorm(groups, channels, eps=1e-6).requires_grad_(False)
    norm.weight.copy_(torch.randn(channels, generator=dice))
    norm.bias.copy_(torch.randn(channels, generator=dice))
    x = (torch.randn(shape[0], channels, *shape[1:], generator=dice) * 2 + 1).requires_grad_()
    aim = torch.randn(x.shape, generator=dice)
    found, wanted = norm_silu(x, norm, True), functional.silu(norm(x))
    return found, wanted, *(torch.autograd.grad((one * aim).sum(), x)[0] for one in (found, wanted))


@pytest.mark.parametrize(("channels", "groups"), [(4, 1), (64, 32), (24, 3)])
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 5, 3), (1, 16, 16)])
def test_normalization_by_hand_is_torchs_with_its_gradient(channels: int, groups: int, shape: tuple[int, ...]) -> None:
    found, wanted, gradient, wanted_gradient = both(channels, groups, shape)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(gradient, wanted_gradient, rtol=1e-3, atol=2e-4)


def test_pieces_that_do_not_divide_the_picture_give_the_same_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normalization, "PIECE", 7 * 24)
    _, _, gradient, wanted = both(24, 3, (2, 5, 5))
    torch.testing.assert_close(gradient, wanted, rtol=1e-3, atol=1e-4)


def test_a_large_map_is_measured_exactly() -> None:
    norm = nn.GroupNorm(1, 32, eps=1e-6).requires_grad_(False)
    x = torch.randn(1, 32, 256, 256, generator=torch.Generator().manual_seed(9)) + 8
    exact = functional.silu(functional.group_norm(x.double(), 1, eps=1e-6)).float()
    by_torch = functional.silu(norm(x.contiguous(memory_format=torch.channels_last)))
    ours, theirs = (float((found - exact).abs().max()) for found in (norm_silu(x, norm, True), by_torch))
    assert ours < 1e-5
    assert ours < theirs / 10
