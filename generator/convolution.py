"""Convolutions of frozen weights: what their backward does not need is not kept."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.levers import Levers
from generator.linear import linear

FOLD: Final = ((0, 0, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0))  # which taps of 3 meet in each tap of 4


class _Convolve(torch.autograd.Function):
    """Stride 1; the gradient goes to the input only, and needs the weights only."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, padding: int) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.padding = padding
        return F.conv2d(x, weight, bias, padding=padding)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (weight,) = ctx.saved_tensors
        return F.conv_transpose2d(gradients[0], weight, padding=ctx.padding), None, None, None


class _Double(torch.autograd.Function):
    """Transposed convolution of 4x4 taps and stride 2; its backward is the convolution."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(weight)
        return F.conv_transpose2d(x, weight, bias, stride=2, padding=1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (weight,) = ctx.saved_tensors
        return F.conv2d(gradients[0], weight, stride=2, padding=1), None, None


def convolve(x: Tensor, conv: nn.Conv2d, lean: bool) -> Tensor:
    """`conv(x)` of stride 1; `lean` gives no gradient to the weights, and keeps no input for it."""
    if not lean:
        plain: Tensor = conv(x)
        return plain
    out: Tensor = _Convolve.apply(x, conv.weight, conv.bias, conv.padding[0])  # type: ignore[no-untyped-call] # torch's
    return out


def convolve_pixels(x: Tensor, conv: nn.Conv2d, levers: Levers) -> Tensor:
    """`conv(x)` of one tap; by pixel it is a matrix product."""
    if not (levers.channels_last and levers.lean_convolution):
        return convolve(x, conv, levers.lean_convolution)
    weight = conv.weight.view(conv.weight.shape[:2])
    return linear(x.permute(0, 2, 3, 1), weight, conv.bias, levers.onednn_linear).permute(0, 3, 1, 2)


def fold_doubling(weight: Tensor) -> Tensor:
    """Weights [out,in,3,3] behind a doubling by nearest neighbor as those [in,out,4,4] of `double`.

    Of the 3 taps across, two see the same pixel of the small picture, so their weights add up.
    """
    taps = torch.tensor(FOLD, dtype=weight.dtype).to(weight.device)
    return torch.einsum("oikl,ak,bl->ioab", weight, taps, taps).contiguous()


def double(x: Tensor, folded: Tensor, bias: Tensor | None) -> Tensor:
    """[B,C,H,W] to twice the size [B,out,2H,2W] with weights of `fold_doubling`; the gradient goes to x only."""
    out: Tensor = _Double.apply(x, folded, bias)  # type: ignore[no-untyped-call] # torch leaves `apply` untyped
    return out
