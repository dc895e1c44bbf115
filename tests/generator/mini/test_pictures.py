"""The commands that make the contact sheet and the blind test, with the shipped pair and a single small step."""

from __future__ import annotations

import functools
import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from generator.categories import DREAM_PROMPTS

ROOT = Path(__file__).parents[3]
SIDE = 64


@pytest.fixture(scope="module")
def dreams() -> ModuleType:
    path = ROOT / "docs" / "pictures" / "dreams.py"
    spec = importlib.util.spec_from_file_location("contact_sheet", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def dreamer(dreams: ModuleType) -> Any:
    """A dreamer that dreams each picture once."""
    found = dreams.Dreamer(iterations=1, size=SIDE)
    found.preset = replace(found.preset, cutouts=1)
    found.dream = functools.cache(found.dream)
    return found


def test_the_sheet_has_a_row_a_work_and_a_column_a_prompt_and_no_words(
    dreams: ModuleType, dreamer: Any, tmp_path: Path
) -> None:
    plain, labeled = tmp_path / "plain.webp", tmp_path / "labeled.webp"
    dreams.main(["dreams", str(plain)], dreamer)
    dreams.main(["dreams", str(labeled), "--labeled"], dreamer)
    rows, columns = dreams.SHEET_ROWS, 1 + len(DREAM_PROMPTS)
    step = SIDE + dreams.GAP
    with Image.open(plain) as without, Image.open(labeled) as with_titles:
        assert without.size == (columns * step - dreams.GAP, rows * step - dreams.GAP)
        assert with_titles.size == (without.width, without.height + dreams.TITLE)
        assert not (set(without.info) & {"exif", "xmp"})
        titles = with_titles.convert("L").crop((0, 0, with_titles.width, dreams.TITLE))
        assert titles.getextrema()[0] < 200
    assert plain.stat().st_size < dreams.LARGEST


def test_the_works_are_one_of_each_category_and_no_trap(dreamer: Any) -> None:
    works = dreamer.works(5)
    assert [work.category for work in works] == list(DREAM_PROMPTS)
    assert len({work.digest for work in works}) == 5
    assert works[:4] == dreamer.works(4)


def test_a_blind_test_is_shuffled_and_its_pictures_tell_nothing(
    dreams: ModuleType, dreamer: Any, tmp_path: Path
) -> None:
    dreams.main(["blind", str(tmp_path / "a")], dreamer)
    key = json.loads((tmp_path / "a" / "key.json").read_text("utf-8"))
    pictures = sorted((tmp_path / "a" / "pictures").iterdir())
    assert [path.name for path in pictures] == sorted(key) == [f"{n:02d}.png" for n in range(1, 26)]
    assert sorted({told["prompt"] for told in key.values()}) == sorted(DREAM_PROMPTS.values())
    assert len({(told["source"], told["prompt"]) for told in key.values()}) == 25
    assert [told["category"] for told in key.values()] != list(DREAM_PROMPTS) * 5
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.size == (SIDE, SIDE)
            assert picture.info == {}
        assert not any(prompt.encode() in path.read_bytes() for prompt in DREAM_PROMPTS.values())
    with pytest.raises(SystemExit, match="not empty"):
        dreams.main(["blind", str(tmp_path / "a")], dreamer)


def test_another_seed_is_another_order(dreams: ModuleType, dreamer: Any, tmp_path: Path) -> None:
    keys = []
    for name, seed in (("a", "1"), ("b", "2"), ("c", "1")):
        dreams.main(["blind", str(tmp_path / name), "--seed", seed], dreamer)
        keys.append((tmp_path / name / "key.json").read_text("utf-8"))
    assert keys[0] == keys[2] != keys[1]
