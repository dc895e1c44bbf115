"""The five categories: what each asks of the perceptor, what a dream of it aims at, how sure the classifier must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "animals": (
            "animals",
            "an animal",
            "a picture of an animal",
            "a painting of an animal",
            "a wild animal",
            "a pet",
            "a bird, a fish, a dog or a cat",
            "a mammal",
            "a creature of nature",
            "a drawing of animals",
        ),
        "faces": (
            "faces",
            "a face",
            "a portrait",
            "a picture of a face",
            "a painting of a face",
            "a portrait of a person",
            "the face of a woman",
            "the face of a man",
            "a head with eyes and a mouth",
            "a smiling face",
        ),
        "people": (
            "people",
            "a person",
            "a picture of people",
            "a painting of people",
            "a man standing",
            "a woman standing",
            "a group of people",
            "a human figure",
            "a person at work",
            "somebody doing something",
        ),
        "objects": (
            "objects",
            "an object",
            "a picture of an object",
            "a painting of an object",
            "a thing",
            "a still life",
            "a tool",
            "a household item",
            "food and drink",
            "a vehicle or a machine",
        ),
        "scenery": (
            "scenery",
            "a landscape",
            "a picture of scenery",
            "a painting of a landscape",
            "a view of mountains and sky",
            "the sea and the sky",
            "nature scenery",
            "a city skyline",
            "fields and hills at sunset",
            "a panorama",
        ),
    }
)
"""Prompt ensembles for zero-shot classification (arXiv 2103.00020, section 3.1.4)."""

DREAM_PROMPTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "animals": "an animal",
        "faces": "a face",
        "people": "a group of people",
        "objects": "an object",
        "scenery": "fields and hills at sunset",
    }
)


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """`temperature` divides cosines before the softmax; below either limit the classifier abstains.

    The temperature is what calibrates (Guo et al. 2017, "On calibration of modern neural networks", section 4.2).
    """

    temperature: float = 0.05
    min_probability: float = 0.35
    min_margin: float = 0.05


@dataclass(frozen=True, slots=True)
class Category:
    """The category's name, or None with the reason for abstaining, and the embedding for critics."""

    name: str | None
    probabilities: dict[str, float]
    abstained_reason: str | None
    embedding: bytes


DEFAULT_RULE: Final = CategoryRule()
"""For a pair whose probabilities nobody has fitted yet."""

CALIBRATED: Final[Mapping[str, CategoryRule]] = MappingProxyType(
    {"mini": CategoryRule(temperature=0.06, min_probability=0.4, min_margin=0.1)}
)
"""The rule of each preset whose probabilities were fitted to held-out pictures (docs/gates.md)."""


def rule_of(preset: str) -> CategoryRule:
    """The calibrated rule of a preset, or the default where none was fitted."""
    return CALIBRATED.get(preset, DEFAULT_RULE)
