from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load, save
from torch import Tensor

from generator.dream import dream
from generator.embeddings import read_embedding
from generator.errors import BadPicture, BadRecipe, BadState, NonFiniteLoss
from generator.models import Pair
from generator.nouns import Prompt, Recipe, Step
from generator.pictures import read_texts, read_work, write_webp

SEED = 2**62 + 5


def run(pair: Pair, source: Tensor, recipe: Recipe, seed: int = SEED, resume: bytes | None = None) -> list[Step]:
    return list(dream(pair, source, recipe, seed, resume))


def test_a_dream_yields_each_iterate_once_in_order(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    steps = run(pair, source, recipe)
    assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6]
    assert len({step.png for step in steps}) == 6


def test_the_same_seed_gives_the_same_bytes(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    assert run(pair, source, recipe) == run(pair, source, recipe)


def test_another_seed_gives_other_pictures(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    pictures = [read_work(run(pair, source, recipe, seed)[-1].png) for seed in (1, 2, 1 + 2**32)]
    assert not torch.equal(pictures[0], pictures[1])
    assert not torch.equal(pictures[0], pictures[2])


def test_global_random_state_neither_matters_nor_moves(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    torch.manual_seed(1)
    first = run(pair, source, recipe)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert run(pair, source, recipe) == first
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_resumed_dream_is_the_undisturbed_one_bit_for_bit(
    pair: Pair, source: Tensor, recipe: Recipe, at: int
) -> None:
    undisturbed = run(pair, source, recipe)
    assert run(pair, source, recipe, resume=undisturbed[at - 1].state) == undisturbed[at:]


def test_a_dream_resumed_again_and_again_is_still_the_same(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    undisturbed = run(pair, source, recipe)
    steps: list[Step] = []
    while len(steps) < recipe.iterations:
        steps.append(next(dream(pair, source, recipe, SEED, steps[-1].state if steps else None)))
    assert steps == undisturbed


def test_a_caller_that_needs_no_gradients_still_gets_a_dream(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    with torch.no_grad():
        steps = run(pair, source, recipe)
    assert steps == run(pair, source, recipe)


def test_a_finished_dream_has_nothing_left(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    assert run(pair, source, recipe, resume=run(pair, source, recipe)[-1].state) == []


def test_the_loss_falls_and_the_match_on_fresh_cutouts_rises(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    steps = run(pair, source, dataclasses.replace(recipe, iterations=30, prompts=(Prompt("a cat"),)))
    losses = [step.losses["prompt"] for step in steps]
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.1
    assert steps[-1].similarity > steps[0].similarity + 0.1
    assert steps[0].losses["total"] == pytest.approx(steps[0].losses["prompt"])


def test_a_negative_prompt_is_left_behind(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    def match(weight: float) -> float:
        changed = dataclasses.replace(recipe, iterations=20, prompts=(Prompt("a cat", weight),))
        return run(pair, source, changed)[-1].similarity * weight

    assert match(1.0) > match(-1.0) + 0.2


def test_fidelity_keeps_the_picture_near_its_source(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    def distance(losses: tuple[tuple[str, float], ...]) -> float:
        steps = run(pair, source, dataclasses.replace(recipe, iterations=15, losses=losses))
        return float((read_work(steps[-1].png) - source).square().mean())

    assert distance((("fidelity", 20.0),)) < distance(())


def test_losses_hold_the_total_and_each_term(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    terms = (("fidelity", 0.5), ("total_variation", 2.0))
    losses = run(pair, source, dataclasses.replace(recipe, iterations=1, losses=terms))[0].losses
    assert set(losses) == {"total", "prompt", "fidelity", "total_variation"}
    weighted = losses["prompt"] + 0.5 * losses["fidelity"] + 2 * losses["total_variation"]
    assert losses["total"] == pytest.approx(weighted, rel=1e-5)


def test_the_png_names_its_recipe_seed_step_and_labels(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    step = next(dream(pair, source, recipe, SEED, labels={"run": "r-0123456789"}))
    with Image.open(BytesIO(step.png)) as picture:
        texts = dict(picture.info)
        assert (picture.size, picture.mode) == ((64, 64), "RGB")
    models = {"model tiny.safetensors": "00" * 32}
    assert texts == {"recipe": recipe.id, "seed": str(SEED), "step": "1", "run": "r-0123456789", **models}
    assert read_texts(step.png) == texts
    assert read_texts(write_webp(step.png)) == texts


def test_a_webp_has_the_same_pixels(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    step = next(dream(pair, source, recipe, SEED, labels={"source": "<b>\"&'{}"}))
    data = write_webp(step.png)
    with Image.open(BytesIO(step.png)) as png, Image.open(BytesIO(data)) as webp:
        assert (webp.format, webp.size) == ("WEBP", (64, 64))
        assert np.array_equal(np.array(png), np.array(webp))
    assert read_texts(data)["source"] == "<b>\"&'{}"


def test_the_embedding_is_that_of_the_whole_picture(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    from generator.cutouts import whole

    step = run(pair, source, recipe)[-1]
    vector = read_embedding(step.embedding)
    again = pair.perceptor.embed_images(whole(read_work(step.png), 16))[0].numpy()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert float(vector @ again) > 0.999  # the PNG has 8 bits


def test_z_stays_within_the_codebooks_range(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    low, high = pair.vqgan.codebook_range()
    z = load(run(pair, source, dataclasses.replace(recipe, learning_rate=50.0))[-1].state)["z"]
    assert bool((z >= low).all() and (z <= high).all())
    assert bool((z == low).any() and (z == high).any())


def test_the_state_holds_tensors_only_and_is_small(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    state = run(pair, source, recipe)[0].state
    assert set(load(state)) == {"z", "first", "second", "step", "rung", "seed", "recipe"}
    assert len(state) < 8192


@pytest.mark.parametrize("damage", [b"", b"junk", b"\xff" * 64])
def test_a_state_that_cannot_be_read_is_refused(pair: Pair, source: Tensor, recipe: Recipe, damage: bytes) -> None:
    with pytest.raises(BadState):
        dream(pair, source, recipe, SEED, damage)


def test_a_truncated_state_is_refused(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    with pytest.raises(BadState):
        dream(pair, source, recipe, SEED, run(pair, source, recipe)[0].state[:-7])


def test_a_state_of_another_run_is_refused(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    state = run(pair, source, recipe)[0].state
    with pytest.raises(BadState, match="seed"):
        dream(pair, source, recipe, SEED + 1, state)
    with pytest.raises(BadState, match="recipe"):
        dream(pair, source, dataclasses.replace(recipe, cutouts=9), SEED, state)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("z", torch.zeros(1, 8, 4, 4)),
        ("first", torch.full((1, 8, 8, 8), float("nan"))),
        ("second", torch.zeros(1, 8, 8, 8, dtype=torch.float64)),
        ("step", torch.tensor(7)),
        ("step", torch.tensor(-1)),
        ("step", torch.tensor([1, 2])),
    ],
)
def test_a_state_with_a_wrong_tensor_is_refused(
    pair: Pair, source: Tensor, recipe: Recipe, name: str, value: Tensor
) -> None:
    tensors = load(run(pair, source, recipe)[0].state)
    with pytest.raises(BadState):
        dream(pair, source, recipe, SEED, save({**tensors, name: value}))


class Failing:
    """A perceptor whose k-th look is not a number."""

    name = "tiny"
    input_size = 16

    def __init__(self, pair: Pair, looks: int) -> None:
        self.perceptor = pair.perceptor
        self.looks = looks

    def embed_images(self, images: Tensor) -> Tensor:
        self.looks -= 1
        return self.perceptor.embed_images(images) * (float("nan") if self.looks < 0 else 1.0)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        return self.perceptor.embed_texts(texts)


def test_a_loss_that_is_not_finite_ends_the_dream_at_its_step(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    failing = dataclasses.replace(pair, perceptor=Failing(pair, 5))  # two looks a step, one before the first
    steps = dream(failing, source, recipe, SEED)
    kept = [next(steps), next(steps)]
    with pytest.raises(NonFiniteLoss, match="step 3") as caught:
        next(steps)
    assert [step.step for step in kept] == [1, 2]
    assert caught.value.evidence["step"] == 3
    assert caught.value.evidence["recipe"] == recipe.id


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_range_is_refused(pair: Pair, source: Tensor, recipe: Recipe, seed: int) -> None:
    with pytest.raises(BadRecipe, match="seed"):
        dream(pair, source, recipe, seed)


@pytest.mark.parametrize("changes", [{"size": 60}, {"perceptor": "other"}, {"method": "older"}])
def test_a_recipe_that_these_models_cannot_dream_is_refused(
    pair: Pair, source: Tensor, recipe: Recipe, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadRecipe):
        dream(pair, source, dataclasses.replace(recipe, **changes), SEED)


@pytest.mark.parametrize("shape", [(1, 3, 32, 64), (3, 64, 64), (1, 4, 64, 64), (1, 3, 72, 72)])
def test_a_source_of_another_shape_is_refused(pair: Pair, recipe: Recipe, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadPicture):
        dream(pair, torch.zeros(shape), recipe, SEED)
