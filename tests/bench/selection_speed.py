"""How fast listings are valued, store to store: `python -m tests.bench.selection_speed [LISTINGS...]`.

Builds a store of so many listings with three observations each (seeded, shaped like several markets), then runs the
stage `select` over it in a process of its own on two cores: read, scored, and written with events, valuations and
downloads to do. Prints seconds (wall, and CPU of the process) and the peak of memory; limits are 60 s and 4 GB for a
million listings.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nftd.store.database import Store
from nftd.store.dialect import run_many

ROOT = Path(__file__).parents[2]
SIZES = (10_000, 100_000, 1_000_000)
SEED = 20_260_301
CHUNK = 50_000
# Market, asset, share of the listings, and whether it shows likes.
MARKETS = (("teztok", "XTZ", 0.5, False), ("rarible", "ETH", 0.3, False), ("nftshowroom", "HIVE", 0.2, True))
RIGHTS = '{"text": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/", "decision": "allow"}'
LISTING = (
    "INSERT INTO listing (id, market, market_id, feed, title, creator, series, ask_base, ask_decimals, ask_asset,"
    " ask_shadow, likes, year, nsfw, rights, media_url, media_kind, url, invented, demo, first_seen_at, seen_at, raw,"
    " state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 6, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, 'seen')"
)
OBSERVATION = (
    "INSERT INTO observation (listing, at, kind, base, decimals, asset, shadow, event, buyer, seller)"
    " VALUES (?, ?, ?, ?, 6, ?, ?, ?, ?, ?)"
)


class Measured(NamedTuple):
    listings: int
    seconds: float
    processor: float
    peak_mb: float
    selected: int

    def __str__(self) -> str:
        each = self.seconds / self.listings * 1e6
        told = (
            f"{self.seconds:6.1f} s wall  {self.processor:6.1f} s CPU  {self.peak_mb:6.0f} MB  {each:5.1f} us a listing"
        )
        return f"{self.listings:>9,} listings  {told}  {self.selected:>7,} selected"


def build(folder: Path, listings: int) -> None:
    """A store with so many listings and three times as many observations, the same at each call."""
    store = Store(folder)
    random = np.random.default_rng(SEED)
    with store.write() as connection:
        for start in range(0, listings, CHUNK):
            count = min(CHUNK, listings - start)
            works = _works(random, start, count, listings)
            run_many(connection, LISTING, _listings(works))
            run_many(connection, OBSERVATION, _observations(random, works, listings))
    store.close()


def _works(random: np.random.Generator, start: int, count: int, listings: int) -> dict[str, list[object]]:
    market = random.choice(len(MARKETS), count, p=[one[2] for one in MARKETS])
    ids = random.bytes(16 * count).hex()
    worth = np.round(np.exp(random.normal(1.5, 1.4, count)), 6)
    return {
        "id": [f"l-{ids[32 * at : 32 * at + 32]}" for at in range(count)],
        "number": list(range(start, start + count)),
        "market": market.tolist(),
        "creator": (random.pareto(1.2, count) * listings / 100).astype(int).tolist(),
        "worth": worth.tolist(),
        "asked": (random.random(count) < 0.6).tolist(),
        "likes": random.poisson(np.exp(random.normal(2.0, 1.0, count))).tolist(),
        "year": random.integers(2018, 2026, count).tolist(),
        "video": (random.random(count) < 0.08).tolist(),
        "day": random.integers(0, 700, count).tolist(),
    }


def _listings(works: dict[str, list[object]]) -> Iterator[tuple[object, ...]]:
    for one in (dict(zip(works, values, strict=True)) for values in zip(*works.values(), strict=True)):
        market, asset, _, likes = MARKETS[one["market"]]  # type: ignore[call-overload]
        page, ask = f"https://{market}.example/works/{one['number']}", round(one["worth"] * 3, 6)  # type: ignore[operator]
        raw = json.dumps({"id": one["number"], "name": f"Work {one['number']}", "url": page, "description": "x" * 200})
        yield (
            *(
                one["id"],
                market,
                str(one["number"]),
                market,
                f"Work {one['number']}",
                f"tz1creator{one['creator']:026d}",
            ),
            f"Series {one['creator'] % 97}",  # type: ignore[operator]
            *((str(int(ask * 1e6)), asset, ask) if one["asked"] else (None, None, None)),
            one["likes"] if likes else None,
            *(one["year"], 0, RIGHTS, f"{page}.png", "video" if one["video"] else "photo", page),
            *("2025-12-01T00:00:00.000000Z", "2026-03-01T00:00:00.000000Z", raw),
        )


def _observations(
    random: np.random.Generator, works: dict[str, list[object]], listings: int
) -> Iterator[tuple[object, ...]]:
    """Three to each listing on average: an ask, and sales and bids that few works have many of."""
    count = len(works["id"])
    chosen = np.concatenate(
        [np.arange(count), (np.minimum(random.pareto(1.0, 2 * count) / 50, 0.999) * count).astype(int)]
    )
    kinds = ["ask"] * count + random.choice(["sale", "bid"], 2 * count, p=[0.7, 0.3]).tolist()
    prices = np.exp(random.normal(0, 0.4, 3 * count)).tolist()
    days = random.integers(0, 700, 3 * count).tolist()
    parties = random.integers(0, max(listings // 10, 10), (3 * count, 2)).tolist()
    base = np.datetime64("2024-03-01")
    dates = [str(base + day) for day in range(701)]
    for at, (place, kind, price, day, (buyer, seller)) in enumerate(
        zip(chosen.tolist(), kinds, prices, days, parties, strict=True)
    ):
        worth = round(float(works["worth"][place]) * price, 6)  # type: ignore[arg-type]
        asset = MARKETS[works["market"][place]][1]  # type: ignore[call-overload]
        yield (
            *(works["id"][place], f"{dates[day]}T12:00:00.000000Z", kind, str(int(worth * 1e6)), asset, worth),
            None if kind == "ask" else f"{works['number'][place]}:{at}",
            f"tz1buyer{buyer:028d}" if kind != "ask" else None,
            f"tz1buyer{seller:028d}" if kind != "bid" else None,
        )


def _peak_mb() -> float:
    """The most memory that this process had; getrusage would also tell what its parent had when it was forked."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run(folder: Path) -> None:
    """Select in this process, and say how it went as JSON."""

    from nftd import cycle
    from nftd.config import Settings

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    store = Store(folder)
    begun, used = time.monotonic(), time.process_time()
    outcome = cycle.select_only(store, Settings())
    seconds, processor = time.monotonic() - begun, time.process_time() - used
    store.close()
    peak = _peak_mb()
    print(json.dumps({"seconds": seconds, "processor": processor, "peak_mb": peak, **outcome.summary["listings"]}))


def measure(listings: int) -> Measured:
    """Build, select in a fresh process, and look whether every listing was judged."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        build(folder, listings)
        command = [sys.executable, "-m", "tests.bench.selection_speed", "--run", str(folder)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert found["selected"] + found["passed"] == listings, found
    return Measured(listings, found["seconds"], found["processor"], found["peak_mb"], found["selected"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="LISTINGS")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.run:
        run(chosen.run)
    else:
        for size in chosen.sizes:
            print(measure(size), flush=True)
