"""The contact sheet of the small models, and pictures for a blind test, with the program's own dream.

    python docs/pictures/make.py dreams [OUT] [--labeled]
    python docs/pictures/make.py blind DIR [--seed N]

The works are the first of each category in the bundled gallery's manifest that is no trap; each is dreamed toward the
prompt of each category, with the preset's own number of steps. The sheet's rows are a source and its dreams; without
`--labeled` it has no words in it. `blind` writes the dreams of five works as `DIR/pictures/NN.png` in shuffled order,
without a word inside, and `DIR/key.json`, which tells what each was made of: hand over the folder `pictures` alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from generator.categories import DREAM_PROMPTS
from generator.executor import LocalExecutor
from generator.intake import IntakeLimits, examine
from generator.nouns import Prompt, RunOrder, derive_seed
from generator.presets import recipe_for

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "nftd" / "sample"
SHEET = Path(__file__).with_name("dreams.webp")
LARGEST = 400_000  # bytes of the sheet: it is read with the page
SHEET_ROWS = 4
GAP, TITLE = 8, 26
FAINT = (120, 124, 132)


@dataclass(frozen=True)
class Work:
    """A picture of the gallery, made square."""

    file: str
    category: str
    png: bytes
    digest: str


class Dreamer:
    """Dreams works with the preset; the models are loaded once."""

    def __init__(self, iterations: int | None = None, size: int | None = None) -> None:
        self.executor = LocalExecutor("mini")
        self.preset = replace(self.executor.preset, size=size or self.executor.preset.size)
        self.iterations = iterations

    def works(self, count: int) -> list[Work]:
        """The first work of each of `count` categories that is no trap."""
        pictures = tomllib.loads((SAMPLE / "MANIFEST.toml").read_text(encoding="utf-8"))["picture"]
        found: dict[str, str] = {}
        for picture in pictures:
            if "trap" not in picture:
                found.setdefault(picture["category"], picture["file"])
        return [self._work(found[category], category) for category in list(DREAM_PROMPTS)[:count]]

    def dream(self, work: Work, prompt: str) -> Image.Image:
        """The last step of one dream."""
        recipe = recipe_for(self.preset, [Prompt(prompt)], self.executor.pair.digests, self.iterations)
        order = RunOrder("", recipe, derive_seed(work.digest, recipe.id, 0), work.png)
        *_, last = self.executor.run(order)
        return opened(last.png)

    def _work(self, file: str, category: str) -> Work:
        data = (SAMPLE / "site" / file).read_bytes()
        png = examine(data, replace(IntakeLimits(), size=self.preset.size)).work_png
        if png is None:
            raise SystemExit(f"{file} cannot be decoded: restore the bundled gallery")
        return Work(file, category, png, hashlib.sha256(data).hexdigest())


def opened(png: bytes) -> Image.Image:
    """A picture without what its file says about itself."""
    with Image.open(BytesIO(png)) as picture:
        return Image.frombytes("RGB", picture.size, picture.convert("RGB").tobytes())


def make_sheet(dreamer: Dreamer, out: Path, labeled: bool) -> None:
    """Write the contact sheet, in the best quality that stays below the limit."""
    rows = []
    for work in dreamer.works(SHEET_ROWS):
        rows.append([opened(work.png), *(dreamer.dream(work, prompt) for prompt in DREAM_PROMPTS.values())])
        print(f"{work.category}: {work.file}")
    sheet = arranged(rows, ["source", *DREAM_PROMPTS.values()] if labeled else [])
    packed = (webp(sheet, quality) for quality in range(90, 20, -10))
    data = next((one for one in packed if len(one) < LARGEST), None)
    if data is None:
        raise SystemExit(f"the sheet stays above {LARGEST:,} bytes: dream smaller pictures")
    out.write_bytes(data)
    print(f"{out}: {sheet.width} x {sheet.height}, {len(data):,} bytes")


def arranged(rows: Sequence[Sequence[Image.Image]], titles: Sequence[str]) -> Image.Image:
    """Rows of squares of one size on white, with titles above the columns if there are any."""
    side, top = rows[0][0].width, TITLE if titles else 0
    size = (len(rows[0]) * (side + GAP) - GAP, top + len(rows) * (side + GAP) - GAP)
    sheet = Image.new("RGB", size, "white")
    for column, title in enumerate(titles):
        place = (column * (side + GAP), 2)
        ImageDraw.Draw(sheet).text(place, title, font=ImageFont.load_default(16), fill=FAINT)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            sheet.paste(picture, (x * (side + GAP), top + y * (side + GAP)))
    return sheet


def webp(sheet: Image.Image, quality: int) -> bytes:
    """The sheet as a file."""
    out = BytesIO()
    sheet.save(out, "WEBP", quality=quality, method=6)
    return out.getvalue()


def make_blind(dreamer: Dreamer, folder: Path, seed: int) -> None:
    """Write the dreams of a work of each category toward each prompt, shuffled, and the key."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    if any(pictures.iterdir()):
        raise SystemExit(f"{pictures} is not empty: name a new folder")
    made = list(every_dream(dreamer))
    random.Random(seed).shuffle(made)  # noqa: S311 - an order to look at, no secret
    key = {}
    for number, (picture, told) in enumerate(made, 1):
        name = f"{number:02d}.png"
        picture.save(pictures / name)
        key[name] = told
    (folder / "key.json").write_text(json.dumps(key, indent=2) + "\n", encoding="utf-8")
    print(f"{pictures}: {len(made)} pictures; the key is {folder / 'key.json'}")


def every_dream(dreamer: Dreamer) -> Iterator[tuple[Image.Image, dict[str, str]]]:
    """Each of five works toward each of five prompts."""
    for work in dreamer.works(len(DREAM_PROMPTS)):
        for category, prompt in DREAM_PROMPTS.items():
            told = {"prompt": prompt, "category": category, "source": work.file, "source_category": work.category}
            yield dreamer.dream(work, prompt), told


def main(arguments: Sequence[str], dreamer: Dreamer | None = None) -> None:
    """Make what the first word asks for."""
    parser = argparse.ArgumentParser(prog="python docs/pictures/make.py", description=__doc__.split("\n", 1)[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    sheet = kinds.add_parser("dreams")
    sheet.add_argument("out", type=Path, nargs="?", default=SHEET)
    sheet.add_argument("--labeled", action="store_true", help="write the prompt above each column")
    blind = kinds.add_parser("blind")
    blind.add_argument("folder", type=Path)
    blind.add_argument("--seed", type=int, default=1, help="another seed, another order")
    given = parser.parse_args(arguments)
    if given.kind == "dreams":
        make_sheet(dreamer or Dreamer(), given.out, given.labeled)
    else:
        make_blind(dreamer or Dreamer(), given.folder, given.seed)
