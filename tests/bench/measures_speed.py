"""What the objective measures cost: `python -m tests.bench.measures_speed`.

20 iterates of 512 px, dreamed by the models that ship from a picture of the gallery, are measured on one core, in
processor seconds, so that a busy machine disturbs little. Fails above 1.5 s. `--folder DIR` measures pictures of yours.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from generator.decoded import Pixels
from generator.intake import square
from generator.measures import MEASURES, measure
from generator.measures.view import View

ROOT = Path(__file__).parents[2]
WORK = ROOT / "nftd" / "sample" / "site" / "images" / "022-elefante.jpg"
SIDE, ITERATES = 512, 20
MOST_SECONDS = 1.5


def opened(source: Path | BytesIO) -> Pixels:
    with Image.open(source) as picture:
        return np.asarray(picture.convert("RGB"))


def dreamed(count: int) -> list[Pixels]:
    """So many iterates of one dream."""
    from generator.executor import LocalExecutor
    from generator.intake import IntakeLimits, examine
    from generator.nouns import Prompt, RunOrder
    from generator.presets import recipe_for

    executor = LocalExecutor("mini")
    recipe = recipe_for(
        replace(executor.preset, size=SIDE), [Prompt("a painting of an animal")], executor.pair.digests, count
    )
    work = examine(WORK.read_bytes(), replace(IntakeLimits(), size=SIDE)).work_png
    assert work is not None
    return [opened(BytesIO(step.png)) for step in executor.run(RunOrder("", recipe, 1, work))]


def gallery(count: int) -> list[Pixels]:
    """So many pictures of the gallery, as intake makes them square: for a quick look without a dream."""
    found = sorted(WORK.parent.glob("*.webp"))[:count]
    assert len(found) == count
    return [square(opened(path), SIDE, "crop") for path in found]


def seconds(work: Callable[[Pixels], object], pictures: Sequence[Pixels]) -> float:
    """Processor seconds of all pictures, after one that warms up."""
    work(pictures[0])
    begun = time.process_time()
    for picture in pictures:
        work(picture)
    return time.process_time() - begun


def one_core() -> None:
    """Keep OpenCV and this process to one core; numpy's products here are too small for threads."""
    cv2.setNumThreads(1)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="measure the PNG and WebP files there instead of a dream")
    chosen = parser.parse_args()
    one_core()
    if chosen.folder:
        pictures = [opened(path) for path in sorted(chosen.folder.iterdir()) if path.suffix in (".png", ".webp")]
    else:
        pictures = dreamed(ITERATES)
    if not pictures:
        raise SystemExit(f"{chosen.folder} holds no PNG and no WebP: name a folder of iterates")
    total = seconds(measure, pictures)
    height, width = pictures[0].shape[:2]
    print(f"{len(pictures)} pictures of {width} x {height}: {total:.2f} s, {total / len(pictures) * 1000:.1f} ms each")
    for one in MEASURES:
        print(f"  {one.name:20} {seconds(lambda p, one=one: one.of(View(p)), pictures) / len(pictures) * 1000:6.2f} ms")
    if len(pictures) == ITERATES and (height, width) == (SIDE, SIDE) and total > MOST_SECONDS:
        raise SystemExit(f"more than {MOST_SECONDS} s")


if __name__ == "__main__":
    main()
