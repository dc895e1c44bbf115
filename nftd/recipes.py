"""The configuration, in the words of the generator: limits of intake, preset, recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from generator.limits import IntakeLimits
from generator.nouns import Prompt, Recipe, Verdict
from generator.presets import Preset, preset, recipe_for, settle_precision, weight_digests
from nftd.config import Settings
from nftd.errors import Refused

MEGA = 1_000_000


def weights_folder(settings: Settings, data: Path) -> Path:
    """Where installed weights are: the configured folder, else one in the data folder."""
    return Path(settings.generator.weights).expanduser() if settings.generator.weights else data / "weights"


def chosen_preset(settings: Settings) -> Preset:
    """The preset with what the configuration changes of it."""
    base, chosen = preset(settings.generator.preset), settings.generator
    terms = {"fidelity": chosen.fidelity, "total_variation": chosen.total_variation}
    added = {name: weight for name, weight in terms.items() if weight}
    return replace(
        base,
        size=chosen.size or base.size,
        iterations=chosen.iterations,
        cutouts=chosen.cutouts or base.cutouts,
        learning_rate=chosen.learning_rate or base.learning_rate,
        losses=tuple(({**dict(base.losses), **added}).items()),
        precision=chosen.precision or base.precision,
        optimizer=chosen.optimizer,
        cutout_method=chosen.cutout_method,
    )


def intake_limits(settings: Settings) -> IntakeLimits:
    """The configured limits of intake, and the size of the work that the generator wants."""
    chosen = settings.intake
    return IntakeLimits(
        size=chosen_preset(settings).size,
        fit=chosen.fit,
        min_side=chosen.min_side,
        max_pixels=int(chosen.max_megapixels * MEGA),
        max_bytes=int(settings.http.max_image_mb * MEGA),
        min_sharpness=chosen.min_sharpness,
        max_blocking=chosen.max_blocking,
        max_text_share=chosen.max_text_share,
    )


def recipe_of(settings: Settings, category: str, data: Path, size: int | None = None) -> Recipe:
    """Today's recipe for a category, known without loading a model; `size` where the configured one does not fit.

    `data` is the data folder. Raises `ModelsMissing` where weights are not installed.
    """
    if category not in settings.categories:
        raise Refused(f"category {category} is not configured any more: put it back, or leave its works alone")
    prompts = [Prompt(settings.categories[category].prompt), *map(Prompt.parse, settings.generator.prompts)]
    chosen = settled(settings, size)
    return recipe_for(chosen, prompts, weight_digests(chosen.name, weights_folder(settings, data)))


def settled(settings: Settings, size: int | None = None) -> Preset:
    """The chosen preset with its precision settled by the first device, and perhaps another size."""
    chosen = chosen_preset(settings)
    precision = settle_precision(chosen, settings.generator.devices[0])
    return replace(chosen, precision=precision, size=size or chosen.size)


def sentence(verdict: Verdict) -> str:
    """A verdict in words: gate, value and limit."""
    value = "" if verdict.value is None else f", found {verdict.value}"
    limit = "" if verdict.limit is None else f", limit {verdict.limit}"
    return f"gate {verdict.gate}: {verdict.reason}{value}{limit}"
