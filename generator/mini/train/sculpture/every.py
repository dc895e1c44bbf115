"""All that is built from solids: heads, people, animals, things."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch

from generator.mini.train.item import Item
from generator.mini.train.pictures.render import Rgba
from generator.mini.train.sculpture.animals import sculpt_animal
from generator.mini.train.sculpture.heads import sculpt_head
from generator.mini.train.sculpture.people import sculpt_people
from generator.mini.train.sculpture.things import sculpt_thing

SCULPTORS = ((sculpt_head, 1000), (sculpt_people, 900), (sculpt_animal, 1200), (sculpt_thing, 1200))


def read_sculpted(seed: int) -> Iterator[tuple[Item, Rgba]]:
    """Yield every sculpted picture, uncovered where nothing stands; each kind from its own seed, in its own process."""
    with ProcessPoolExecutor() as pool:
        for pairs in pool.map(_sculpted, range(len(SCULPTORS)), [seed] * len(SCULPTORS)):
            yield from pairs


def _sculpted(kind: int, seed: int) -> list[tuple[Item, Rgba]]:
    torch.set_num_threads(1)
    sculpt, count = SCULPTORS[kind]
    rng = np.random.default_rng([seed, kind])
    return [sculpt(rng) for _ in range(count)]
