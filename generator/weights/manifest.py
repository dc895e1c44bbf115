"""Which weights are known: where each is published, what it must be, and under which license. Nothing heavy here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["vqgan", "clip", "head", "upscaler"]
KINDS: tuple[Kind, ...] = ("vqgan", "clip", "head", "upscaler")


@dataclass(frozen=True, slots=True)
class Origin:
    """One published file of a model: `urls` are copies of the very same bytes, the best first.

    `sha256` is None where nobody states it publicly. `bytes` is exact beside a digest, else about right.
    """

    file: str
    bytes: int
    sha256: str | None
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A model by the name that recipes and commands use.

    `shapes` are tensors that tell it from others of its kind; any of `origins` will do. `free` says that the license
    is known and allows use; otherwise a person is asked.
    """

    name: str
    kind: Kind
    what: str
    license: str
    free: bool
    shapes: Mapping[str, tuple[int, ...]]
    origins: tuple[Origin, ...]

    @property
    def digests(self) -> frozenset[str]:
        """The published SHA-256 of its files."""
        return frozenset(one.sha256 for one in self.origins if one.sha256)


@cache
def manifest() -> Mapping[str, Entry]:
    """All entries by name, in the order in which they are listed."""
    found = json.loads((files("generator.weights") / "manifest.json").read_text(encoding="utf-8"))
    return {name: _entry(name, one) for name, one in found.items()}


def printable(text: str) -> str:
    """Foreign text as it may be shown: what would write on the screen otherwise is a question mark."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _entry(name: str, one: Mapping[str, Any]) -> Entry:
    origins = tuple(Origin(o["file"], o["bytes"], o["sha256"], tuple(o["urls"])) for o in one["origins"])
    shapes = {key: tuple(shape) for key, shape in one["shapes"].items()}
    return Entry(name, one["kind"], one["what"], one["license"], one["free"], shapes, origins)
