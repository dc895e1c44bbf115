"""Packs trained modules: halves, int8 rows for the piece embeddings, and the manifest of digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from generator.mini.load import NOT_SHIPPED, SCALE
from generator.mini.manifest import IMAGE_FILE, MANIFEST, TEXT_FILE, VOCABULARY_FILE, VQGAN_FILE
from generator.mini.perceptor import MiniPerceptor
from generator.mini.vqgan import MiniVqgan

INT8_ROWS = ("pieces.weight",)


def packed(state: Mapping[str, Tensor]) -> bytes:
    """A state as safetensors bytes: float16, and int8 with a scale a row for the big embedding."""
    stored: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if name.endswith(NOT_SHIPPED):
            continue
        if name in INT8_ROWS:
            scale = (tensor.abs().amax(1, keepdim=True) / 127).clamp_min(1e-8)
            stored[name] = (tensor / scale).round().to(torch.int8)
            stored[name + SCALE] = scale.half()
        else:
            stored[name] = tensor.half()
    return save({name: tensor.contiguous().cpu() for name, tensor in stored.items()})


def pack(vqgan: MiniVqgan, perceptor: MiniPerceptor, pieces: Sequence[str], folder: Path) -> dict[str, str]:
    """Write the four files and the manifest of their sha256 digests; returns the manifest."""
    contents = {
        VQGAN_FILE: packed(vqgan.state_dict()),
        IMAGE_FILE: packed(perceptor.image.state_dict()),
        TEXT_FILE: packed(perceptor.text.state_dict()),
        VOCABULARY_FILE: "\n".join(pieces).encode("utf-8"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {file: hashlib.sha256(data).hexdigest() for file, data in sorted(contents.items())}
    for file, data in contents.items():
        _replace(folder / file, data)
    _replace(folder / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode("utf-8"))
    return manifest


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)
