"""How well a pair guides: pictures that follow a prompt, seen by the pair itself and by a second model."""

from __future__ import annotations

import time
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.train.ascent import Ascent, ascend, similarity
from generator.mini.train.heldout import PAINTED, HeldOut
from generator.mini.train.item import CATEGORIES, fixed_hash
from generator.mini.train.measures import categories, class_vectors, embed_all
from generator.mini.train.painting.painterly import painterly
from generator.models import Pair, Perceptor

GUIDANCE_PROMPTS = (
    "animals", "a human face", "people", "an object", "scenery", "a sunset over the sea", "a cat", "a red flower",
    "mountains in snow", "a house", "fire", "a blue car",
)  # fmt: skip
GUIDANCE_PAIRS = 36
PROXY_SEED = 37
DREAMED = 12  # pictures of each category that the judge dreams


def guidance(pair: Pair, judge: Perceptor, test: HeldOut, plan: Ascent) -> dict[str, float]:
    """Ascends from 36 held-out pictures at 256 px toward the twelve prompts in turn; a second model judges each."""
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
    spent = 0.0
    for pick, start in enumerate(starts):
        wanted = pick % len(GUIDANCE_PROMPTS)
        image = F.interpolate(test.images[start : start + 1], size=256, mode="bilinear")
        target = pair.perceptor.embed_texts([GUIDANCE_PROMPTS[wanted]])[0]
        began = time.process_time()
        painted = ascend(pair, image, target, plan, seed=pick)
        spent += time.process_time() - began
        found["before"].append(similarity(pair.perceptor, image, target, 1000 + pick))
        found["after"].append(similarity(pair.perceptor, painted, target, 1000 + pick))
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


def proxies(pair: Pair, judge: Perceptor, test: HeldOut) -> dict[str, float]:
    """Categories where pictures from outside differ from drawings: painted over, and dreamed by another model.

    "painted" takes all the held-out drawings through strong painterly filters; "dreamed" takes some of them, brings
    them to 256 px and lets the judge, not the perceptor under test, draw its idea of their category into them.
    """
    rng = torch.Generator().manual_seed(PROXY_SEED)
    small = F.interpolate(test.images, size=pair.perceptor.input_size, mode="area")
    painted = torch.cat([painterly(part, rng, 1.0) for part in small.split(64)])
    numbers, dreamed = _dreamed(pair, judge, test)
    classes = class_vectors(pair.perceptor, PROMPTS)
    seen = {
        "painted": categories(embed_all(pair.perceptor, painted), classes, test.items),
        "dreamed": categories(embed_all(pair.perceptor, dreamed), classes, [test.items[n] for n in numbers]),
    }
    return {f"{name}_{key}": value for name, table in seen.items() for key, value in table.items()}


def _dreamed(pair: Pair, judge: Perceptor, test: HeldOut) -> tuple[list[int], Tensor]:
    """Pictures [N, 3, 64, 64] after 20 steps under the judge toward their own category, some of each."""
    order = sorted(range(len(test.items)), key=lambda n: fixed_hash(f"dreamed{test.items[n].concept}{n}"))
    drawn = [n for n in order if test.items[n].source not in PAINTED]
    numbers = [n for name in CATEGORIES for n in [m for m in drawn if test.items[m].category == name][:DREAMED]]
    other, classes = replace(pair, perceptor=judge), class_vectors(judge, PROMPTS)
    found = []
    for n in numbers:
        image = F.interpolate(test.images[n : n + 1], size=256, mode="bilinear")
        target = classes[CATEGORIES.index(test.items[n].category or "")]
        found.append(F.interpolate(ascend(other, image, target, Ascent(), seed=n), size=64, mode="area"))
    return numbers, torch.cat(found)
