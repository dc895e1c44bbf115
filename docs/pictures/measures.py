"""Measure seven pictures, for docs/measures.md: `python docs/pictures/measures.py`.

Writes both tables of that page between its comments, and the strip `measures.webp` that shows the pictures. Five are
drawn here or come from the bundled gallery; the photograph comes with Matplotlib.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib import cbook
from PIL import Image, ImageDraw, ImageFont

from generator.decoded import Pixels
from generator.intake import square
from generator.measures import MEASURES, Measure, measure

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "measures.md"
STRIP = Path(__file__).with_name("measures.webp")
SIDE = 512
CELL, GAP, TITLE = 144, 8, 22
ENLARGED = {"noise": 48, "checkerboard": 16}  # pixels of a corner that the strip shows: made small, they would be gray
FAINT = (120, 124, 132)
WORDS = "the grand opening of a summer festival with music every evening and tickets at the door"

# How each measure orders the pictures, from its low end to its high end.
ORDERS = {
    "laplacian-variance": "flat < painting < photograph < text < noise < checkerboard",
    "edge-density": "flat = checkerboard < painting < photograph < text < noise",
    "entropy": "flat < checkerboard < text < photograph < noise",
    "colorfulness": "flat = checkerboard = text < drawing < photograph < noise",
    "hue-harmony": "noise < painting < drawing = flat = checkerboard = text",
    "palette-size": "flat < text < checkerboard < photograph < noise",
    "contrast": "flat < painting < noise < photograph < checkerboard",
    "clipped-share": "flat = painting < photograph < text < checkerboard",
    "thirds": "painting < noise < flat = checkerboard < drawing",
    "balance": "painting < drawing < noise < flat = checkerboard",
    "symmetry": "noise < photograph < drawing < flat = checkerboard",
    "blocking": "flat = checkerboard = text < painting < photograph",
    "checkerboard": "flat = noise = photograph = painting = drawing < text < checkerboard",
    "text-share": "flat = noise = checkerboard = photograph = painting = drawing < text",
}
APART = 0.02  # `<`: of the larger value
ALIKE = 0.01  # `=`: of the measure's largest value here


def pictures() -> dict[str, Pixels]:
    """The pictures by name, each [512,512,3]."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    board = np.uint8(255) * ((rows + columns) % 2).astype(np.uint8)
    return {
        "flat": np.full((SIDE, SIDE, 3), 140, dtype=np.uint8),
        "noise": np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8),
        "checkerboard": np.repeat(board[:, :, None], 3, axis=2),
        "text": page_of_text(),
        "photograph": opened(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)),
        "painting": opened(ROOT / "nftd/sample/site/images/006-blossom-meadow.jpg"),
        "drawing": opened(ROOT / "nftd/sample/site/images/022-elefante.jpg"),
    }


def page_of_text() -> Pixels:
    """Black lines on white."""
    page = Image.new("RGB", (SIDE, SIDE), "white")
    pen, words = ImageDraw.Draw(page), WORDS.split()
    for line in range(13):
        turned = words[line:] + words[:line]
        pen.text((20, 16 + 38 * line), " ".join(turned)[:38], font=ImageFont.load_default(24), fill="black")
    return np.asarray(page)


def opened(path: str | Path) -> Pixels:
    """A file as intake makes it square."""
    with Image.open(path) as picture:
        return square(np.asarray(picture.convert("RGB")), SIDE, "crop")


def told(one: Measure) -> str:
    """A row of the table of measures."""
    span = f"{one.low:g} to {one.high:g}" if one.high < 1e6 else f"{one.low:g} to 1020²"
    return f"| `{one.name}` | {one.group} | {one.formula} | {one.source} | {span} | {one.better} | {one.version} |"


def list_of_measures() -> str:
    """The table of measures."""
    head = "| measure | group | formula | source | range | better | version |\n|---|---|---|---|---|---|---|\n"
    return head + "\n".join(told(one) for one in MEASURES)


def list_of_values(found: Mapping[str, Mapping[str, float]]) -> str:
    """The table of values, a row a measure; `found` holds them by picture and measure."""
    head = f"| measure | {' | '.join(found)} | order |\n|---|{'---:|' * len(found)}---|\n"
    rows = []
    for one in MEASURES:
        values = " | ".join(shortened(values[one.name]) for values in found.values())
        rows.append(f"| `{one.name}` | {values} | {ORDERS[one.name]} |")
    return head + "\n".join(rows)


def shortened(value: float) -> str:
    """A number as the table has it, which a test reads again."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def between(page: str, name: str, block: str) -> str:
    """The page with a block between the comments of this name."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{PAGE.name} has no {begin} ... {end}: put the comments back")
    return f"{before}{begin}\n\n{block}\n\n{end}{after}"


def strip(shown: Mapping[str, Pixels]) -> Image.Image:
    """The pictures side by side with their names below, on nothing."""
    sheet = Image.new("RGBA", (len(shown) * (CELL + GAP) - GAP, CELL + TITLE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    for number, (name, pixels) in enumerate(shown.items()):
        left = number * (CELL + GAP)
        corner = ENLARGED.get(name, SIDE)
        way = Image.Resampling.NEAREST if name in ENLARGED else Image.Resampling.LANCZOS
        sheet.paste(Image.fromarray(pixels[:corner, :corner]).resize((CELL, CELL), way), (left, 0))
        pen.text((left, CELL + 4), name, font=ImageFont.load_default(13), fill=FAINT)
    return sheet


def main() -> None:
    """Write tables and strip."""
    if len(sys.argv) != 1:
        raise SystemExit(__doc__)
    shown = pictures()
    page = between(PAGE.read_text(encoding="utf-8"), "measures", list_of_measures())
    found = {name: measure(pixels) for name, pixels in shown.items()}
    PAGE.write_text(between(page, "values", list_of_values(found)), encoding="utf-8")
    sheet = strip(shown)
    sheet.save(STRIP, quality=85, method=6)
    print(f"{PAGE.name}; {STRIP.name}: {sheet.width} x {sheet.height}, {STRIP.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
