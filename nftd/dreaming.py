"""Dreams and scores of single pictures, without the store: what `nftd dream` and `nftd score` do."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.nouns import Prompt, RunOrder, Step, derive_seed
from generator.presets import recipe_for
from nftd.config import Settings
from nftd.errors import UsageError
from nftd.recipes import chosen_preset, intake_limits, sentence

if TYPE_CHECKING:
    from generator.executor import LocalExecutor
    from generator.intake import Intake

Told = Callable[[dict[str, Any], int], None]


def dream_picture(
    settings: Settings,
    image: Path,
    prompt: str,
    out: Path,
    seed: int = -1,
    iterations: int | None = None,
    size: int | None = None,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Rework a picture toward a prompt; every iterate becomes `out/step-NN.png`."""
    chosen = chosen_preset(settings)
    chosen = replace(chosen, size=size or chosen.size, iterations=iterations or chosen.iterations)
    work, digest = _square(settings, image, chosen.size)
    executor = _executor(settings)
    recipe = recipe_for(chosen, [Prompt(prompt)], executor.pair.digests)
    fixed = derive_seed(digest, recipe.id, 0) if seed == -1 else seed
    out.mkdir(parents=True, exist_ok=True)
    begun, steps = time.monotonic(), []
    for step in executor.run(RunOrder("", recipe, fixed, work, None)):
        steps.append(_kept(step, out, len(str(recipe.iterations))))
        if tell:
            tell(steps[-1], recipe.iterations)
    return {"recipe": recipe.id, "seed": fixed, "seconds": round(time.monotonic() - begun, 3), "steps": steps}


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


def _executor(settings: Settings) -> LocalExecutor:
    from generator.executor import LocalExecutor

    return LocalExecutor(settings.generator.preset, settings.generator.device)


def _kept(step: Step, out: Path, digits: int) -> dict[str, Any]:
    file = out / f"step-{step.step:0{max(2, digits)}d}.png"
    file.write_bytes(step.png)
    return {"step": step.step, "file": str(file), "loss": step.losses["total"], "similarity": step.similarity}


def score_pictures(settings: Settings, images: Sequence[Path]) -> list[dict[str, Any]]:
    """What the classifier and the critics say of pictures; the models are loaded once."""
    executor = _executor(settings)
    return [_score(settings, executor, image) for image in images]


def _score(settings: Settings, executor: LocalExecutor, image: Path) -> dict[str, Any]:
    """One picture: its category, and its match with the prompt of each category."""
    from generator.classify import categorize, rule_of
    from generator.matching import prompt_matches
    from generator.pictures import read_work

    work, _ = _square(settings, image, chosen_preset(settings).size)
    picture = read_work(work, executor.device)
    phrases = {name: tuple(one.phrases) for name, one in settings.categories.items()}
    rule = rule_of(settings.generator.preset)
    category = categorize(executor.pair.perceptor, picture, phrases, rule)
    prompts = {name: one.prompt for name, one in settings.categories.items()}
    matches = prompt_matches(executor.pair.perceptor, picture, prompts)
    return {
        "file": str(image),
        "category": category.name,
        "categories": category.probabilities,
        "critics": {f"prompt-match:{name}": {"raw": raw, "percentile": None} for name, raw in matches.items()},
    }
