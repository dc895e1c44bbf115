"""Worker processes for tests of whole cycles: forked from an nftd that has torch imported, and has not run it.

A new Python that imports torch takes seconds, a fork milliseconds. All else is as in a worker that was started: the
same pipes and nothing else open, the same parent, the same code from `main` on.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Sequence
from typing import NoReturn


class Forked:
    """The part of `subprocess.Popen` that a worker's parent uses."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None and (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            self._code = os.waitstatus_to_exitcode(ended[1])
        return self._code

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (60 if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"process {self.pid} lives on")
            time.sleep(0.002)
        return code


def fork_worker(words: Sequence[str], streams: tuple[int, int, int]) -> Forked:
    """Instead of `generator.worker_process.start_process`."""
    pid = os.fork()
    if pid == 0:
        _be_worker(words, streams)
    return Forked(pid)


def _be_worker(words: Sequence[str], streams: tuple[int, int, int]) -> NoReturn:
    try:
        for number, handle in enumerate([os.dup(stream) for stream in streams]):
            os.dup2(handle, number)
        # Also the lock of the cycle, which a fork shares: it must be free once nftd is dead.
        os.closerange(3, 1024)
        from generator.worker import main

        main(words)
    except BaseException:  # noqa: BLE001 - a fork must end here, whatever happened: it shares its parent's stack
        traceback.print_exc()
    finally:
        os._exit(1)
