"""Random numbers and fields for batches of views, all from one generator, on the device of the views."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws with the generator, wherever it lives, and hands over tensors on `device`."""

    rng: torch.Generator
    device: torch.device

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Even numbers of low..high in this shape."""
        return (torch.rand(shape, generator=self.rng, device=self.rng.device) * (high - low) + low).to(self.device)

    def each(self, low: float, high: float, count: int, channels: int = 1) -> Tensor:
        """A number for each view (and channel): [count, channels, 1, 1]."""
        return self.uniform(low, high, count, channels, 1, 1)

    def normal(self, *shape: int) -> Tensor:
        """Normal numbers in this shape."""
        return torch.randn(shape, generator=self.rng, device=self.rng.device).to(self.device)

    def whole(self, low: int, high: int) -> int:
        """One whole number of low..high-1, the same for the batch: the size of a field or of a step."""
        return int(torch.randint(low, high, (1,), generator=self.rng, device=self.rng.device))

    def picks(self, shares: Tensor, count: int) -> Tensor:
        """`count` places in `shares` [K], or in each row of `shares` [N, K], each as often as its share."""
        weights = shares.to(self.rng.device)
        return torch.multinomial(weights, count, replacement=True, generator=self.rng).to(self.device)

    def smooth(self, count: int, channels: int, cells: int, side: int) -> Tensor:
        """A cloudy field [count, channels, side, side] of about `cells` humps a side, spread about 0.7."""
        coarse = self.normal(count, channels, cells, cells)
        return F.interpolate(coarse, size=side, mode="bicubic", align_corners=True)


def places(side: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """y [1, 1, side, 1] and x [1, 1, 1, side] of the pixels' middles, in -1..1."""
    line = (torch.arange(side, device=device) * 2 + 1) / side - 1
    return line.view(1, 1, side, 1), line.view(1, 1, 1, side)


def shifted(views: Tensor, offset: Tensor) -> Tensor:
    """Each pixel taken from `offset` [N, 2, S, S] pixels away (x, then y); beyond the rim the rim's colors."""
    side = views.shape[-1]
    y, x = places(side, views.device)
    grid = torch.stack([x + offset[:, :1] * 2 / side, y + offset[:, 1:] * 2 / side], -1)[:, 0]
    return F.grid_sample(views, grid, padding_mode="border", align_corners=False)


def gray(views: Tensor) -> Tensor:
    """Luma [N, 1, S, S] (the weights of ITU-R BT.601)."""
    return 0.299 * views[:, :1] + 0.587 * views[:, 1:2] + 0.114 * views[:, 2:3]


def box_means(views: Tensor, size: int) -> Tensor:
    """Means over all squares that lie within the views, [.., S - size + 1, S - size + 1].

    Sums of slices: torch's own pooling takes three times as long on a CPU.
    """
    for dim in (2, 3):
        reach = views.shape[dim] - size + 1
        total = views.narrow(dim, 0, reach) + views.narrow(dim, 1, reach)
        for start in range(2, size):
            total += views.narrow(dim, start, reach)
        views = total
    return views / size**2


def blurred(views: Tensor, size: int) -> Tensor:
    """Means over squares of an odd size, the rim repeated."""
    half = size // 2
    return box_means(F.pad(views, (half, half, half, half), mode="replicate"), size)


def slopes(tone: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences of [N, 1, S, S] across and down, a pixel's worth."""
    padded = F.pad(tone, (1, 1, 1, 1), mode="replicate")
    across = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]) / 2
    down = (padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]) / 2
    return across, down
