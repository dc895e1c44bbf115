"""Puts freshly packed weights into the package and their digests and numbers into the model card."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from generator.mini.load import MANIFEST
from generator.mini.train.report import WEIGHTS, table

PACKAGE = Path(__file__).parent.parent
CARD = PACKAGE / "CARD.md"


def ship(work: Path) -> None:
    """Copy the packed weights of a work folder over the package's and renew the card's two tables."""
    for path in sorted((work / WEIGHTS).iterdir()):
        shutil.copyfile(path, PACKAGE / "weights" / path.name)
    numbers = json.loads((work / "evaluation.json").read_text("utf-8"))
    card = CARD.read_text("utf-8")
    card = _renewed(card, "digests", digests(work / WEIGHTS))
    CARD.write_text(_renewed(card, "numbers", table(numbers)), "utf-8")


def digests(weights: Path) -> str:
    """The shipped files as a Markdown table: name, bytes, sha256."""
    manifest = json.loads((weights / MANIFEST).read_text("utf-8"))
    rows = "".join(
        f"| {file} | {(weights / file).stat().st_size:,} | `{digest}` |\n" for file, digest in manifest.items()
    )
    return f"| file | bytes | sha256 |\n|---|---|---|\n{rows}"


def _renewed(card: str, part: str, text: str) -> str:
    start, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->"
    pattern = re.compile(f"({re.escape(start)}).*?({re.escape(end)})", re.DOTALL)
    if not pattern.search(card):
        raise ValueError(f"{CARD.name} has no part {part!r} between its two comments: put them back")
    return pattern.sub(lambda found: found.group(1) + "\n" + text + "\n" + found.group(2), card)
