"""docs/measures.md tells what the measures are and say today."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from generator.measures import MEASURES, measure

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")

Values = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "docs" / "pictures" / "measures.py"
    spec = importlib.util.spec_from_file_location("measures_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def values(script: ModuleType) -> Values:
    return {name: measure(pixels) for name, pixels in script.pictures().items()}


@pytest.mark.parametrize("name", [one.name for one in MEASURES])
def test_each_measure_orders_the_pictures_as_documented(script: ModuleType, values: Values, name: str) -> None:
    found = {picture: one[name] for picture, one in values.items()}
    words = script.ORDERS[name].split(" ")
    for left, sign, right in zip(words[:-2:2], words[1:-1:2], words[2::2], strict=True):
        apart = found[right] - found[left]
        if sign == "<":
            assert apart > script.APART * found[right], (left, right)
        else:
            assert sign == "="
            assert abs(apart) <= script.ALIKE * max(found.values()), (left, right)


def test_the_orders_tell_at_least_two_pictures_apart_by_every_measure(script: ModuleType) -> None:
    assert list(script.ORDERS) == [one.name for one in MEASURES]
    assert all(" < " in order for order in script.ORDERS.values())


def test_the_page_lists_the_measures_as_they_are(script: ModuleType) -> None:
    assert script.between(PAGE, "measures", script.list_of_measures()) == PAGE


def test_the_table_of_values_is_current(script: ModuleType, values: Values) -> None:
    block = PAGE.split("<!-- values -->")[1].split("<!-- end of values -->")[0]
    head, _, *rows = (line.strip("| ").split(" | ") for line in block.strip().splitlines())
    assert head[1:-1] == list(values)
    assert [row[0] for row in rows] == [f"`{one.name}`" for one in MEASURES]
    for one, row in zip(MEASURES, rows, strict=True):
        assert row[-1] == script.ORDERS[one.name]
        now = [found[one.name] for found in values.values()]
        written = [float(value.replace(",", "")) for value in row[1:-1]]
        # Another processor or version of OpenCV may round otherwise; another formula is farther away.
        assert written == pytest.approx(now, rel=0.02, abs=0.002 * max(now)), one.name


def test_the_strip_shows_these_pictures(script: ModuleType) -> None:
    made = np.asarray(script.strip(script.pictures()).convert("RGB"), dtype=np.float64)
    with Image.open(script.STRIP) as picture:
        stored = np.asarray(picture.convert("RGB"), dtype=np.float64)
    assert stored.shape == made.shape
    pictures = np.s_[: script.CELL]
    assert np.abs(stored[pictures] - made[pictures]).mean() < 12


def test_a_page_without_its_comments_is_not_written(script: ModuleType) -> None:
    with pytest.raises(SystemExit, match="put the comments back"):
        script.between("# Objective measures", "values", "")
