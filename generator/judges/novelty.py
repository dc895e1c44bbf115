"""`novelty`: how far a picture is from its nearest neighbor among all sources and all that we made before.

A linear scan in plain numpy: exact, without an index that must be kept, and 100,000 embeddings of 512 numbers are
scanned within 20 ms (`python -m tests.bench.novelty_speed`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from generator.embeddings import read_embedding
from generator.judges.errors import BadBatch
from generator.judges.port import Batch, Facts, Floats, Vectors, unit

NAME: Final = "novelty"
VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class Neighbor:
    """The nearest of the past: its name and the cosine to it, -1..1."""

    name: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Past:
    """Embeddings [N,D] of length 1 with their names: sources and works of ours, by digest or id."""

    names: tuple[str, ...]
    vectors: Vectors

    @classmethod
    def of(cls, stored: Iterable[tuple[str, bytes]]) -> Past:
        """From stored embeddings; raises `BadBatch` where they are not of one width."""
        named = list(stored)
        names, data = tuple(name for name, _ in named), [one for _, one in named]
        widths = sorted({len(one) for one in data})
        if len(widths) > 1 or (widths and widths[0] % 4):
            raise BadBatch(
                f"embeddings of {widths} bytes cannot be compared: use those of one perceptor", widths=widths
            )
        if not widths:
            return cls((), np.zeros((0, 0), dtype=np.float32))
        flat = read_embedding(b"".join(data)).reshape(len(data), -1)
        lengths = np.linalg.norm(flat, axis=1, keepdims=True).astype(np.float32)
        scaled: Vectors = flat / np.maximum(lengths, np.finfo(np.float32).tiny)
        return cls(names, scaled)

    def without(self, names: Collection[str]) -> Past:
        """The past without these: a picture is not compared with its own source and its own run."""
        kept = np.array([name not in names for name in self.names], dtype=bool)
        return (
            self
            if kept.all()
            else Past(tuple(n for n, k in zip(self.names, kept, strict=True) if k), self.vectors[kept])
        )

    def nearest(self, queries: Vectors) -> list[Neighbor | None]:
        """The nearest of each query [Q,D], the first of equals; None for all where the past is empty.

        Raises `BadBatch` for queries of another width.
        """
        if not self.names:
            return [None] * len(queries)
        if queries.ndim != 2 or queries.shape[1] != self.vectors.shape[1]:
            raise BadBatch(f"queries are {list(queries.shape)}, the past has {self.vectors.shape[1]} numbers each")
        # One at a time: a product of matrices rounds by the number of queries, and is no faster than it must be.
        return [self._nearest(query) for query in unit(queries)]

    def _nearest(self, query: Floats) -> Neighbor:
        best = int((self.vectors @ query.astype(np.float32)).argmax())
        cosine = (unit(self.vectors[best : best + 1])[0] * query).sum()
        return Neighbor(self.names[best], float(cosine))


@dataclass(frozen=True, slots=True)
class NoveltyJudge:
    """One minus the cosine to the nearest of a `past` that lacks the pictures' own sources and runs: 0 is a copy."""

    facts: Facts
    past: Past

    def raw(self, batch: Batch) -> Floats:
        """0 (a copy of something) to 2; NaN where there is no past to compare with."""
        if batch.embeddings is None:
            raise BadBatch("novelty compares embeddings, the batch has none")
        found = self.past.nearest(batch.embeddings)
        return np.array([np.nan if one is None else 1 - one.cosine for one in found], dtype=np.float64)


def novelty_judge(perceptor: str, past: Past) -> NoveltyJudge:
    """The judge for embeddings of this perceptor; the past must be of the same one."""
    return NoveltyJudge(Facts(NAME, VERSION, "MIT", "embedding", perceptor), past)
