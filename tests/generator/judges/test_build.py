from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.intake import square
from generator.judges.build import groups_of, main, make_references
from generator.judges.collect import Collection, Maker, Seen, collect
from generator.judges.ours import Tools, tools_of
from generator.judges.reference import Reference, references_from_json, references_to_json, shipped_references
from generator.judges.registry import usual_names
from generator.measures import MEASURES
from generator.models import Pair
from generator.presets import load_pair, preset
from tests.generator.drawings import drawing

GALLERY = Path(__file__).parents[3] / "nftd" / "sample" / "site" / "images"
SMALL = replace(preset("mini"), size=64, cutouts=2)
NAMES = [*usual_names("mini-clip-64"), "laion-vit-b-32"]


@pytest.fixture(scope="module")
def mini() -> Pair:
    return load_pair("mini", "cpu")


@pytest.fixture(scope="module")
def tools(mini: Pair) -> Tools:
    return tools_of(SMALL, mini)


@pytest.fixture(scope="module")
def found(mini: Pair) -> Collection:
    """Five drawings with a dream of four steps each."""
    maker = Maker(SMALL, mini, iterations=4)
    pictures = [square(np.array(drawing(seed)), SMALL.size, "crop") for seed in range(5)]
    works = tuple(Seen(f"drawing {k}", pixels, maker.embed(pixels)) for k, pixels in enumerate(pictures))
    dreams = tuple(step for k, work in enumerate(works) for step in maker.dreams(work, k))
    return Collection(works, tuple(map(maker.reconstruction, works)), dreams)


@pytest.fixture(scope="module")
def made(found: Collection, tools: Tools) -> dict[str, Reference]:
    return {one.judge: one for one in make_references(found, tools, NAMES, "five drawings")}


def test_files_that_intake_refuses_are_no_works(mini: Pair) -> None:
    said: list[str] = []
    files = sorted(GALLERY.iterdir())[2:4]  # a poster, then a gull
    found = collect(Maker(SMALL, mini, iterations=4), files, said.append)
    assert said == ["1/2 refused by intake", "2/2 kept"]
    assert [one.work for one in found.works] == [files[1].name]
    assert [one.work for one in found.dreams] == [files[1].name]
    assert len(found.reconstructions) == 1


def test_every_judge_that_can_be_made_gets_its_set(made: dict[str, Reference], found: Collection) -> None:
    assert set(made) == {*usual_names("mini-clip-64"), *(one.name for one in MEASURES)}
    groups = {name: [group for group, _ in one.groups] for name, one in made.items()}
    assert groups["realism"] == ["reconstructions", "works"]
    assert groups["clip-contrast"] == ["dreams", "works"]
    assert groups["fidelity"] == groups["novelty"] == groups["prompt-match"] == ["dreams"]
    for name in ("prompt-match", "fidelity"):
        assert set(groups_of(name, found)) == {"dreams"}
    assert all(len(values) == 5 for one in made.values() for _, values in one.groups)


def test_a_dream_is_not_compared_with_its_own_source(made: dict[str, Reference]) -> None:
    (((_, novelty),), ((_, fidelity),)) = made["novelty"].groups, made["fidelity"].groups
    assert min(novelty) > 0.01
    assert 1 - max(fidelity) < max(novelty)  # their own sources would be nearer


def test_the_same_pictures_give_the_same_file(made: dict[str, Reference], found: Collection, tools: Tools) -> None:
    text = references_to_json(made.values())
    assert references_to_json(make_references(found, tools, NAMES, "five drawings")) == text
    assert references_from_json(text) == made


@pytest.mark.slow
def test_the_command_writes_the_sets_of_a_preset(tmp_path: Path) -> None:
    main([str(GALLERY), "--most", "6", "--out", str(tmp_path / "made.json")])
    made = references_from_json((tmp_path / "made.json").read_text(encoding="utf-8"))
    shipped = shipped_references("mini")
    assert set(made) == set(shipped)
    for name in set(made) - {"novelty"}:  # which is measured against all others
        for group, values in made[name].groups:
            known = dict(shipped[name].groups)[group]
            assert all(min(abs(one - value) for one in known) < 1e-3 for value in values)
