"""Notes what a process does to the world outside: files written, programs started, addresses called.

Runs inside a child of the zygote, by Python's own audit events (PEP 578).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PATHS = {
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rmdir": 1,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.rename": 2,
    "os.link": 2,
    "os.symlink": 2,
    "sqlite3.connect": 1,
}
PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}


def watch(log: str) -> None:
    """Write a line of JSON to the file `log` for each such act, from now on."""
    sys.dont_write_bytecode = True
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        for act in _acts(event, arguments):
            os.write(handle, (json.dumps(act) + "\n").encode())

    sys.addaudithook(hook)


def _acts(event: str, arguments: tuple[Any, ...]) -> list[tuple[str, str]]:
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
        return [("write", os.path.realpath(os.fsdecode(arguments[0])))] if not isinstance(arguments[0], int) else []
    if event in PATHS:
        return [
            ("write", os.path.realpath(os.fsdecode(one)))
            for one in arguments[: PATHS[event]]
            if isinstance(one, str | bytes | os.PathLike)
        ]
    if event in PROGRAMS:
        return [("program", f"{event} {arguments[:2]}")]
    if event in ("socket.connect", "socket.sendto"):
        return [("call", str(arguments[1]))]
    return []


def read(log: Path) -> dict[str, set[str]]:
    """The acts by kind."""
    found: dict[str, set[str]] = {"write": set(), "program": set(), "call": set()}
    for line in log.read_text("utf-8").splitlines():
        kind, what = json.loads(line)
        found[kind].add(what)
    return found
