"""Killed while it prepares a publication, the next cycle prepares it, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.crash import state
from tests.crash.conftest import watched
from tests.crash.points import Point, read_journal
from tests.e2e.gallery import Gallery, pieces
from tests.e2e.launcher import Home, Launcher

MINTER = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"


@pytest.fixture(scope="module")
def approved(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which one artwork was approved, and nothing more was done."""
    with Gallery(pieces(1)) as gallery:
        home = Home(tmp_path_factory.mktemp("approved"), launcher)
        home.configure(gallery.url, publisher={"minter": MINTER}, generator={"iterations": 1})
        home.ok("once")
        home.ok("queue", "approve", home.json("queue", "list")[0]["id"])
        yield home


@pytest.fixture(scope="module")
def prepared(approved: Home, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same home after an undisturbed cycle."""
    home = copy_of(approved, Home(tmp_path_factory.mktemp("prepared") / "home", launcher))
    assert home.nftd("once", "--json", hook=watched(home)).json["publications"] == {"prepared": 1}
    return home


def copy_of(home: Home, empty: Home) -> Home:
    shutil.copytree(home.folder, empty.folder, dirs_exist_ok=True)
    return empty


def moments(home: Home) -> list[Point]:
    return read_journal(home.folder / "journal")[:-1]  # after the last one the cycle is over


def test_a_publication_is_prepared_once_wherever_the_cycle_dies(
    approved: Home, prepared: Home, new_home: Callable[[str], Home]
) -> None:
    voucher = [point for point in moments(prepared) if point.place.startswith("voucher.")]
    assert {point.label for point in voucher} >= {"voucher._claim committed", "voucher.finish commit"}
    for point in voucher:
        home = copy_of(approved, new_home(str(point.number)))
        assert home.nftd("once", hook=watched(home, kill_at=point.number)).code == -9
        home.ok("once")
        assert state.differences(state.everything(prepared.data), state.everything(home.data)) == [], point.label


@pytest.mark.slow
def test_the_rest_of_that_cycle_may_be_killed_anywhere_too(
    approved: Home, prepared: Home, new_home: Callable[[str], Home]
) -> None:
    for point in moments(prepared):
        home = copy_of(approved, new_home(str(point.number)))
        assert home.nftd("once", hook=watched(home, kill_at=point.number)).code == -9
        home.ok("once")
        assert state.differences(state.everything(prepared.data), state.everything(home.data)) == [], point.label
