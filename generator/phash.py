"""Perceptual hash: near-duplicates differ in few of 64 bits (Zauner 2010, the DCT hash of pHash)."""

from __future__ import annotations

import cv2
import numpy as np

from generator.decoded import Pixels

SIDE = 32
LOW = 8


def phash(image: Pixels) -> int:
    """RGB [H,W,3] to 64 bits: the signs of its 8x8 lowest frequencies against their median."""
    gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:LOW, :LOW].ravel()
    # Without the mean brightness, which is far above all others and would bend nothing but its own bit.
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hamming(a: int, b: int) -> int:
    """In how many of 64 bits two hashes differ."""
    return (a ^ b).bit_count()
