"""The nearest codes of a codebook, without the N x n one-hot matrix and the product by it that others make."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.levers import PLAIN, Levers
from generator.linear import linear


class _StraightThrough(torch.autograd.Function):
    """The second tensor forward, the gradient to the first (Bengio et al. 2013, arXiv 1308.3432)."""

    @staticmethod
    def forward(_ctx: Any, _z: Tensor, nearest: Tensor) -> Tensor:
        return nearest.clone()

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0], None


class Quantizer(nn.Module):
    """The codebook: n codes of d numbers, fp32 at every precision so that a code is chosen and shown exactly."""

    lengths: Tensor
    lowest: Tensor
    highest: Tensor

    def __init__(self, codes: int, size: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        self.embedding = nn.Embedding(codes, size)
        if self.embedding.weight.device.type != "meta":
            self.measure()

    def measure(self) -> None:
        """Note what every step asks of the codes: needed after they were given to a model made on "meta"."""
        book = self.embedding.weight.detach()
        low, high = torch.aminmax(book, dim=0)
        self.register_buffer("lengths", -book.square().sum(1) / 2, persistent=False)
        self.register_buffer("lowest", low.view(1, -1, 1, 1), persistent=False)
        self.register_buffer("highest", high.view(1, -1, 1, 1), persistent=False)

    def nearest(self, flat: Tensor) -> Tensor:
        """Numbers [N] of the codes nearest to vectors [N,d]: those with the largest z e - |e|^2 / 2."""
        return linear(flat, self.embedding.weight, self.lengths, self.levers.onednn_linear).argmax(1)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """z [B,d,h,w] to (the nearest codes in its place, their numbers [B,h,w]); the gradient passes unchanged."""
        with torch.no_grad():
            codes = self.nearest(z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])).view(z.shape[0], *z.shape[2:])
            nearest = F.embedding(codes, self.embedding.weight).permute(0, 3, 1, 2).contiguous()
        quantized: Tensor = _StraightThrough.apply(z, nearest)  # type: ignore[no-untyped-call] # torch leaves it untyped
        return quantized, codes
