"""A real browser, and reports for it to show."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from nftd.config import Settings
from nftd.report.write import write_report
from nftd.store.database import Store
from tests.bench.report_speed import fill
from tests.nftd.report import market

# What a report half a year ago may have kept: fewer listings, one currency that is gone since.
EARLIER = {
    "made_by": "nftd report",
    "form": 1,
    "made_at": "2025-12-01T12:00:00+00:00",
    "listings": 200,
    "priced": 190,
    "prices_seen": 500,
    "filled": {"likes": 0.9},
    "currencies": {
        "XTZ": {"rows": 80, "median": 2.0, "mean": 3.0, "bins": {"0": 40, "1": 40}},
        "SOL": {"rows": 10, "median": 1.0, "mean": 1.0, "bins": {"0": 10}},
    },
    "gates": {"blur": {"asked": 10, "refused": 5}},
    "sources": {"tezos": {"listings": 200, "outcome": "blocked"}},
}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser_path() -> str:
    """Where the machine's browser is; tests without one fail, for a page that no browser has shown is not tested."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("no chromium is here: apt-get install chromium, or name one in CHROMIUM", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = browser_path()
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to run as root, as CI does; the pages are ours and the network is cut.
        opened = playwright.chromium.launch(executable_path=path, chromium_sandbox=False)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict[str, Path]:
    """A market of 300 listings, one in which every word is hostile, and an empty one; each by its page.

    All test processes of a run share them: whichever comes first makes them.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "reports"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return {name: _page(folder / name) for name in ("large", "hostile", "empty")}


def _page(folder: Path) -> Path:
    index = folder / "out" / "index.html"
    if not index.exists():
        _make(folder)
    return index


def _make(folder: Path) -> None:
    if folder.name == "large":
        fill(folder / "data", 300, pictures=60)
        (folder / "out").mkdir()
        (folder / "out" / "summary.json").write_text(json.dumps(EARLIER))
    store = Store(folder / "data")
    if folder.name == "hostile":
        market.fill_hostile(store)
    write_report(store, Settings(), folder / "out", market.NOW)
    store.close()
