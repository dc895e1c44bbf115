"""What a step takes in memory, and the footprints that follow: `python -m tests.bench.memory_use [mini wikiart]`.

Every case (size, cutouts at a time, precision, frugal) runs two steps in a process of its own. Printed: the measured
peak beside the preset's estimate, and the footprint that fits the fp32 cases best, for `generator/presets.py`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
MIB = 2**20
SIZES = {"mini": (128, 256, 512), "wikiart": (256, 512)}
CUTOUTS = {"mini": (4, 16, 64), "wikiart": (2, 32)}
Case = tuple[int, int, str, bool]


def cases(preset: str, precisions: Sequence[str]) -> list[Case]:
    """Every size with every number of cutouts, and the lowest rung of each size."""
    plain = [(size, some, one, False) for size, some, one in product(SIZES[preset], CUTOUTS[preset], precisions)]
    return plain + [(size, CUTOUTS[preset][0], one, True) for size, one in product(SIZES[preset], precisions)]


def peak(preset: str, folder: Path, case: Case) -> int:
    """The peak of a process that dreams two steps of a case, in bytes."""
    size, cutouts, precision, frugal = case
    command = [sys.executable, "-m", "tests.bench.memory_use", "--one", preset, str(folder)]
    command += [str(size), str(cutouts), precision, str(int(frugal))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: int = json.loads(done.stdout)
    return found


def run_one(preset_name: str, folder: Path, case: Case) -> int:
    """Dream in this process; its peak in bytes."""
    import resource

    import torch

    from generator.dream import dream
    from generator.memory import ladder
    from generator.nouns import Prompt
    from generator.presets import load_pair, preset, recipe_for

    size, cutouts, precision, frugal = case
    settings = replace(preset(preset_name), size=size, cutouts=cutouts, precision=precision)
    pair = load_pair(preset_name, "cpu", precision, folder)
    recipe = recipe_for(settings, [Prompt("an animal")], pair.digests, iterations=2)
    source = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    for _ in dream(pair, source, recipe, 1, rung=len(ladder(cutouts)) - 1 if frugal else 0):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def fit(preset_name: str, found: dict[Case, int]) -> dict[str, float]:
    """Least squares over the fp32 cases: what is fixed, a pixel, a frugal pixel, a cutout, the square of the codes."""
    from generator.presets import preset

    stride = preset(preset_name).stride
    rows, peaks = [], []
    for (size, cutouts, precision, frugal), peak_bytes in found.items():
        if precision == "fp32":
            rows.append([1, 0 if frugal else size**2, size**2 if frugal else 0, cutouts, (size // stride) ** 4])
            peaks.append(peak_bytes)
    fixed, pixel, spare, cutout, code = np.linalg.lstsq(np.array(rows, float), np.array(peaks, float), rcond=None)[0]
    return {
        "fixed MiB": fixed / MIB,
        "pixel": pixel,
        "pixel_frugal": spare,
        "cutout MiB": cutout / MIB,
        "code": code,
    }


def measure(preset_name: str, folder: Path) -> None:
    from generator.memory import Rung
    from generator.presets import preset

    chosen = preset(preset_name)
    precisions = [one for one in chosen.precisions if one != "fp16"]  # as wide as bf16, and slow on a CPU
    found: dict[Case, int] = {}
    for case in cases(preset_name, precisions):
        found[case] = peak(preset_name, folder, case)
        size, cutouts, precision, frugal = case
        guess = chosen.footprint.estimate(size, precision, Rung(cutouts, frugal))
        print(
            f"{preset_name} {size:>4} px {cutouts:>3} cutouts {precision}{' frugal' if frugal else '':<8}"
            f" measured {found[case] / MIB:>7.0f} MiB  estimated {guess / MIB:>7.0f} MiB"
            f"  {guess / found[case]:.2f}",
            flush=True,
        )
    print(json.dumps(fit(preset_name, found), indent=2))


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        preset_name, folder, size, cutouts, precision, frugal = sys.argv[2:]
        case = (int(size), int(cutouts), precision, frugal == "1")
        print(json.dumps(run_one(preset_name, Path(folder), case)))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", default=["mini", "wikiart"])
    from tests.bench.dream_parts import make_weights

    with tempfile.TemporaryDirectory() as folder:
        chosen = parser.parse_args().presets
        if "wikiart" in chosen:
            make_weights(Path(folder))
        for preset_name in chosen:
            measure(preset_name, Path(folder))


if __name__ == "__main__":
    main()
