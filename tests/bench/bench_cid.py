"""Print how fast a file is named, against hashlib's own SHA-256 over the same file.

    python tests/bench/bench_cid.py [MEBIBYTES]

The ratio is plain hashing time over naming time, best of five each in processor time, so that a busy machine
disturbs little: at 1.0 naming costs nothing more; 0.8 is the aim.
"""

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from publisher.cid import cid_of_file

MEBIBYTE = bytes(range(256)) * 4096


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def hash_plainly(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        with path.open("wb") as out:
            out.writelines(MEBIBYTE for _ in range(size))
        times = [(seconds(lambda: hash_plainly(path)), seconds(lambda: cid_of_file(path))) for _ in range(5)]
    plain, named = (min(column) for column in zip(*times, strict=True))
    print(f"sha256 {size / plain:.0f} MiB/s, CID {size / named:.0f} MiB/s, ratio {plain / named:.2f}")


if __name__ == "__main__":
    main()
