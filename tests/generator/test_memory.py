from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from generator.memory import (
    Footprint,
    Rung,
    available_memory,
    is_out_of_memory,
    ladder,
    largest_size,
    plan,
)
from generator.ram import available_ram

MIB = 2**20
SMALL = Footprint(runtime=100 * MIB, weights=200 * MIB, pixel=4000.0, pixel_frugal=1000.0, cutout=10 * MIB, stride=16)


@pytest.mark.parametrize(
    ("cutouts", "rungs"),
    [
        (32, [Rung(32), Rung(8), Rung(2), Rung(2, True)]),
        (16, [Rung(16), Rung(4), Rung(2), Rung(2, True)]),
        (2, [Rung(2), Rung(2, True)]),
        (1, [Rung(1), Rung(1, True)]),
    ],
)
def test_the_ladder_goes_down_and_is_fixed(cutouts: int, rungs: list[Rung]) -> None:
    assert list(ladder(cutouts)) == rungs


def test_a_rung_says_what_it_means() -> None:
    assert str(Rung(8)) == "8 cutouts at a time"
    assert str(Rung(2, True)) == "2 cutouts at a time, activations computed twice"


def test_an_estimate_falls_with_every_rung_and_with_the_precision() -> None:
    needs = [SMALL.estimate(512, "fp32", rung) for rung in ladder(32)]
    assert needs == sorted(needs, reverse=True)
    assert len(set(needs)) == len(needs)
    assert SMALL.estimate(512, "bf16", Rung(32)) < needs[0]
    # By hand: 100 MiB, and at fp32 200 MiB of weights, 512 * 512 * 4000 bytes of activations, 32 * 10 MiB of cutouts.
    assert needs[0] == 100 * MIB + 200 * MIB + 512 * 512 * 4000 + 320 * MIB


def test_a_plan_takes_the_first_rung_that_fits() -> None:
    needs = [SMALL.estimate(512, "fp32", rung) for rung in ladder(32)]
    for number, need in enumerate(needs):
        chosen = plan(SMALL, 512, 32, "fp32", int(need / 0.95) + 1)
        assert (chosen.rung, chosen.fits, chosen.needed) == (number, True, need)


def test_a_plan_says_when_nothing_fits_and_which_size_would() -> None:
    little = 500 * MIB
    chosen = plan(SMALL, 512, 32, "fp32", little)
    assert (chosen.rung, chosen.fits) == (3, False)
    size = largest_size(SMALL, 512, 32, "fp32", little)
    assert size is not None
    assert size % 16 == 0
    assert plan(SMALL, size, 32, "fp32", little).fits
    assert not plan(SMALL, size + 16, 32, "fp32", little).fits
    assert largest_size(SMALL, 512, 32, "fp32", 200 * MIB) is None


def test_where_nobody_knows_the_memory_the_first_rung_is_tried() -> None:
    assert plan(SMALL, 512, 32, "fp32", None).rung == 0


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("could not create a primitive"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8.0 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_running_out_of_memory_is_recognized_on_every_device(error: Exception) -> None:
    assert is_out_of_memory(error)


def test_other_errors_are_not_taken_for_it() -> None:
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("out of memory"))


def files(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_available_memory_is_the_least_of_machine_and_control_groups(tmp_path: Path) -> None:
    proc = files(
        tmp_path / "proc",
        meminfo="MemTotal: 9000000 kB\nMemAvailable: 4000000 kB\n",
        self__statm="9999 1000 0 0 0 2000 0",
        self__cgroup="0::/system.slice/nftd.service\n",
    )
    groups = files(
        tmp_path / "groups",
        system_dot_slice__memory_dot_max="max",
        system_dot_slice__nftd_dot_service__memory_dot_max=str(3 * 2**30),
        system_dot_slice__nftd_dot_service__memory_dot_current=str(2**30),
    )
    held = 1000 * resource.getpagesize()
    assert available_ram(proc, groups) == 2 * 2**30 + held
    assert available_ram(proc, tmp_path / "none") == 4_000_000 * 1024 + held
    assert available_ram(tmp_path / "none", groups) is None


def test_this_machine_says_what_it_has() -> None:
    found = available_memory(torch.device("cpu"))
    assert found is not None
    assert found > 100 * MIB


GUARDED = """
import resource
import torch
from generator.memory import is_out_of_memory
from generator.ram import guard
first = guard()
resource.setrlimit(resource.RLIMIT_DATA, (first // 2, resource.getrlimit(resource.RLIMIT_DATA)[1]))
limit = guard()
print(limit > first // 2)
try:
    torch.empty(limit, dtype=torch.uint8).fill_(1)
except RuntimeError as error:
    print(is_out_of_memory(error))
print(torch.ones(1000).sum().item())
"""


def test_a_guarded_process_gets_an_error_where_the_system_would_kill_it() -> None:
    done = subprocess.run([sys.executable, "-c", GUARDED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["True", "True", "1000.0"]), done.stderr
