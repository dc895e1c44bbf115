"""Killed at any moment, the next cycle ends where an undisturbed one does."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable

import pytest

from tests.crash import state
from tests.crash.conftest import RUNS, Undisturbed, watched
from tests.crash.points import read_journal
from tests.e2e.launcher import Home

# One moment of every kind and stage; which of its repetitions is drawn by lot, always the same.
PLACES = (
    "_bring_up_to_date commit",
    "_begun committed",
    "blob replace",
    "scrape.save commit",
    "scrape.save committed",
    "select.finish commit",
    "fetch.blob replace",
    "fetch.finish committed",
    "intake.finish commit",
    "dream.file replace",
    "dream.save committed",
    "dream.finish commit",
    "draft.finish committed",
    "pin.file replace",
)
SLICES = 16
PAIRS = 24


def kill(home: Home, number: int) -> str:
    """Begin a cycle, kill it at its `number`-th moment; what that moment was."""
    journal = home.folder / "journal"
    journal.unlink(missing_ok=True)
    result = home.nftd("once", hook=watched(home, kill_at=number))
    assert result.code == -signal.SIGKILL, f"moment {number} was not reached: {result.err}"
    last = read_journal(journal)[-1]
    assert last.number == number
    assert state.named_blobs(home.data) <= state.blobs(home.data), "a row names bytes that are not on the disk"
    return last.label


def recovered(home: Home, undisturbed: Undisturbed) -> list[str]:
    """Run a cycle to its end; how its end differs from the undisturbed one's."""
    home.ok("once")
    faults = state.faults(home.data) + state.differences(undisturbed.state, state.everything(home.data))
    return faults + [f"orphan {digest}" for digest in state.blobs(home.data) - state.named_blobs(home.data)]


@pytest.mark.parametrize("label", PLACES)
def test_a_cycle_killed_here_leaves_no_trace_in_the_end(label: str, home: Home, undisturbed: Undisturbed) -> None:
    home.configure(undisturbed.url, limits={"runs_per_cycle": RUNS})
    assert kill(home, random.Random(label).choice(undisturbed.numbers(label))) == label
    assert recovered(home, undisturbed) == []


@pytest.mark.parametrize("seed", range(2))
def test_a_cycle_killed_while_it_recovers_leaves_no_trace_either(
    seed: int, home: Home, undisturbed: Undisturbed
) -> None:
    home.configure(undisturbed.url, limits={"runs_per_cycle": RUNS})
    kill_twice(home, undisturbed, seed)
    assert recovered(home, undisturbed) == []


def kill_twice(home: Home, undisturbed: Undisturbed, seed: int) -> tuple[str, str]:
    """A recovery has fewer moments, the more was done before: the second death comes early in it."""
    chance = random.Random(seed)
    first = chance.randint(1, len(undisturbed.points) - 30)
    return kill(home, first), kill(home, chance.randint(1, 16))


def test_after_its_last_commit_a_cycle_is_over_whatever_becomes_of_the_process(
    home: Home, undisturbed: Undisturbed
) -> None:
    home.configure(undisturbed.url, limits={"runs_per_cycle": RUNS})
    assert kill(home, len(undisturbed.points)) == "_close committed"
    assert state.differences(undisturbed.state, state.everything(home.data)) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(SLICES))
def test_a_cycle_may_be_killed_at_every_moment(
    part: int, new_home: Callable[[str], Home], undisturbed: Undisturbed
) -> None:
    differing = {}
    for point in undisturbed.points[:-1][part::SLICES]:
        home = new_home(f"moment-{point.number}")
        home.configure(undisturbed.url, limits={"runs_per_cycle": RUNS})
        kill(home, point.number)
        if found := recovered(home, undisturbed):
            differing[f"{point.number} {point.label}"] = found
    assert differing == {}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100, 100 + PAIRS))
def test_a_cycle_may_be_killed_twice_anywhere(seed: int, home: Home, undisturbed: Undisturbed) -> None:
    home.configure(undisturbed.url, limits={"runs_per_cycle": RUNS})
    places = kill_twice(home, undisturbed, seed)
    assert recovered(home, undisturbed) == [], places
