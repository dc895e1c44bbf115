"""The README's picture of the report, out of the report itself.

    python docs/pictures/make.py report DATA [OUT]

DATA is the data folder of a finished `nftd once`. Its report is written to a folder that goes away and shown by a real
browser: on a desk in light, on a phone in dark.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from nftd.config import Settings
from nftd.report.write import write_report
from nftd.store.database import Store

PICTURE = Path(__file__).with_name("report.webp")
LARGEST = 200_000  # bytes: it is read with the page
HEIGHT, GAP = 1060, 36
DESK, PHONE = (1200, 1420), (375, 1000)
# What stands near the top, and how many pixels above it are shown.
PLACES = {"light": ("#pooled", 8), "dark": (".works", 150)}


def main(arguments: list[str]) -> None:
    """Write the picture."""
    if len(arguments) not in (2, 3):
        sys.exit(__doc__)
    out = Path(arguments[2]) if len(arguments) > 2 else PICTURE
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(arguments[1]))
        write_report(store, Settings(), Path(folder) / "report")
        store.close()
        page = (Path(folder) / "report" / "index.html").as_uri()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), chromium_sandbox=False)
            desk, phone = shot(browser, page, DESK, "light"), shot(browser, page, PHONE, "dark")
            browser.close()
    save(beside(desk, phone), out)


def shot(browser: Browser, page: str, size: tuple[int, int], scheme: str) -> Image.Image:
    """What a window of this size shows of the page."""
    name, above = PLACES[scheme]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.goto(page)
    opened.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    opened.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    opened.evaluate("([name, above]) => scrollTo(0, document.querySelector(name).offsetTop - above)", [name, above])
    opened.wait_for_timeout(1000)
    picture = Image.open(BytesIO(opened.screenshot())).convert("RGB")
    context.close()
    return picture


def beside(desk: Image.Image, phone: Image.Image) -> Image.Image:
    """Both at one height, with round corners, on nothing."""
    parts = [
        one.resize((round(one.width * HEIGHT / one.height), HEIGHT), Image.Resampling.LANCZOS) for one in (desk, phone)
    ]
    sheet = Image.new("RGBA", (sum(one.width for one in parts) + GAP, HEIGHT), (0, 0, 0, 0))
    left = 0
    for one in parts:
        mask = Image.new("L", one.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, one.width - 1, one.height - 1), 14, fill=255)
        sheet.paste(one, (left, 0), mask)
        left += one.width + GAP
    return sheet


def save(sheet: Image.Image, out: Path) -> None:
    """As WebP, as good as the size allows."""
    for quality in range(90, 30, -5):
        sheet.save(out, quality=quality, method=6)
        if out.stat().st_size <= LARGEST:
            break
    print(f"{out}: {sheet.width} x {sheet.height}, {out.stat().st_size:,} bytes")
