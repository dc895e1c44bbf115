"""Measures a packed pair on the held-out tenth: reconstruction, retrieval, categories, guidance."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.load import load_from
from generator.mini.train.ascent import Ascent, ascend, similarity
from generator.mini.train.composites import Composites, paint_extras
from generator.mini.train.item import CATEGORIES, Item, fixed_hash
from generator.mini.train.prepare import load_images, load_items
from generator.mini.train.texts import load_texts
from generator.mini.train.train_text import text_held_out
from generator.mini.vqgan import CODES
from generator.models import Pair, Perceptor

RETRIEVED_AMONG = 500
GUIDANCE_PROMPTS = (
    "animals", "a human face", "people", "an object", "scenery", "a sunset over the sea", "a cat", "a red flower",
    "mountains in snow", "a house", "fire", "a blue car",
)  # fmt: skip
GUIDANCE_PAIRS = 16
COMPOSED_SEED = 31
PAINTED = ("landscapes", "portraits", "people")  # painted by program, so easier than what people drew


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The pictures [N, 3, 128, 128] of the test and what they show."""

    items: tuple[Item, ...]
    images: Tensor


def held_out(work: Path) -> HeldOut:
    """The held-out split, drawings placed on plain grounds chosen by a fixed hash (half of them white)."""
    items, images = load_items(work), load_images(work)
    numbers = [n for n, item in enumerate(items) if item.held_out]
    rgba = torch.from_numpy(images[numbers]).float() / 255
    grounds = torch.stack([_ground(f"{items[n].concept}{items[n].source}") for n in numbers]).view(-1, 3, 1, 1)
    return HeldOut(tuple(items[n] for n in numbers), rgba[:, :3] * rgba[:, 3:] + grounds * (1 - rgba[:, 3:]))


def _ground(name: str) -> Tensor:
    seed = fixed_hash(name)
    if seed % 2:
        return torch.ones(3)
    return torch.rand(3, generator=torch.Generator().manual_seed(seed % 2**31))


def composed(work: Path, size: int, views: int = 1) -> tuple[tuple[Item, ...], Tensor]:
    """The held-out split in painted pictures [N, 3, size, size], some views of each; scenes of its own seed."""
    items, images = load_items(work), load_images(work)
    grounds = np.array([n for n, item in enumerate(items) if item.source == "landscapes" and item.held_out])
    scenes = paint_extras(COMPOSED_SEED, scenes=150, portraits=0, people=0)
    composites = Composites(images, grounds, scenes, COMPOSED_SEED)
    numbers = [n for n, item in enumerate(items) if item.held_out and item.source not in {"portraits", "people"}]
    parts = [composites.compose(part, size) for _ in range(views) for part in torch.tensor(numbers).split(64)]
    return tuple(items[n] for n in numbers * views), torch.cat(parts)


@torch.no_grad()
def reconstruction(pair: Pair, test: HeldOut) -> dict[str, float]:
    """Peak signal-to-noise ratios in dB (mean over pictures), and how the codes are used."""
    scenes = torch.tensor([item.source == "landscapes" for item in test.items])
    painted = torch.tensor([item.source in PAINTED for item in test.items])
    drawn = test.images[~painted]
    small = F.interpolate(drawn, size=64, mode="area")
    codes = torch.cat([pair.vqgan.quantize(pair.vqgan.encode(part))[1].flatten() for part in torch.split(drawn, 32)])
    shares = torch.bincount(codes, minlength=CODES).float() / len(codes)
    return {
        "psnr_drawings_128": _psnr(pair, drawn),
        "psnr_drawings_64": _psnr(pair, small),
        "psnr_scenes_128": _psnr(pair, test.images[scenes]),
        "psnr_figures_128": _psnr(pair, test.images[painted & ~scenes]),
        "psnr_drawings_mean_color": float(_decibels(drawn.mean((2, 3), keepdim=True), drawn).mean()),
        "codes_used": float((shares > 0).sum()),
        "code_perplexity": float(torch.special.entr(shares).sum().exp()),
    }


def _psnr(pair: Pair, images: Tensor) -> float:
    parts = [_decibels(_round_trip(pair, part), part) for part in torch.split(images, 32)]
    return float(torch.cat(parts).mean())


def _round_trip(pair: Pair, images: Tensor) -> Tensor:
    return pair.vqgan.decode(pair.vqgan.quantize(pair.vqgan.encode(images))[0])


def _decibels(ours: Tensor, theirs: Tensor) -> Tensor:
    return -10 * (ours - theirs).square().mean((1, 2, 3)).clamp_min(1e-6).log10()


@torch.no_grad()
def embed_all(perceptor: Perceptor, images: Tensor) -> Tensor:
    """Unit vectors of many pictures, brought to the perceptor's size."""
    size = perceptor.input_size
    return torch.cat(
        [perceptor.embed_images(F.interpolate(part, size=size, mode="area")) for part in torch.split(images, 64)]
    )


@torch.no_grad()
def retrieval(perceptor: Perceptor, items: Sequence[Item], vectors: Tensor) -> dict[str, float]:
    """How often the right caption is first, or among the first ten, of 500 pictures' captions."""
    order = sorted(range(len(items)), key=lambda n: fixed_hash(f"{items[n].source}{items[n].concept}{n}"))
    chosen = order[:RETRIEVED_AMONG]
    captions = [items[n].captions[0] for n in chosen]
    likeness = vectors[chosen] @ perceptor.embed_texts(captions).T
    same = torch.tensor([[a == b for b in captions] for a in captions])
    best = likeness.masked_fill(~same, -math.inf).amax(1, keepdim=True)
    rank = ((likeness > best) & ~same).sum(1)
    return {
        "retrieval_r1": float((rank < 1).float().mean()),
        "retrieval_r10": float((rank < 10).float().mean()),
    }


@torch.no_grad()
def class_vectors(perceptor: Perceptor, prompts: Mapping[str, Sequence[str]]) -> Tensor:
    """One unit vector a category: the mean of its prompts."""
    means = [perceptor.embed_texts(list(prompts[category])).mean(0) for category in CATEGORIES]
    return F.normalize(torch.stack(means), dim=1)


def categories(vectors: Tensor, classes: Tensor, items: Sequence[Item]) -> dict[str, float]:
    """Accuracy over the pictures with a certain category, and the mean of the five recalls."""
    known = [n for n, item in enumerate(items) if item.category]
    truth = torch.tensor([CATEGORIES.index(items[n].category or "") for n in known])
    right = (vectors[known] @ classes.T).argmax(1) == truth
    recalls = {name: float(right[truth == n].float().mean()) for n, name in enumerate(CATEGORIES)}
    return {
        "accuracy": float(right.float().mean()),
        "balanced": sum(recalls.values()) / len(recalls),
        "majority": float(torch.bincount(truth).max() / len(truth)),
        **{f"recall_{name}": value for name, value in recalls.items()},
    }


def guidance(pair: Pair, judge: Perceptor | None, test: HeldOut, plan: Ascent) -> dict[str, float]:
    """Ascends from 16 held-out pictures at 256 px; a second model judges what came out."""
    starts = sorted(range(len(test.items)), key=lambda n: fixed_hash(f"start{test.items[n].concept}{n}"))[
        :GUIDANCE_PAIRS
    ]
    found: dict[str, list[float]] = {
        "before": [],
        "after": [],
        "judge_before": [],
        "judge_after": [],
        "judge_named": [],
    }
    began = time.perf_counter()
    spent = 0.0
    for pick, start in enumerate(starts):
        wanted = pick % len(GUIDANCE_PROMPTS)
        image = F.interpolate(test.images[start : start + 1], size=256, mode="bilinear")
        target = pair.perceptor.embed_texts([GUIDANCE_PROMPTS[wanted]])[0]
        began = time.perf_counter()
        painted = ascend(pair, image, target, plan, seed=pick)
        spent += time.perf_counter() - began
        found["before"].append(similarity(pair.perceptor, image, target, 1000 + pick))
        found["after"].append(similarity(pair.perceptor, painted, target, 1000 + pick))
        if judge is not None:
            _judge(found, judge, image, painted, wanted)
    means = {f"guidance_{key}": sum(values) / len(values) for key, values in found.items() if values}
    rises = [after - before for after, before in zip(found["after"], found["before"], strict=True)]
    return {**means, "guidance_smallest_rise": min(rises), "seconds_a_step": spent / len(starts) / plan.steps}


def _judge(found: dict[str, list[float]], judge: Perceptor, image: Tensor, painted: Tensor, wanted: int) -> None:
    targets = judge.embed_texts(list(GUIDANCE_PROMPTS))
    scores = [similarity(judge, painted, target, 7) for target in targets]
    found["judge_before"].append(similarity(judge, image, targets[wanted], 7))
    found["judge_after"].append(scores[wanted])
    found["judge_named"].append(float(scores.index(max(scores)) == wanted))


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


def evaluate(work: Path, weights: Path, judge: Perceptor | None) -> dict[str, float]:
    """Everything, as one flat table of numbers."""
    pair = load_from(weights)
    test = held_out(work)
    vectors = embed_all(pair.perceptor, test.images)
    first = {category: PROMPTS[category][1:2] for category in CATEGORIES}
    with torch.no_grad():
        tripped = torch.cat([_round_trip(pair, part) for part in torch.split(test.images, 32)])
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
    found["text_cosine"] = text_cosine(pair.perceptor, work)
    return found | guidance(pair, judge, test, Ascent())
