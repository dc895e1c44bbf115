"""How fast a gallery is read and stored, beside Scrapy doing the same: `python -m tests.bench.scraper_speed`.

Every program runs as a process of its own against a gallery in another process; times are those processes' whole lives,
the start of the interpreter included. Scrapy is installed by pip into an environment that only this uses.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
NFTD = Path(sys.executable).with_name("nftd")
SCHEMA = ROOT / "nftd" / "store" / "schema.sql"
SCRAPY = "scrapy>=2.13,<3"
# Raw pages, kept and compressed, and asked for again on conditions: what nftd always does.
KEEPING = ("HTTPCACHE_ENABLED=1", "HTTPCACHE_GZIP=1", "HTTPCACHE_POLICY=scrapy.extensions.httpcache.RFC2616Policy")


Rows = dict[str, list[str]]
NAMES = ("nftd", "Scrapy", "Scrapy, bare")
TABLES = ("listing", "observation")
TIMES = ("at", "seen_at", "first_seen_at")


class Measured(NamedTuple):
    seconds: float
    processor: float
    peak_mb: float
    works: int

    def __str__(self) -> str:
        rate = self.works / self.seconds
        return f"{self.seconds:6.2f} s wall, {self.processor:6.2f} s CPU, {self.peak_mb:4.0f} MB, {rate:6.0f} works/s"


@contextmanager
def gallery(works: int) -> Iterator[str]:
    """The address of a gallery of so many works, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.scraper_gallery", str(works)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            assert process.stdin is not None
            process.stdin.close()


def run(command: Sequence[str | Path], works: int) -> Measured:
    """Wall time, processor time and peak memory of one command, by the system's accounts."""
    begun = time.monotonic()
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begun
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {said.decode(errors='replace')[-2000:]}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, works)


def with_nftd(works: int, kept: Rows | None = None) -> Measured:
    """`nftd scrape` with an empty store; its rows are added to `kept`."""
    with gallery(works) as url, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "nftd.toml"
        config.write_text(
            f'[sources.gallery]\nstart = "{url}"\nlocal = true\nmax_pages = 100000\nmax_works = 10000000\n'
            "[http]\ninterval_seconds = 0\n",
            encoding="utf-8",
        )
        data = Path(folder) / "data"
        measured = run([NFTD, "--config", config, "--data", data, "scrape", "gallery"], works)
        expect(data / "nftd.sqlite", works, url, kept)
        return measured


def with_scrapy(works: int, python: Path, kept: Rows | None = None, *, bare: bool = False) -> Measured:
    """A spider that stores the same in a SQLite file; `bare`: one that keeps neither pages nor history."""
    with gallery(works) as url, tempfile.TemporaryDirectory() as folder:
        spider, file = ROOT / "tests" / "bench" / "scrapy_spider.py", Path(folder) / "scrapy.sqlite"
        settings = [*KEEPING, f"HTTPCACHE_DIR={folder}/pages", f"JOBDIR={folder}/job"]
        more = ["-a", f"schema={SCHEMA}", *(part for one in settings for part in ("-s", one))]
        arguments = ["-a", f"start={url}", "-a", f"file={file}", *(["-a", "bare=1"] if bare else more)]
        measured = run([python, "-m", "scrapy", "runspider", spider, *arguments], works)
        expect(file, works, url, None if bare else kept)
        return measured


def expect(file: Path, works: int, url: str, kept: Rows | None) -> None:
    """All works and their prices are stored: what did less is not measured."""
    with sqlite3.connect(file) as database:
        for table in TABLES:
            (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            assert count == works, f"{table}: {count} of {works}"
        if kept is not None:
            kept.update(rows_of(database, url))


def rows_of(database: sqlite3.Connection, url: str) -> Rows:
    """What is stored, but for times, the numbers of rows and the server's address."""
    found: Rows = {}
    for table in (*TABLES, "event"):
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        chosen = [name for name in names if name not in TIMES and (name != "id" or table == "listing")]
        rows = database.execute(f"SELECT {', '.join(chosen)} FROM {table}")  # noqa: S608
        told = [dict(zip(chosen, row, strict=True)) for row in rows]
        found[table] = sorted(json.dumps(one, sort_keys=True).replace(url, "/") for one in told)
    return found


def scrapy_python(folder: Path) -> Path:
    """An environment with Scrapy, made where there is none yet."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", SCRAPY], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scrapy", type=Path, default=Path(tempfile.gettempdir()) / "nftd-bench-scrapy")
    chosen = parser.parse_args()
    python = scrapy_python(chosen.scrapy)
    ours: Rows = {}
    theirs: Rows = {}
    works = chosen.works
    rounds = [
        (with_nftd(works, ours), with_scrapy(works, python, theirs), with_scrapy(works, python, bare=True))
        for _ in range(chosen.rounds)
    ]
    assert ours == theirs, "the two did not store the same"
    for one in rounds:
        print("\n".join(f"{name:<12} {measured}" for name, measured in zip(NAMES, one, strict=True)), end="\n\n")
    for other, name in enumerate(NAMES[1:], 1):
        wall = statistics.median(one[0].seconds / one[other].seconds for one in rounds)
        processor = statistics.median(one[0].processor / one[other].processor for one in rounds)
        print(f"nftd takes {wall:.2f} of the wall time and {processor:.2f} of the CPU time of {name}")


if __name__ == "__main__":
    main()
