"""The patch discriminator that a VQGAN was trained against (Isola et al. 2017, arXiv 1611.07004, section 3.2).

Its keys are `loss.discriminator.*` of taming-transformers' checkpoints, beside the model's own. It answers with one raw
logit a patch, higher where the patch looks more like a training picture. A logit is no percentage and means little
by itself: compare it with those of a reference set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.hollow import hollow
from generator.precision import dtype_of
from generator.strict import Shape, bad_key, give, shapes_of

PREFIX: Final = "loss.discriminator."
WHAT: Final = "a patch discriminator"
SLOPE: Final = 0.2
KERNEL: Final = 4
FIRST: Final = "main.0.weight"


@dataclass(frozen=True, slots=True)
class DiscriminatorConfig:
    """`widths` of the feature maps, the first without normalization, the last at the stride of the one before."""

    widths: tuple[int, ...] = (64, 128, 256)
    in_channels: int = 3


class FrozenNorm(nn.Module):
    """Batch normalization by the statistics of training, which are never measured here."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))
        self.register_buffer("running_mean", torch.zeros(width))
        self.register_buffer("running_var", torch.ones(width))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        return functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias)


class PatchDiscriminator(nn.Module):
    """Convolutions of stride 2, one of stride 1, and one that leaves a logit a patch."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        first, *others = config.widths
        parts: list[nn.Module] = [nn.Conv2d(config.in_channels, first, KERNEL, 2, 1), nn.LeakyReLU(SLOPE)]
        for place, width in enumerate(others):
            stride = 1 if place == len(others) - 1 else 2
            parts += [nn.Conv2d(config.widths[place], width, KERNEL, stride, 1, bias=False)]
            parts += [FrozenNorm(width), nn.LeakyReLU(SLOPE)]
        self.main = nn.Sequential(*parts, nn.Conv2d(config.widths[-1], 1, KERNEL, 1, 1))

    def discriminate(self, images: Tensor) -> Tensor:
        """Raw logits [B,1,h,w] in fp32 of images [B,3,H,W] in 0..1, the higher the more real a patch looks."""
        dtype = next(self.main.parameters()).dtype
        logits: Tensor = self.main((images * 2 - 1).to(dtype))
        return logits.float()


def discriminator_config_of(shapes: Mapping[str, Shape]) -> DiscriminatorConfig:
    """The sizes of the discriminator in a checkpoint, read off its shapes; `BadCheckpoint` where there is none."""
    widths: list[int] = []
    place = 0
    while len(shape := shapes.get(f"{PREFIX}main.{place}.weight", ())) == 4 and shape[0] > 1:
        widths.append(shape[0])
        place += 3 if place else 2  # normalization stands between from the second convolution on
    if len(widths) < 2:
        key = PREFIX + (f"main.{place}.weight" if widths else FIRST)
        raise bad_key(WHAT, key, "must be a convolution of more than one channel")
    return DiscriminatorConfig(tuple(widths), shapes[PREFIX + FIRST][1])


def build_discriminator(
    tensors: Mapping[str, Tensor], device: torch.device | str, precision: str = "fp32"
) -> PatchDiscriminator:
    """The discriminator in a VQGAN's checkpoint `tensors`, frozen, on a device; other keys are left alone.

    Raises `BadCheckpoint` naming the first key that is missing, misshapen or unexpected.
    """
    own = {key: tensor for key, tensor in tensors.items() if key.startswith(PREFIX)}
    config = discriminator_config_of(shapes_of(own))
    with hollow():
        model = PatchDiscriminator(config)
    stripped = {key.removeprefix(PREFIX): tensor for key, tensor in own.items()}
    give(model, WHAT, stripped, torch.device(device), dtype_of(precision))
    return model
