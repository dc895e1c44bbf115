"""A dream that does not fit: one rung down, the same picture, and an error in the end, never a dead process."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from safetensors.torch import load
from torch import Tensor

from generator.dream import dream
from generator.errors import BadPicture, BadRecipe, NonFiniteLoss, OutOfMemory
from generator.look import Goal, look
from generator.memory import Rung, first_rung, ladder
from generator.models import Pair
from generator.nouns import OPTIMIZERS, ImagePrompt, Recipe, Step
from generator.presets import PRESETS
from generator.streams import stream

SEED = 3


class Foiled:
    """A VQGAN with another decoder."""

    def __init__(self, vqgan: Any, decode: Callable[[Tensor, bool], Tensor]) -> None:
        self._vqgan = vqgan
        self._decode = decode

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vqgan, name)

    def decode(self, zq: Tensor, frugal: bool = False) -> Tensor:
        return self._decode(zq, frugal)


def foil(pair: Pair, decode: Callable[[Tensor, bool], Tensor]) -> Pair:
    return dataclasses.replace(pair, vqgan=Foiled(pair.vqgan, decode))


def on_rungs(pair: Pair, source: Tensor, recipe: Recipe, rung: int) -> list[Step]:
    return list(dream(pair, source, recipe, SEED, rung=rung))


def test_every_rung_gives_the_same_dream_up_to_rounding(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    terms = dataclasses.replace(recipe, losses=(("fidelity", 0.5), ("total_variation", 1.0)), iterations=3)
    first, *others = [on_rungs(pair, source, terms, number) for number in range(len(ladder(terms.cutouts)))]
    assert [steps[0].memory for steps in (first, *others)] == [str(rung) for rung in ladder(terms.cutouts)]
    for steps in others:
        for step, undisturbed in zip(steps, first, strict=True):
            assert step.losses == pytest.approx(undisturbed.losses, rel=1e-5)
            torch.testing.assert_close(load(step.state)["z"], load(undisturbed.state)["z"], rtol=1e-4, atol=1e-4)


def test_a_gradient_is_the_same_whatever_is_seen_at_a_time(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    from generator.cutouts import draw_views

    z = pair.vqgan.encode(source)
    goal = Goal(pair.perceptor.embed_texts(["a cat"]), torch.ones(1), source)
    views = draw_views(8, pair.perceptor.input_size, stream(SEED, "cutouts"))
    whole, parts = (look(pair, z, goal, views, Rung(count), "fp32") for count in (8, 3))
    assert whole.gradient is not None
    assert parts.gradient is not None
    torch.testing.assert_close(whole.gradient, parts.gradient, rtol=1e-4, atol=1e-8)
    assert look(pair, z, goal, views, Rung(8), "fp32", moves=False).gradient is None


def test_a_lift_for_half_precision_leaves_the_gradient_as_it_is(pair: Pair, source: Tensor) -> None:
    from generator.cutouts import draw_views

    z = pair.vqgan.encode(source)
    goal = Goal(pair.perceptor.embed_texts(["a cat"]), torch.ones(1), source, (("fidelity", 0.1),))
    views = draw_views(4, pair.perceptor.input_size, stream(SEED, "cutouts"))
    plain, lifted = (look(pair, z, goal, views, Rung(4), precision) for precision in ("fp32", "fp16"))
    assert plain.gradient is not None
    assert lifted.gradient is not None
    torch.testing.assert_close(plain.gradient, lifted.gradient, rtol=1e-5, atol=1e-9)


def test_a_step_that_does_not_fit_is_made_on_the_next_rung(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    fails = iter([False, False, True, True])  # the third and fourth decoding fail, then all is well again

    def decode(zq: Tensor, _frugal: bool) -> Tensor:
        if next(fails, False):
            raise torch.OutOfMemoryError("out of memory: tried to allocate 2.00 GiB")
        return pair.vqgan.decode(zq)

    steps = list(dream(foil(pair, decode), source, recipe, SEED))
    rungs = [str(rung) for rung in ladder(recipe.cutouts)]
    assert [step.memory for step in steps] == [rungs[0]] + [rungs[2]] * 5
    assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6]


def test_a_resumed_dream_stays_on_its_rung(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    steps = on_rungs(pair, source, recipe, 1)
    assert list(dream(pair, source, recipe, SEED, steps[2].state)) == steps[3:]


def test_a_dream_that_fits_on_no_rung_ends_with_a_clear_error(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    def decode(_zq: Tensor, _frugal: bool) -> Tensor:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    with pytest.raises(OutOfMemory, match=r"step 0 of 64 pixels .*make the picture smaller") as caught:
        list(dream(foil(pair, decode), source, recipe, SEED))
    assert caught.value.evidence["device"] == "cpu"


def test_other_errors_are_not_retried(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    def decode(_zq: Tensor, _frugal: bool) -> Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        list(dream(foil(pair, decode), source, recipe, SEED))


def test_an_estimate_is_asked_before_anything_is_loaded(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    footprint = PRESETS["mini"].footprint
    wanted = dataclasses.replace(recipe, size=512, cutouts=16)
    device = torch.device("cpu")
    monkeypatch.setattr("generator.memory.available_memory", lambda _device: 64 * 2**30)
    assert first_rung(footprint, wanted, device) == 0
    monkeypatch.setattr("generator.memory.available_memory", lambda _device: 100 * 2**20)
    with pytest.raises(OutOfMemory, match=r"512 pixels in fp32 needs about .* GB") as caught:
        first_rung(footprint, wanted, device)
    assert caught.value.evidence["available"] == 100 * 2**20


REAL = """
import json, resource, sys, torch
torch.set_num_threads(1)
from generator.dream import dream
from generator.nouns import Prompt
from generator.presets import load_pair, preset, recipe_for
import dataclasses, hashlib
room = int(sys.argv[1])
pair = load_pair("mini", "cpu")
recipe = dataclasses.replace(
    recipe_for(preset("mini"), [Prompt("an animal")], pair.digests, iterations=1), size=64, cutouts=256
)
source = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
if room:
    data = int(open("/proc/self/statm").read().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (data + room, resource.RLIM_INFINITY))
print(json.dumps([[step.memory, step.losses["total"]] for step in dream(pair, source, recipe, 1)]))
"""


def test_a_dream_really_runs_out_of_memory_and_goes_on() -> None:
    def run(room: int) -> list[tuple[str, float]]:
        command = [sys.executable, "-c", REAL, str(room)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return [(memory, loss) for memory, loss in json.loads(done.stdout)]

    plenty, little = run(0), run(250 * 2**20)
    assert plenty[0][0] == "256 cutouts at a time"
    assert little[0][0] in ("64 cutouts at a time", "16 cutouts at a time")
    assert [loss for _, loss in little] == pytest.approx([loss for _, loss in plenty], rel=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_dreams_and_resumes(pair: Pair, source: Tensor, recipe: Recipe, name: str) -> None:
    chosen = dataclasses.replace(recipe, optimizer=name, iterations=4)
    steps = list(dream(pair, source, chosen, SEED))
    assert list(dream(pair, source, chosen, SEED, steps[1].state)) == steps[2:]
    assert chosen.id != recipe.id


def test_an_image_prompt_is_dreamed_toward(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    red = torch.zeros(1, 3, 64, 64)
    red[:, 0] = 1.0
    digest = hashlib.sha256(b"red").hexdigest()
    chosen = dataclasses.replace(recipe, prompts=(), images=(ImagePrompt(digest),), iterations=25)
    steps = list(dream(pair, source, chosen, SEED, images={digest: red}))
    assert steps[-1].similarity > steps[0].similarity + 0.1
    away = dataclasses.replace(chosen, images=(ImagePrompt(digest, -1.0),))
    assert -list(dream(pair, source, away, SEED, images={digest: red}))[-1].similarity < steps[-1].similarity - 0.2


def test_an_image_prompt_that_is_not_at_hand_is_refused(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    digest = "ab" * 32
    chosen = dataclasses.replace(recipe, images=(ImagePrompt(digest),))
    with pytest.raises(BadRecipe, match=digest):
        dream(pair, source, chosen, SEED)
    with pytest.raises(BadPicture, match="3, S, S"):
        dream(pair, source, chosen, SEED, images={digest: torch.zeros(3, 64, 64)})


def test_a_loss_that_is_not_finite_names_step_and_recipe(pair: Pair, source: Tensor, recipe: Recipe) -> None:
    factors = iter([1.0, 1.0, 1.0, float("nan")])

    def decode(zq: Tensor, _frugal: bool) -> Tensor:
        return pair.vqgan.decode(zq) * next(factors)

    with pytest.raises(NonFiniteLoss, match="loss of step 3 ") as caught:
        list(dream(foil(pair, decode), source, recipe, SEED))
    assert caught.value.evidence["recipe"] == recipe.id
