"""How long a picture is compared with all before it: `python -m tests.bench.twins_speed`."""

from __future__ import annotations

import statistics
import time

import numpy as np

from generator.twins import nearest

ROUNDS = 50


def main() -> None:
    dice = np.random.default_rng(0)
    for count in (10_000, 100_000, 1_000_000, 10_000_000):
        hashes = dice.integers(0, 2**64, count, dtype=np.uint64)
        seconds = []
        for phash in dice.integers(0, 2**64, ROUNDS, dtype=np.uint64):
            begun = time.perf_counter()
            nearest(int(phash), hashes)
            seconds.append(time.perf_counter() - begun)
        ordered = sorted(seconds)
        middle, slow = statistics.median(ordered), ordered[int(0.95 * ROUNDS)]
        print(f"{count:>10,} hashes: median {middle * 1000:.2f} ms, 95 % within {slow * 1000:.2f} ms")


if __name__ == "__main__":
    main()
