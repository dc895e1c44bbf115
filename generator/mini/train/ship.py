"""Puts freshly packed weights into the package, and their digests, numbers and sources into model card and README."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from generator.mini.manifest import MANIFEST, read_checked, read_manifest
from generator.mini.train.card import Numbers, digest_table, headline, number_tables, source_table
from generator.mini.train.pictures.packages import SOURCES
from generator.mini.train.prepare import load_items
from generator.mini.train.report import EVALUATION, OUTSIDE, WEIGHTS

PACKAGE = Path(__file__).parent.parent
ROOT = PACKAGE.parent.parent


def ship(work: Path, package: Path = PACKAGE, readme: Path = ROOT / "README.md") -> None:
    """Copy the packed weights and the evaluation of a work folder into the package; renew card and README.

    Raises `BadWeights` for a file that is not the one its manifest names: packing did not come to its end.
    """
    manifest = read_manifest(work / WEIGHTS)
    weights = {file: read_checked(work / WEIGHTS, file, digest) for file, digest in manifest.items()}
    numbers = read_numbers(work)
    card, page = package / "CARD.md", readme.read_text("utf-8")
    text = card.read_text("utf-8")
    for part, content in (
        ("digests", digest_table(work / WEIGHTS)),
        ("sources", source_table(SOURCES, (item.source for item in load_items(work)))),
        ("numbers", number_tables(numbers)),
    ):
        text = renewed(text, part, content)
    page = renewed(page, "mini numbers", headline(numbers))
    # All texts are made before anything is written: a card without its comments leaves the package as it was.
    for file, data in weights.items():
        (package / "weights" / file).write_bytes(data)
    shutil.copyfile(work / WEIGHTS / MANIFEST, package / "weights" / MANIFEST)
    for file in (EVALUATION, OUTSIDE):
        shutil.copyfile(work / file, package / file)
    card.write_text(text, "utf-8")
    readme.write_text(page, "utf-8")


def read_numbers(folder: Path) -> Numbers:
    """What was measured on the held-out tenth and on pictures from outside, of a work folder or of the package."""
    numbers: Numbers = {}
    for file in (EVALUATION, OUTSIDE):
        numbers |= json.loads((folder / file).read_text("utf-8"))
    return numbers


def renewed(text: str, part: str, content: str) -> str:
    """The text with new content between the two comments of a part; `ValueError` unless each stands there once."""
    start, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise ValueError(f"the text has no part {part!r} between {start.strip()} and {end}: put both there once")
    pattern = re.compile(f"({re.escape(start)}).*?({re.escape(end)})", re.DOTALL)
    return pattern.sub(lambda found: f"{found.group(1)}\n{content}\n{found.group(2)}", text)


def part_of(text: str, part: str) -> str:
    """What stands between the two comments of a part."""
    start, end = f"<!-- {part} -->\n\n", f"\n<!-- end of {part} -->"
    return text.partition(start)[2].partition(end)[0]
