"""How fast pictures are downloaded, hashed and stored, beside curl writing them: `python -m tests.bench.media_speed`.

Pictures of random bytes come from four hosts on loopback, served by another process. nftd takes each through its work
list: claimed, checked, written durably under its SHA-256, recorded. curl only writes the same files to the same disk.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
PICTURE_BYTES = 400_000
HEAD = b"\x89PNG\r\n\x1a\n"


def picture(number: int) -> bytes:
    """The same bytes for a number every time, and no two pictures alike."""
    start = number * 16 % (1 << 16)
    return HEAD + number.to_bytes(8, "big") + _NOISE[start : start + PICTURE_BYTES - 16]


_NOISE = random.Random(7).randbytes(PICTURE_BYTES + (1 << 16))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        body = picture(int(self.path.strip("/").partition(".")[0]))
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # curl opens fifty connections at once; a refused one would wait a second


def serve() -> None:
    """Serve on all hosts until the input ends; print their ports."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_Server((host, 0), _Handler)) for host in HOSTS]
        for server in servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        print(*(server.server_port for server in servers), flush=True)
        sys.stdin.read()


@contextmanager
def pictures(count: int) -> Iterator[list[str]]:
    """The addresses of so many pictures, each host's in turn, served by a process of its own."""
    command = [sys.executable, "-m", "tests.bench.media_speed", "--serve"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            ports = process.stdout.readline().split()
            bases = [f"http://{host}:{port}" for host, port in zip(HOSTS, ports, strict=True)]
            yield [f"{bases[number % len(bases)]}/{number}.png" for number in range(count)]
        finally:
            process.stdin.close()


def with_nftd(addresses: Sequence[str], folder: Path) -> float:
    """Seconds of the fetch stage over selected works; every picture must lie under its digest."""
    from nftd import cycle
    from nftd.config import Settings
    from nftd.stages.house import House
    from nftd.stages.loop import run_stage
    from nftd.store.database import Store

    table = {"start": "http://127.0.0.1/", "local": True, "ignore_robots": True}
    settings = Settings.model_validate({"http": {"interval_seconds": 0}, "sources": {"gallery": table}})
    store = Store(folder)
    _select(store, addresses)
    house = House(store, settings, "c-1")
    begun = time.monotonic()
    try:
        run_stage(house, cycle.FETCH)
    finally:
        house.close()
    seconds = time.monotonic() - begun
    expected = {hashlib.sha256(picture(number)).hexdigest() for number in range(len(addresses))}
    assert set(store.blobs.digests()) == expected, house.tally.refused
    store.close()
    return seconds


def _select(store: object, addresses: Sequence[str]) -> None:
    from nftd.store import listings, work
    from nftd.store.database import Store
    from scrapers.listing import Media
    from tests.nftd import rooms

    assert isinstance(store, Store)
    with store.write() as connection:
        for number, address in enumerate(addresses):
            found = rooms.listing(number, media=Media(address, "photo", "image/png"))
            listings.save(connection, "gallery", found, demo=False)
            one = listings.listing_id(*found.key)
            row = {"id": one, "state": "selected", "reason": "selected", "rank": number, "selection": {}}
            listings.judge(connection, [row])
            work.enqueue(connection, "fetch", one, -number)


def with_curl(addresses: Sequence[str], folder: Path) -> tuple[float, float]:
    """Seconds of `curl --parallel` writing a file for each, and until all are on the disk; every file must be whole."""
    lines = [f'url = "{address}"\noutput = "{folder / str(at)}.png"\n' for at, address in enumerate(addresses)]
    folder.mkdir()
    (folder / "urls").write_text("".join(lines), encoding="utf-8")
    command = [
        "curl",
        "--no-progress-meter",
        "--fail",
        "--parallel",
        "--noproxy",
        "*",
        "--config",
        str(folder / "urls"),
    ]
    begun = time.monotonic()
    subprocess.run(command, check=True)
    written = time.monotonic() - begun
    subprocess.run(["sync", "--file-system", str(folder)], check=True)
    durable = time.monotonic() - begun
    sizes = {path.stat().st_size for path in folder.glob("*.png")}
    assert sizes == {PICTURE_BYTES}, sizes
    return written, durable


def compare(count: int, rounds: int) -> list[tuple[float, float, float]]:
    """Seconds of (nftd, curl, curl until all is on the disk) in turn, on the same disk.

    Nothing is deleted before the end: ext4 passes over inodes that were freed in the last seconds, one by one.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            at = Path(folder) / str(number)
            at.mkdir()
            os.sync()  # what others still have to write is not of this comparison
            with pictures(count) as addresses:
                found.append((with_nftd(addresses, at / "data"), *with_curl(addresses, at / "curl")))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true")
    chosen = parser.parse_args()
    if chosen.serve:
        serve()
        return
    if shutil.which("curl") is None:
        raise SystemExit("curl is needed for the comparison")
    rounds = compare(chosen.pictures, chosen.rounds)
    for rates in ([chosen.pictures / seconds for seconds in one] for one in rounds):
        print("nftd {:5.0f} pictures/s   curl {:5.0f}, until they are on the disk {:5.0f}".format(*rates))
    memory, disk = (statistics.median(one[at] / one[0] for one in rounds) for at in (1, 2))
    print(f"nftd has {disk:.2f} of curl's rate until all is on the disk, {memory:.2f} of it until curl ends (medians)")


if __name__ == "__main__":
    main()
