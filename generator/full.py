"""The models at full size: a VQGAN and a CLIP, from weights that are installed, checked and converted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from generator.architecture import vqgan_config_of
from generator.models import Pair
from generator.perceptor import build_perceptor
from generator.strict import shapes_of
from generator.vqgan import build_vqgan
from generator.weights import find, load

if TYPE_CHECKING:
    from generator.presets import Preset


def load_full(preset: Preset, device: torch.device, precision: str, folder: Path) -> Pair:
    """The pair of a preset from a folder of weights, frozen, on a device, computing in `precision`.

    Raises `ModelsMissing` for what is not installed, `BadCheckpoint` naming the key or digest at fault.
    """
    painter, looker = find(folder, preset.vqgan), find(folder, preset.perceptor)
    tensors = load(painter)
    vqgan = build_vqgan(vqgan_config_of(shapes_of(tensors)), tensors, device, precision)
    del tensors  # before the other model comes: a start needs no more memory than a step
    perceptor = build_perceptor(preset.perceptor, load(looker), device, precision)
    digests = tuple(sorted((one.name, one.digest) for one in (painter, looker)))
    return Pair(vqgan, perceptor, digests)
