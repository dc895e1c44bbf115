"""QuickGELU, x sigmoid(1.702 x): what OpenAI's CLIP was trained with; the exact GELU ruins its weights."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional as F

STEEPNESS: Final = 1.702


class _QuickGelu(torch.autograd.Function):
    """As SiLU of the stretched x, whose backward torch has in one pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        stretched = x * STEEPNESS
        ctx.save_for_backward(stretched)
        return F.silu(stretched).mul_(1 / STEEPNESS)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (stretched,) = ctx.saved_tensors
        gradient: Tensor = torch.ops.aten.silu_backward(gradients[0], stretched)
        return gradient


def quick_gelu(x: Tensor, by_hand: bool) -> Tensor:
    """x sigmoid(1.702 x); `by_hand` keeps one tensor for the way back instead of three."""
    if not by_hand:
        return x * torch.sigmoid(STEEPNESS * x)
    out: Tensor = _QuickGelu.apply(x)  # type: ignore[no-untyped-call] # torch leaves `apply` untyped
    return out
