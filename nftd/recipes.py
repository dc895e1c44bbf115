"""The configuration, in the words of the generator: limits of intake, preset, recipe."""

from __future__ import annotations

from dataclasses import replace

from generator.limits import IntakeLimits
from generator.nouns import Prompt, Recipe, Verdict
from generator.presets import Preset, preset, recipe_for, weight_digests
from nftd.config import Settings
from nftd.errors import Refused

MEGA = 1_000_000


def chosen_preset(settings: Settings) -> Preset:
    """The preset with what the configuration changes of it."""
    base, chosen = preset(settings.generator.preset), settings.generator
    return replace(
        base,
        size=chosen.size or base.size,
        iterations=chosen.iterations,
        cutouts=chosen.cutouts or base.cutouts,
        learning_rate=chosen.learning_rate or base.learning_rate,
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


def recipe_of(settings: Settings, category: str) -> Recipe:
    """Today's recipe for a category; known without loading a model."""
    if category not in settings.categories:
        raise Refused(f"category {category} is not configured any more: put it back, or leave its works alone")
    prompt = Prompt(settings.categories[category].prompt)
    return recipe_for(chosen_preset(settings), [prompt], weight_digests(settings.generator.preset))


def sentence(verdict: Verdict) -> str:
    """A verdict in words: gate, value and limit."""
    value = "" if verdict.value is None else f", found {verdict.value}"
    limit = "" if verdict.limit is None else f", limit {verdict.limit}"
    return f"gate {verdict.gate}: {verdict.reason}{value}{limit}"
