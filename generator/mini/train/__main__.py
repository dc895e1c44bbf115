"""From packages to packed weights: `python -m generator.mini.train --work DIR`, resumable at any point.

Without `--stages` everything runs one after the other. VQGAN and image tower may run as two processes at once:
prepare first, then `--stages vqgan` and `--stages image,composed,text,judge`, then `--stages pack,evaluate`. The stage
`ship` copies the result into the package and renews the model card; it runs only when named.

Needs resvg_py (the extra `train`), and on a Debian machine the commands apt-get, dpkg-deb, npm and pip.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import torch

from generator.mini.train.prepare import IMAGES, load_items, prepare_images
from generator.mini.train.report import finish, judge_plan, pack_work
from generator.mini.train.ship import ship
from generator.mini.train.texts import TARGETS, prepare_texts
from generator.mini.train.train_composed import train_composed
from generator.mini.train.train_image import train_image
from generator.mini.train.train_text import train_text
from generator.mini.train.train_vqgan import train_vqgan


def _prepare(work: Path) -> None:
    if not (work / IMAGES).exists():
        prepare_images(work / "data", work)
    if not (work / TARGETS).exists():
        prepare_texts(work / "data", work, load_items(work))


STAGES: dict[str, Callable[[Path], None]] = {
    "prepare": _prepare,
    "image": train_image,
    "vqgan": train_vqgan,
    "text": lambda work: train_text(work / "data", work),
    "composed": train_composed,
    "judge": lambda work: train_image(work, judge_plan()),
    "pack": pack_work,
    "evaluate": finish,
    "ship": ship,
}
SHIPPING = "ship"  # changes the package itself, so it runs only when it is named


def main() -> None:
    """Run the stages asked for, in their order."""
    parser = argparse.ArgumentParser(prog="python -m generator.mini.train", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for data, checkpoints and results")
    parser.add_argument(
        "--stages", default=",".join(name for name in STAGES if name != SHIPPING), help="comma-separated: %(default)s"
    )
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    unknown = set(given.stages.split(",")) - set(STAGES)
    if unknown:
        parser.error(f"unknown stage {json.dumps(sorted(unknown))}, known: {', '.join(STAGES)}")
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    for name, stage in STAGES.items():
        if name in given.stages.split(","):
            stage(given.work)


if __name__ == "__main__":
    main()
