"""Presets: a pair of models together with the settings that suit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.devices import AUTO
from generator.errors import BadRecipe, ModelsMissing, UnknownPreset
from generator.memory import Footprint
from generator.mini.manifest import read_manifest, weights_folder
from generator.nouns import FIDELITY, PROMPT_MATCH, ImagePrompt, Prompt, Recipe

if TYPE_CHECKING:
    import torch

    from generator.models import Pair

MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings of one pair of models; sides in pixels. Change single ones with `dataclasses.replace`.

    `vqgan` names the weights of the VQGAN, "" where the pair ships with the package. `size` is a multiple of
    `stride`, the pixels of one code's side. `precision` is one of `precisions`, or "auto": what the device is fast at.
    `cpu_threads` are torch's on a CPU, None leaves the number to torch: with one the bits of a picture do not depend
    on how many cores a machine has, and small tensors gain little from more. `critics` judge the iterates.
    """

    name: str
    perceptor: str
    stride: int
    size: int
    iterations: int
    cutouts: int
    learning_rate: float
    footprint: Footprint
    vqgan: str = ""
    losses: tuple[tuple[str, float], ...] = ()
    precision: str = "fp32"
    precisions: tuple[str, ...] = ("fp32",)
    optimizer: str = "adam"
    cutout_method: str = "grid"
    cpu_threads: int | None = None
    critics: tuple[str, ...] = (PROMPT_MATCH, FIDELITY)


PRESETS: Final = {
    "mini": Preset(
        "mini",
        perceptor="mini-clip-64",
        stride=8,
        size=256,
        iterations=20,
        cutouts=16,
        learning_rate=0.15,
        footprint=Footprint(
            runtime=285 * MIB, weights=34 * MIB, pixel=1000.0, pixel_frugal=800.0, cutout=5.3 * MIB, stride=8
        ),
        cpu_threads=1,
    ),
    "wikiart": Preset(
        "wikiart",
        perceptor="clip-vit-b-32",
        stride=16,
        size=512,
        iterations=20,
        cutouts=32,
        learning_rate=0.1,
        footprint=Footprint(
            runtime=400 * MIB,
            weights=960 * MIB,
            pixel=13_500.0,
            pixel_frugal=5500.0,
            cutout=14 * MIB,
            code=32.0,
            stride=16,
        ),
        vqgan="wikiart_16384",
        precision=AUTO,
        precisions=("fp32", "bf16", "fp16"),
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
    images: Sequence[ImagePrompt] = (),
) -> Recipe:
    """The recipe that these settings make of prompts and weights; `iterations` overrides the preset's.

    The precision must be settled by then (`settle_precision`); `BadRecipe` otherwise.
    """
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
        images=tuple(images),
        optimizer=settings.optimizer,
        cutout_method=settings.cutout_method,
    )


def settle_precision(settings: Preset, device: str | torch.device) -> str:
    """The precision that these settings mean on a device; torch is loaded only where the device decides.

    Raises `BadRecipe` where the models cannot compute in it.
    """
    if settings.precision == AUTO and len(settings.precisions) > 1:
        from generator.devices import pick_device, pick_precision

        return pick_precision(AUTO, pick_device(device))
    chosen = settings.precisions[0] if settings.precision == AUTO else settings.precision
    if chosen not in settings.precisions:
        raise BadRecipe(
            f"precision is {chosen!r}, preset {settings.name} computes in {', '.join(settings.precisions)} only",
            precision=chosen,
            preset=settings.name,
        )
    return chosen


def weight_digests(name: str, folder: Path | None = None) -> tuple[tuple[str, str], ...]:
    """The (file, sha256) pairs of a preset's models, read without loading them; loading checks the files.

    `folder` holds installed weights. Raises `ModelsMissing`, with the command that gets them, where they are not there.
    """
    chosen = preset(name)
    if not chosen.vqgan:
        return tuple(sorted(read_manifest(weights_folder()).items()))
    from generator.weights import find

    installed, missing = {}, []
    for one in (chosen.vqgan, chosen.perceptor):
        try:
            installed[one] = find(_required(folder, chosen.name), one).digest
        except ModelsMissing:
            missing.append(one)
    if missing:
        names = " ".join(missing)
        raise ModelsMissing(
            f"preset {name} needs weights that are not in {folder}: run nftd weights fetch {names}", missing=missing
        )
    return tuple(sorted(installed.items()))


def load_pair(name: str, device: str | torch.device, precision: str = "fp32", weights: Path | None = None) -> Pair:
    """Load the models of a preset onto a device; `ModelsMissing` or `BadCheckpoint` where that cannot be."""
    import torch

    chosen = preset(name)
    if chosen.cpu_threads and torch.device(device).type == "cpu":
        torch.set_num_threads(chosen.cpu_threads)
    if chosen.vqgan:
        from generator.full import load_full

        return load_full(chosen, torch.device(device), precision, _required(weights, name))
    from generator.mini.load import load_mini

    pair = load_mini(device)
    for model in (pair.vqgan, pair.perceptor):
        if isinstance(model, torch.nn.Module):
            _channels_last(model)
    return pair


def _required(folder: Path | None, name: str) -> Path:
    if folder is None:
        raise ModelsMissing(f"preset {name!r} needs a folder of weights: name one", preset=name)
    return folder


def _channels_last(model: torch.nn.Module) -> None:
    """Lay convolutions out by pixel: a sixth less time for each step on a CPU."""
    import torch

    for parameter in model.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
