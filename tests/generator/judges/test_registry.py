from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.judges.ask import ask
from generator.judges.heads import HEADS
from generator.judges.ours import Tools
from generator.judges.port import Batch
from generator.judges.registry import OURS, AbsentJudge, make_judges, registered, usual_names

from .shown import vectors

SOUND = """
import numpy as np
from generator.judges.port import Facts

class Size:
    facts = Facts("size", "1", "MIT", "embedding")
    def raw(self, batch):
        return np.full(len(batch), 3.5)

def make(tools):
    return Size()

def broken(tools):
    raise RuntimeError("no such model")
"""

Package = Callable[[str, dict[str, str]], None]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """Installs packages that register judges, as pip lays them out."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def install(name: str, points: dict[str, str]) -> None:
        made.append(name)
        (tmp_path / f"{name}.py").write_text(SOUND, encoding="utf-8")
        facts = tmp_path / f"{name}-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        lines = "".join(f"{judge} = {name}:{what}\n" for judge, what in points.items())
        (facts / "entry_points.txt").write_text(f"[nftd.critics]\n{lines}", encoding="utf-8")
        importlib.invalidate_caches()

    yield install
    for name in made:
        sys.modules.pop(name, None)


TOOLS = Tools("mini-clip-64")


def test_another_package_adds_a_judge_by_an_entry_point(package: Package) -> None:
    package("their_judges", {"size": "make"})
    (judge,) = make_judges(["size"], TOOLS)
    assert [row[0].raw for row in ask([judge], Batch(embeddings=vectors(2)))] == [3.5, 3.5]


def test_a_judge_that_cannot_be_made_is_missing_and_says_why(package: Package) -> None:
    package("their_judges", {"fails": "broken", "gone": "nothing_there", "other-name": "make"})
    judges = make_judges(["fails", "gone", "other-name", "unheard-of", "fidelity"], TOOLS)
    batch = Batch("mini-clip-64", embeddings=vectors(1), sources=vectors(1))
    (row,) = ask(judges, batch)
    assert [one.raw is None for one in row] == [True, True, True, True, False]
    reasons = [one.reason for one in row]
    assert "no such model" in reasons[0]
    assert "nothing_there" in reasons[1]
    assert "they must agree" in reasons[2]
    assert "no judge is called 'unheard-of'" in reasons[3]


def test_two_packages_of_one_name_are_nobodys(package: Package) -> None:
    package("one_package", {"size": "make"})
    package("two_package", {"size": "make"})
    (judge,) = make_judges(["size"], TOOLS)
    assert isinstance(judge, AbsentJudge)
    assert "registered twice" in judge.reason


def test_ours_come_in_by_the_same_door_and_are_what_they_say() -> None:
    assert set(OURS) <= set(registered())
    for name in OURS:
        (point,) = registered()[name]
        assert callable(point.load())


def test_heads_without_a_folder_or_weights_are_missing_with_the_command_that_gets_them(tmp_path: Path) -> None:
    for tools in (TOOLS, Tools("clip-vit-b-32", weights=tmp_path)):
        judges = make_judges(list(HEADS), tools)
        for judge in judges:
            assert isinstance(judge, AbsentJudge)
            assert f"nftd weights fetch {judge.facts.name}" in judge.reason


def test_the_usual_judges_of_a_perceptor_are_those_that_read_it() -> None:
    everybodys = ("prompt-match", "fidelity", "clip-contrast", "realism", "novelty")
    assert usual_names("mini-clip-64") == everybodys
    assert usual_names("clip-vit-b-16") == (*everybodys, "simulacra-vit-b-16")
    for judge in make_judges(everybodys[2:], TOOLS):
        assert isinstance(judge, AbsentJudge)
