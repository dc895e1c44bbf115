"""Contact sheets to look at: reconstructions, and pictures before and after 20 steps toward the five categories."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.train.ascent import Ascent, ascend
from generator.mini.train.heldout import HeldOut
from generator.mini.train.item import fixed_hash
from generator.mini.train.measures import class_vectors
from generator.models import Pair


def choose(test: HeldOut, count: int) -> list[int]:
    """Numbers of held-out pictures, of each source in turn, by a fixed hash."""
    sources = sorted({item.source for item in test.items})
    order = sorted(range(len(test.items)), key=lambda n: fixed_hash(f"sheet{test.items[n].concept}{n}"))
    queues = {source: [n for n in order if test.items[n].source == source] for source in sources}
    return [queues[sources[place % len(sources)]][place // len(sources)] for place in range(count)]


@torch.no_grad()
def reconstructions(pair: Pair, test: HeldOut, path: Path, count: int = 18) -> None:
    """Pairs of rows: pictures, and the same after encoding, quantizing and decoding."""
    images = test.images[choose(test, count)]
    painted = pair.vqgan.decode(pair.vqgan.quantize(pair.vqgan.encode(images))[0])
    half = count // 2
    rows = [images[:half], painted[:half], images[half:], painted[half:]]
    save([list(row) for row in rows], path)


def dreams(pair: Pair, test: HeldOut, path: Path, plan: Ascent, count: int = 6) -> None:
    """One row a picture: itself, then after the ascent toward each category, at 256 px."""
    targets = class_vectors(pair.perceptor, PROMPTS)
    rows = []
    for number in choose(test, count):
        image = F.interpolate(test.images[number : number + 1], size=256, mode="bilinear")
        rows.append([image[0], *(ascend(pair, image, target, plan, seed=number)[0] for target in targets)])
    save(rows, path)


def save(rows: list[list[Tensor]], path: Path) -> None:
    """Write a grid of pictures [3, S, S] as PNG."""
    grid = torch.cat([torch.cat([F.pad(image, (2, 2, 2, 2), value=1.0) for image in row], 2) for row in rows], 1)
    Image.fromarray((grid.clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()).save(path)
