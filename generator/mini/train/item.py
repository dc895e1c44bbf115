"""One training picture: what it shows, in words, and which side of the split it is on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

CATEGORIES = ("animals", "faces", "people", "objects", "scenery")


@dataclass(frozen=True, slots=True)
class Item:
    """A picture's source, concept (the unit of the split), captions (best first), category if it is certain."""

    source: str
    concept: str
    captions: tuple[str, ...]
    category: str | None

    @property
    def held_out(self) -> bool:
        """Whether the concept is among the tenth that training never sees, in any style."""
        return fixed_hash(self.concept) % 10 == 0


def fixed_hash(text: str) -> int:
    """A hash that is the same in every process (Python's own is not)."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big")
