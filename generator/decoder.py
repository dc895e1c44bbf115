"""Decode in a process that may die: memory, processor and wall time are limited, and its death is a verdict.

The process is started at the first picture, used for all that follow, replaced when it has died, and ends with
this one: at its exit, and at any other death of it, since its input ends then.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Timer
from typing import BinaryIO, Final, cast

from generator import wire
from generator.decoded import Decoded, check_header, refused
from generator.errors import NoDecoder
from generator.header import read_header, sniff
from generator.limits import IntakeLimits

START_SECONDS: Final = 60.0
BOOT: Final = (
    "import sys; memory, root, *places = sys.argv[1:]; sys.path = [root, *sys.path, *places]; "
    "from generator.child import main; main(int(memory))"
)
NEEDED: Final = ("numpy", "PIL")
# What a dynamic linker, or Windows, needs; nothing else of the environment is the child's business.
KEPT: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
ONE_THREAD: Final = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
TIME_SIGNALS: Final = ("SIGALRM", "SIGXCPU")


def decode_apart(data: bytes, limits: IntakeLimits) -> Decoded:
    """Decode to upright sRGB on white, in the process that all of this program's threads share.

    Never raises for what the bytes hold or do: read the verdict. Raises `NoDecoder` where no process can be
    started.
    """
    return DECODER.decode(data, limits)


class Decoder:
    """One child process at a time; threads wait for each other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.process.pid if self._child else None

    def decode(self, data: bytes, limits: IntakeLimits) -> Decoded:
        """See `decode_apart`."""
        found = check_header(data, limits)
        if found:
            return found
        with self._lock:
            child = self._ready(limits)
            try:
                return child.ask(data, limits)
            except wire.Broken as error:
                return _verdict(child, str(error), data, limits)
            finally:
                if not child.clean:  # also when this thread was interrupted: what comes then is no answer
                    self._end()

    def close(self) -> None:
        """End the child, if there is one; a later picture gets a new one."""
        with self._lock:
            self._end()

    def _ready(self, limits: IntakeLimits) -> Child:
        """A child with these limits that lives, as far as can be known."""
        if self._child and (self._child.memory != limits.memory or self._child.process.poll() is not None):
            self._end()
        if self._child is None:
            self._child = Child(limits.memory)
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            child.end()

    def forget(self) -> None:
        """In a fork of this process: the child is another's. Its input must end when that one ends."""
        child, self._child, self._lock = self._child, None, Lock()
        if child:
            child.leave()


class Child:
    """The process, the pipes to it, and what became of the last question."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.clean = True
        self.late = False
        self.process = _start(memory)
        self._to, self._from = cast("BinaryIO", self.process.stdin), cast("BinaryIO", self.process.stdout)
        self._meet()

    def ask(self, data: bytes, limits: IntakeLimits) -> Decoded:
        """One picture. Raises `Broken` when the child dies of it, is too late, or talks nonsense."""
        self.clean = False
        watchdog = self._watchdog(limits.max_seconds)
        try:
            wire.send_request(self._to, data, limits)
            found = wire.read_answer(self._from, limits)
        except OSError as error:
            raise wire.Broken(str(error)) from error
        finally:
            watchdog.cancel()
        self.clean = found.verdict.reason != "too_much_memory"
        return found

    def end(self) -> int:
        """Kill it, close the pipes and take its exit code, so that no zombie stays."""
        self.process.kill()
        self.leave()
        return self.process.wait()

    def leave(self) -> None:
        """Close this side's ends of the pipes."""
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()

    def _meet(self) -> None:
        watchdog = self._watchdog(START_SECONDS)
        try:
            wire.read_exactly(self._from, len(wire.READY))
        except wire.Broken as error:
            self.end()
            raise NoDecoder(
                "the process that decodes pictures does not start: `python -c 'import generator.child'` tells why",
                executable=sys.executable,
            ) from error
        finally:
            watchdog.cancel()

    def _watchdog(self, seconds: float) -> Timer:
        watchdog = Timer(seconds, self._too_late)
        watchdog.daemon = True
        watchdog.start()
        return watchdog

    def _too_late(self) -> None:
        self.late = True
        self.process.kill()


def _start(memory: int) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 - this very Python, and code of this package
            [sys.executable, "-I", "-c", BOOT, str(memory), *_places()],
            bufsize=0,  # what is not yet sent must not be sent again by a fork
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.sep,
            env={**environment, **ONE_THREAD},
            start_new_session=True,
        )
    except OSError as error:
        raise NoDecoder(f"the process that decodes pictures does not start: {error}") from error


def _places() -> list[str]:
    """This very package first, whatever else of its name is installed; then where this program finds what it needs."""
    files = [__file__, *(spec.origin for spec in map(find_spec, NEEDED) if spec and spec.origin)]
    return list(dict.fromkeys(str(Path(file).resolve().parent.parent) for file in files))


def _verdict(child: Child, words: str, data: bytes, limits: IntakeLimits) -> Decoded:
    """What a child's death says of the picture that it had."""
    code: int | None = None
    with suppress(subprocess.TimeoutExpired):  # else it lives, and what it says makes no sense
        code = child.process.wait(1.0)  # its pipes close a moment before it can be asked why
    name = sniff(data)
    size = (0, 0)
    if name:
        header = read_header(data, name)
        size = header.width, header.height
    if child.late or (code and -code in [getattr(signal, one, None) for one in TIME_SIGNALS]):
        return refused("too_slow", f"more than {limits.max_seconds} s", limits.max_seconds, name, size)
    if code == wire.OUT_OF_MEMORY:
        return refused("too_much_memory", None, float(limits.memory), name, size)
    return refused("decoder_died", _cause(code, words), None, name, size)


def _cause(code: int | None, words: str) -> str:
    if code is None or code >= 0:
        return words if code is None else f"exit code {code}, {words}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


DECODER: Final = Decoder()
atexit.register(DECODER.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DECODER.forget)
