"""How long a report takes, and how much memory: `python -m tests.bench.report_speed ROWS [OUT]`.

Makes a store of ROWS listings with three prices each, all invented here, and writes its report in a process of its own
to OUT, or to a folder that goes away.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from nftd.domain import make_id
from nftd.store.database import Store
from nftd.store.dialect import insert_all
from nftd.store.tables import listing, observation, reading_log, source, verdict

PART = 20_000
START = datetime(2021, 1, 1, tzinfo=UTC)
ASSETS = ("XTZ", "ETH", "HIVE", "POL", "ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb49")
SHARES = (0.45, 0.3, 0.15, 0.07, 0.03)
SCALE = {"XTZ": 8.0, "ETH": 0.15, "HIVE": 60.0, "POL": 25.0}
MEDIA = ("photo", "animation", "video", "unknown")
CATEGORIES = ("animals", "faces", "people", "objects", "scenery")
GATES = (("rights", 0.12, "rights_no_commercial_use"), ("decode", 0.03, "truncated"), ("size", 0.05, "too_small"))
GATES += (("blur", 0.06, "blurred"), ("text", 0.04, "text_heavy"), ("twin", 0.02, "near_duplicate"))


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the whole command, and the most memory that it had, in MB."""

    rows: int
    seconds: float
    peak_mb: int


def fill(folder: Path, rows: int, seed: int = 0, pictures: int = 400) -> None:
    """A store of `rows` listings with three prices each, and some judged pictures."""
    store, dice = Store(folder), np.random.default_rng(seed)
    for first in range(0, rows, PART):
        made = list(_listings(range(first, min(rows, first + PART)), dice))
        with store.write() as connection:
            insert_all(connection, listing, made)
            insert_all(connection, observation, [price for row in made for price in _prices(row, dice)])
    with store.write() as connection:
        _judge(connection, min(rows, pictures), dice)
        _log(connection, dice)
    store.close()


def _listings(numbers: range, dice: np.random.Generator) -> Iterator[dict[str, Any]]:
    assets = dice.choice(ASSETS, len(numbers), p=SHARES)
    worth = np.exp(dice.normal(0, 1.6, len(numbers)))
    years = np.clip(2022 - dice.geometric(0.35, len(numbers)), 2012, 2021)
    for place, number in enumerate(numbers):
        odd = dice.random()
        year = 1 if odd < 0.004 else 2158 if odd < 0.006 else None if odd < 0.05 else int(years[place])
        price = float(f"{worth[place] * SCALE.get(assets[place], 3.0):.4g}") if dice.random() < 0.93 else None
        seen = START + timedelta(days=int(dice.integers(0, 900)))
        likes = None if assets[place] != "HIVE" else int(dice.poisson(4 + 6 * np.log1p(worth[place])))
        yield _row(
            number, str(assets[place]), price, likes, year, str(dice.choice(MEDIA, p=(0.8, 0.1, 0.07, 0.03))), seen
        )


def _row(
    number: int, asset: str, price: float | None, likes: int | None, year: int | None, media: str, seen: datetime
) -> dict[str, Any]:
    market = "showroom" if asset == "HIVE" else "tezos" if asset == "XTZ" else "others"
    return {
        "id": make_id("l", market, number),
        "feed": market,
        "market": market,
        "market_id": str(number),
        "title": f"Work {number}",
        "creator": f"creator {number % 997}",
        "series": None,
        "ask_base": None if price is None else str(round(price * 10**6)),
        "ask_decimals": None if price is None else 6,
        "ask_asset": None if price is None else asset,
        "ask_shadow": price,
        "likes": likes,
        "supply": 1,
        "year": year,
        "nsfw": None if number % 3 else False,
        "rights": {"decision": "allow", "reason": "public_domain" if number % 4 else "none_stated"},
        "royalty_bps": None,
        "media_url": f"ipfs://Qm{number}",
        "media_kind": media,
        "media_mime": None,
        "url": f"https://gallery.example/{number}",
        "chain": None,
        "contract": None,
        "token_id": None,
        "invented": False,
        "demo": False,
        "first_seen_at": seen,
        "seen_at": seen,
        "raw": {"title": f"Work {number}"},
        "state": "passed" if number % 5 else "selected",
        "reason": "score_below_share" if number % 5 else "selected",
        "rank": None,
        "selection": None,
        "mark": None,
    }


def _prices(row: dict[str, Any], dice: np.random.Generator) -> Iterator[dict[str, Any]]:
    """An ask, a bid below it and a sale, which grow over the years."""
    for kind, factor, later in (("ask", 1.0, 0), ("bid", 0.5, 20), ("sale", 0.7, 40)):
        if row["ask_shadow"] is None:
            continue
        price = row["ask_shadow"] * factor * float(np.exp(dice.normal(0, 0.5)))
        at = row["seen_at"] + timedelta(days=later)
        price *= 1 + (at - START).days / 600
        rated = row["ask_asset"] in ("ETH", "XTZ") and at.year > 2021
        yield {
            "listing": row["id"],
            "at": at,
            "kind": kind,
            "base": str(round(price * 10**6)),
            "decimals": 6,
            "asset": row["ask_asset"],
            "shadow": price,
            "usd": f"{price * {'ETH': 1800, 'XTZ': 2.5}[row['ask_asset']]:.2f}" if rated else None,
            "rate_source": "example" if rated else None,
            "event": None,
            "buyer": None,
            "seller": None,
        }


def _judge(connection: Any, pictures: int, dice: np.random.Generator) -> None:
    chosen = [row.id for row in connection.execute(listing.select().limit(pictures))]
    for number, owner in enumerate(chosen):
        name = f"s-{number:032x}"
        reason = None
        verdicts = []
        for position, (gate, chance, told) in enumerate(GATES):
            refused = dice.random() < chance
            row = {
                "source": name,
                "gate": gate,
                "position": position,
                "ok": not refused,
                "reason": told if refused else "fine",
            }
            verdicts.append({**row, "value": 0.5, "limit": 1.0, "at": START})
            if refused:
                reason = told
                break
        category = None if reason else str(dice.choice(CATEGORIES, p=(0.2, 0.25, 0.3, 0.05, 0.2)))
        state = {
            "id": name,
            "listing": owner,
            "state": "unfit" if reason else "fit",
            "reason": reason,
            "category": category,
        }
        insert_all(connection, source, [state])
        insert_all(connection, verdict, verdicts)


def _log(connection: Any, dice: np.random.Generator) -> None:
    for number in range(60):
        outcome = str(dice.choice(("read", "nothing_new", "blocked"), p=(0.6, 0.3, 0.1)))
        row = {"feed": ("tezos", "showroom", "others")[number % 3], "cycle": None, "at": START + timedelta(days=number)}
        insert_all(connection, reading_log, [{**row, "outcome": outcome, "pages": 5, "seen": 200, "new": 12}])


def measure(rows: int, out: Path | None = None) -> Measured:
    """Fill a store and write its report with the program itself, in a child process."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        fill(data, rows)
        command = [sys.executable, "-c", "from nftd.cli import main; main()", "--data", str(data), "report", "--out"]
        begin = time.monotonic()
        subprocess.run([*command, str(out or Path(folder) / "out")], check=True)
        seconds = time.monotonic() - begin
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return Measured(rows, seconds, peak)


if __name__ == "__main__":
    print(measure(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
