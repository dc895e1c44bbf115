"""Random streams by name: every random number of a dream comes from a seed, a purpose and a step."""

from __future__ import annotations

import hashlib

import torch


def stream(seed: int, purpose: str, step: int = 0) -> torch.Generator:
    """A generator on the CPU, so that a seed means the same cutouts on every device.

    The name is hashed: torch's Mersenne Twister starts from the low 32 bits of a seed only, and two runs
    whose 63-bit seeds agree there would otherwise be one.
    """
    name = f"{seed}/{purpose}/{step}".encode()
    return torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(name).digest()[:4], "big"))
