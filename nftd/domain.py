"""Identifiers, clock readings and the small records that stages, queries and commands hand to each other.

The nouns of the trade live with their libraries (`scrapers.listing`, `generator.nouns`,
`publisher.draft`); here is only what belongs to the house.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

KINDS = {
    "l": "listing",
    "s": "source",
    "r": "run",
    "a": "artwork",
    "d": "draft",
    "p": "publication",
}
ID_DIGITS = 32
SHOWN_DIGITS = 10
_PREFIX = re.compile(r"([lsradp])-([0-9a-f]{1,32})")


def make_id(letter: str, *parts: object) -> str:
    """Derive the id of a thing from what it is, so that a repeated stage meets its own row again.

    128 bits of SHA-256: a million rows collide with a chance of 1e-27. People see the first ten digits.
    """
    text = "\x00".join([KINDS[letter], *map(str, parts)])
    return f"{letter}-{hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]}"


def content_id(letter: str, digest: str) -> str:
    """Turn a SHA-256 in hex into the id of the thing that has exactly this content."""
    return f"{letter}-{digest[:ID_DIGITS]}"


def shown(identifier: str) -> str:
    """Shorten an id to what people read and type; other names stay as they are."""
    return identifier[: 2 + SHOWN_DIGITS] if _PREFIX.fullmatch(identifier) else identifier


def parse_prefix(text: str) -> tuple[str, str] | None:
    """Split what a person typed into (kind, id prefix); None when it cannot be an id."""
    match = _PREFIX.fullmatch(text.strip().lower())
    return (KINDS[match[1]], match[0]) if match else None


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Claim:
    """One item of work in our hands: the lease is ours while `attempt` is the row's."""

    id: int
    stage: str
    key: str
    attempt: int
    owner: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of history: `entity` went from `old` to `new`, and why."""

    entity: str
    old: str | None
    new: str
    reason: str | None = None
    actor: str = "nftd"
