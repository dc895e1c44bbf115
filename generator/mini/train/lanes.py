"""Runs stages side by side: each in a process of its own, as soon as what it needs is done."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

POLL_SECONDS = 0.5
GRACE_SECONDS = 10.0  # for a stage to end when it is told to
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)

Needs = Mapping[str, Sequence[str]]


class StageFailed(RuntimeError):
    """A stage ended with an error, or the run was stopped; what was printed tells why."""


def run_lanes(work: Path, wanted: Collection[str], needs: Needs, lanes: int) -> None:
    """Run the wanted stages, at most `lanes` at once, each after all wanted ones that it rests on.

    Needs outside the wanted ones count as done. When one fails the others end their work, nothing new begins, and
    `StageFailed` names it; a later run goes on from what each has saved. Ctrl-C and SIGTERM end all of them at once,
    and where the system can (Linux), so does the death of this process.
    """
    waiting = [name for name in needs if name in wanted]
    running: dict[str, subprocess.Popen[bytes]] = {}
    failed: dict[str, str] = {}
    try:
        with _stopped_by_sigterm():
            while running or (waiting and not failed):
                for name in _ready(waiting, running, needs)[: 0 if failed else lanes - len(running)]:
                    waiting.remove(name)
                    running[name] = _begin(work, name)
                failed |= _reap(running)
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        raise StageFailed("stopped: run the same command again to go on") from None
    finally:
        _end(running.values())
    if failed:
        name, why = next(iter(failed.items()))
        raise StageFailed(f"stage {name} {why}: see its message above; run the same command again to go on")


def _ready(waiting: Sequence[str], running: Collection[str], needs: Needs) -> list[str]:
    open_stages = {*waiting, *running}
    return [name for name in waiting if not open_stages & _before(name, needs)]


def _before(name: str, needs: Needs) -> set[str]:
    """All stages that one rests on, also through others that may not be wanted."""
    return {*needs[name]}.union(*(_before(need, needs) for need in needs[name]))


def stage_command(work: Path, name: str) -> list[str]:
    """What runs one stage alone."""
    return [sys.executable, "-m", "generator.mini.train", "--work", str(work), "--stages", name, "--lanes", "0"]


def _begin(work: Path, name: str) -> subprocess.Popen[bytes]:
    """Start a stage in a process group of its own, so that what it starts can be ended with it."""
    return subprocess.Popen(  # noqa: S603 - our own module and a checked stage name
        stage_command(work, name),
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509 - no thread runs beside this one
    )


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """What a new process does so that it ends when its parent does, even when that is killed."""
    return partial(_follow, ctypes.CDLL(None).prctl, parent) if sys.platform == "linux" else None


def _follow(prctl: Callable[[int, int], int], parent: int) -> None:
    prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:  # it died in between
        os.kill(os.getpid(), signal.SIGKILL)


def _reap(running: dict[str, subprocess.Popen[bytes]]) -> dict[str, str]:
    """Take out what has ended; returns the stages that failed, with how."""
    ended = {name: running.pop(name) for name in list(running) if running[name].poll() is not None}
    failed = {name: process for name, process in ended.items() if process.returncode != 0}
    _end(failed.values())
    told = {name: _how(process.returncode) for name, process in failed.items()}
    for name, how in told.items():
        rest = f", waiting for {', '.join(running)}" if running else ""
        sys.stderr.write(f"stage {name} {how}{rest}\n")
    return told


def _how(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name} (was there too little memory?)" if code < 0 else "failed"


def _end(processes: Collection[subprocess.Popen[bytes]]) -> None:
    """End processes with all that they started; what does not hear is killed."""
    for process in processes:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """SIGTERM is like Ctrl-C meanwhile."""
    if threading.current_thread() is not threading.main_thread():  # only that one may change it
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
