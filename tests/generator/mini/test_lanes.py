"""Stages side by side, each a small program of its own: their order, what a failure does, and what a kill leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from generator.mini.train import lanes
from generator.mini.train.lanes import StageFailed, run_lanes, stage_command

ROOT = Path(__file__).parents[3]
NEEDS = {"dig": (), "saw": (), "build": ("dig", "saw"), "paint": ("build",), "plant": ("dig",)}
STAGE = """
import json, os, sys, time
folder, name = sys.argv[1:3]
def note(what):
    with open(f"{folder}/log", "a") as log:
        log.write(f"{what} {name}\\n")
note("begin")
open(f"{folder}/{name}.pid", "w").write(str(os.getpid()))
how = json.loads(os.environ.get("HOW", "{}")).get(name, "")
if how == "fail":
    sys.exit(3)
if how == "die":
    os.kill(os.getpid(), 9)
if how in ("last", "parent"):
    if how == "parent" and (child := os.fork()):
        open(f"{folder}/{name}.child", "w").write(str(child))
    time.sleep(60)
for _ in range(2000):
    if not how.startswith("meet ") or os.path.exists(f"{folder}/{how[5:]}.pid"):
        break
    time.sleep(0.01)
note("end")
"""


def command(work: Path, name: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", STAGE, str(work), name]


@pytest.fixture(autouse=True)
def _small_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "stage_command", command)
    monkeypatch.setattr(lanes, "POLL_SECONDS", 0.01)


def logged(work: Path) -> list[str]:
    return (work / "log").read_text("utf-8").splitlines()


def most_at_once(log: list[str]) -> int:
    depth = [0]
    for line in log:
        depth.append(depth[-1] + (1 if line.startswith("begin") else -1))
    return max(depth)


def pid_of(work: Path, file: str) -> int:
    """The number that a stage has written, as soon as it stands there."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if (work / file).exists() and (text := (work / file).read_text("utf-8")):
            return int(text)
        time.sleep(0.01)
    raise AssertionError(f"{file} was never written")


def is_gone(pid: int, within: float = 5.0) -> bool:
    """Whether a process ends; one that nobody has fetched yet (a zombie) has ended."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_stage_begins_when_all_that_it_needs_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    if count > 1:  # each waits for the other: they run at the same time
        monkeypatch.setenv("HOW", '{"dig": "meet saw", "saw": "meet dig"}')
    run_lanes(tmp_path, ["paint", "plant", "dig", "build", "saw"], NEEDS, count)
    log = logged(tmp_path)
    assert sorted(log) == sorted(f"{what} {name}" for what in ("begin", "end") for name in NEEDS)
    for name, needs in NEEDS.items():
        assert all(log.index(f"end {need}") < log.index(f"begin {name}") for need in needs)
    assert (2 if count > 1 else 1) <= most_at_once(log) <= count


def test_what_is_not_wanted_counts_as_done_but_not_what_it_rests_on(tmp_path: Path) -> None:
    run_lanes(tmp_path, ["paint", "plant"], NEEDS, 1)
    assert logged(tmp_path) == ["begin paint", "end paint", "begin plant", "end plant"]
    (tmp_path / "log").unlink()
    run_lanes(tmp_path, ["paint", "dig"], NEEDS, 2)  # between them stands `build`
    assert logged(tmp_path) == ["begin dig", "end dig", "begin paint", "end paint"]


@pytest.mark.parametrize(("how", "said"), [("fail", "stage dig failed"), ("die", "stage dig was ended by SIGKILL")])
def test_after_a_failure_nothing_begins_and_what_runs_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], how: str, said: str
) -> None:
    monkeypatch.setenv("HOW", f'{{"dig": "{how}"}}')
    with pytest.raises(StageFailed, match=f"{said}.*same command again"):
        run_lanes(tmp_path, list(NEEDS), NEEDS, 2)
    assert sorted(logged(tmp_path)) == ["begin dig", "begin saw", "end saw"]
    assert said in capfd.readouterr().err
    monkeypatch.delenv("HOW")
    run_lanes(tmp_path, list(NEEDS), NEEDS, 2)
    assert logged(tmp_path)[-1].startswith("end ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_every_stage_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("HOW", '{"dig": "parent", "saw": "last"}')
    before = signal.getsignal(signal.SIGTERM)

    def stop() -> None:
        for file in ("dig.child", "saw.pid"):
            pid_of(tmp_path, file)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(lanes, "GRACE_SECONDS", 2.0)
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may ignore it
    stopper = threading.Thread(target=stop)
    stopper.start()
    try:
        with pytest.raises(StageFailed, match="stopped: run the same command again"):
            run_lanes(tmp_path, list(NEEDS), NEEDS, 2)
    finally:
        stopper.join()
        signal.signal(signal.SIGINT, interrupt)
    assert all(is_gone(pid_of(tmp_path, file)) for file in ("dig.pid", "dig.child", "saw.pid"))
    assert signal.getsignal(signal.SIGTERM) == before
    assert "begin build" not in logged(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_stages_end_when_the_one_that_runs_them_is_killed(tmp_path: Path) -> None:
    program = f"""
        import sys
        from pathlib import Path
        from generator.mini.train import lanes
        lanes.stage_command = lambda work, name: {[sys.executable, "-I", "-S", "-c", STAGE]!r} + [str(work), name]
        lanes.run_lanes(Path(sys.argv[1]), ["dig", "saw"], {NEEDS!r}, 2)
    """
    running = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "HOW": '{"dig": "last", "saw": "last"}'},
    )  # fmt: skip
    stages = [pid_of(tmp_path, file) for file in ("dig.pid", "saw.pid")]
    running.kill()
    running.wait()
    assert all(is_gone(pid) for pid in stages)


def test_what_does_not_hear_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-S", "-c", deaf], process_group=0, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"deaf\n"
    process.stdout.close()
    monkeypatch.setattr(lanes, "GRACE_SECONDS", 0.05)
    lanes._end([process])
    assert process.returncode == -signal.SIGKILL


def test_a_stage_is_the_same_program_alone(tmp_path: Path) -> None:
    assert stage_command(tmp_path, "pack")[1:] == [
        "-m", "generator.mini.train", "--work", str(tmp_path), "--stages", "pack", "--lanes", "0",
    ]  # fmt: skip
