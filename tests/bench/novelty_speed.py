"""How long the nearest neighbor of an embedding takes to find: `python -m tests.bench.novelty_speed`.

Random unit vectors of 512 numbers, one query at a time and the 20 iterates of a run; plain numpy on one core. Beside
the time on the clock stands the processor's, which other programs on the machine stretch less.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: it reads this once

import numpy as np

from generator.judges.novelty import Past
from generator.judges.port import Vectors

WIDTH = 512
ROUNDS = 50
RUN = 20


def past_of(count: int, width: int = WIDTH) -> Past:
    """A past of random pictures."""
    vectors = np.random.default_rng(0).standard_normal((count, width), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Past(tuple(f"s-{k:x}" for k in range(count)), vectors)


def seconds(
    past: Past, queries: Vectors, rounds: int = ROUNDS, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """How long it takes to find the nearest of all queries, in order of time."""
    found = []
    for _ in range(rounds + 1):
        begun = clock()
        past.nearest(queries)
        found.append(clock() - begun)
    return sorted(found[1:])


def main() -> None:
    queries = np.random.default_rng(1).standard_normal((RUN, WIDTH), dtype=np.float32)
    for count in (1_000, 10_000, 100_000, 300_000):
        past = past_of(count)
        one, run = seconds(past, queries[:1]), seconds(past, queries, 5)
        busy = statistics.median(seconds(past, queries[:1], clock=time.process_time)) * 1000
        middle, slow = statistics.median(one) * 1000, one[int(0.95 * ROUNDS)] * 1000
        print(
            f"{count:>8,} embeddings: median {middle:.2f} ms a picture, 95 % within {slow:.2f} ms, "
            f"{busy:.2f} ms of processor, "
            f"{statistics.median(run) * 1000:.0f} ms a run of {RUN}"
        )


if __name__ == "__main__":
    main()
