"""Group normalization and SiLU in one (Wu and He 2018, arXiv 1803.08494), with a backward made for a CPU.

torch's own backward of group normalization takes 20 times as long in bf16 by pixel as the reading and writing would,
and autograd keeps the normalized map beside the input. Here the input is kept alone, what the derivative needs is
computed again, and both are done in pieces that stay in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PIECE: Final = 2**18  # numbers a piece for each thread: what a pass writes is still in the cache for the next


class _NormSilu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, groups: int, epsilon: float) -> Tensor:
        count, channels, height, width = x.shape
        out, mean, scale = torch.native_group_norm(x, weight, bias, count, channels, height * width, groups, epsilon)
        ctx.save_for_backward(x, weight, bias, mean, scale)
        return F.silu(out, inplace=True)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None, None]:
        x, weight, bias, mean, scale = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        out = torch.empty_like(gradient)
        for at in range(x.shape[0]):
            terms = _Terms.of(weight, bias, mean[at], scale[at], x.shape[2] * x.shape[3])
            _one(_rows(x[at]), _rows(gradient[at]), _rows(out[at]), terms)
        return out, None, None, None, None


def norm_silu(x: Tensor, norm: nn.GroupNorm, by_hand: bool) -> Tensor:
    """SiLU of the normalized x [B,C,H,W]; `by_hand` wants x by pixel and fp32 weights, and gives them no gradient."""
    if not by_hand:
        return F.silu(norm(x))
    x = x.contiguous(memory_format=torch.channels_last)
    out: Tensor = _NormSilu.apply(x, norm.weight, norm.bias, norm.num_groups, norm.eps)  # type: ignore[no-untyped-call] # torch's
    return out


@dataclass(frozen=True, slots=True)
class _Terms:
    """Of one picture: the normalized map is `slope * x + shift`, each [C]; groups have `mean` and `scale` [G,1]."""

    slope: Tensor
    shift: Tensor
    weight: Tensor
    mean: Tensor
    scale: Tensor
    places: int

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor, mean: Tensor, scale: Tensor, places: int) -> _Terms:
        mean, scale = mean.float()[:, None], scale.float()[:, None]
        grouped = weight.float().view(mean.shape[0], -1)
        slope = grouped * scale
        shift = bias.float() - (slope * mean).view(-1)
        return cls(slope.view(-1), shift, grouped, mean, scale, places)

    def correction(self, total: Tensor, moment: Tensor) -> tuple[Tensor, Tensor]:
        """Slope and shift [C] of what the statistics add, from the sums [C] of d and d x, d being SiLU's gradient."""
        size = self.places * self.weight.shape[1]
        total = (total.view_as(self.weight) * self.weight).sum(1, keepdim=True)
        moment = (moment.view_as(self.weight) * self.weight).sum(1, keepdim=True)
        slope = -(self.scale**3) * (moment - self.mean * total) / size
        shift = -self.scale * total / size - slope * self.mean
        return slope.expand_as(self.weight).reshape(-1), shift.expand_as(self.weight).reshape(-1)


def _rows(x: Tensor) -> Tensor:
    """[C,H,W] by pixel as [H*W,C], the same memory."""
    return x.permute(1, 2, 0).reshape(-1, x.shape[0])


def _one(x: Tensor, gradient: Tensor, out: Tensor, terms: _Terms) -> None:
    """The backward of one picture, all [H*W,C]: first SiLU's into `out`, with its sums; then the normalization's."""
    rows = min(len(x), max(1, PIECE * torch.get_num_threads() // x.shape[1]))
    pieces = list(zip(x.split(rows), gradient.split(rows), out.split(rows), strict=True))
    first, second, third = (x.new_empty(rows, x.shape[1], dtype=torch.float32) for _ in range(3))
    total, moment = (x.new_zeros(1, x.shape[1], dtype=torch.float32) for _ in range(2))
    ones = x.new_ones(1, rows, dtype=torch.float32)
    for piece, came, goes in pieces:
        n = len(piece)
        seen, inner = _wide(piece, first), second[:n]
        torch.addcmul(terms.shift, seen, terms.slope, out=inner)
        torch.ops.aten.silu_backward.grad_input(_wide(came, third), inner, grad_input=inner)
        goes.copy_(inner)
        total.addmm_(ones[:, :n], inner)
        moment.addmm_(ones[:, :n], inner.mul_(seen))
    slope, shift = terms.correction(total, moment)
    for piece, _, goes in pieces:
        rest = torch.addcmul(shift, _wide(piece, first), slope, out=second[: len(piece)])
        goes.copy_(rest.addcmul_(_wide(goes, third), terms.slope))


def _wide(part: Tensor, buffer: Tensor) -> Tensor:
    """The part in fp32, in the buffer if it is not."""
    return part if part.dtype == torch.float32 else buffer[: len(part)].copy_(part)
