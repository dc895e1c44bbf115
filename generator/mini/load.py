"""Loads the mini pair from the package: every file is checked against the manifest before a byte of it is used."""

from __future__ import annotations

from importlib.resources.abc import Traversable

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from generator.mini.errors import BadWeights
from generator.mini.manifest import (
    IMAGE_FILE,
    TEXT_FILE,
    VOCABULARY_FILE,
    VQGAN_FILE,
    read_checked,
    read_manifest,
    weights_folder,
)
from generator.mini.perceptor import MiniPerceptor
from generator.mini.tokenizer import UNKNOWN
from generator.mini.vqgan import MiniVqgan
from generator.models import Pair

__all__ = ["load_from", "load_mini", "unpack", "weights_folder"]

NOT_SHIPPED = "num_batches_tracked"  # a counter of batch normalization that only training reads
SCALE = ".scale"  # a tensor so named holds the row scales of the int8 tensor before it


def unpack(data: bytes) -> dict[str, Tensor]:
    """Tensors of a packed file in float32: halves are widened, int8 rows multiplied by their scales."""
    stored = load(data)
    return {
        name: tensor.float() * stored[name + SCALE].float() if name + SCALE in stored else tensor.float()
        for name, tensor in stored.items()
        if not name.endswith(SCALE)
    }


def load_from(folder: Traversable, device: torch.device | str = "cpu") -> Pair:
    """Build the pair from a folder of packed weights; raises `BadWeights` for a file that is damaged or foreign."""
    manifest = read_manifest(folder)
    data = {file: read_checked(folder, file, digest) for file, digest in manifest.items()}
    vqgan = MiniVqgan()
    perceptor = MiniPerceptor(_pieces(data[VOCABULARY_FILE], manifest[VOCABULARY_FILE]))
    for file, module in ((VQGAN_FILE, vqgan), (IMAGE_FILE, perceptor.image), (TEXT_FILE, perceptor.text)):
        _fill(module, data[file], file, manifest[file])
    for model in (vqgan, perceptor):
        model.eval().requires_grad_(False).to(device)
    return Pair(vqgan, perceptor, tuple(sorted(manifest.items())))


def load_mini(device: torch.device | str = "cpu") -> Pair:
    """Load the shipped pair onto a device, in float32, frozen; raises `BadWeights` if a file was damaged."""
    return load_from(weights_folder(), device)


def _pieces(data: bytes, digest: str) -> list[str]:
    pieces = data.decode("utf-8", errors="replace").split("\n")
    if UNKNOWN not in pieces:
        raise BadWeights(VOCABULARY_FILE, "one piece a line", f"no {UNKNOWN} among {len(pieces):,} lines of {digest}")
    return pieces


def _fill(module: nn.Module, data: bytes, file: str, digest: str) -> None:
    """Give a module the weights of a file; a file of another model keeps its digest but does not fit."""
    counters = {key: value for key, value in module.state_dict().items() if key.endswith(NOT_SHIPPED)}
    try:
        module.load_state_dict(counters | unpack(data))
    except (SafetensorError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadWeights(
            file, f"weights of {type(module).__name__}", f"sha256 {digest} with other content: {reason}"
        ) from error
