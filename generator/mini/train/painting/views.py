"""What an image tower gets to see: plain and composed views, painted over, some through a VQGAN."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.mini.perceptor import IMAGE_SIZE
from generator.mini.train.painting.composites import Composites, Extras
from generator.mini.train.painting.painterly import machine_made, painterly
from generator.mini.train.plans import ImagePlan
from generator.models import Vqgan

ZOOM = (0.5, 1.9)
ROUGH = 0.3


class Views(Composites):
    """Draws the batches of a plan; numbers beyond the training pictures are those of the extras."""

    def __init__(self, images: NDArray[np.uint8], grounds: NDArray[np.intp], extras: Extras, plan: ImagePlan,
                 vqgan: Vqgan | None) -> None:  # fmt: skip
        super().__init__(images, grounds, extras, plan.seed)
        self.plan, self.vqgan = plan, vqgan

    def draw_mixed(self, numbers: Tensor) -> Tensor:
        """Views [N, 3, 64, 64] of the pictures with these numbers: a share plain, the rest composed."""
        plain = int(self.plan.plain * len(numbers))
        views = torch.cat(
            [self.draw(numbers[:plain], IMAGE_SIZE, ZOOM, ROUGH), self.compose(numbers[plain:], IMAGE_SIZE)]
        )
        views = painterly(views, self.rng, self.plan.painterly)
        if self.vqgan is not None and self.plan.machine_made:
            views = machine_made(views, self.vqgan, self.rng, self.plan.machine_made)
        return views.clamp(0, 1)
