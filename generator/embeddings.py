"""Embeddings at rest: a unit vector as float32 little endian, so that history is rescored without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.errors import BadPicture

if TYPE_CHECKING:
    from torch import Tensor

Vector = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def embedding_bytes(vector: Tensor) -> bytes:
    """A vector [D] as bytes."""
    values: bytes = vector.detach().float().cpu().numpy().astype("<f4").tobytes()
    return values


def read_embedding(data: bytes) -> Vector:
    """What `embedding_bytes` wrote."""
    return np.frombuffer(data, dtype="<f4").astype(np.float32)


def cosine(a: bytes, b: bytes) -> float:
    """Cosine of two stored embeddings, -1..1. Raises `BadPicture` if they are of two models."""
    first, second = read_embedding(a), read_embedding(b)
    if first.shape != second.shape:
        raise BadPicture(
            f"embeddings of {first.size} and {second.size} numbers cannot be compared: use one perceptor",
            sizes=(first.size, second.size),
        )
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / lengths if lengths else 0.0
