"""A work that kills the process every time is given up, so that it does not take all later cycles with it."""

from __future__ import annotations

import signal

import pytest

from nftd.store.work import MAX_ATTEMPTS
from tests.crash.conftest import watched
from tests.crash.test_resume import rows
from tests.e2e.gallery import Gallery, pieces
from tests.e2e.launcher import Home


@pytest.mark.slow
def test_a_dream_that_is_always_deadly_is_parked_with_its_reason_and_the_next_is_made(home: Home) -> None:
    with Gallery(pieces(2)) as gallery:
        home.configure(gallery.url, limits={"runs_per_cycle": 2})
        for _ in range(MAX_ATTEMPTS):
            assert home.nftd("once", hook=watched(home, kill_in="dream.blob replace")).code == -signal.SIGKILL
        summary = home.json("once")
        assert (summary["runs"]["done"], summary["artworks"]["waiting"]) == (1, 1)
        ((identifier, state, reason),) = rows(home, "SELECT id, state, reason FROM run WHERE state != 'done'")
        assert state == "parked"
        assert f"the worker died {MAX_ATTEMPTS} times" in reason
        assert "parked" in home.ok("explain", identifier).out
        assert list((home.data / "states").iterdir()) == []
        home.ok("retry")
        assert home.json("once")["runs"]["done"] == 1
    assert rows(home, "SELECT count(*) FROM run WHERE state = 'done'") == [(2,)]
