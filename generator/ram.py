"""Memory of the machine: what this process may still take, and a limit that makes running out an error."""

from __future__ import annotations

import resource
from pathlib import Path

PROC = Path("/proc")


def available_ram(proc: Path = PROC, groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """The least of: what the system can give, what the control groups allow (systemd's MemoryMax), the process' limit.

    Counts what the process holds as available to it. None where the system does not say (no /proc).
    """
    held = _held(proc)
    free = _free(proc)
    if free is None:
        return None
    limits = [room for room in (*_group_rooms(proc, groups), _limit_room()) if room is not None]
    return min([free + held, *(room + held for room in limits)])


def _held(proc: Path) -> int:
    try:
        return int((proc / "self/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def _free(proc: Path) -> int | None:
    try:
        lines = (proc / "meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def _group_rooms(proc: Path, groups: Path) -> list[int | None]:
    """Room left under each control group (version 2) above this process."""
    try:
        path = (proc / "self/cgroup").read_text().strip().rpartition("::")[2].strip("/")
    except OSError:
        return []
    folder = groups / path
    above = [folder, *folder.parents]
    return [_group_room(one) for one in above if one == groups or groups in one.parents]


def _group_room(folder: Path) -> int | None:
    try:
        limit = (folder / "memory.max").read_text().strip()
        return None if limit == "max" else max(0, int(limit) - int((folder / "memory.current").read_text()))
    except (OSError, ValueError):
        return None


def _limit_room() -> int | None:
    """Room under the process' own limit on its data (`ulimit -d`)."""
    limit = resource.getrlimit(resource.RLIMIT_DATA)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    return max(0, limit - _data())


def _data() -> int:
    try:
        return int((PROC / "self/statm").read_text().split()[5]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def guard() -> int | None:
    """Let this process run into an error, which a dream survives, before the system kills it, which it does not.

    Limits the process' data to what is available now, whatever an earlier call found; for processes of our own that
    compute on the CPU. Returns the limit in bytes, None where the system does not say what is available.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    room = available_ram()
    if room is None:
        return None
    limit = _data() - _held(PROC) + room
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    return limit
