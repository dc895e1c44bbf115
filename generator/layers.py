"""The blocks of taming's VQGAN (Esser et al. 2021, arXiv 2012.09841), with the names that its checkpoints use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.convolution import convolve, convolve_pixels, double, fold_doubling
from generator.levers import PLAIN, Levers
from generator.normalization import norm_silu

GROUPS = 32
EPSILON = 1e-6


def group_norm(channels: int) -> nn.GroupNorm:
    """The normalization of every block: 32 groups."""
    return nn.GroupNorm(GROUPS, channels, eps=EPSILON)


def _format(levers: Levers) -> torch.memory_format:
    return torch.channels_last if levers.channels_last else torch.contiguous_format


class ResnetBlock(nn.Module):
    """Two 3x3 convolutions, each behind normalization and SiLU, beside a shortcut (He et al. 2016, 1603.05027)."""

    def __init__(self, channels: int, out: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        self.norm1 = group_norm(channels)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1)
        self.norm2 = group_norm(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.nin_shortcut = nn.Conv2d(channels, out, 1) if channels != out else None

    def forward(self, x: Tensor) -> Tensor:
        lean, by_hand = self.levers.lean_convolution, self.levers.hand_norm
        h = convolve(norm_silu(x, self.norm1, by_hand), self.conv1, lean)
        h = convolve(norm_silu(h, self.norm2, by_hand), self.conv2, lean)
        shortcut = x if self.nin_shortcut is None else convolve_pixels(x, self.nin_shortcut, self.levers)
        return h.add_(shortcut)


class AttnBlock(nn.Module):
    """Self-attention of one head over all places of the map."""

    def __init__(self, channels: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        self.norm = group_norm(channels)
        self.q = nn.Conv2d(channels, channels, 1)
        self.k = nn.Conv2d(channels, channels, 1)
        self.v = nn.Conv2d(channels, channels, 1)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        normed = self.norm(x)
        q, k, v = (convolve_pixels(normed, one, self.levers).flatten(2).mT for one in (self.q, self.k, self.v))
        if self.levers.fused_attention:
            seen = F.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None])[:, 0]
        else:
            seen = (q @ k.mT * channels**-0.5).softmax(2) @ v
        return x + convolve_pixels(seen.mT.reshape(batch, channels, height, width), self.proj_out, self.levers)


class Upsample(nn.Module):
    """Twice the size: nearest neighbor, then a 3x3 convolution."""

    def __init__(self, channels: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.folded: Tensor | None
        self.register_buffer("folded", None, persistent=False)

    def fold(self, weight: Tensor) -> None:
        """Take the convolution's weights, at the precision that they came in, for doubling in one go."""
        folded = fold_doubling(weight).to(dtype=self.conv.weight.dtype, device=self.conv.weight.device)
        self.folded = folded.contiguous(memory_format=_format(self.levers))

    def forward(self, x: Tensor) -> Tensor:
        if self.folded is not None:
            return double(x, self.folded, self.conv.bias)
        return convolve(F.interpolate(x, scale_factor=2.0, mode="nearest"), self.conv, self.levers.lean_convolution)


class Downsample(nn.Module):
    """Half the size: a 3x3 convolution of stride 2, padded below and to the right."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(F.pad(x, (0, 1, 0, 1)))
        return out


class Middle(nn.Module):
    """The innermost blocks of encoder and decoder."""

    def __init__(self, channels: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.block_1 = ResnetBlock(channels, channels, levers)
        self.attn_1 = AttnBlock(channels, levers)
        self.block_2 = ResnetBlock(channels, channels, levers)

    def blocks(self) -> list[nn.Module]:
        """The blocks in the order that they work in."""
        return [self.block_1, self.attn_1, self.block_2]


class Level(nn.Module):
    """The blocks of one resolution: residual ones, each with attention behind it where asked for, and the resizing."""

    def __init__(self, channels: int, out: int, depth: int, attention: bool, levers: Levers = PLAIN) -> None:
        super().__init__()
        widths = [channels, *[out] * depth]
        self.block = nn.ModuleList(ResnetBlock(widths[at], out, levers) for at in range(depth))
        self.attn = nn.ModuleList(AttnBlock(out, levers) for _ in range(depth if attention else 0))

    def blocks(self) -> list[nn.Module]:
        """The blocks in the order that they work in."""
        if not self.attn:
            return list(self.block)
        return [part for pair in zip(self.block, self.attn, strict=True) for part in pair]


class DownLevel(Level):
    """A level of the encoder; all but the last halve the size at their end."""

    def __init__(self, channels: int, out: int, depth: int, attention: bool, last: bool, levers: Levers) -> None:
        super().__init__(channels, out, depth, attention, levers)
        self.downsample = None if last else Downsample(out)

    def blocks(self) -> list[nn.Module]:
        return super().blocks() + ([] if self.downsample is None else [self.downsample])


class UpLevel(Level):
    """A level of the decoder; all but the last double the size at their end."""

    def __init__(self, channels: int, out: int, depth: int, attention: bool, last: bool, levers: Levers) -> None:
        super().__init__(channels, out, depth, attention, levers)
        self.upsample = None if last else Upsample(out, levers)

    def blocks(self) -> list[nn.Module]:
        return super().blocks() + ([] if self.upsample is None else [self.upsample])


def blocks_of(levels: Iterable[nn.Module]) -> Iterator[nn.Module]:
    """The blocks of levels in the order that they work in."""
    for level in levels:
        if isinstance(level, Level):
            yield from level.blocks()
