"""The data folder: one database, one folder of blobs, one lock, and where dreams keep their state."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from nftd.errors import CycleRunning, DataFolderError
from nftd.store import dialect, migrate
from nftd.store.blobs import Blobs

_FILE: Final = "nftd.sqlite"


def is_there(root: Path) -> bool:
    """Whether a folder holds what nftd keeps, so that to open it makes nothing new."""
    return (root / _FILE).is_file()


class Store:
    """Everything that nftd keeps, below one folder.

    ``nftd.sqlite`` holds the facts, ``blobs/`` the bytes, ``states/`` where unfinished dreams stand,
    ``archive/`` the CAR files.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        _make_usable(root)
        self.blobs = Blobs(root / "blobs")
        self.states = root / "states"
        self.archive = root / "archive"
        self._turn = RLock()
        self._engine = dialect.open_engine(root / _FILE)
        try:
            self._bring_up_to_date()
        except DatabaseError as error:
            raise DataFolderError(
                f"{root / _FILE} cannot be used as the database ({error.orig}): "
                "choose another data folder with --data, or put a backup there"
            ) from error

    def _bring_up_to_date(self) -> None:
        with self.read() as connection:
            if migrate.revision(connection) == migrate.HEAD:
                return
        with _locked(self.root / "upgrade.lock", wait=True), self.write() as connection:
            migrate.upgrade(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that blocks nobody."""
        with self._engine.connect().execution_options(reading=True) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: all of it, or nothing when the block raises.

        Threads take turns here: SQLite would let them try again and again, and sleep ever longer in between.
        """
        with self._turn, self._engine.begin() as connection:
            yield connection

    @contextmanager
    def cycle_lock(self) -> Iterator[None]:
        """Hold the one lock that keeps two cycles from overlapping; freed by the kernel if we die."""
        with _locked(self.root / "cycle.lock", wait=False):
            yield

    def close(self) -> None:
        self._engine.dispose()


def _make_usable(root: Path) -> None:
    try:
        # What is kept is nobody else's: pictures for study, later the queue. A folder that exists keeps its mode.
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(
            f"the data folder {root} cannot be made ({error.strerror}): choose another with --data or NFTD_DATA"
        ) from None
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        raise DataFolderError(
            f"the data folder {root} is not writable: give this user the right, or choose another with --data"
        )


@contextmanager
def _locked(path: Path, *, wait: bool) -> Iterator[None]:
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise CycleRunning(f"a cycle is running already (process {holder}): wait for it, or stop it") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
