"""The five categories: what each asks of the perceptor, and what a dream of it aims at."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "animals": ("an animal", "a picture of an animal", "a cat", "a bird", "a fish", "a dog"),
        "faces": ("a face", "a portrait of a face", "a head with eyes and a mouth", "a smiling face"),
        "people": ("people", "a person standing", "a man", "a woman", "a picture of people"),
        "objects": ("an object", "a tool", "a thing", "a picture of an object", "a machine"),
        "scenery": ("scenery", "a landscape", "mountains and a lake", "a picture of scenery", "a city view"),
    }
)
"""Prompt ensembles for zero-shot classification (arXiv 2103.00020, section 3.1.4)."""

DREAM_PROMPTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "animals": "a painting of an animal",
        "faces": "a painting of a face",
        "people": "a painting of people",
        "objects": "a painting of an object",
        "scenery": "a painting of scenery",
    }
)
