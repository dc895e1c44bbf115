"""Where a report goes: a folder that is replaced as a whole, so that whoever looks finds the old one or the new one.

The new report is written beside the folder, then both change places in one step of the file system (renameat2 of
Linux, RENAME_EXCHANGE). Where that is not to be had, two renames follow each other; should a kill fall between them,
the next report finds the old one and puts it back.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from nftd.errors import UsageError
from nftd.store.blobs import sync_folders

SUMMARY: Final = "summary.json"
MAKER: Final = "nftd report"
_OURS: Final = re.compile(
    r"index\.html|summary\.json|table-[1-6](-[A-Za-z0-9-]{1,40})?\.csv|figure-[0-9]{1,2}(-[a-z]{1,20})?\.(png|svg)"
)
_LARGEST: Final = 16 * 2**20
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of linux/fcntl.h and linux/fs.h


class Place:
    """The folder `out`, made ready: raises `UsageError` where a report cannot go there, or would remove other files."""

    def __init__(self, out: Path) -> None:
        self.path = out.resolve()
        try:
            self._expect_folder(out)
            self._restore()
            self.earlier = self._earlier(out)
        except PermissionError as error:
            raise UsageError(f"--out {out}: {error.filename} is not open to this user, choose another folder") from None

    def _expect_folder(self, out: Path) -> None:
        parent = self.path.parent
        if self.path.exists() and not self.path.is_dir():
            raise UsageError(f"--out {out} is a file: name a folder")
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"--out {out}: {parent} cannot be made ({error.strerror}), choose another folder"
            ) from None
        if self.path == parent or os.path.ismount(self.path):
            raise UsageError(f"--out {out} is a mount point and cannot be replaced: name a folder in it")
        for folder in (parent, self.path):
            if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise UsageError(
                    f"--out {out}: {folder} is not writable, choose another folder or give this user the right"
                )

    def _earlier(self, out: Path) -> dict[str, Any] | None:
        """The summary of the report that lies there; None where there is none, or an empty folder."""
        names = sorted(os.listdir(self.path)) if self.path.exists() else []
        if not names:
            return None
        summary = _read_summary(self.path / SUMMARY)
        if summary is None:
            raise UsageError(f"--out {out} is not empty and holds no earlier report: name a new or an empty folder")
        if others := [name for name in names if not _OURS.fullmatch(name) or not (self.path / name).is_file()]:
            raise UsageError(
                f"--out {out} holds {others[0][:80]!r}, which is of no report and would be lost: "
                "move it away, or name another folder"
            )
        return summary

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put the files there in place of the earlier report."""
        with self._beside() as made:
            for name, data in files.items():
                _write(made / name, data)
            sync_folders([made])
            self._take(made)
            sync_folders([self.path.parent])

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """A new folder beside the place; whatever lies in it afterwards goes away."""
        self._sweep()
        made = self.path.with_name(f"{self._part}{secrets.token_hex(4)}")
        made.mkdir()
        with _held(made):
            made.chmod(self.path.stat().st_mode & 0o7777 if self.path.exists() else 0o755)
            try:
                yield made
            finally:
                shutil.rmtree(made, ignore_errors=True)

    def _take(self, made: Path) -> None:
        if not self.path.exists():
            made.rename(self.path)
        elif not _exchange(made, self.path):
            self.path.rename(self._aside)
            made.rename(self.path)
            shutil.rmtree(self._aside, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what killed reports left beside the place; what another one is writing is held by it."""
        for left in self.path.parent.glob(f"{_literal(self._part)}*"):
            with suppress(OSError), _held(left):
                shutil.rmtree(left, ignore_errors=True)

    def _restore(self) -> None:
        if self._aside.is_dir() and not self.path.exists():
            self._aside.rename(self.path)

    @property
    def _part(self) -> str:
        return f".{self.path.name}.nftd-part-"

    @property
    def _aside(self) -> Path:
        return self.path.with_name(f".{self.path.name}.nftd-old")


def _read_summary(path: Path) -> dict[str, Any] | None:
    """What an earlier report said of itself; None for whatever else lies there."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("made_by") == MAKER else None


def _write(path: Path, data: bytes) -> None:
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder while we write in it; raises OSError where somebody else does. A kill lets go."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where this system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def _literal(name: str) -> str:
    """A name as a pattern that only it matches."""
    return re.sub(r"([*?[])", r"[\1]", name)
