"""What the tests of whole cycles share: the zygote, a gallery, and a place to live."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.gallery import Gallery, pieces
from tests.e2e.launcher import Home, Launcher, Result


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    with Launcher() as one:
        yield one


@pytest.fixture
def home(tmp_path: Path, launcher: Launcher) -> Home:
    """A new nftd that has not run yet and is not configured."""
    return Home(tmp_path, launcher)


@pytest.fixture
def new_home(tmp_path: Path, launcher: Launcher) -> Callable[[str], Home]:
    """Make another home by name, in a test that needs several."""
    return lambda name: Home(tmp_path / name, launcher)


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    """Three good works."""
    with Gallery(pieces(3)) as one:
        yield one


@pytest.fixture(scope="session")
def shelf() -> Iterator[Gallery]:
    """Two good works; the gallery behind `settled`."""
    with Gallery(pieces(2)) as one:
        yield one


@pytest.fixture(scope="session")
def first_cycle(shelf: Gallery, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Result]:
    """A home after its first cycle, and what that cycle said; not to be changed."""
    home = Home(tmp_path_factory.mktemp("settled"), launcher)
    home.configure(shelf.url)
    return home, home.ok("once", "--json")


@pytest.fixture
def settled(first_cycle: tuple[Home, Result], shelf: Gallery, tmp_path: Path, launcher: Launcher) -> Iterator[Home]:
    """A home of one's own in which two artworks wait; the gallery is mended afterwards."""
    shutil.copytree(first_cycle[0].folder, tmp_path / "settled")
    yield Home(tmp_path / "settled", launcher)
    shelf.mend()
