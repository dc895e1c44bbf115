"""A small VQGAN: fully convolutional, stride 8, 1,024 codes of 32 numbers.

The plan is that of Esser et al. 2021 (arXiv 2012.09841) at a hundredth of the size. Blocks have no normalization, as in
tiny distilled autoencoders: an image is decoded alike whatever its size and surroundings, and a step costs half.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

WIDTHS = (40, 96, 128)  # channels at 1/2, 1/4 and 1/8 of the image
CODES = 1024
CODE_SIZE = 32
STRIDE = 8


class _ClampWithGradient(torch.autograd.Function):
    """Clamp to 0..1, but let through the gradient that leads back inside (Crowson et al. 2022, arXiv 2204.08583)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        (gradient,) = gradients
        inward: Tensor = gradient * (x - x.clamp(0, 1)) >= 0
        return gradient * inward


def clamp_with_gradient(x: Tensor) -> Tensor:
    """Clamp to 0..1 so that a saturated pixel can still be pulled back."""
    clamped: Tensor = _ClampWithGradient.apply(x)  # type: ignore[no-untyped-call] # torch leaves `apply` untyped
    return clamped


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut; the second starts at zero, so a deep stack starts as the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.second(F.silu(self.first(F.silu(x))))
        return x + inner


class Up(nn.Module):
    """Twice the size: nearest neighbor, then a 3x3 convolution."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return out


def _encoder() -> nn.Sequential:
    a, b, c = WIDTHS
    return nn.Sequential(
        nn.PixelUnshuffle(2),
        nn.Conv2d(12, a, 3, padding=1),
        Block(a),
        nn.Conv2d(a, b, 4, stride=2, padding=1),
        Block(b),
        nn.Conv2d(b, c, 4, stride=2, padding=1),
        *(Block(c) for _ in range(2)),
        nn.SiLU(),
        nn.Conv2d(c, CODE_SIZE, 1),
    )


def _decoder() -> nn.Sequential:
    a, b, c = WIDTHS
    return nn.Sequential(
        nn.Conv2d(CODE_SIZE, c, 3, padding=1),
        *(Block(c) for _ in range(3)),
        Up(c, b),
        *(Block(b) for _ in range(2)),
        Up(b, a),
        Block(a),
        nn.SiLU(),
        nn.Conv2d(a, 12, 3, padding=1),
        nn.PixelShuffle(2),
    )


class Discriminator(nn.Sequential):
    """A patch discriminator (Isola et al. 2017, arXiv 1611.07004): raw logits, high where a patch looks real."""

    def __init__(self, width: int = 32) -> None:
        super().__init__(
            nn.Conv2d(3, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(4 * width, 1, 3, padding=1),
        )


class MiniVqgan(nn.Module):
    """Encoder, codebook, decoder and patch discriminator; images are [B, 3, H, W] in 0..1, H and W multiples of 8."""

    stride = STRIDE

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _encoder()
        self.decoder = _decoder()
        self.discriminator = Discriminator()
        self.codebook = nn.Parameter(torch.randn(CODES, CODE_SIZE), requires_grad=False)

    def encode(self, images: Tensor) -> Tensor:
        """Map images to z [B, 32, H/8, W/8], before quantization."""
        z: Tensor = self.encoder(images * 2 - 1)
        return z

    def quantize(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Replace each vector by its nearest code (gather): straight-through zq like z, and codes [B, h, w]."""
        flat = z.permute(0, 2, 3, 1).reshape(-1, CODE_SIZE)
        book = self.codebook.to(z.dtype)
        with torch.no_grad():
            distances = book.square().sum(1) - 2 * flat @ book.T
            codes = distances.argmin(1).view(z.shape[0], z.shape[2], z.shape[3])
            nearest = F.embedding(codes, book).permute(0, 3, 1, 2)
        return z + (nearest - z).detach(), codes

    def decode(self, zq: Tensor, frugal: bool = False) -> Tensor:
        """Map quantized vectors to images in 0..1; `frugal` computes activations twice instead of keeping them."""
        return clamp_with_gradient(self.decode_raw(zq, frugal))

    def decode_raw(self, zq: Tensor, frugal: bool = False) -> Tensor:
        """Decode without the clamp: what training compares."""
        x = zq
        for part in self.decoder:
            x = checkpoint(part, x, use_reentrant=False) if frugal and x.requires_grad else part(x)
        return x + 0.5

    def discriminate(self, images: Tensor) -> Tensor:
        """Raw logits [B, 1, H/8, W/8]: how real each patch looks."""
        logits: Tensor = self.discriminator(images * 2 - 1)
        return logits

    def codebook_range(self) -> tuple[Tensor, Tensor]:
        """Smallest and largest value of each code dimension, each [1, 32, 1, 1]: z is clamped to it."""
        low, high = self.codebook.amin(0), self.codebook.amax(0)
        return low.view(1, -1, 1, 1), high.view(1, -1, 1, 1)
