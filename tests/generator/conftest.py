"""A tiny pair with random weights: everything a dream needs, in milliseconds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from generator.models import Pair
from generator.nouns import Prompt, Recipe

DEPTH = 8

torch.set_num_threads(1)  # with tensors this small, threads only wait for each other


class TinyVqgan(nn.Module):
    """Stride 8, 64 codes of 8 numbers, a single convolution each way."""

    stride = 8

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Conv2d(3, DEPTH, 8, stride=8)
        self.decoder = nn.ConvTranspose2d(DEPTH, 3, 8, stride=8)
        self.codebook = nn.Parameter(torch.randn(64, DEPTH))

    def encode(self, images: Tensor) -> Tensor:
        z: Tensor = self.encoder(images) * 4
        return z

    def quantize(self, z: Tensor) -> tuple[Tensor, Tensor]:
        flat = z.detach().permute(0, 2, 3, 1)
        codes = torch.cdist(flat.reshape(-1, DEPTH), self.codebook).argmin(1).view(flat.shape[:3])
        nearest = self.codebook[codes].permute(0, 3, 1, 2)
        return z + (nearest - z).detach(), codes

    def decode(self, zq: Tensor, frugal: bool = False) -> Tensor:
        raw: Tensor = checkpoint(self.decoder, zq, use_reentrant=False) if frugal else self.decoder(zq)
        return torch.sigmoid(raw * 4)

    def codebook_range(self) -> tuple[Tensor, Tensor]:
        shape = (1, DEPTH, 1, 1)
        return self.codebook.amin(0).view(shape), self.codebook.amax(0).view(shape)


class TinyPerceptor(nn.Module):
    """Squares of 16 pixels to 24 numbers, by their color; a text is the color that its hash names."""

    name = "tiny"
    input_size = 16

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(3, 48, 4, stride=4, bias=False)
        self.name_it = nn.Linear(48, 24, bias=False)

    def embed_images(self, images: Tensor) -> Tensor:
        seen = torch.tanh(2 * self.look(images * 2 - 1)).mean((2, 3))
        return functional.normalize(self.name_it(seen), dim=1)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        colors = [list(hashlib.sha256(text.encode()).digest()[:3]) for text in texts]
        plain = (torch.tensor(colors) / 255).to(self.look.weight.device)
        return self.embed_images(plain.view(-1, 3, 1, 1).expand(-1, 3, 16, 16))


@pytest.fixture(scope="session")
def pair() -> Pair:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        vqgan, perceptor = TinyVqgan(), TinyPerceptor()
    vqgan.requires_grad_(False)
    perceptor.requires_grad_(False)
    return Pair(vqgan, perceptor, (("tiny.safetensors", "00" * 32),))


@pytest.fixture
def recipe(pair: Pair) -> Recipe:
    return Recipe(
        generator="tiny",
        weights=pair.digests,
        perceptor="tiny",
        prompts=(Prompt("a painting of an animal"), Prompt("noise", -0.5)),
        size=64,
        iterations=6,
        cutouts=8,
        learning_rate=0.2,
    )


@pytest.fixture(scope="session")
def source() -> Tensor:
    coarse = torch.rand(1, 3, 6, 6, generator=torch.Generator().manual_seed(3))
    return functional.interpolate(coarse, size=(64, 64), mode="bilinear")
