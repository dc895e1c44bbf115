"""Group normalization and SiLU in one (Wu and He 2018, arXiv 1803.08494), made for a CPU.

torch's own backward of group normalization takes 20 times as long in bf16 by pixel as the reading and writing would,
autograd keeps the normalized map beside the input, and by pixel torch adds up a million squares one by one: at 512
pixels the fourth digit of z is wrong. Here the input is kept alone, what the derivative needs is computed again, and
all is done in fp32 in pieces that stay in the cache, whose sums are added in double precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PIECE: Final = 2**18  # numbers a piece for each thread: what a pass writes is still in the cache for the next


class _NormSilu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, groups: int, epsilon: float) -> Tensor:
        # In halves torch's own sums are exact enough, and its kernel needs a third less time than the pieces.
        measure = _exactly if x.dtype == torch.float32 else _natively
        out, mean, scale = measure(x, weight, bias, groups, epsilon)
        ctx.save_for_backward(x, weight, bias, mean, scale)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None, None]:
        x, weight, bias, mean, scale = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        out = torch.empty_like(gradient)
        for at in range(len(x)):
            norm = _Norm(weight, bias, mean[at, :, None], scale[at, :, None])
            _backward(_rows(x[at]), _rows(gradient[at]), _rows(out[at]), norm)
        return out, None, None, None, None


def norm_silu(x: Tensor, norm: nn.GroupNorm, by_hand: bool) -> Tensor:
    """SiLU of the normalized x [B,C,H,W]; `by_hand` wants x by pixel and fp32 weights, and gives them no gradient."""
    if not by_hand:
        return F.silu(norm(x))
    x = x.contiguous(memory_format=torch.channels_last)
    out: Tensor = _NormSilu.apply(x, norm.weight, norm.bias, norm.num_groups, norm.eps)  # type: ignore[no-untyped-call] # torch's
    return out


@dataclass(frozen=True, slots=True)
class _Norm:
    """The normalization of one picture: weights [C], mean and scale [G,1] of its groups."""

    weight: Tensor
    bias: Tensor
    mean: Tensor
    scale: Tensor

    @classmethod
    def of(cls, x: Tensor, weight: Tensor, bias: Tensor, groups: int, epsilon: float) -> _Norm:
        """Measure x [H*W,C]."""
        work = _Work.of(x)
        for piece in work.pieces(x):
            seen = work.wide(piece, 0)
            work.add(seen, torch.mul(seen, seen, out=work.buffers[1][: len(seen)]))
        total, squares = (part.view(groups, -1).sum(1, keepdim=True) for part in work.sums())
        size = x.shape[0] * x.shape[1] // groups
        mean = total / size
        scale = (squares / size - mean * mean).clamp_min(0).add(epsilon).rsqrt()
        return cls(weight, bias, mean.float(), scale.float())

    def terms(self) -> tuple[Tensor, Tensor]:
        """Slope and shift [C] by which x is normalized."""
        slope = self._grouped(self.weight) * self.scale
        return slope.view(-1), self.bias - (slope * self.mean).view(-1)

    def correction(self, total: Tensor, moment: Tensor, places: int) -> tuple[Tensor, Tensor]:
        """Slope and shift [C] of what the statistics add, from the sums [C] of d and d x, d being SiLU's gradient."""
        weight = self._grouped(self.weight)
        size = places * weight.shape[1]
        total = (self._grouped(total) * weight).sum(1, keepdim=True)
        moment = (self._grouped(moment) * weight).sum(1, keepdim=True)
        slope = -(self.scale**3) * (moment - self.mean * total) / size
        shift = -self.scale * total / size - slope * self.mean
        return slope.float().expand_as(weight).reshape(-1), shift.float().expand_as(weight).reshape(-1)

    def _grouped(self, channels: Tensor) -> Tensor:
        return channels.view(self.mean.shape[0], -1)


@dataclass(frozen=True, slots=True)
class _Work:
    """Three fp32 buffers of a piece [rows,C], a row of ones, and two sums [1,C] of each piece that was added."""

    buffers: tuple[Tensor, ...]
    ones: Tensor
    parts: tuple[list[Tensor], list[Tensor]]

    @classmethod
    def of(cls, x: Tensor) -> _Work:
        rows = min(len(x), max(1, PIECE * torch.get_num_threads() // x.shape[1]))
        buffers = tuple(x.new_empty(rows, x.shape[1], dtype=torch.float32) for _ in range(3))
        return cls(buffers, x.new_ones(1, rows, dtype=torch.float32), ([], []))

    def pieces(self, x: Tensor) -> Iterator[Tensor]:
        """x [n,C] in pieces that fit the buffers."""
        return iter(x.split(len(self.buffers[0])))

    def wide(self, piece: Tensor, number: int) -> Tensor:
        """The piece in fp32, in the buffer of this number if it is not."""
        return piece if piece.dtype == torch.float32 else self.buffers[number][: len(piece)].copy_(piece)

    def add(self, *tensors: Tensor) -> None:
        """Add up two tensors [n,C] over their rows."""
        for part, tensor in zip(self.parts, tensors, strict=True):
            part.append(self.ones[:, : len(tensor)] @ tensor)

    def sums(self) -> tuple[Tensor, Tensor]:
        """Both sums [C] of all pieces, in double precision."""
        first, second = (torch.cat(part).double().sum(0) for part in self.parts)
        return first, second


def _exactly(x: Tensor, weight: Tensor, bias: Tensor, groups: int, epsilon: float) -> tuple[Tensor, Tensor, Tensor]:
    """SiLU of the normalized x, with mean and scale [B,groups]."""
    out = torch.empty_like(x)
    norms = []
    for seen, goes in zip(x, out, strict=True):
        norms.append(_Norm.of(_rows(seen), weight, bias, groups, epsilon))
        _forward(_rows(seen), _rows(goes), norms[-1])
    return out, torch.stack([norm.mean[:, 0] for norm in norms]), torch.stack([norm.scale[:, 0] for norm in norms])


def _natively(x: Tensor, weight: Tensor, bias: Tensor, groups: int, epsilon: float) -> tuple[Tensor, Tensor, Tensor]:
    count, channels, height, width = x.shape
    out, mean, scale = torch.native_group_norm(x, weight, bias, count, channels, height * width, groups, epsilon)
    return F.silu(out, inplace=True), mean.float(), scale.float()


def _rows(x: Tensor) -> Tensor:
    """[C,H,W] by pixel as [H*W,C], the same memory."""
    return x.permute(1, 2, 0).reshape(-1, x.shape[0])


def _forward(x: Tensor, out: Tensor, norm: _Norm) -> None:
    """All [H*W,C]."""
    work = _Work.of(x)
    slope, shift = norm.terms()
    for piece, goes in zip(work.pieces(x), work.pieces(out), strict=True):
        normalized = torch.addcmul(shift, work.wide(piece, 0), slope, out=work.buffers[1][: len(piece)])
        goes.copy_(F.silu(normalized, inplace=True))


def _backward(x: Tensor, gradient: Tensor, out: Tensor, norm: _Norm) -> None:
    """All [H*W,C]: first SiLU's gradient into `out`, with its sums; then the normalization's."""
    work = _Work.of(x)
    slope, shift = norm.terms()
    for piece, came, goes in zip(work.pieces(x), work.pieces(gradient), work.pieces(out), strict=True):
        seen, inner = work.wide(piece, 0), work.buffers[1][: len(piece)]
        torch.addcmul(shift, seen, slope, out=inner)
        torch.ops.aten.silu_backward.grad_input(work.wide(came, 2), inner, grad_input=inner)
        goes.copy_(inner)
        work.add(inner, torch.mul(inner, seen, out=work.buffers[2][: len(piece)]))
    more, rest = norm.correction(*work.sums(), len(x))
    for piece, goes in zip(work.pieces(x), work.pieces(out), strict=True):
        added = torch.addcmul(rest, work.wide(piece, 0), more, out=work.buffers[1][: len(piece)])
        goes.copy_(added.addcmul_(work.wide(goes, 2), slope))
