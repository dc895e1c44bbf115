"""What the tests show to judges: seeded embeddings and pictures, and judges that behave as told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from generator.judges.port import Batch, Facts, Floats, Vectors


def vectors(count: int, width: int = 16, seed: int = 0) -> Vectors:
    """Unit vectors [count,width]."""
    drawn = np.random.default_rng(seed).standard_normal((count, width))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def picture(seed: int = 0, side: int = 64) -> np.ndarray:
    """Soft noise, RGB [side,side,3]."""
    small = np.random.default_rng(seed).integers(0, 256, (side // 8, side // 8, 3))
    return small.repeat(8, 0).repeat(8, 1).astype(np.uint8)


TOLD = Facts("told", "1", "MIT", "embedding")


@dataclass(frozen=True)
class Told:
    """A judge that answers by a function of the batch."""

    answer: Callable[[Batch], Floats]
    facts: Facts = TOLD

    def raw(self, batch: Batch) -> Floats:
        return self.answer(batch)
