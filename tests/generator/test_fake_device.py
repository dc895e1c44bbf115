"""A step runs whole on one device that is not the CPU, at every precision, with the levers of every kind of device."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def run_cases(*which: str) -> dict[str, str | None]:
    """What failed in each case, None where nothing did."""
    command = [sys.executable, "-m", "tests.generator.fake_device", *which]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"after {lines[-1:]}: {done.stderr[-2000:]}"
    return {line["case"]: line["error"] for line in lines}


@pytest.fixture(scope="module")
def results() -> dict[str, str | None]:
    return run_cases()


def test_nothing_leaves_the_device_and_nothing_waits_for_it(results: dict[str, str | None]) -> None:
    sound = {case: error for case, error in results.items() if not case.startswith("broken")}
    assert {case: error for case, error in sound.items() if error} == {}
    steps = {"step cuda fp32", "step cuda bf16", "step cuda fp16", "step mps fp32", "step mps fp16", "step cpu bf16"}
    assert {*steps, "frugal cuda", "judge fp16", "optimizer adam"} <= set(sound)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("normalization_on_the_cpu", "mixes ['cpu', 'fakegpu']"),
        ("codebook_on_the_cpu", "mixes ['cpu', 'fakegpu']"),
        ("index_on_the_cpu", "aten.index.Tensor mixes ['cpu', 'fakegpu']"),
        ("waiting_for_the_device", "_local_scalar_dense"),
    ],
)
def test_a_mistake_would_be_seen(results: dict[str, str | None], mistake: str, said: str) -> None:
    assert said in (results[f"broken {mistake}"] or "")


@pytest.mark.slow
def test_every_rung_and_every_set_of_levers_stays_on_the_device() -> None:
    results = run_cases("others")
    assert len(results) == 3 * (3 + 1 + 3)  # kinds of device; precisions, the other cutouts, rungs
    assert {case: error for case, error in results.items() if error} == {}
