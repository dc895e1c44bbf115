from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from generator.embeddings import read_embedding
from generator.errors import BadPicture, ModelsMissing, OutOfMemory, UnknownPreset, WeightsChanged
from generator.executor import LocalExecutor, RunOrder
from generator.memory import SHARE, ladder
from generator.models import Pair
from generator.nouns import ImagePrompt, Prompt, Recipe
from generator.pictures import read_texts, write_png
from generator.presets import PRESETS, preset, recipe_for


@pytest.fixture
def executor(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> LocalExecutor:
    monkeypatch.setattr("generator.executor.load_pair", lambda *_: pair)
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
    loads: list[tuple[str, torch.device, str, Path | None]] = []

    def load(*asked: Any) -> Pair:
        loads.append(asked)
        return pair

    monkeypatch.setattr("generator.executor.load_pair", load)
    executor = LocalExecutor("mini", "cpu", Path("weights"))
    assert loads == []
    list(executor.run(order(recipe, source)))
    list(executor.run(order(recipe, source)))
    executor.embed(write_png(source, {}))
    assert loads == [("mini", torch.device("cpu"), "fp32", Path("weights"))]


def test_one_pair_at_a_time_is_loaded_in_the_precision_of_what_is_asked(
    pair: Pair, recipe: Recipe, source: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str] = []

    def load(_name: str, _device: torch.device, precision: str, _weights: Path | None) -> Pair:
        loads.append(precision)
        return pair

    monkeypatch.setattr("generator.executor.load_pair", load)
    executor = LocalExecutor("wikiart", "cpu", precision="bf16")
    for precision in ("bf16", "fp32", "fp32", "bf16"):
        asked = dataclasses.replace(recipe, precision=precision, iterations=1)
        list(executor.run(order(asked, source)))
    executor.embed(write_png(source, {}))
    assert loads == ["bf16", "fp32", "bf16"]
    assert executor.settle("fp16") == "fp16"
    assert executor.settle("auto") in ("fp32", "bf16")


def test_what_cannot_fit_is_refused_before_anything_is_loaded_with_the_size_that_would(
    recipe: Recipe, source: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.executor.load_pair", lambda *_: pytest.fail("loaded"))
    monkeypatch.setattr("generator.memory.available_memory", lambda _device: 600 << 20)
    with pytest.raises(OutOfMemory, match="set the size to") as refused:
        next(LocalExecutor("mini").run(order(dataclasses.replace(recipe, size=8192), source)))
    fitting = refused.value.evidence["fitting"]
    assert isinstance(fitting, int)
    assert 64 < fitting < 1024
    assert fitting % preset("mini").stride == 0


def test_with_little_memory_a_dream_begins_on_a_lower_rung(
    executor: LocalExecutor, recipe: Recipe, source: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = dataclasses.replace(recipe, cutouts=64)
    assert next(executor.run(order(asked, source))).memory == "64 cutouts at a time"
    assert next(executor.run(dataclasses.replace(order(asked, source), rung=1))).memory == "16 cutouts at a time"
    footprint = preset("mini").footprint
    room = footprint.estimate(64, "fp32", ladder(64)[1]) / SHARE + 2**20
    monkeypatch.setattr("generator.memory.available_memory", lambda _device: int(room))
    assert next(executor.run(order(asked, source))).memory == "16 cutouts at a time"


def test_image_prompts_and_labels_reach_the_dream(executor: LocalExecutor, recipe: Recipe, source: Tensor) -> None:
    png = write_png(source.flip(2), {})
    wanted = ImagePrompt(hashlib.sha256(png).hexdigest())
    asked = dataclasses.replace(
        order(dataclasses.replace(recipe, images=(wanted,), iterations=1), source),
        images=((wanted.digest, png),),
        labels=(("source", "s-0000000001"),),
    )
    (step,) = executor.run(asked)
    texts = read_texts(step.png)
    assert (texts["run"], texts["source"]) == ("r-0000000001", "s-0000000001")
    (plain,) = executor.run(order(dataclasses.replace(recipe, iterations=1), source))
    assert step.losses["prompt"] != plain.losses["prompt"]


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


def test_the_full_models_are_asked_for_where_weights_are(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match="wikiart"):
        _ = LocalExecutor("wikiart").pair
    with pytest.raises(ModelsMissing, match="nftd weights fetch wikiart_16384"):
        _ = LocalExecutor("wikiart", "cpu", tmp_path).pair


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_makes_a_recipe(name: str) -> None:
    settings = dataclasses.replace(preset(name), precision="fp32")
    recipe = recipe_for(settings, [Prompt("a painting of a face")], [("w", "00")], iterations=3)
    assert (recipe.generator, recipe.size, recipe.iterations) == (name, settings.size, 3)
    assert recipe_for(settings, [Prompt("x")], []).iterations == 20


def test_the_light_modules_load_neither_torch_nor_opencv() -> None:
    light = "categories errors executor limits nouns presets critics pick embeddings workers worker"
    code = f"""
import importlib, sys
for name in {light.split()!r}:
    importlib.import_module("generator." + name)
heavy = {{"torch", "cv2", "pandas"}} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or 0)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_stages_load_no_torch_even_with_what_they_load_at_work() -> None:
    code = """
import sys
import nftd.cli.once, nftd.cycle, generator.intake, generator.nsfw, generator.pick, generator.text_ocr
sys.exit("torch" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
