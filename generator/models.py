"""What the dream asks of its two models: a VQGAN that paints and a perceptor that looks.

Any pair that fulfills these protocols can dream; foreign models are wrapped to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


class Vqgan(Protocol):
    """A convolutional autoencoder with a codebook (Esser et al. 2021, arXiv 2012.09841)."""

    @property
    def codebook(self) -> Tensor:
        """[n, d]: the n codes."""

    @property
    def stride(self) -> int:
        """Pixels a code stands for on each side (f)."""

    def encode(self, images: Tensor) -> Tensor:
        """[B,3,H,W] in 0..1, sides divisible by `stride`, to z [B,d,H/f,W/f] before quantization."""

    def quantize(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Nearest codes: z [B,d,h,w] to (zq with a straight-through gradient, indices [B,h,w])."""

    def decode(self, zq: Tensor, frugal: bool = False) -> Tensor:
        """[B,d,h,w] to images [B,3,H,W] in 0..1, clamped so that a saturated pixel can be pulled back.

        `frugal` keeps few activations and computes the others again on the way back: the same numbers, less memory.
        """

    def codebook_range(self) -> tuple[Tensor, Tensor]:
        """(lowest, highest) value of each channel over all codes, each [1,d,1,1]."""


class Perceptor(Protocol):
    """A CLIP: pictures and texts to unit vectors of one space (Radford et al. 2021, arXiv 2103.00020)."""

    @property
    def name(self) -> str:
        """What a recipe calls it."""

    @property
    def input_size(self) -> int:
        """Side in pixels of the squares that it looks at."""

    def embed_images(self, images: Tensor) -> Tensor:
        """[N,3,input_size,input_size] around 0..1 to unit vectors [N,D]."""

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """N texts to unit vectors [N,D], on the perceptor's device."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A VQGAN and a perceptor on one device, with the digests of the files they came from."""

    vqgan: Vqgan
    perceptor: Perceptor
    digests: tuple[tuple[str, str], ...]
