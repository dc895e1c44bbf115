from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest
import torch
from torch import Tensor

from generator.embeddings import read_embedding
from generator.errors import BadPicture, ModelsMissing, UnknownPreset, WeightsChanged
from generator.executor import LocalExecutor, RunOrder
from generator.models import Pair
from generator.nouns import Prompt, Recipe
from generator.pictures import write_png
from generator.presets import PRESETS, preset, recipe_for


@pytest.fixture
def executor(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> LocalExecutor:
    monkeypatch.setattr("generator.executor.load_pair", lambda _name, _device: pair)
    return LocalExecutor("mini")


def order(recipe: Recipe, source: Tensor, resume: bytes | None = None) -> RunOrder:
    return RunOrder("r-0000000001", recipe, 9, write_png(source, {}), resume)


def test_an_order_gives_steps_and_resumes(executor: LocalExecutor, recipe: Recipe, source: Tensor) -> None:
    steps = list(executor.run(order(recipe, source)))
    assert [step.step for step in steps] == list(range(1, 7))
    assert list(executor.run(order(recipe, source, steps[3].state))) == steps[4:]


def test_models_are_loaded_once_and_only_when_needed(
    pair: Pair, recipe: Recipe, source: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[tuple[str, torch.device]] = []

    def load(name: str, device: torch.device) -> Pair:
        loads.append((name, device))
        return pair

    monkeypatch.setattr("generator.executor.load_pair", load)
    executor = LocalExecutor("mini", "cpu")
    assert loads == []
    list(executor.run(order(recipe, source)))
    list(executor.run(order(recipe, source)))
    assert loads == [("mini", torch.device("cpu"))]


def test_a_recipe_of_other_weights_is_refused(executor: LocalExecutor, recipe: Recipe, source: Tensor) -> None:
    changed = dataclasses.replace(recipe, weights=(("tiny.safetensors", "ff" * 32),))
    with pytest.raises(WeightsChanged):
        next(executor.run(order(changed, source)))


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_a_work_that_is_no_png_is_refused(executor: LocalExecutor, recipe: Recipe, data: bytes) -> None:
    with pytest.raises(BadPicture):
        next(executor.run(RunOrder("r", recipe, 1, data)))


def test_a_work_can_be_embedded(executor: LocalExecutor, source: Tensor) -> None:
    vector = read_embedding(executor.embed(write_png(source, {})))
    assert vector.shape == (24,)


def test_the_device_is_what_was_asked_and_auto_finds_one() -> None:
    assert LocalExecutor("mini", "cpu").device == torch.device("cpu")
    assert LocalExecutor("mini", "cuda:1").device == torch.device("cuda:1")
    assert torch.zeros(1, device=LocalExecutor("mini", "auto").device).sum() == 0


def test_an_unknown_preset_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownPreset, match="mini, wikiart"):
        LocalExecutor("imagenet")


def test_the_full_models_are_known_but_not_built_in() -> None:
    with pytest.raises(ModelsMissing, match="wikiart"):
        _ = LocalExecutor("wikiart").pair


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_makes_a_recipe(name: str) -> None:
    settings = preset(name)
    recipe = recipe_for(settings, [Prompt("a painting of a face")], [("w", "00")], iterations=3)
    assert (recipe.generator, recipe.size, recipe.iterations) == (name, settings.size, 3)
    assert recipe_for(settings, [Prompt("x")], []).iterations == 20


def test_the_light_modules_load_neither_torch_nor_opencv() -> None:
    light = "categories errors executor limits nouns presets critics pick embeddings"
    code = f"""
import importlib, sys
for name in {light.split()!r}:
    importlib.import_module("generator." + name)
heavy = {{"torch", "cv2", "pandas"}} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or 0)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
