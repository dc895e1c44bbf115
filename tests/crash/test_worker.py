"""The process that dreams is killed, or the one that keeps what it made: nothing is lost, and nothing is left over."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash import state
from tests.crash.conftest import RUNS, Undisturbed, watched
from tests.crash.points import read_journal
from tests.crash.test_resume import attempts, rows, state_files, trajectory
from tests.crash.test_stop import moments, wait_for
from tests.e2e.gallery import Gallery, pieces
from tests.e2e.launcher import Child, Home, Launcher
from tests.generator.test_child import gone

STEPS = 20
STRUCK = 13


@pytest.fixture(scope="module")
def single() -> Iterator[Gallery]:
    with Gallery(pieces(1)) as gallery:
        yield gallery


@pytest.fixture(scope="module")
def straight(single: Gallery, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A dream of twenty steps that nobody disturbed."""
    home = Home(tmp_path_factory.mktemp("straight"), launcher)
    home.configure(single.url, generator={"iterations": STEPS})
    assert home.nftd("once", hook=watched(home)).code == 0
    return home


@pytest.fixture
def at_step_13(single: Gallery, straight: Home, home: Home) -> Iterator[Child]:
    """The same cycle in `home`, resting where it has just kept that step; it goes on when the test lets it."""
    home.configure(single.url, generator={"iterations": STEPS})
    points = read_journal(straight.folder / "journal")
    saves = [point.number for point in points if point.label == "dream.save committed"]
    child = home.start("once", hook=watched(home, pause_at=saves[STRUCK]))  # the first of them: the run began
    wait_for(lambda: moments(home) == saves[STRUCK])
    assert rows(home, "SELECT state, kept_step FROM run") == [("running", STRUCK)]
    yield child
    go_on(home)


def go_on(home: Home) -> None:
    (home.folder / "journal.go").touch()


def workers_of(pid: int) -> list[int]:
    """The children of a process that dream: all but the one that decodes."""
    lists = [file.read_text().split() for file in Path(f"/proc/{pid}/task").glob("*/children")]
    children = [int(child) for children in lists for child in children]
    return [child for child in children if b"generator.child" not in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_worker_killed_at_step_13_loses_no_step_and_nobody_sees_it(
    at_step_13: Child, home: Home, straight: Home
) -> None:
    (worker,) = workers_of(at_step_13.pid)
    os.kill(worker, signal.SIGKILL)
    go_on(home)
    assert at_step_13.wait().code == 0
    assert attempts(home) == [1] * STEPS
    assert trajectory(home) == trajectory(straight)
    assert state.differences(state.everything(straight.data), state.everything(home.data)) == []


def test_a_cycle_killed_at_step_13_takes_its_worker_along_and_the_next_goes_on_from_there(
    at_step_13: Child, home: Home, straight: Home
) -> None:
    (worker,) = workers_of(at_step_13.pid)
    os.kill(at_step_13.pid, signal.SIGKILL)
    assert at_step_13.wait().code == -signal.SIGKILL
    assert gone(worker, 2)
    home.ok("once")
    assert attempts(home) == [1] * STRUCK + [2] * (STEPS - STRUCK)
    assert trajectory(home) == trajectory(straight)
    assert state_files(home) == []


def test_a_cycle_asked_to_stop_leaves_no_process(at_step_13: Child, home: Home) -> None:
    (worker,) = workers_of(at_step_13.pid)
    os.kill(at_step_13.pid, signal.SIGTERM)
    go_on(home)
    assert at_step_13.wait().code == 143
    assert gone(worker, 1)
    assert rows(home, "SELECT state, attempt FROM work WHERE stage = 'dream'") == [("ready", 0)]
    assert rows(home, "SELECT state, kept_step FROM run") == [("running", STRUCK)]


def test_two_devices_make_what_one_makes(home: Home, undisturbed: Undisturbed) -> None:
    home.configure(undisturbed.url, generator={"device": "cpu, cpu"}, limits={"runs_per_cycle": RUNS})
    assert home.json("once")["runs"] == {"done": RUNS, "failed": 0}
    assert state.differences(undisturbed.state, state.everything(home.data)) == []


def test_two_devices_asked_to_stop_end_at_a_step_each_and_hand_their_work_back(home: Home) -> None:
    with Gallery(pieces(2)) as gallery:
        home.configure(gallery.url, generator={"device": "cpu, cpu", "iterations": STEPS})
        cycle = home.start("once")
        wait_for(lambda: begun_dreams(home) == 2)
        workers = workers_of(cycle.pid)
        os.kill(cycle.pid, signal.SIGTERM)
        result = cycle.wait()
        assert (result.code, result.err.count("Traceback")) == (143, 0)
        assert len(workers) == 2
        assert all(gone(worker, 1) for worker in workers)
        assert rows(home, "SELECT state, attempt FROM work WHERE stage = 'dream'") == [("ready", 0)] * 2
        kept = dict(rows(home, "SELECT id, kept_step FROM run"))
        assert all(0 < step < STEPS for step in kept.values())
        home.ok("once")
    for run, step in kept.items():
        made = rows(home, f"SELECT step, attempt FROM iterate WHERE run = '{run}' ORDER BY step")  # noqa: S608 - an id
        assert made == [(number, 1) for number in range(1, STEPS + 1)], f"{run} stopped at {step}"
    assert state_files(home) == []


def begun_dreams(home: Home) -> int:
    """Dreams of which a step is kept."""
    if not (home.data / "nftd.sqlite").exists():
        return 0
    time.sleep(0.01)
    found = rows(home, "SELECT count(*) FROM sqlite_master WHERE name = 'run'")
    return int(rows(home, "SELECT count(*) FROM run WHERE kept_step > 0")[0][0]) if found == [(1,)] else 0
