"""Cycles never overlap, readers never wait, and a cycle that is asked to stop hands its work back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.crash import state
from tests.crash.conftest import RUNS, Undisturbed, watched
from tests.crash.points import read_journal
from tests.crash.test_resume import rows
from tests.e2e.launcher import Child, Home

MIDST = "dream.blob replace"  # a step has been computed and is being stored


@contextmanager
def paused(home: Home, undisturbed: Undisturbed) -> Iterator[Child]:
    """A cycle that rests in the middle of its first dream, and goes on when the block ends."""
    home.configure(undisturbed.url, limits={"runs_per_cycle": RUNS})
    number = undisturbed.numbers(MIDST)[0]
    child = home.start("once", hook=watched(home, pause_at=number))
    try:
        wait_for(lambda: moments(home) == number)
        yield child
    finally:
        (home.folder / "journal.go").touch()


def moments(home: Home) -> int:
    journal = home.folder / "journal"
    return len(read_journal(journal)) if journal.exists() else 0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_a_second_cycle_is_refused_while_readers_are_served_and_the_first_is_unharmed(
    home: Home, undisturbed: Undisturbed
) -> None:
    with paused(home, undisturbed) as first:
        second = home.nftd("once", "--json")
        assert (second.code, second.out) == (1, "")
        assert second.complaint == f"nftd: a cycle is running already (process {first.pid}): wait for it, or stop it"
        assert home.json("queue", "list") == []
        assert home.json("status")["run"] == {"queued": 2, "running": 1}
        assert home.json("explain", rows(home, "SELECT id FROM listing")[0][0])["kind"] == "listing"
    assert first.wait().code == 0
    assert state.differences(undisturbed.state, state.everything(home.data)) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_cycle_asked_to_stop_hands_its_work_back(
    number: signal.Signals, code: int, home: Home, undisturbed: Undisturbed
) -> None:
    with paused(home, undisturbed) as cycle:
        os.kill(cycle.pid, number)
        result = cycle.wait()
    assert result.code == code
    assert "Traceback" not in result.err
    assert rows(home, "SELECT state, attempt FROM work WHERE stage = 'dream' AND state != 'ready'") == []
    assert rows(home, "SELECT sum(attempt) FROM work WHERE stage = 'dream'") == [(0,)]
    home.ok("once")
    assert state.differences(undisturbed.state, state.everything(home.data)) == []


def test_two_first_cycles_begun_at_once_give_one_cycle_and_one_refusal(home: Home, undisturbed: Undisturbed) -> None:
    home.configure(undisturbed.url, limits={"runs_per_cycle": RUNS})
    ended = sorted((child.wait() for child in [home.start("once"), home.start("once")]), key=lambda one: one.code)
    assert [one.code for one in ended] == [0, 1]
    assert "a cycle is running already" in ended[1].complaint
    assert state.differences(undisturbed.state, state.everything(home.data)) == []
