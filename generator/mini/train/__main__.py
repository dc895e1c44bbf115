"""From packages to packed weights: `python -m generator.mini.train --work DIR`.

It can be stopped at any moment; the same command goes on from where it stopped. Two stages run side by side, each on
one core, as far as they do not need one another (`--lanes 1` for one after the other). The stage `ship` copies the
result into the package and renews the model card; it runs only when named with `--stages`.

Needs the extra `train` (`pip install 'nftd[train]'`), and on a Debian machine the commands apt-get, dpkg-deb, npm, node
and pip.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from generator.mini.train.lanes import StageFailed, run_lanes
from generator.mini.train.plans import CLEAN, JUDGE, ROBUST, SETTLED, SETTLED_JUDGE
from generator.mini.train.prepare import IMAGES, join_images, load_items, prepare_pictures, prepare_sculptures
from generator.mini.train.report import finish, finish_outside, pack_work
from generator.mini.train.ship import ship
from generator.mini.train.texts import TARGETS, prepare_texts
from generator.mini.train.train_image import train_image
from generator.mini.train.train_text import train_text
from generator.mini.train.train_vqgan import BASE, POLISH, train_vqgan


def _pictures(work: Path) -> None:
    if not (work / f"pictures-{IMAGES}").exists():
        prepare_pictures(work / "data", work)


def _sculptures(work: Path) -> None:
    if not (work / f"sculptures-{IMAGES}").exists():
        prepare_sculptures(work)


def _texts(work: Path) -> None:
    if not (work / IMAGES).exists():
        join_images(work)
    if not (work / TARGETS).exists():
        prepare_texts(work / "data", work, load_items(work))


STAGES: Mapping[str, Callable[[Path], None]] = {
    "pictures": _pictures,
    "sculptures": _sculptures,
    "texts": _texts,
    "image": lambda work: train_image(work, CLEAN),
    "vqgan": lambda work: train_vqgan(work, BASE),
    "robust": lambda work: train_image(work, ROBUST),
    "settled": lambda work: train_image(work, SETTLED),
    "polish": lambda work: train_vqgan(work, POLISH),
    "text": lambda work: train_text(work / "data", work),
    "judge": lambda work: train_image(work, JUDGE),
    "settled_judge": lambda work: train_image(work, SETTLED_JUDGE),
    "pack": pack_work,
    "evaluate": finish,
    "outside": finish_outside,
    "ship": ship,
}
NEEDS: Mapping[str, Sequence[str]] = {
    "pictures": (),
    "sculptures": (),
    "texts": ("pictures", "sculptures"),
    "image": ("texts",),
    "vqgan": ("texts",),
    "robust": ("image", "vqgan"),
    "settled": ("robust",),
    "polish": ("image", "vqgan"),
    "text": ("texts",),
    "judge": ("texts",),
    "settled_judge": ("judge",),
    "pack": ("settled", "polish", "text"),
    "evaluate": ("pack", "settled_judge"),
    "outside": ("pack", "settled_judge"),
    "ship": ("evaluate", "outside"),
}
SHIPPING = "ship"  # changes the package itself, so it runs only when it is named


def main() -> None:
    """Run the stages asked for, side by side where they can."""
    parser = argparse.ArgumentParser(
        prog="python -m generator.mini.train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for data, checkpoints and results")
    parser.add_argument(
        "--stages", default=",".join(name for name in STAGES if name != SHIPPING), help="comma-separated: %(default)s"
    )
    parser.add_argument("--lanes", type=int, default=2, help="stages at once, a core each; 0: in this process")
    given = parser.parse_args()
    wanted = given.stages.split(",")
    if unknown := set(wanted) - set(STAGES):
        parser.error(f"unknown stage {json.dumps(sorted(unknown))}, known: {', '.join(STAGES)}")
    given.work.mkdir(parents=True, exist_ok=True)
    if given.lanes:
        _in_lanes(given.work, wanted, given.lanes)
        return
    torch.set_num_threads(1)  # what a step computes must not depend on the number of cores
    for name in (name for name in STAGES if name in wanted):
        STAGES[name](given.work)


def _in_lanes(work: Path, wanted: Sequence[str], lanes: int) -> None:
    try:
        run_lanes(work, wanted, NEEDS, lanes)
    except StageFailed as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
