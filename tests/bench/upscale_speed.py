"""Seconds and memory of ESRGAN at its published size, 512 to 2048 pixels: `python -m tests.bench.upscale_speed`.

Each case runs in a process of its own, on one thread: the plain network on the whole picture in fp32 (all levers off),
then `generator.upscaler` in fp32 and bf16, whole and in tiles. Weights are random: neither time nor memory depends on
them. Printed beside the peak is what `estimate` foretells, which decides the tile that a picture begins with.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIB = 2**20
CASES = (("fp32", 0), ("fp32", 512), ("fp32", 256), ("bf16", 512), ("bf16", 256))  # precision, tile; 0 is the plain one


def run_one(side: int, precision: str, tile: int) -> dict[str, float]:
    """Enlarge noise in this process; seconds of wall and of CPU, peak and estimate in bytes."""
    import resource
    import time

    import torch

    from generator.levers import PLAIN
    from generator.rrdbnet import build_rrdbnet
    from generator.upscaler import Upscaler, estimate, magnify
    from tests.generator.vectors.rrdbnet import FULL, picture, weights

    torch.set_num_threads(1)
    network = build_rrdbnet(weights(FULL, 4), "cpu", precision, None if tile else PLAIN)
    image = picture(side, side, 1)
    start, used = time.perf_counter(), time.process_time()
    if tile:
        magnify(image, Upscaler("random", "00" * 32, network, torch.device("cpu"), precision), tile)
    else:
        network(image)
    return {
        "wall": time.perf_counter() - start,
        "cpu": time.process_time() - used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "estimate": estimate(side, side, tile or side, precision),
    }


def measure(side: int, precision: str, tile: int) -> dict[str, float]:
    """One case in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.upscale_speed", "--one", str(side), precision, str(tile)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        side, precision, tile = sys.argv[2:]
        print(json.dumps(run_one(int(side), precision, int(tile))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=512, help="of the small picture")
    side = parser.parse_args().side
    print(f"{side} to {side * 4} pixels   wall s   CPU s   peak MB   estimated MB")
    for precision, tile in CASES:
        found = measure(side, precision, tile)
        name = f"{precision}, tile {tile}" if tile else f"{precision}, plain, whole"
        sizes = f"{found['peak'] / MIB:9.0f}" + (f"{found['estimate'] / MIB:15.0f}" if tile else "")
        print(f"{name:<20}{found['wall']:10.1f}{found['cpu']:8.1f}{sizes}", flush=True)


if __name__ == "__main__":
    main()
