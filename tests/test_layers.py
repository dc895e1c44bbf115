"""What import-linter cannot see: which modules a start of the program really loads."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"torch", "cv2", "pandas", "matplotlib", "seaborn"}


def loaded_by(module: str) -> set[str]:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", ["scrapers", "generator", "publisher", "generator.mini"])
def test_a_library_is_light_until_a_part_of_it_is_asked_for(module: str) -> None:
    assert not loaded_by(module) & {*HEAVY, "numpy", "sqlalchemy", "httpx", "eth_account"}


@pytest.mark.parametrize("module", ["nftd.cli", "nftd.cycle", "nftd.stages", "nftd.store", "nftd.config"])
def test_the_program_starts_without_the_heavy_packages(module: str) -> None:
    assert not loaded_by(module) & HEAVY


@pytest.mark.parametrize("library", ["scrapers", "generator", "publisher"])
def test_a_library_loads_nothing_of_the_program(library: str) -> None:
    mine = {name.partition(".")[0] for name in loaded_by(library)}
    assert mine & {"nftd", "scrapers", "generator", "publisher"} == {library}
