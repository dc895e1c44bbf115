"""The port: what a judge is, what it is shown, and what comes back. Plain data and numpy, no model.

A judge is anything with `facts` and `raw`; no base class. Values of one item depend on that item alone, never on the
others of its batch, so that the same bytes get the same value on every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np

from generator.decoded import Pixels
from generator.embeddings import read_embedding
from generator.judges.errors import BadBatch

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Vectors = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
LooksAt = Literal["embedding", "picture", "stored", "any"]
Better = Literal["higher", "lower", "none", "band"]

MOST_LETTERS: Final = 300  # of a reason: it is stored with every iterate


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a judge before it is asked.

    `looks_at` says what it needs of a batch: "embedding", "picture" (pixels), "stored" values that the dream
    itself measured, or "any". A judge of embeddings reads those of `perceptor` only; "" reads any. `better` is
    "higher", "lower", "none" where neither end is, or "band" where what is wanted lies between two limits. `source` is
    the paper or repository that it comes from.
    """

    name: str
    version: str
    license: str
    looks_at: LooksAt
    perceptor: str = ""
    better: Better = "higher"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """N pictures as judges want them; what is None is not at hand, and who needs it says so.

    `embeddings` [N,D] are unit vectors of the whole pictures by `perceptor`, `sources` [N,D] those of the works that
    they were made from, `similarities` [N] the prompt match on cutouts that were never optimized, `pictures` N times
    RGB [H,W,3]. Raises `BadBatch` where the numbers of items or of dimensions differ.
    """

    perceptor: str = ""
    embeddings: Vectors | None = None
    pictures: tuple[Pixels, ...] | None = None
    sources: Vectors | None = None
    similarities: Floats | None = None

    def __post_init__(self) -> None:
        counts = {name: len(part) for name in _PARTS if (part := getattr(self, name)) is not None}
        if len(set(counts.values())) != 1:
            told = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
            raise BadBatch(f"a batch holds {told}: give each picture one of each", **counts)
        widths = {part.shape[1:] for part in (self.embeddings, self.sources) if part is not None}
        if len(widths) > 1 or any(len(width) != 1 for width in widths):
            raise BadBatch(f"embeddings are {sorted(widths)} wide: use one perceptor", widths=sorted(widths))

    def __len__(self) -> int:
        return next(len(part) for name in _PARTS if (part := getattr(self, name)) is not None)

    def only(self, item: int) -> Batch:
        """One item as a batch of its own."""
        rest = {name: part[item : item + 1] for name in _PARTS if (part := getattr(self, name)) is not None}
        return Batch(self.perceptor, **rest)


_PARTS: Final = ("embeddings", "pictures", "sources", "similarities")


class Judge(Protocol):
    """A judge says a finite number of each item of a batch, or raises."""

    @property
    def facts(self) -> Facts:
        """Name, version, license, and what it looks at."""

    def raw(self, batch: Batch) -> Floats:
        """Raw values [N] of N items; NaN for one that it cannot judge."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a judge says of one picture: a raw value, or None with the `reason` why it is missing; never zero instead.

    `percentile` (0..100) is its place in the judge's reference set, None where there is no set.
    """

    judge: str
    version: str
    raw: float | None
    percentile: float | None = None
    reason: str = ""


def stacked(embeddings: Sequence[bytes]) -> Vectors:
    """Stored embeddings as [N,D]; raises `BadBatch` where they are of several widths."""
    rows = [read_embedding(one) for one in embeddings]
    widths = sorted({row.size for row in rows})
    if len(widths) > 1:
        raise BadBatch(f"embeddings of {widths} numbers cannot stand in one batch: use one perceptor", widths=widths)
    return np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)


def unit(vectors: Vectors) -> Floats:
    """Rows [N,D] scaled to length 1, in double precision; a row of zeros becomes NaN, which nothing can judge."""
    wide = vectors.astype(np.float64)
    lengths = np.sqrt(np.square(wide).sum(axis=1, keepdims=True))
    scaled: Floats = wide / np.where(lengths > 0, lengths, np.nan)
    return scaled


def told(words: str) -> str:
    """Foreign words as a reason: one line, nothing that moves a cursor, not long."""
    line = " ".join(words.split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:MOST_LETTERS]
