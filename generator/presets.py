"""Presets: a pair of models together with the settings that suit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.errors import ModelsMissing, UnknownPreset
from generator.mini.manifest import read_manifest, weights_folder
from generator.nouns import Prompt, Recipe

if TYPE_CHECKING:
    import torch

    from generator.models import Pair


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings of one pair of models; sides in pixels. Change single ones with `dataclasses.replace`.

    `size` is a multiple of `stride`, the pixels of one code's side in the pair's VQGAN.
    `cpu_threads` are torch's on a CPU, None leaves the number to torch: with one the bits of a picture do not depend
    on how many cores a machine has, and small tensors gain little from more.
    """

    name: str
    perceptor: str
    stride: int
    size: int
    iterations: int
    cutouts: int
    learning_rate: float
    losses: tuple[tuple[str, float], ...] = ()
    precision: str = "fp32"
    cpu_threads: int | None = None


PRESETS: Final = {
    "mini": Preset(
        "mini",
        perceptor="mini-clip-64",
        stride=8,
        size=256,
        iterations=20,
        cutouts=16,
        learning_rate=0.15,
        cpu_threads=1,
    ),
    "wikiart": Preset(
        "wikiart", perceptor="clip-vit-b-32", stride=16, size=512, iterations=20, cutouts=32, learning_rate=0.1
    ),
}


def preset(name: str) -> Preset:
    """The preset of this name; `UnknownPreset` names those that exist."""
    if name not in PRESETS:
        known = ", ".join(sorted(PRESETS))
        raise UnknownPreset(f"there is no preset {name!r}: choose one of {known}", name=name, known=known)
    return PRESETS[name]


def recipe_for(
    settings: Preset,
    prompts: Sequence[Prompt],
    digests: Sequence[tuple[str, str]],
    iterations: int | None = None,
) -> Recipe:
    """The recipe that these settings make of prompts and weights; `iterations` overrides the preset's."""
    return Recipe(
        generator=settings.name,
        weights=tuple(digests),
        perceptor=settings.perceptor,
        prompts=tuple(prompts),
        size=settings.size,
        iterations=settings.iterations if iterations is None else iterations,
        cutouts=settings.cutouts,
        learning_rate=settings.learning_rate,
        losses=settings.losses,
        precision=settings.precision,
    )


def weight_digests(name: str) -> tuple[tuple[str, str], ...]:
    """The (file, sha256) pairs of a preset's models, read without loading them; loading checks the files.

    Raises `ModelsMissing` where this version has no such models.
    """
    _require_models(name)
    return tuple(sorted(read_manifest(weights_folder()).items()))


def load_pair(name: str, device: str | torch.device) -> Pair:
    """Load the models of a preset onto a device; `ModelsMissing` where this version has none."""
    _require_models(name)
    import torch

    from generator.mini.load import load_mini

    threads = preset(name).cpu_threads
    if threads and torch.device(device).type == "cpu":
        torch.set_num_threads(threads)
    pair = load_mini(device)
    for model in (pair.vqgan, pair.perceptor):
        if isinstance(model, torch.nn.Module):
            _channels_last(model)
    return pair


def _channels_last(model: torch.nn.Module) -> None:
    """Lay convolutions out by pixel: a sixth less time for each step on a CPU."""
    import torch

    for parameter in model.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def _require_models(name: str) -> None:
    if preset(name).name != "mini":
        raise ModelsMissing(
            f"the models of preset {name!r} are not built into this version yet: use preset 'mini'",
            preset=name,
        )
