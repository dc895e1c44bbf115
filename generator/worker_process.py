"""A worker process as its parent sees it: started, asked, waited for with patience, and ended without a trace."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from generator.decoded import printable
from generator.nouns import RunOrder, Step
from generator.worker_wire import (
    Ended,
    Garbled,
    Inbox,
    Message,
    Silent,
    order_message,
    read_error,
    read_step,
    write_whole,
)

BOOT: Final = (
    "import sys; words, places = sys.argv[1:7], sys.argv[7:]; sys.path = [*places, *sys.path]; "
    "from generator.worker import main; main(words)"
)
KEPT_BACK: Final = "NFTD_"  # keys of markets are no business of a process that computes
LAST_WORDS: Final = 2000
PIPE_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without a message after which a worker counts as stuck.

    `first` is for what may load models from a slow disk and try the whole memory ladder; later each step has `factor`
    times the slowest one of its run, at least `least`. `farewell` is for the step in hand when we are asked to end:
    service managers give 90 s.
    """

    first: float = 1800.0
    least: float = 120.0
    factor: float = 10.0
    farewell: float = 60.0


class Lost(Exception):
    """The worker died, hung or talked nonsense; `killed` where the system or a person killed it."""

    def __init__(self, message: str, killed: bool = False) -> None:
        super().__init__(message)
        self.killed = killed


class Process(Protocol):
    """What is asked of a process; `subprocess.Popen` is one."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


Spawn = Callable[[Sequence[str], tuple[int, int, int]], Process]


def start_process(words: Sequence[str], streams: tuple[int, int, int]) -> Process:
    """A new Python with `generator.worker.main(words)` on these standard streams; raises OSError."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(KEPT_BACK)}
    # This very package first, then where this program finds what it needs; never the current folder.
    places = [str(Path(__file__).resolve().parent.parent), *(place for place in sys.path if os.path.isabs(place))]
    return subprocess.Popen(  # noqa: S603 - this very Python, and code of this package
        [sys.executable, "-I", "-c", BOOT, *words, *dict.fromkeys(places)],
        stdin=streams[0],
        stdout=streams[1],
        stderr=streams[2],
        cwd=os.sep,
        env=environment,
        start_new_session=True,
    )


class Worker:
    """One process and the pipes to it.

    `clean` is False from a question to the end of its answer; `resident` is what it held in bytes after each run.
    """

    def __init__(self, words: Sequence[str], spawn: Spawn, patience: Patience) -> None:
        self.clean = True
        self.resident: list[int] = []
        self._patience = patience
        self._errors = _page()
        ours, theirs = _pipes()
        try:
            self.process = spawn([*words, str(os.getpid())], (*theirs, self._errors.fileno()))
        except OSError:
            self._close(*ours)
            raise
        finally:
            for handle in theirs:
                os.close(handle)
        self._to, self._from = ours
        self._inbox = Inbox(self._from)

    def run(self, order: RunOrder) -> Generator[Step]:
        """The steps of an order. Raises `Lost`, or what the worker raised.

        When SIGTERM ends this thread in the middle of a step, that step is still waited for and handed over.
        """
        self._ask(order_message(order))
        limit, begun = self._patience.first, time.monotonic()
        slowest = 0.0
        while True:
            try:
                message = self._hear(limit)
            except SystemExit:
                if step := self._last_step():
                    yield step
                raise
            if message.kind != "step":
                break
            slowest = max(slowest, time.monotonic() - begun)
            limit, begun = max(self._patience.least, self._patience.factor * slowest), time.monotonic()
            yield read_step(message)
        self.resident.append(int(message.words.get("resident", 0)))
        self._settle(message)

    def ask(self, question: Message) -> Message:
        """The one answer to a question. Raises `Lost`, or what the worker raised."""
        self._ask(question)
        answer = self._hear(self._patience.first)
        self._settle(self._hear(self._patience.first) if answer.kind == "answer" else answer)
        return answer

    def _ask(self, question: Message) -> None:
        self.clean = False
        try:
            write_whole(self._to, question.to_bytes(), self._patience.first)
        except (Silent, Ended) as error:
            raise self._lost(error) from error

    def _hear(self, seconds: float) -> Message:
        try:
            return self._inbox.take(seconds)
        except (Silent, Ended) as error:
            raise self._lost(error) from error

    def _last_step(self) -> Step | None:
        """The step in hand, if it comes soon; never mind what else comes, since we are asked to end."""
        with suppress(Lost):
            message = self._hear(self._patience.farewell)
            return read_step(message) if message.kind == "step" else None
        return None

    def _settle(self, last: Message) -> None:
        """Read the end of an answer: all is well, or it was an error."""
        if last.kind == "error":
            self.clean = True
            raise read_error(last)
        if last.kind == "fault":  # what nobody foresaw may have left anything behind: not clean
            error = RuntimeError(printable(last.words["says"]))
            error.add_note(f"in the worker process:\n{last.words['traceback']}")
            raise error
        if last.kind != "done":
            raise Lost(f"the worker answered {printable(last.kind)!r}")
        self.clean = True

    def _lost(self, error: Exception) -> Lost:
        """What became of the process, in words, with the last that it said."""
        code = None
        with suppress(subprocess.TimeoutExpired):  # its pipes close a moment before it can be asked why
            lives = isinstance(error, Silent | Garbled)
            code = self.process.poll() if lives else self.process.wait(1.0)
        how = f"worker process {self.process.pid}: {_ending(code) if code is not None else error}"
        return Lost(" ".join(filter(None, (how, self._last_words()))), killed=code == -signal.SIGKILL)

    def _last_words(self) -> str:
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - LAST_WORDS))
        lines = self._errors.read().decode("utf-8", "replace").splitlines()
        return f"({printable(lines[-1])})" if lines else ""

    def end(self) -> None:
        """Kill it, close the pipes and take its exit code, so that no zombie stays."""
        self.process.kill()
        self.leave()
        self.process.wait()

    def leave(self) -> None:
        """Close this side's ends of the pipes."""
        self._close(self._to, self._from)

    def _close(self, *handles: int) -> None:
        for handle in handles:
            with suppress(OSError):
                os.close(handle)
        self._errors.close()


def _page() -> BinaryIO:
    """A file for the words that nobody reads unless the process dies of them; on no disk where the system has such."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("worker"), "r+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _pipes() -> tuple[tuple[int, int], tuple[int, int]]:
    """Two pipes: our ends (write, read) and the other side's (read, write). No fork inherits ours by `exec`."""
    their_input, to_it = os.pipe()
    from_it, their_output = os.pipe()
    os.set_blocking(to_it, False)
    if hasattr(fcntl, "F_SETPIPE_SZ"):  # a small picture's step then never waits for us
        with suppress(OSError):
            fcntl.fcntl(from_it, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return (to_it, from_it), (their_input, their_output)


def _ending(code: int) -> str:
    if code >= 0:
        return f"it ended with exit code {code}"
    with suppress(ValueError):
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it was ended by signal {-code}"
