"""Random views of the training pictures: placed on grounds, cropped, turned, recolored, painted over."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from generator.mini.train.pictures.render import SIZE


class Batches:
    """Draws augmented views; every choice comes from one generator, whose state is saved with a training run."""

    def __init__(self, images: NDArray[np.uint8], grounds: NDArray[np.intp], seed: int) -> None:
        self.images = images
        self.grounds = grounds
        self.rng = torch.Generator().manual_seed(seed)

    def draw(self, numbers: Tensor, side: int, zoom: tuple[float, float], rough: float) -> Tensor:
        """Views [N, 3, side, side] of the pictures with these numbers; `rough` is the share that is painted over.

        A zoom below one shows the picture smaller than the view, above one shows a part of it.
        """
        rgba = self._read(numbers)
        rgba[:, :3] *= rgba[:, 3:]
        grid = self._grid(len(numbers), side, torch.tensor(zoom).expand(len(numbers), 2))
        views = F.grid_sample(rgba, grid, align_corners=False)
        colors, cover = views[:, :3], views[:, 3:]
        views = colors + self._ground(len(numbers), side) * (1 - cover)
        return self._recolor(self._paint(views, rough)).clamp(0, 1)

    def _read(self, numbers: Tensor) -> Tensor:
        return torch.from_numpy(self.images[numbers.numpy()]).float() / 255

    def _uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.rng) * (high - low) + low

    def _grid(self, count: int, side: int, zooms: Tensor) -> Tensor:
        """Where each view looks; `zooms` [N, 2] are the least and the largest zoom of each."""
        low, high = -zooms.log().flip(1).T
        part = torch.exp(low + (high - low) * self._uniform(0, 1, count))
        angle = self._uniform(-0.25, 0.25, count)
        flip = torch.where(self._uniform(0, 1, count) < 0.5, -1.0, 1.0)
        free = (1 - part).abs().view(-1, 1) * self._uniform(-1, 1, count, 2)
        stretch = torch.exp(self._uniform(-0.12, 0.12, count))
        rows = torch.stack(
            [
                torch.stack([part * flip * stretch * angle.cos(), -part * angle.sin(), free[:, 0]], 1),
                torch.stack([part * flip * angle.sin(), part / stretch * angle.cos(), free[:, 1]], 1),
            ],
            1,
        )
        grid = F.affine_grid(rows, [count, 4, side, side], align_corners=False)
        return grid + self._wobble(count, side)

    def _wobble(self, count: int, side: int) -> Tensor:
        strong = (self._uniform(0, 1, count) < 0.3).float() * self._uniform(0, 0.05, count)
        coarse = torch.randn(count, 2, 9, 9, generator=self.rng) * strong.view(-1, 1, 1, 1)
        return F.interpolate(coarse, size=side, mode="bilinear", align_corners=True).permute(0, 2, 3, 1)

    def _ground(self, count: int, side: int) -> Tensor:
        """White, plain, shaded and cloudy grounds, and now and then a landscape."""
        kind = torch.randint(0, 8, (count, 1, 1, 1), generator=self.rng)
        corners = self._uniform(0, 1, count, 3, 1, 1) + torch.randn(count, 3, 2, 2, generator=self.rng) * 0.2
        shaded = F.interpolate(corners, size=side, mode="bilinear", align_corners=True)
        coarse = self._uniform(0, 1, count, 3, 1, 1) + torch.randn(count, 3, 6, 6, generator=self.rng) * 0.15
        cloudy = F.interpolate(coarse, size=side, mode="bicubic", align_corners=True)
        ground = torch.where(kind < 5, shaded, cloudy)
        ground = torch.where(kind < 4, corners[:, :, :1, :1].expand_as(ground), ground)
        ground = torch.where(kind < 2, torch.ones_like(ground), ground)
        scenes = (kind == 7).flatten().nonzero().flatten()
        if len(scenes):
            chosen = torch.randint(0, len(self.grounds), (len(scenes),), generator=self.rng)
            pictures = self._read(torch.from_numpy(self.grounds[chosen.numpy()]))[:, :3]
            ground[scenes] = F.interpolate(pictures, size=side, mode="area" if side < SIZE else "bilinear")
        return ground.clamp(0, 1)

    def _paint(self, views: Tensor, rough: float) -> Tensor:
        """Blur, canvas and brush noise over some, so that paintings and half-made pictures are no surprise."""
        count, _, side, _ = views.shape
        chosen = self._uniform(0, 1, count, 1, 1, 1)
        soft = F.avg_pool2d(F.pad(views, (1, 1, 1, 1), mode="reflect"), 3, stride=1)
        views = torch.where(chosen < rough * 0.5, soft, views)
        size = int(torch.randint(side // 8, side + 1, (1,), generator=self.rng))
        noise = torch.randn(count, 3, size, size, generator=self.rng)
        gray = noise.mean(1, keepdim=True) * 1.7
        blend = F.interpolate(
            torch.where(chosen < rough / 4, noise, gray), size=side, mode="bilinear", align_corners=True
        )
        strength = self._uniform(0, 0.16, count, 1, 1, 1) * (chosen < rough)
        return views + blend * strength

    def _recolor(self, views: Tensor) -> Tensor:
        """Change contrast, brightness, saturation and tint."""
        count = len(views)
        gray = views.mean(1, keepdim=True)
        views = gray + (views - gray) * self._uniform(0.3, 1.3, count, 1, 1, 1)
        contrast = self._uniform(0.6, 1.15, count, 1, 1, 1)
        tint = torch.randn(count, 3, 1, 1, generator=self.rng) * 0.05
        return (views - 0.5) * contrast + 0.5 + self._uniform(-0.12, 0.12, count, 1, 1, 1) + tint
