"""Make the README's picture from a real cycle: `python docs/pictures/make.py DATA [OUT]`.

`make.py dreams` and `make.py blind` make the contact sheet of the small models and a blind test (dreams.py),
`make.py report DATA [OUT]` the picture of the report (report.py).

DATA is the data folder of a finished `nftd once`. Each row is one artwork that waits for review: its source, some
of its iterates, and the one that was chosen.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from nftd.queue import detail
from nftd.store import artworks
from nftd.store.database import Store

SIDE, GAP, TOP = 216, 12, 48
STEPS = (1, 4, 8, 13)
INK, FAINT = (120, 124, 132), (150, 154, 162)
ROWS = 3


def main(data: Path, out: Path) -> None:
    """Write the picture of a finished cycle."""
    store = Store(data)
    with store.read() as connection:
        waiting = [detail(connection, store, row["id"]) for row in artworks.reviewable(connection)]
    rows = varied(waiting)
    columns = len(STEPS) + 2
    size = (columns * (SIDE + GAP) - GAP, len(rows) * (SIDE + TOP + GAP) - GAP)
    sheet = Image.new("RGBA", size, (0, 0, 0, 0))
    for number, found in enumerate(rows):
        paint_row(sheet, found, number * (SIDE + TOP + GAP))
    sheet.save(out, quality=90, method=6)
    print(f"{out}: {sheet.width} x {sheet.height}")


def varied(waiting: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best match of each category, the best first."""
    best: dict[str, dict[str, Any]] = {}
    for found in sorted(waiting, key=lambda one: -one["scores"]["prompt-match"]):
        best.setdefault(found["category"], found)
    return list(best.values())[:ROWS]


def paint_row(sheet: Image.Image, found: dict[str, Any], top: int) -> None:
    """One artwork: a line of text, then its source, some steps and the chosen one."""
    draw = ImageDraw.Draw(sheet)
    draw.text((0, top), f"“{found['title']}” toward “{found['prompt']}”", font=ImageFont.load_default(16), fill=INK)
    images = {one["step"]: one["image"] for one in found["iterates"]}
    cells = [("source", found["source"]["image"])]
    cells += [(f"step {step}", images[step]) for step in STEPS]
    cells.append((f"chosen: step {found['step']}", found["image"]))
    for column, (label, path) in enumerate(cells):
        left = column * (SIDE + GAP)
        draw.text((left, top + 26), label, font=ImageFont.load_default(13), fill=FAINT)
        paint_picture(sheet, Path(path), left, top + TOP)


def paint_picture(sheet: Image.Image, path: Path, left: int, top: int) -> None:
    """One square of `SIDE` pixels with round corners."""
    with Image.open(path) as picture:
        square = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    mask = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, SIDE - 1, SIDE - 1), 8, fill=255)
    sheet.paste(square, (left, top), mask)


if __name__ == "__main__":
    if sys.argv[1:2] in (["dreams"], ["blind"]):
        import dreams  # beside this file

        dreams.main(sys.argv[1:])
        sys.exit()
    if sys.argv[1:2] == ["report"]:
        import report  # beside this file

        report.main(sys.argv[1:])
        sys.exit()
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "docs/pictures/cycle.webp"))
