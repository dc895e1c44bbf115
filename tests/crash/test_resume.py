"""A dream that was cut off goes on from the last step that was kept, as if nothing had happened."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.crash.conftest import watched
from tests.crash.points import read_journal
from tests.e2e.gallery import Gallery, pieces
from tests.e2e.launcher import Home, Launcher

STEPS = 4
KEPT = 2


def rows(home: Home, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{home.data / 'nftd.sqlite'}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def trajectory(home: Home) -> list[tuple[Any, ...]]:
    return rows(home, "SELECT step, image, embedding, losses, similarity FROM iterate ORDER BY run, step")


def attempts(home: Home) -> list[int]:
    return [attempt for (attempt,) in rows(home, "SELECT attempt FROM iterate ORDER BY step")]


def state_files(home: Home) -> list[Path]:
    return list((home.data / "states").iterdir())


@pytest.fixture(scope="module")
def single() -> Iterator[Gallery]:
    with Gallery(pieces(1)) as gallery:
        yield gallery


@pytest.fixture(scope="module")
def straight(single: Gallery, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A dream of four steps that nobody disturbed."""
    home = Home(tmp_path_factory.mktemp("straight"), launcher)
    home.configure(single.url, generator={"iterations": STEPS})
    assert home.nftd("once", hook=watched(home)).code == 0
    return home


@pytest.fixture
def cut(single: Gallery, straight: Home, new_home: Callable[[str], Home]) -> Home:
    """The same dream, killed when its second step had just been kept."""
    home = new_home("cut")
    home.configure(single.url, generator={"iterations": STEPS})
    saves = [
        point.number for point in read_journal(straight.folder / "journal") if point.label == "dream.save committed"
    ]
    home.nftd("once", hook=watched(home, kill_at=saves[KEPT]))  # the first of them wrote that the run began
    assert rows(home, "SELECT state, kept_step FROM run") == [("running", KEPT)]
    return home


def test_it_makes_the_rest_and_its_pictures_are_the_same_bytes(cut: Home, straight: Home) -> None:
    cut.ok("once")
    assert attempts(cut) == [1, 1, 2, 2]
    assert trajectory(cut) == trajectory(straight)
    assert rows(cut, "SELECT id, image FROM artwork") == rows(straight, "SELECT id, image FROM artwork")
    assert state_files(cut) == []


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(file.read_bytes()[:-100])])
def test_without_a_whole_state_it_begins_again_and_keeps_one_trajectory(
    damage: Callable[[Path], Any], cut: Home, straight: Home
) -> None:
    for file in state_files(cut):
        damage(file)
    cut.ok("once")
    assert attempts(cut) == [2, 2, 2, 2]
    assert trajectory(cut) == trajectory(straight)
    assert state_files(cut) == []


def test_only_the_newest_state_is_kept_while_it_dreams(cut: Home) -> None:
    names = sorted(file.name.split(".")[1] for file in state_files(cut))
    assert names in (["2"], ["1", "2"])  # killed at once after the commit, the older one may still be there
