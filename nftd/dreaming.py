"""Dreams and scores of single pictures, without the store: what `nftd dream` and `nftd score` do."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.errors import BadRecipe
from generator.nouns import ImagePrompt, Prompt, RunOrder, Step, derive_seed
from generator.presets import Preset, load_pair, recipe_for, weight_digests
from nftd.config import Settings
from nftd.errors import UsageError
from nftd.recipes import intake_limits, sentence, settled, weights_folder

if TYPE_CHECKING:
    from generator.intake import Intake
    from generator.models import Pair

Told = Callable[[dict[str, Any], int], None]

_WEIGHTED = re.compile(r"(.+):([+-]?(?:\d+\.?\d*|\.\d+))")


@dataclass(frozen=True, slots=True)
class Wish:
    """What `nftd dream` was asked for; None takes the configured value. `seed` -1 derives one from picture and recipe.

    `prompts` are `text` or `text:weight`, `image_prompts` `file` or `file:weight`; pictures are PNG or lossless WebP.
    """

    image: Path
    out: Path
    prompts: tuple[str, ...] = ()
    image_prompts: tuple[str, ...] = ()
    seed: int = -1
    iterations: int | None = None
    size: int | None = None
    format: str = "png"


def dream_picture(settings: Settings, data: Path, wish: Wish, tell: Told | None = None) -> dict[str, Any]:
    """Rework a picture toward prompts; every iterate becomes `out/step-NN.png` (or .webp).

    `data` is the data folder, where weights are. Raises `UsageError` for what cannot be dreamed on or toward.
    """
    chosen = settled(settings, wish.size)
    chosen = replace(chosen, iterations=wish.iterations or chosen.iterations)
    work, digest = _square(settings, wish.image, chosen.size)
    images = [_image_prompt(settings, words, chosen.size) for words in wish.image_prompts]
    weights = weights_folder(settings, data)
    try:
        prompts = [Prompt.parse(words) for words in (*wish.prompts, *settings.generator.prompts)]
        found = weight_digests(chosen.name, weights)
        recipe = recipe_for(chosen, prompts, found, images=[prompt for prompt, _ in images])
    except BadRecipe as error:
        raise UsageError(str(error)) from None
    seed = derive_seed(digest, recipe.id, 0) if wish.seed == -1 else wish.seed
    pictures = tuple((prompt.digest, png) for prompt, png in images)
    order = RunOrder("", recipe, seed, work, None, pictures, (("source", f"sha256:{digest}"),))
    return {
        "recipe": recipe.id,
        "seed": seed,
        "precision": recipe.precision,
        **_make(settings, order, wish, data, tell),
    }


def _make(settings: Settings, order: RunOrder, wish: Wish, data: Path, tell: Told | None) -> dict[str, Any]:
    from generator.executor import LocalExecutor

    device = settings.generator.devices[0]
    executor = LocalExecutor(settings.generator.preset, device, weights_folder(settings, data))
    wish.out.mkdir(parents=True, exist_ok=True)
    begun, steps = time.monotonic(), []
    for step in executor.run(order):
        steps.append(_kept(step, wish, len(str(order.recipe.iterations))))
        if tell:
            tell(steps[-1], order.recipe.iterations)
    seconds = round(time.monotonic() - begun, 3)
    return {"device": str(executor.device), "seconds": seconds, "folder": str(wish.out), "steps": steps}


def _image_prompt(settings: Settings, words: str, size: int) -> tuple[ImagePrompt, bytes]:
    """An image prompt and its square PNG. A file whose name ends like a weight is taken as the file that it is."""
    found = None if Path(words).exists() else _WEIGHTED.fullmatch(words)
    file, weight = (found[1], float(found[2])) if found else (words, 1.0)
    png, _ = _square(settings, Path(file), size)
    try:
        return ImagePrompt(hashlib.sha256(png).hexdigest(), weight), png
    except BadRecipe as error:
        raise UsageError(str(error)) from None


def _kept(step: Step, wish: Wish, digits: int) -> dict[str, Any]:
    from generator.pictures import write_webp

    file = wish.out / f"step-{step.step:0{max(2, digits)}d}.{wish.format}"
    file.write_bytes(write_webp(step.png) if wish.format == "webp" else step.png)
    return {
        "step": step.step,
        "file": str(file),
        "loss": step.losses["total"],
        "losses": step.losses,
        "similarity": step.similarity,
        "memory": step.memory,
    }


def _square(settings: Settings, image: Path, size: int) -> tuple[bytes, str]:
    """The work of a picture and the digest of its file; the gates of taste are not asked, those of safety are."""
    from generator.intake import examine

    data = _read(image)
    found: Intake = examine(data, replace(intake_limits(settings), size=size))
    if found.work_png is None:
        refused = next(verdict for verdict in found.verdicts if not verdict.ok)
        raise UsageError(f"{image}: {sentence(refused)}")
    return found.work_png, hashlib.sha256(data).hexdigest()


def _read(image: Path) -> bytes:
    try:
        return image.read_bytes()
    except OSError as error:
        raise UsageError(f"{image} cannot be read: {error.strerror}") from None


def score_pictures(settings: Settings, data: Path, images: Sequence[Path]) -> list[dict[str, Any]]:
    """What the classifier and the critics say of pictures; the models are loaded once, from the data folder `data`."""
    from generator.devices import pick_device

    chosen, device = settled(settings), pick_device(settings.generator.devices[0])
    pair = load_pair(chosen.name, device, chosen.precision, weights_folder(settings, data))
    return [_score(settings, chosen, pair, image) for image in images]


def _score(settings: Settings, chosen: Preset, pair: Pair, image: Path) -> dict[str, Any]:
    """One picture: its category, and its match with the prompt of each category."""
    from generator.classify import categorize, rule_of
    from generator.matching import prompt_matches
    from generator.pictures import read_work

    work, _ = _square(settings, image, chosen.size)
    picture = read_work(work, pair.vqgan.codebook.device)
    phrases = {name: tuple(one.phrases) for name, one in settings.categories.items()}
    rule = rule_of(settings.generator.preset)
    category = categorize(pair.perceptor, picture, phrases, rule)
    prompts = {name: one.prompt for name, one in settings.categories.items()}
    matches = prompt_matches(pair.perceptor, picture, prompts)
    return {
        "file": str(image),
        "category": category.name,
        "categories": category.probabilities,
        "critics": {f"prompt-match:{name}": {"raw": raw, "percentile": None} for name, raw in matches.items()},
    }
