"""The perceptual hashes of all pictures that are fit, read once a cycle and kept up as it goes."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from nftd.store import sources
from nftd.store.database import Store

if TYPE_CHECKING:
    import numpy as np


class Hashes:
    """One pHash of 64 bits a source."""

    def __init__(self, store: Store) -> None:
        with store.read() as connection:
            found = sources.hashes(connection)
        self._names = [name for name, _ in found]
        self._bits = array("Q", [phash for _, phash in found])

    def add(self, source: str, phash: int) -> None:
        self._names.append(source)
        self._bits.append(phash)

    def nearest(self, phash: int, but: str) -> tuple[int, str]:
        """The least number of bits that differ, and in which source; (64, "") where there is no other."""
        from generator.twins import nearest

        bits, at = nearest(phash, self._array(but))
        return (bits, self._names[at]) if at >= 0 else (64, "")

    def _array(self, but: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """All but the source itself, which is there when the transaction that made it fit was undone."""
        import numpy as np

        while but in self._names:
            at = self._names.index(but)
            del self._names[at], self._bits[at]
        return np.array(self._bits, dtype=np.uint64)
