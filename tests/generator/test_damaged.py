"""Damaged pictures through the whole of intake: each is decoded whole or refused with a reason, none harms anything.

`pytest -m slow -n 0 -s tests/generator/test_damaged.py` takes 10,000 of them and prints what became of each kind.
"""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest

from generator.decoder import DECODER
from generator.intake import Intake, examine
from generator.pictures import read_work

from .damage import damaged, specimens

SECONDS = 5.0
GIGABYTE = 10**9
REASONS = {
    *("decoded", "empty", "too_many_bytes", "too_many_pixels", "animated", "truncated", "damaged", "unreadable_header"),
    *("svg", "xml", "html", "tiff", "heic", "avif", "video", "gzip", "bmp", "ico", "unknown_format"),
    *("zip", "pdf", "psd", "jpeg2000", "jpegxl", "too_much_memory", "too_slow"),
}


def peak(pid: int) -> int:
    """The most memory that a process ever held, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # not on Linux: of all children that have ended
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def from_here() -> int:
    """Let Linux forget the peak of this process until now; what it holds at this moment."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak(os.getpid())


@dataclass
class Tally:
    """What became of many pictures."""

    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    slowest: float = 0.0
    before: int = field(default_factory=from_here)
    child_peak: int = 0
    children: set[int] = field(default_factory=set)

    def take(self, kind: str, data: bytes) -> None:
        begun = time.monotonic()
        found = examine(data)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        check(found, data)
        reason = found.verdicts[0].reason
        self.reasons.setdefault(kind, Counter())[reason] += 1
        if DECODER.pid is not None:
            self.children.add(DECODER.pid)
            self.child_peak = max(self.child_peak, peak(DECODER.pid))

    @property
    def own_peak(self) -> int:
        """The most that this process held beside what other tests had left in it."""
        return peak(os.getpid()) - self.before

    def table(self) -> str:
        names = sorted({name for counts in self.reasons.values() for name in counts})
        kinds = sorted(self.reasons)
        rows = [[name, *(self.reasons[kind][name] for kind in kinds)] for name in names]
        lines = [["", *kinds, "all"], *([*row, sum(row[1:])] for row in rows)]
        total = sum(sum(counts.values()) for counts in self.reasons.values())
        made = "\n".join(f"{line[0]:20s}" + "".join(f"{cell:>8}" for cell in line[1:]) for line in lines)
        return (
            f"{made}\n{total} pictures; slowest {self.slowest:.2f} s; {len(self.children)} children; at most "
            f"{self.child_peak / 1e6:.0f} MB in a child, {self.own_peak / 1e6:.0f} MB more than before in its parent"
        )


def check(found: Intake, data: bytes) -> None:
    first = found.verdicts[0]
    assert first.gate == "decode"
    assert first.reason in REASONS, (first, data[:64])
    assert first.ok == (first.reason == "decoded")
    if first.ok:
        assert found.width * found.height > 0
        assert len(found.verdicts) > 1
    else:
        assert len(found.verdicts) == 1
        assert found.work_png is None
    if found.work_png is not None:
        assert read_work(found.work_png).shape == (1, 3, 256, 256)


def run(count: int, seed: int) -> Tally:
    tally = Tally()
    for kind, data in islice(damaged(seed), count):
        tally.take(kind, data)
    DECODER.close()
    assert tally.slowest < SECONDS
    assert tally.child_peak < GIGABYTE
    assert tally.own_peak < GIGABYTE
    return tally


def test_the_specimens_are_what_they_are_named() -> None:
    expected = {"svg": "svg", "tiff": "tiff", "heic": "heic", "avif": "avif"}
    reasons = [(kind, examine(data).verdicts[0].reason) for kind, data in specimens()]
    assert all(reason in {expected.get(kind, "decoded"), "animated", "too_many_pixels"} for kind, reason in reasons)
    assert Counter(reason for _, reason in reasons)["decoded"] == 16


def test_damage_is_the_same_for_the_same_seed() -> None:
    assert list(islice(damaged(7), 50)) == list(islice(damaged(7), 50))
    assert list(islice(damaged(7), 50)) != list(islice(damaged(8), 50))


def test_a_few_hundred_damaged_pictures_harm_nothing() -> None:
    tally = run(400, seed=2026)
    every = sum(tally.reasons.values(), Counter())
    assert every["decoded"] > 20
    assert sum(every.values()) - every["decoded"] > 200
    assert len(every) > 8


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_damaged_pictures_harm_nothing() -> None:
    tally = run(10_000, seed=20_261_122)
    print(f"\n{tally.table()}")
