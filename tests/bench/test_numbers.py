"""The numbers that the documentation promises, measured: `pytest -m slow -n 0 tests/bench/test_numbers.py -s`.

They are limits for a machine with two cores that does nothing else meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.slow

NFTD = Path(sys.executable).with_name("nftd")


class Measured(NamedTuple):
    seconds: float
    processor_seconds: float
    peak_mb: float
    output: str


def run(data: Path, *arguments: str) -> Measured:
    """One command as a process of its own: wall time, processor time and peak memory by the system's accounts."""
    command = [str(NFTD), "--data", str(data), *arguments]
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, output
    processor = usage.ru_utime + usage.ru_stime
    return Measured(time.monotonic() - begun, processor, usage.ru_maxrss / 1024, output)


def tell(what: str, found: Measured) -> None:
    print(
        f"{what}: {found.seconds:.2f} s, {found.processor_seconds:.2f} s of processor, {found.peak_mb:.0f} MB at most"
    )


def test_a_first_cycle_takes_two_minutes_and_2_gb_at_most_and_a_second_five_seconds(tmp_path: Path) -> None:
    first = run(tmp_path, "once")
    second = run(tmp_path, "once")
    tell("first once", first)
    tell("second once", second)
    assert "8 done" in first.output
    assert first.seconds < 120
    assert first.peak_mb < 2048
    assert "nothing was made twice" in second.output
    assert second.seconds < 5


def test_help_comes_in_half_a_second(tmp_path: Path) -> None:
    runs = sorted((run(tmp_path, "--help") for _ in range(5)), key=lambda one: one.seconds)
    tell("help, the median of 5", runs[2])
    assert runs[2].seconds < 0.5
