"""The undisturbed cycle that every disturbed one is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.crash import state
from tests.crash.points import Point, read_journal
from tests.e2e.fixtures import home, launcher, new_home
from tests.e2e.gallery import Gallery, Piece, drawing, pieces, serve
from tests.e2e.launcher import Home, Hook, Launcher
from tests.nftd.http_server import status

__all__ = ["home", "launcher", "new_home"]

RUNS = 2  # of the three works that are fit: the third stays queued


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A whole cycle: the gallery that it read, the moments it went through, and all that it left."""

    url: str
    points: list[Point]
    state: dict[str, Any]

    def numbers(self, label: str) -> list[int]:
        """The moments of this label, in order."""
        found = [point.number for point in self.points if point.label == label]
        assert found, f"no moment is called {label!r}: {sorted({point.label for point in self.points})}"
        return found


def watched(home: Home, **options: int | str) -> Hook:
    """The hook that journals every moment in `home`, and may kill or pause there."""
    return ("tests.crash.points", "watch", {"journal": str(home.folder / "journal"), **options})


@pytest.fixture(scope="session")
def crowd() -> Iterator[Gallery]:
    """Works for every path through the stages: three that are fit, and one of each kind of refusal."""
    works = [*pieces(3), Piece(4, price="4.25"), Piece(5, price="3.25"), Piece(6, price="2.25", license="")]
    with Gallery([*works, Piece(7, price="", likes=None, creator="Another")]) as gallery:
        gallery.break_(works[3].picture, status(404))
        gallery.break_(works[4].picture, serve(drawing(5, side=64), "image/png"))
        yield gallery


@pytest.fixture(scope="session")
def undisturbed(crowd: Gallery, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    home = Home(tmp_path_factory.mktemp("undisturbed"), launcher)
    home.configure(crowd.url, limits={"runs_per_cycle": RUNS})
    result = home.nftd("once", "--json", hook=watched(home))
    assert result.code == 0, result.err
    summary = result.json
    assert summary["runs"] == {"done": RUNS, "failed": 0}
    assert summary["sources"] == {"fit": 3, "unfit": 3}
    assert state.blobs(home.data) == state.named_blobs(home.data)
    return Undisturbed(crowd.url, read_journal(home.folder / "journal"), state.everything(home.data))
