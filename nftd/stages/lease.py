"""A claimed item of work, as a stage sees it."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection

from nftd.domain import Claim
from nftd.store import work
from nftd.store.database import Store

LEASE_SECONDS = 300.0

Write = Callable[[Connection], None]


def nothing(_connection: Connection) -> None:
    """What a stage returns that has no more to write."""


class Lease:
    """Our right to work on one item; every `save` proves and prolongs it.

    Both raise `nftd.errors.LeaseLost`, with nothing written, once another worker has taken the item over.
    """

    def __init__(self, store: Store, claim: Claim, seconds: float = LEASE_SECONDS) -> None:
        self.claim = claim
        self._store = store
        self._seconds = seconds

    @property
    def key(self) -> str:
        return self.claim.key

    def save(self, write: Write) -> None:
        """Write an interim result."""
        with self._store.write() as connection:
            work.renew(connection, self.claim, time.time(), self._seconds)
            write(connection)

    def finish(self, write: Write) -> None:
        """Write the result and end the lease, in one transaction."""
        with self._store.write() as connection:
            self.settle(connection, write)

    def settle(self, connection: Connection, write: Write) -> None:
        """Do the same in the caller's transaction."""
        work.finish(connection, self.claim)
        write(connection)
