"""The held-out tenth: its pictures on plain grounds, and set into painted pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from generator.mini.train.item import Item, fixed_hash
from generator.mini.train.painting.composites import Composites, paint_extras
from generator.mini.train.prepare import load_images, load_items

COMPOSED_SEED = 31
PAINTED = ("landscapes", "portraits", "people", "sculpted")  # made by program, so easier than what people drew
PHOTOGRAPHS = ("photos", "photo-subjects")
LEFT_OUT = ("portraits", "people", *PHOTOGRAPHS)  # fill their frame: nothing can stand behind them


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The pictures [N, 3, 128, 128] of the test and what they show."""

    items: tuple[Item, ...]
    images: Tensor


def held_out(work: Path) -> HeldOut:
    """The held-out split, drawings placed on plain grounds chosen by a fixed hash (half of them white)."""
    items, images = load_items(work), load_images(work)
    numbers = [n for n, item in enumerate(items) if item.held_out]
    rgba = torch.from_numpy(images[numbers]).float() / 255
    grounds = torch.stack([_ground(f"{items[n].concept}{items[n].source}") for n in numbers]).view(-1, 3, 1, 1)
    return HeldOut(tuple(items[n] for n in numbers), rgba[:, :3] * rgba[:, 3:] + grounds * (1 - rgba[:, 3:]))


def _ground(name: str) -> Tensor:
    seed = fixed_hash(name)
    if seed % 2:
        return torch.ones(3)
    return torch.rand(3, generator=torch.Generator().manual_seed(seed % 2**31))


def composed(work: Path, size: int, views: int = 1) -> tuple[tuple[Item, ...], Tensor]:
    """The held-out split in painted pictures [N, 3, size, size], some views of each; scenes of its own seed."""
    items, images = load_items(work), load_images(work)
    grounds = np.array([n for n, item in enumerate(items) if item.source == "landscapes" and item.held_out])
    scenes = paint_extras(COMPOSED_SEED, scenes=150, portraits=0, people=0)
    composites = Composites(images, grounds, scenes, COMPOSED_SEED)
    numbers = [n for n, item in enumerate(items) if item.held_out and item.source not in LEFT_OUT]
    parts = [composites.compose(part, size) for _ in range(views) for part in torch.tensor(numbers).split(64)]
    return tuple(items[n] for n in numbers * views), torch.cat(parts)
