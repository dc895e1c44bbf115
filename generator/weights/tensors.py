"""Tensors on disk: safetensors files whose bytes depend on nothing but the tensors, read back only after a check.

The format is public (huggingface.co/docs/safetensors): eight bytes with the length of a JSON header, the header,
the numbers. It is written here tensor by tensor, so that a model never lies in memory twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from generator.errors import BadCheckpoint

if TYPE_CHECKING:
    from torch import Tensor

DTYPES = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64"}
_ALIGNMENT = 8


def write_tensors(file: BinaryIO, tensors: Mapping[str, Tensor]) -> str:
    """Write tensors of `DTYPES` as a safetensors file; returns its SHA-256. Equal tensors give equal bytes."""
    digest = hashlib.sha256()
    for part in _parts(tensors):
        digest.update(part)
        file.write(part)
    return digest.hexdigest()


def read_tensors(file: Path, digest: str) -> dict[str, Tensor]:
    """The tensors of a safetensors file, mapped rather than read; raises `BadCheckpoint` unless it has this SHA-256."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    found = sha256_of(file)
    if found != digest:
        raise BadCheckpoint(
            f"{file} is damaged: its SHA-256 is {found}, recorded is {digest}: fetch or import it again",
            file=str(file),
            digest=found,
            recorded=digest,
        )
    try:
        return load_file(file)
    except SafetensorError as error:  # a file that was recorded so: its record was written by hand
        raise BadCheckpoint(
            f"{file} ({digest}) is no safetensors file: {error}", file=str(file), digest=digest
        ) from None


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file in hex; raises `BadCheckpoint` where it cannot be read."""
    try:
        with open(file, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadCheckpoint(f"{file} cannot be read ({error.strerror}): fetch or import it again") from None


def _parts(tensors: Mapping[str, Tensor]) -> Iterator[bytes | memoryview]:
    order = sorted(tensors, key=lambda key: (-tensors[key].element_size(), key))  # wide numbers first: all are aligned
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    start = 0
    for key in order:
        tensor = tensors[key]
        end = start + tensor.numel() * tensor.element_size()
        dtype = DTYPES[str(tensor.dtype).removeprefix("torch.")]
        header[key] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % _ALIGNMENT)
    yield len(text).to_bytes(8, "little") + text
    yield from (_numbers(tensors[key]) for key in order)


def _numbers(tensor: Tensor) -> memoryview:
    """The bytes of a tensor in row order, little-endian as on every machine that torch runs on."""
    import torch

    numbers = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy()
    return memoryview(numbers)  # type: ignore[arg-type]  # an array is a buffer, which Python 3.11 has no type for
