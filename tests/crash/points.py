"""The moments at which a cycle makes something last: each can be counted, and the process killed there.

Runs inside a child of the zygote. A moment is the call of os.fsync, of os.replace, or a database commit; a commit
counts twice, before ("commit") and after it ("committed"), since a death there leaves two different things.
Each is written to a journal as `number kind place`, the place being a stage and what it was doing.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy.engine.default import DefaultDialect


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of an undisturbed run."""

    number: int
    kind: str
    place: str

    @property
    def label(self) -> str:
        return f"{self.place} {self.kind}"


def read_journal(journal: Path) -> list[Point]:
    rows = [line.split(" ", 2) for line in journal.read_text("utf-8").splitlines()]
    return [Point(int(number), kind, place) for number, kind, place in rows]


def watch(journal: str, kill_at: int | None = None, kill_in: str | None = None, pause_at: int | None = None) -> None:
    """Note every moment in the file `journal`; die at the `kill_at`-th or first one called `kill_in`, or wait there.

    A process that waits goes on as soon as there is a file beside the journal, its name ending in `.go`.
    """
    watcher = _Watcher(journal, kill_at, kill_in, pause_at)
    os.fsync = watcher.before(os.fsync, _kind_of_sync)  # type: ignore[assignment]
    os.replace = watcher.before(os.replace, lambda *_: "replace")  # type: ignore[assignment]
    commit = watcher.before(DefaultDialect.do_commit, lambda *_: "commit")
    DefaultDialect.do_commit = watcher.after(commit, "committed")  # type: ignore[method-assign]


class _Watcher:
    def __init__(self, journal: str, kill_at: int | None, kill_in: str | None, pause_at: int | None) -> None:
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._kill_at = kill_at
        self._kill_in = kill_in
        self._pause_at = pause_at
        self._go = Path(f"{journal}.go")
        self._number = 0

    def before(self, function: Callable[..., Any], kind: Callable[..., str]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            self._arrive(kind(*args))
            return function(*args, **kwargs)

        return watched

    def after(self, function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            self._arrive(kind)
            return result

        return watched

    def _arrive(self, kind: str) -> None:
        self._number += 1
        place = _place(sys._getframe(2))
        os.write(self._journal, f"{self._number} {kind} {place}\n".encode())
        if self._number == self._kill_at or f"{place} {kind}" == self._kill_in:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._number == self._pause_at:
            self._rest()

    def _rest(self) -> None:
        deadline = time.monotonic() + 60
        while not self._go.exists() and time.monotonic() < deadline:
            time.sleep(0.01)


def _kind_of_sync(handle: int) -> str:
    return "fsync-folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "fsync"


def _place(frame: FrameType | None) -> str:
    """The stage, and the innermost function of nftd that says something; bytes of the blob store are `blob`."""
    stage, doing = "", ""
    while frame is not None:
        module, function = str(frame.f_globals.get("__name__")), frame.f_code.co_name
        if module == "nftd.store.blobs":
            doing = "blob" if function == "put" else doing or "file"
        elif module.startswith("nftd.") and function != "write":
            doing = doing or function
        if module == "nftd.stages.loop" and "stage" in frame.f_locals:
            stage = getattr(frame.f_locals["stage"], "name", "") or frame.f_locals["stage"]
        frame = frame.f_back
    return f"{stage}.{doing}" if stage else doing
