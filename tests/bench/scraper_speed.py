"""How fast a gallery is read and stored, beside Scrapy doing the same: `python -m tests.bench.scraper_speed`.

Every program runs as a process of its own against a gallery in another process; times are those processes' whole lives,
the start of the interpreter included. Scrapy is installed by pip into an environment that only this uses.
"""

from __future__ import annotations

import argparse
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
SCRAPY = "scrapy>=2.13,<3"


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


def with_nftd(works: int) -> Measured:
    """`nftd scrape` with an empty store."""
    with gallery(works) as url, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "nftd.toml"
        config.write_text(
            f'[sources.gallery]\nstart = "{url}"\nlocal = true\nmax_pages = 100000\nmax_works = 10000000\n'
            "[http]\ninterval_seconds = 0\n",
            encoding="utf-8",
        )
        data = Path(folder) / "data"
        measured = run([NFTD, "--config", config, "--data", data, "scrape", "gallery"], works)
        expect(data, works)
        return measured


def with_scrapy(works: int, python: Path) -> Measured:
    """A spider that stores the same in a SQLite file."""
    with gallery(works) as url, tempfile.TemporaryDirectory() as folder:
        spider = ROOT / "tests" / "bench" / "scrapy_spider.py"
        arguments = ["-a", f"start={url}", "-a", f"file={folder}/scrapy.sqlite"]
        measured = run([python, "-m", "scrapy", "runspider", spider, *arguments], works)
        expect(Path(folder), works)
        return measured


def expect(folder: Path, works: int) -> None:
    """All works and their prices are stored: what did less is not measured."""
    (file,) = [path for path in folder.rglob("*.sqlite*") if path.suffix in {".sqlite", ".sqlite3", ".db"}] or [None]
    assert file is not None, "no database was written"
    with sqlite3.connect(file) as database:
        for table in ("listing", "observation"):
            (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            assert count == works, f"{table}: {count} of {works}"


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
    rounds = [(with_nftd(chosen.works), with_scrapy(chosen.works, python)) for _ in range(chosen.rounds)]
    for ours, theirs in rounds:
        print(f"nftd   {ours}\nscrapy {theirs}\n")
    for name, of in (("wall", lambda one: one.seconds), ("CPU", lambda one: one.processor)):
        ratio = statistics.median(of(ours) / of(theirs) for ours, theirs in rounds)
        print(f"nftd takes {ratio:.2f} of Scrapy's {name} time (the median of {chosen.rounds} rounds)")


if __name__ == "__main__":
    main()
