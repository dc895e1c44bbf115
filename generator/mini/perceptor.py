"""A small CLIP: an image tower of 64 px and a text tower of two layers that meet in one space of 256 dimensions.

Radford et al. 2021 (arXiv 2103.00020) for the idea, Zhai et al. 2022 (LiT, arXiv 2111.07991) for the training.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.mini.tokenizer import Tokenizer

DIMENSIONS = 256
IMAGE_SIZE = 64
IMAGE_WIDTHS = (48, 96, 192, 256)  # channels at 1/2, 1/4, 1/8 and 1/16 of the image
TEXT_WIDTH = 192
TEXT_LAYERS = 2
PIECE_SIZE = 64
TEXT_LENGTH = 32


def _norm(width: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(width)


class ImageBlock(nn.Module):
    """A residual block with batch normalization (He et al. 2016, arXiv 1603.05027), smooth for adversarial training."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm = _norm(width)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.out = _norm(width)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.out(self.second(F.silu(self.norm(self.first(x)))))
        return F.silu(x + inner)


def _down(width: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width, out, 2, stride=2, bias=False), _norm(out), nn.SiLU())


class ImageTower(nn.Module):
    """Images [N, 3, 64, 64] in 0..1 to vectors [N, 256], not yet of unit length."""

    def __init__(self, widths: tuple[int, int, int, int] = IMAGE_WIDTHS) -> None:
        super().__init__()
        a, b, c, d = widths
        stem = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(12, a, 3, padding=1, bias=False), _norm(a), nn.SiLU())
        self.stages = nn.ModuleList(
            [
                nn.Sequential(stem, ImageBlock(a)),
                nn.Sequential(_down(a, b), ImageBlock(b), ImageBlock(b)),
                nn.Sequential(_down(b, c), ImageBlock(c), ImageBlock(c)),
                nn.Sequential(_down(c, d), ImageBlock(d)),
            ]
        )
        self.head = nn.Linear(2 * d, DIMENSIONS)

    def features(self, images: Tensor) -> list[Tensor]:
        """The outputs of the four stages: what a perceptual loss compares."""
        x = images * 2 - 1
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found

    def forward(self, images: Tensor) -> Tensor:
        last = self.features(images)[-1]
        vector: Tensor = self.head(torch.cat([last.mean((2, 3)), last.amax((2, 3))], 1))
        return vector


class TextLayer(nn.Module):
    """One transformer encoder layer, normalization first."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        n, length, width = x.shape
        shape = (n, length, 3, self.heads, width // self.heads)
        q, k, v = self.qkv(self.norm1(x)).view(shape).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        x = x + self.out(attended.transpose(1, 2).reshape(n, length, width))
        inner: Tensor = self.narrow(F.gelu(self.wide(self.norm2(x))))
        return x + inner


class TextTower(nn.Module):
    """Piece numbers [N, L] (-1 pads) to vectors [N, 256], not yet of unit length."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = nn.Embedding(pieces, PIECE_SIZE)
        self.widen = nn.Linear(PIECE_SIZE, TEXT_WIDTH)
        self.places = nn.Parameter(torch.zeros(TEXT_LENGTH, TEXT_WIDTH))
        self.layers = nn.ModuleList(TextLayer(TEXT_WIDTH) for _ in range(TEXT_LAYERS))
        self.norm = nn.LayerNorm(TEXT_WIDTH)
        self.head = nn.Linear(TEXT_WIDTH, DIMENSIONS)

    def forward(self, numbers: Tensor) -> Tensor:
        mask = numbers >= 0
        x = self.widen(self.pieces(numbers.clamp_min(0))) + self.places[: numbers.shape[1]]
        for layer in self.layers:
            x = layer(x, mask)
        weights = mask.to(x.dtype).unsqueeze(-1)
        mean = (self.norm(x) * weights).sum(1) / weights.sum(1)
        vector: Tensor = self.head(mean)
        return vector


def pad(rows: Sequence[Sequence[int]]) -> Tensor:
    """Stack lists of piece numbers to one tensor, padded with -1."""
    length = max(map(len, rows))
    return torch.tensor([[*row, *[-1] * (length - len(row))] for row in rows])


class MiniPerceptor(nn.Module):
    """Both towers and the tokenizer; every embedding is a unit vector of 256 numbers."""

    name = "mini-clip-64"
    input_size = IMAGE_SIZE

    def __init__(self, pieces: Sequence[str]) -> None:
        super().__init__()
        self.tokenizer = Tokenizer(pieces)
        self.image = ImageTower()
        self.text = TextTower(len(pieces))

    def embed_images(self, images: Tensor) -> Tensor:
        """Embed images [N, 3, 64, 64] in 0..1 as unit vectors [N, 256]."""
        return F.normalize(self.image(images), dim=1)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Embed texts as unit vectors [N, 256]; words outside the vocabulary are split into pieces."""
        rows = pad([self.tokenizer.encode(text, TEXT_LENGTH) for text in texts])
        return F.normalize(self.text(rows.to(self.text.places.device)), dim=1)
