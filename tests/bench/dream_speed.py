"""What a dream at full size costs beside the plain loop: `python -m tests.bench.dream_speed`.

True architecture (VQGAN f16 with 16,384 codes, CLIP ViT-B/32), random weights, one core, 32 cutouts, each iterate
saved and scored. Every variant runs in a process of its own, pinned to one core, and tells CPU seconds an iteration
(the median of those between the first and the last), peak memory, and seconds from its start to the first step from
converted weights. Also: whether losses of the same seed agree with plain's in fp32, what 20 pictures cost beside one,
and the bound: the time that the step's convolutions and products would take at the highest rates measured here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

from tests.bench.dream_parts import Measured

ROOT = Path(__file__).parents[2]
VARIANTS = ("plain peers", "plain grid", "fp32 peers", "fp32 grid", "bf16 peers", "bf16 grid")
SAME = ("plain grid", "fp32 grid")  # their losses are compared
COMPARED = 10  # losses that must agree with plain's to 5 digits
DIGITS = 5e-6
MANY = 20
FEWEST = {"fp32": 1.5, "bf16": 4.0}  # times faster than plain
MOST_GB = {"fp32": 6.5, "bf16": 4.5}


def child(core: int, **what: Any) -> Any:
    """What one of the functions above finds, in a process of its own on one core."""
    program = (
        "import os, sys, json; "
        f"os.sched_setaffinity(0, {{{core}}}); "
        "from tests.bench.dream_parts import main_child; main_child(json.loads(sys.argv[1]))"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    arguments = [sys.executable, "-c", program, json.dumps(what | {"begun": time.time()})]
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: Path, size: int, variants: tuple[str, ...], steps: int, cutouts: int, core: int) -> list[Measured]:
    """Each variant in turn; those whose losses are compared take as many steps as that needs."""
    found = []
    for variant in variants:
        count = max(steps, COMPARED) if variant in SAME else steps
        told = child(core, part="one", folder=str(folder), variant=variant, size=size, steps=count, cutouts=cutouts)
        found.append(Measured(**told))
        print(tell(found[-1], found), flush=True)
    return found


def tell(one: Measured, found: list[Measured]) -> str:
    """A line of the table; ratios are to the first, the loop of peers."""
    ratio = f"{found[0].seconds / one.seconds:5.2f}x plain" if found[0].variant == VARIANTS[0] else ""
    distance = apart(found) if one.variant == SAME[1] else None
    agree = "" if distance is None else f", losses within {distance:.1e} of plain's"
    return (
        f"{one.size} px  {one.variant:30}  {one.seconds:6.2f} CPU-s an iteration  {ratio:12}  "
        f"{one.peak:5.2f} GB at most  {one.start:4.1f} s to the first step{agree}"
    )


def apart(found: list[Measured]) -> float | None:
    """The largest relative difference of losses of the same step; None where one of the two was not measured."""
    losses = {one.variant: one.losses for one in found}
    if not losses.keys() >= set(SAME):
        return None
    return max(abs(a - b) / abs(b) for a, b in zip(*(losses[name][:COMPARED] for name in SAME), strict=True))


def misses(found: list[Measured]) -> list[str]:
    """Limits of the documentation that were not kept."""
    plain, missed = found[0], []
    for one in (one for one in found[1:] if one.variant in VARIANTS):
        precision = one.variant.split()[0]
        if precision not in FEWEST:
            continue
        if plain.seconds / one.seconds < FEWEST[precision]:
            missed.append(
                f"{one.variant} at {one.size} px is {plain.seconds / one.seconds:.2f} times faster than plain"
            )
        if one.peak > MOST_GB[precision]:
            missed.append(f"{one.variant} at {one.size} px takes {one.peak:.2f} GB")
        if one.start > 5:
            missed.append(f"{one.variant} at {one.size} px takes {one.start:.1f} s to its first step")
    distance = apart(found)
    if distance is not None and distance > DIGITS:
        missed.append(f"losses at {plain.size} px are {distance:.1e} apart from plain's")
    return missed


def tell_bound(found: list[Measured], size: int, cutouts: int, core: int) -> None:
    """Print the bound of each variant: counted arithmetic at the measured peaks."""
    peaks, flops = child(core, part="peaks"), child(core, part="flops", size=size, cutouts=cutouts)
    for precision, rates in peaks.items():
        bounds = {name: sum(count[kind] / rates[kind] * 1e3 for kind in rates) for name, count in flops.items()}
        print(
            f"{size} px  {precision} peaks: {rates['convolution']:.0f} (convolution), {rates['product']:.0f} (product) "
            f"GFLOP/s; {sum(flops['levers'].values()):.2f} TFLOP (plain: {sum(flops['plain'].values()):.2f}) take"
            f" {bounds['levers']:.2f} s (plain: {bounds['plain']:.2f}) at best",
            flush=True,
        )
        for one in found:
            if one.variant.startswith(precision) and one.variant in VARIANTS:
                near, whole = bounds["levers"] / one.seconds, bounds["plain"] / one.seconds
                print(
                    f"{size} px  {one.variant} reaches {near:.0%} of its bound, {whole:.0%} of the plain arithmetic's"
                )


def tell_many(folder: Path, options: argparse.Namespace, core: int) -> list[str]:
    """Print what many pictures cost beside one, and what memory they hold."""
    size, cutouts = options.many_size, options.many_cutouts
    told = child(core, part="many", folder=str(folder), size=size, steps=20, cutouts=cutouts, pictures=options.pictures)
    seconds, held = told["seconds"], told["held"]
    share = sum(seconds) / (len(seconds) * seconds[0]) - 1
    print(
        f"{len(seconds)} pictures x 20 steps at {size} px, {cutouts} cutouts, bf16: {sum(seconds):.1f} CPU-s, "
        f"{share:+.1%} beside {len(seconds)} x the first ({seconds[0]:.1f}); memory {held[0]:.2f} GB behind the first, "
        f"{held[1]:.2f} behind the second, {held[-1]:.2f} behind the last"
    )
    missed = [f"{len(seconds)} pictures cost {share:+.1%} beside as many times one"] if share > 0.05 else []
    return missed + ([f"memory grew from {held[1]:.2f} to {held[-1]:.2f} GB"] if held[-1] > 1.02 * held[1] else [])


def reversals(precision: str | None) -> list[str]:
    """The variants with one lever reversed each; none without a precision."""
    from generator.levers import Levers

    return [f"{precision} grid but {field.name}" for field in fields(Levers)] if precision else []


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options; the defaults are the documented run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 256], help="sides in pixels")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS, help="plain comes first")
    parser.add_argument("--levers", choices=["fp32", "bf16"], help="try each lever the other way, too")
    parser.add_argument("--steps", type=int, default=5, help="steps of those whose losses are not compared")
    parser.add_argument("--cutouts", type=int, default=32)
    parser.add_argument("--pictures", type=int, default=MANY, help="how many in a row; 0 leaves this out")
    parser.add_argument("--many-size", type=int, default=128, help="side of those pictures")
    parser.add_argument("--many-cutouts", type=int, default=8)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core that measures")
    parser.add_argument("--weights", type=Path, help="folder that keeps the random weights from run to run")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measure all and say what is over a limit; 1 if anything is."""
    options = options_of(arguments)
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.weights or Path(scratch)
        if not list(folder.glob("*.safetensors")):
            folder.mkdir(parents=True, exist_ok=True)
            child(options.core, part="weights", folder=str(folder))
        for size in options.sizes:
            variants = (*options.variants, *reversals(options.levers))
            found = measure(folder, size, variants, options.steps, options.cutouts, options.core)
            tell_bound(found, size, options.cutouts, options.core)
            missed += misses(found) if found[0].variant == VARIANTS[0] else []
        if options.pictures:
            missed += tell_many(folder, options, options.core)
    for miss in missed:
        print(f"over the limit: {miss}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
