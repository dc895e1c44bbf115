"""Measures a packed pair on the held-out tenth: reconstruction, retrieval, categories, guidance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.load import load_from
from generator.mini.train.ascent import Ascent
from generator.mini.train.guidance import guidance, proxies
from generator.mini.train.heldout import PAINTED, composed, held_out
from generator.mini.train.item import CATEGORIES
from generator.mini.train.measures import categories, class_vectors, embed_all, reconstruction, retrieval, round_trip
from generator.mini.train.texts import load_texts
from generator.mini.train.train_text import text_held_out
from generator.models import Perceptor


def text_cosine(perceptor: Perceptor, work: Path) -> float:
    """Mean cosine of held-out texts with the place that the teacher gives them."""
    texts = load_texts(work)
    numbers = [n for n, text in enumerate(texts.texts) if text_held_out(text)]
    with torch.no_grad():
        parts = [
            perceptor.embed_texts([texts.texts[n] for n in numbers[at : at + 256]])
            for at in range(0, len(numbers), 256)
        ]
    return float((torch.cat(parts) * texts.targets[numbers]).sum(1).mean())


def evaluate(work: Path, weights: Path, judge: Perceptor) -> dict[str, float]:
    """Everything, as one flat table of numbers."""
    pair = load_from(weights)
    test = held_out(work)
    vectors = embed_all(pair.perceptor, test.images)
    first = {category: PROMPTS[category][1:2] for category in CATEGORIES}
    with torch.no_grad():
        tripped = torch.cat([round_trip(pair, part) for part in torch.split(test.images, 32)])
    found = reconstruction(pair, test) | retrieval(pair.perceptor, test.items, vectors)
    drawn = tuple(item if item.source not in PAINTED else replace(item, category=None) for item in test.items)
    for name, prompts, seen, items in (
        ("single", first, vectors, test.items),
        ("ensemble", PROMPTS, vectors, test.items),
        ("drawings", PROMPTS, vectors, drawn),
        ("round_trip", PROMPTS, embed_all(pair.perceptor, tripped), test.items),
    ):
        table = categories(seen, class_vectors(pair.perceptor, prompts), items)
        found |= {f"{name}_{key}": value for key, value in table.items()}
    items, views = composed(work, pair.perceptor.input_size)
    table = categories(embed_all(pair.perceptor, views), class_vectors(pair.perceptor, PROMPTS), items)
    found |= {f"composed_{key}": value for key, value in table.items()}
    found |= proxies(pair, judge, test)
    found["text_cosine"] = text_cosine(pair.perceptor, work)
    return found | guidance(pair, judge, test, Ascent())
