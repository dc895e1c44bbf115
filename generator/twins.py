"""Near-duplicates: the nearest of very many perceptual hashes, by a linear scan."""

from __future__ import annotations

from typing import Final

import numpy as np

Hashes = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]

NONE: Final = (64, -1)


def nearest(phash: int, others: Hashes) -> tuple[int, int]:
    """In how many of 64 bits the nearest of `others` [N] differs, and the first index that does; (64, -1) of none."""
    if not len(others):
        return NONE
    bits = np.bitwise_count(others ^ np.uint64(phash))
    index = int(bits.argmin())
    return int(bits[index]), index
