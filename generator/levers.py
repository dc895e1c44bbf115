"""Levers: what makes a step cheaper on a device without changing what it means.

Each is off in `PLAIN`, the straightforward arithmetic that every lever is tested against, and each can be set by
hand (`dataclasses.replace`). `levers_for` chooses them by device and precision; docs/performance.md has their effects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Levers:
    """Switches of the models on one device; all off is the plain arithmetic.

    `channels_last`: pictures are laid out by pixel, as convolutions on a CPU and on tensor cores want them.
    `folded_upsample`: doubling by nearest neighbor and the 3x3 convolution behind it are one 4x4 transposed
    convolution, 4/9 of the work by the same algebra.
    `lean_convolution`: a convolution keeps its weights for the way back, not its input, since weights are frozen.
    `hand_norm`: normalization and SiLU have a backward of their own that keeps only their input and works in pieces
    that fit the cache.
    `fused_attention`: torch's kernel instead of plain steps.
    `hand_gelu`: QuickGELU keeps one tensor for the way back instead of three.
    `patch_product`: patches enter the perceptor by a matrix product.
    `first_position`: the perceptor's last layer computes the one position that is read.
    `onednn_linear`: products by oneDNN; in fp32 MKL runs slow code on processors that are not Intel's.
    `kept_memory`: what is freed stays with the process, so that large activations are not mapped and cleared anew.
    """

    channels_last: bool = False
    folded_upsample: bool = False
    lean_convolution: bool = False
    hand_norm: bool = False
    fused_attention: bool = False
    hand_gelu: bool = False
    patch_product: bool = False
    first_position: bool = False
    onednn_linear: bool = False
    kept_memory: bool = False


PLAIN: Final = Levers()


def levers_for(device: torch.device | str, precision: str) -> Levers:
    """The levers that pay on this device at this precision; a device that is not known gets what is sure to hold."""
    kind = str(device).split(":", 1)[0]
    halves = precision != "fp32"
    if kind == "cpu":
        return Levers(
            channels_last=True,
            folded_upsample=True,
            lean_convolution=True,
            hand_norm=True,
            fused_attention=not halves,  # in halves the fused kernel of the CPU takes five times as long
            hand_gelu=True,
            patch_product=True,
            first_position=True,
            onednn_linear=True,
            kept_memory=True,
        )
    if kind == "cuda":
        return Levers(
            channels_last=halves,
            folded_upsample=True,
            lean_convolution=True,
            fused_attention=True,
            hand_gelu=True,
            first_position=True,
        )
    return Levers(folded_upsample=True, fused_attention=True, first_position=True)
