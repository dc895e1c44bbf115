"""Loads the mini pair from the package: every file is checked against the manifest before a byte of it is used."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from importlib.resources.abc import Traversable

import torch
from safetensors.torch import load
from torch import Tensor

from generator.mini.errors import BadWeights
from generator.mini.perceptor import MiniPerceptor
from generator.mini.vqgan import MiniVqgan
from generator.models import Pair

MANIFEST = "manifest.json"
VQGAN_FILE = "vqgan.safetensors"
IMAGE_FILE = "image.safetensors"
TEXT_FILE = "text.safetensors"
VOCABULARY_FILE = "vocabulary.txt"
NOT_SHIPPED = "num_batches_tracked"  # a counter of batch normalization that only training reads
SCALE = ".scale"  # a tensor so named holds the row scales of the int8 tensor before it


def weights_folder() -> Traversable:
    """The folder with the shipped weights."""
    return files("generator.mini") / "weights"


def read_manifest(folder: Traversable) -> dict[str, str]:
    """The sha256 of every shipped file, by name."""
    manifest: dict[str, str] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return manifest


def read_checked(folder: Traversable, file: str, expected: str) -> bytes:
    """The bytes of a shipped file; raises `BadWeights` unless their sha256 is the expected one."""
    try:
        data = (folder / file).read_bytes()
    except FileNotFoundError:
        raise BadWeights(file, expected, "no such file") from None
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise BadWeights(file, expected, found)
    return data


def unpack(data: bytes) -> dict[str, Tensor]:
    """Tensors of a packed file in float32: halves are widened, int8 rows multiplied by their scales."""
    stored = load(data)
    return {
        name: tensor.float() * stored[name + SCALE].float() if name + SCALE in stored else tensor.float()
        for name, tensor in stored.items()
        if not name.endswith(SCALE)
    }


def load_from(folder: Traversable, device: torch.device | str = "cpu") -> Pair:
    """Build the pair from a folder of packed weights; raises `BadWeights` for a damaged or missing file."""
    manifest = read_manifest(folder)
    data = {file: read_checked(folder, file, digest) for file, digest in manifest.items()}
    vqgan = MiniVqgan()
    vqgan.load_state_dict(unpack(data[VQGAN_FILE]))
    perceptor = MiniPerceptor(data[VOCABULARY_FILE].decode("utf-8").split("\n"))
    counters = {key: value for key, value in perceptor.image.state_dict().items() if key.endswith(NOT_SHIPPED)}
    perceptor.image.load_state_dict(counters | unpack(data[IMAGE_FILE]))
    perceptor.text.load_state_dict(unpack(data[TEXT_FILE]))
    for module in (vqgan, perceptor):
        module.eval().requires_grad_(False).to(device)
    return Pair(vqgan, perceptor, tuple(sorted(manifest.items())))


def load_mini(device: torch.device | str = "cpu") -> Pair:
    """Load the shipped pair onto a device, in float32, frozen; raises `BadWeights` if a file was damaged."""
    return load_from(weights_folder(), device)
