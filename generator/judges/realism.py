"""`realism`: what the VQGAN's own discriminator thinks of a picture, the seed study's "neural network critique".

A patch discriminator (Isola et al. 2017, arXiv 1611.07004, section 3.2; trained beside the VQGAN as in Esser et al.
2021, arXiv 2012.09841) gives a logit a patch. The raw value is their mean. It is no percentage: it means something only
against real pictures and plain reconstructions, which a reference set holds (`generator.judges.reference`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from generator.decoded import Pixels
from generator.judges.errors import BadBatch
from generator.judges.port import Batch, Facts, Floats

if TYPE_CHECKING:
    import torch
    from torch import Tensor

NAME: Final = "realism"
VERSION: Final = "1"
SOURCE: Final = "https://arxiv.org/abs/1611.07004"
DIGITS: Final = 5  # convolutions round by the number of threads; what is kept does not


class Discriminator(Protocol):
    """A patch discriminator: the mini VQGAN's own, or `generator.discriminator.PatchDiscriminator`."""

    def discriminate(self, images: Tensor) -> Tensor:
        """Raw logits [B,1,h,w] of images [B,3,H,W] in 0..1, the higher the more real a patch looks."""


@dataclass(frozen=True, slots=True)
class RealismJudge:
    """Asks a discriminator on its device, one picture at a time: neither memory nor value depends on the batch."""

    facts: Facts
    discriminator: Discriminator
    device: torch.device

    def raw(self, batch: Batch) -> Floats:
        """Mean logit of the patches of each picture, rounded to what is the same on every run."""
        if batch.pictures is None:
            raise BadBatch(f"{self.facts.name} looks at pictures, the batch has none")
        return np.array([self._mean(picture) for picture in batch.pictures], dtype=np.float64)

    def _mean(self, picture: Pixels) -> float:
        import torch

        with torch.no_grad():
            logits = self.discriminator.discriminate(as_images([picture]).to(self.device))
        # On the CPU: some accelerators know no float64.
        return round(float(logits.float().cpu().double().mean()), DIGITS)


def realism_judge(
    discriminator: Discriminator, digest: str, device: torch.device | str = "cpu", terms: str = "MIT"
) -> RealismJudge:
    """The judge of a discriminator, with its weights' digest (a part of the version) and `terms`, their license."""
    import torch

    facts = Facts(NAME, f"{VERSION}+{digest[:12]}", terms, "picture", source=SOURCE)
    return RealismJudge(facts, discriminator, torch.device(device))


def as_images(pictures: Sequence[Pixels]) -> Tensor:
    """RGB [H,W,3] of one size to [N,3,H,W] in 0..1."""
    import torch

    stacked = torch.from_numpy(np.ascontiguousarray(np.stack(pictures)))
    return stacked.permute(0, 3, 1, 2).float() / 255
