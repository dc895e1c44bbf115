"""The process in which foreign bytes are decoded: it holds nothing worth stealing and may be killed at any time.

It reads requests from its standard input and answers each on its standard output (`generator.wire`), until
that input ends. Before it reads the first, it gives up memory beyond its limit, files, sockets and children.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from contextlib import suppress
from typing import BinaryIO, Final

# Loaded before this process may open no file any more: what readers and EXIF load at their first need.
from PIL import ExifTags, ImagePalette, ImageSequence, TiffImagePlugin

from generator import wire
from generator.decode import decode

try:
    import resource
except ImportError:  # not a Unix
    resource = None  # type: ignore[assignment]

PRELOADED: Final = (ExifTags, ImagePalette, ImageSequence, TiffImagePlugin)
STANDARD_STREAMS: Final = 3
DEAF_TO: Final = ("SIGINT", "SIGTERM", "SIGHUP")
GRACE_SECONDS: Final = 1


def main(memory: int) -> None:
    """Answer until the input ends; `memory` is the limit of the address space in bytes."""
    _confine(memory)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    wire.send_ready(sink)
    try:
        while _answer(source, sink):
            pass
    except MemoryError:
        os._exit(wire.OUT_OF_MEMORY)


def _answer(source: BinaryIO, sink: BinaryIO) -> bool:
    request = wire.read_request(source)
    if request is None:
        return False
    data, limits = request
    _begin(limits.max_seconds)
    found = decode(data, limits)
    del data, request
    wire.send_answer(sink, found)
    _rest()
    # What memory is left behind a picture that took all of it, nobody knows.
    return found.verdict.reason != "too_much_memory"


def _begin(seconds: float) -> None:
    """End this process when a picture takes too long, also where the parent has died meanwhile."""
    if resource is not None:
        used = math.ceil(time.process_time() + seconds)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (used + GRACE_SECONDS, hard))
    if hasattr(signal, "alarm"):
        signal.alarm(math.ceil(seconds) + GRACE_SECONDS)


def _rest() -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(0)


def _confine(memory: int) -> None:
    # Who stops the parent decides; a signal to all of its processes must not refuse an innocent picture.
    for name in DEAF_TO:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if resource is None:
        return
    limits = {"RLIMIT_AS": memory, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NPROC": 0}
    for name, value in {**limits, "RLIMIT_NOFILE": STANDARD_STREAMS}.items():
        if hasattr(resource, name):
            _limit(getattr(resource, name), value)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with suppress(ValueError, OSError):  # a system that does not know this limit
        resource.setrlimit(kind, (lowest, lowest))
