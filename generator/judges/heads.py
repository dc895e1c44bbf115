"""Aesthetic heads on CLIP embeddings: what people would say of a picture, on a scale of about 1 to 10.

LAION's linear heads (github.com/LAION-AI/aesthetic-predictor) and the improved predictor (Schuhmann 2022,
github.com/christophschuhmann/improved-aesthetic-predictor) read embeddings of length 1; Simulacra's
(Crowson 2022, github.com/crowsonkb/simulacra-aesthetic-models) read them at length sqrt(D). All are linear: the five
layers of the improved predictor have nothing between them but dropout, so they are one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from generator.errors import BadCheckpoint
from generator.judges.errors import BadBatch, NoJudge
from generator.judges.port import Batch, Facts, Floats, unit
from generator.weights import find, load

if TYPE_CHECKING:
    from torch import Tensor

VERSION: Final = "1"
ROWS: Final = 2048  # at a time: a hundred thousand in double precision would be a gigabyte


@dataclass(frozen=True, slots=True)
class Published:
    """A head that others published: the perceptor it was trained on, and whether its input has length sqrt(D)."""

    perceptor: str
    license: str
    source: str
    long_input: bool = False


_LAION: Final = "https://github.com/LAION-AI/aesthetic-predictor"
_IMPROVED: Final = "https://github.com/christophschuhmann/improved-aesthetic-predictor"
_SIMULACRA: Final = "https://github.com/crowsonkb/simulacra-aesthetic-models"

HEADS: Final[Mapping[str, Published]] = MappingProxyType(
    {
        "laion-vit-b-32": Published("clip-vit-b-32", "MIT", _LAION),
        "laion-vit-l-14": Published("clip-vit-l-14", "MIT", _LAION),
        "improved-vit-l-14": Published("clip-vit-l-14", "Apache-2.0", _IMPROVED),
        "simulacra-vit-b-32": Published("clip-vit-b-32", "MIT", _SIMULACRA, long_input=True),
        "simulacra-vit-b-16": Published("clip-vit-b-16", "MIT", _SIMULACRA, long_input=True),
        "simulacra-vit-l-14": Published("clip-vit-l-14", "MIT", _SIMULACRA, long_input=True),
    }
)
"""By the names of their weights, which are the judges' names too."""


@dataclass(frozen=True, slots=True)
class HeadJudge:
    """A linear head: `weights` [D] in double precision and a `bias`, bound to the perceptor of its `facts`."""

    facts: Facts
    weights: Floats
    bias: float

    def raw(self, batch: Batch) -> Floats:
        """About 1 to 10 for each embedding, whatever length it was stored with."""
        if batch.embeddings is None:
            raise BadBatch(f"{self.facts.name} reads embeddings, the batch has none")
        width = batch.embeddings.shape[1]
        if width != self.weights.size:
            raise BadBatch(f"embeddings have {width} numbers, {self.facts.name} reads {self.weights.size}")
        starts = range(0, len(batch.embeddings), ROWS)
        # A product and a sum row by row: a matrix product rounds by the size of the batch.
        parts = [(unit(batch.embeddings[at : at + ROWS]) * self.weights).sum(axis=1) for at in starts]
        found: Floats = np.concatenate(parts) + self.bias if parts else np.zeros(0)
        return found


def head_names(perceptor: str) -> tuple[str, ...]:
    """The heads that were trained on a perceptor; none for the mini one."""
    return tuple(name for name, one in HEADS.items() if one.perceptor == perceptor)


def load_head(folder: Path, name: str) -> HeadJudge:
    """The head of this name from a folder of installed weights.

    Raises `NoJudge` for a name that is no published head, `ModelsMissing` where it is not installed, `BadCheckpoint`
    where it is no head.
    """
    if name not in HEADS:
        raise NoJudge(f"no head is called {name!r:.80}: there are {', '.join(HEADS)}", name=name[:80])
    found = find(folder, name)
    if found.kind != "head":
        raise BadCheckpoint(f"{found.file} is a {found.kind}, {name} is a head: import it again", name=name)
    return build_head(name, load(found), f"{VERSION}+{found.digest[:12]}")


def build_head(name: str, tensors: Mapping[str, Tensor], version: str = VERSION) -> HeadJudge:
    """A published head with these tensors; the file's digest belongs into the version, since scores depend on it."""
    published = HEADS[name]
    weights, bias = _folded(name, tensors)
    scale = math.sqrt(weights.size) if published.long_input else 1.0
    facts = Facts(name, version, published.license, "embedding", published.perceptor, source=published.source)
    return HeadJudge(facts, weights * scale, bias)


def _folded(name: str, tensors: Mapping[str, Tensor]) -> tuple[Floats, float]:
    """A chain of linear layers as one row [D] and one number; `BadCheckpoint` where the chain is broken."""
    keys = sorted((key for key in tensors if key.endswith("weight")), key=_place)
    row: Floats = np.ones((1, 1))
    offset = 0.0
    for key in reversed(keys):
        bias = key.removesuffix("weight") + "bias"
        layer = _numbers(tensors[key])
        shift = _numbers(tensors[bias]) if bias in tensors else np.zeros(len(layer))
        if layer.ndim != 2 or len(layer) != row.shape[1] or shift.shape != layer.shape[:1]:
            raise _broken(
                name, f"{key[:80]!r} is {list(layer.shape)}, the layer behind it reads {row.shape[1]} numbers"
            )
        offset += float((row @ shift)[0])
        row = row @ layer
    if not keys:
        raise _broken(name, "it has no weights")
    return row[0], offset


def _numbers(tensor: Tensor) -> Floats:
    return cast(Floats, tensor.detach().double().cpu().numpy())


def _place(key: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,9}", key)]


def _broken(name: str, why: str) -> BadCheckpoint:
    return BadCheckpoint(f"{name} is no aesthetic head: {why}: fetch or import it again", name=name)
