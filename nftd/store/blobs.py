"""Bytes named by their own SHA-256: `blobs/ab/cd/<sha256>`.

A blob is on the disk, whole, before any row may name it: written beside its place, renamed, fsynced with its folder.
A power cut in between may leave a name with other bytes: nothing names it yet, every reader checks, and the next
writer of these bytes puts it right. Writing the same bytes twice is one file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from nftd.errors import BlobMissing

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PARTIAL = ".part"


class Blobs:
    """A folder of content-addressed files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the blob with this SHA-256 (64 hex digits) lies; other text never becomes a path."""
        if not _DIGEST.fullmatch(digest):
            raise BlobMissing(f"{digest[:80]!r} is not a SHA-256 in hex, so no blob can have this name")
        return self.root / digest[:2] / digest[2:4] / digest

    def put(self, data: bytes) -> str:
        """Store `data` durably and return its digest; a damaged blob of this name is put right."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not (path.exists() and path.read_bytes() == data):
            _write_checked(path, data)
        return digest

    def has(self, digest: str) -> bool:
        """Whether the blob is there and whole."""
        try:
            self.get(digest)
        except BlobMissing:
            return False
        return True

    def get(self, digest: str) -> bytes:
        """Read a blob and check it; `BlobMissing` when it is gone or no longer what its name says."""
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise BlobMissing(f"{path} is missing: restore it from a backup", digest=digest) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise BlobMissing(f"{path} does not hold what its name says: restore it from a backup", digest=digest)
        return data

    def digests(self) -> Iterator[str]:
        """All blobs that lie in the folder."""
        for path in self.root.glob("*/*/*"):
            if _DIGEST.fullmatch(path.name):
                yield path.name

    def sweep(self) -> int:
        """Remove what killed writers left half-written; only while nobody writes. The number removed."""
        return sweep_partial(self.root, "*/*/")


def sweep_partial(folder: Path, below: str = "") -> int:
    """Remove what `write_durably` left half-written in `folder`, or in the folders `below`; the number removed."""
    leftovers = list(folder.glob(f"{below}*{_PARTIAL}"))
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` at `path` so that a crash leaves either the old file or the whole new one."""
    made = _make_folder(path.parent)
    with _partial(path) as partial:
        with open(partial, "xb", buffering=0) as file:
            _write(file, data)
            os.fsync(file.fileno())
        os.replace(partial, path)
    # Behind the file's own sync, which on most file systems has taken the new folders along: theirs cost little then.
    sync_folders([path.parent, *made])


def _write_checked(path: Path, data: bytes) -> None:
    """Put `data` at `path`, durable when this returns; for a file whose name tells what it must hold.

    Renamed before the one sync, which takes the name along on most file systems: one commit of their journal, not two.
    """
    made = _make_folder(path.parent)
    with _partial(path) as partial, open(partial, "xb", buffering=0) as file:
        _write(file, data)
        os.replace(partial, path)
        os.fsync(file.fileno())
    sync_folders([path.parent, *made])


@contextmanager
def _partial(path: Path) -> Iterator[Path]:
    """The name of a file beside `path`, which is gone afterwards where the disk is full or fails."""
    partial = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}{_PARTIAL}")
    try:
        yield partial
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _write(file: FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def _make_folder(folder: Path) -> list[Path]:
    """Create `folder`; where new names stand that are not durable yet."""
    if folder.is_dir():
        return []
    above = _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    return [folder.parent, *above]


def sync_folders(folders: Iterable[Path]) -> None:
    """Make the names in these folders durable."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
