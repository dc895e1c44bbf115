"""Reference sets: the raw values that a judge gave to pictures of known kinds, to say where a new value stands.

A set is JSON of its own (one canonical form, so the same values give the same bytes) and needs no model to be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

import numpy as np

from generator.judges.errors import BadReference
from generator.judges.port import Facts, told

FORMAT: Final = "nftd-reference-1"
DIGITS: Final = 6  # of a stored value: judges of pictures are good to about as many
LEAST: Final = 5  # values a group: with fewer a percentile is a guess
SHIPPED: Final = ("mini",)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reference:
    """The values of one judge and version for `groups` of pictures, each a name with its values, sorted.

    `perceptor` is the one whose embeddings were judged, "" for a judge of pictures; `weights` (file, sha256) are the
    models behind the values, `what` says in words which pictures they were. Raises `BadReference`.
    """

    judge: str
    version: str
    perceptor: str
    what: str
    groups: tuple[tuple[str, tuple[float, ...]], ...]
    weights: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        ordered = sorted((name, tuple(sorted(round(float(v), DIGITS) + 0.0 for v in vs))) for name, vs in self.groups)
        object.__setattr__(self, "groups", tuple(ordered))
        object.__setattr__(self, "weights", tuple(sorted(self.weights)))
        if not self.groups or len({name for name, _ in self.groups}) != len(self.groups):
            raise BadReference(f"a reference set of {self.judge} needs groups, each named once", judge=self.judge)
        for name, values in self.groups:
            if len(values) < LEAST or not all(map(math.isfinite, values)):
                raise BadReference(
                    f"group {name!r} of {self.judge} has {len(values)} values, it needs {LEAST} finite ones at least",
                    judge=self.judge,
                    group=name,
                )

    def percentile(self, raw: float) -> float:
        """The mean over groups of the share below `raw` and half the share equal to it, 0..100.

        Groups count alike however many values they have: real pictures and reconstructions are one half each.
        """
        return round(float(np.mean([_place(values, raw) for _, values in self.groups])), 4)

    def percentiles(self, raw: float) -> dict[str, float]:
        """The place of `raw` in each group, 0..100."""
        return {name: round(_place(values, raw), 4) for name, values in self.groups}

    def require(self, facts: Facts) -> None:
        """Raise `BadReference` unless this set is of this very judge, version and perceptor."""
        own, asked = (self.judge, self.version, self.perceptor), (facts.name, facts.version, facts.perceptor)
        if own != asked:
            shown = [" ".join(filter(None, one)) for one in (own, asked)]
            raise BadReference(f"the reference set is of {shown[0]}, asked is {shown[1]}: make it anew", own=own)

    def to_json(self) -> str:
        """Canonical JSON."""
        return _dumps(self._fields())

    def _fields(self) -> dict[str, Any]:
        return {
            "judge": self.judge,
            "version": self.version,
            "perceptor": self.perceptor,
            "what": self.what,
            "groups": {name: list(values) for name, values in self.groups},
            "weights": dict(self.weights),
        }

    @classmethod
    def from_json(cls, text: str) -> Reference:
        """Read what `to_json` wrote; `BadReference` on anything else."""
        return _guarded(lambda: cls._of(json.loads(text)))

    @classmethod
    def _of(cls, fields: Mapping[str, Any]) -> Reference:
        judge, version, perceptor, what = (_word(fields[key]) for key in ("judge", "version", "perceptor", "what"))
        groups = tuple((str(name), tuple(map(_number, values))) for name, values in fields["groups"].items())
        weights = tuple((str(name), str(digest)) for name, digest in fields["weights"].items())
        return cls(judge, version, perceptor, what, groups, weights)


def references_to_json(references: Iterable[Reference]) -> str:
    """Several sets as one file, a judge once each, in the order of their names."""
    by_name = {one.judge: one._fields() for one in references}
    body = ",\n".join(f"{json.dumps(name)}: {_dumps(by_name[name])}" for name in sorted(by_name))
    return f'{{"format": "{FORMAT}", "references": {{\n{body}\n}}}}\n'


def references_from_json(text: str) -> dict[str, Reference]:
    """The sets of a file by judge; raises `BadReference`."""

    def read() -> dict[str, Reference]:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise ValueError(f"its format is {found['format']!r:.60}, it must be {FORMAT}")
        return {name: Reference._of(fields) for name, fields in found["references"].items()}

    return _guarded(read)


@cache
def shipped_references(preset: str) -> Mapping[str, Reference]:
    """The sets that ship for a preset, by judge; none for a preset whose weights do not ship."""
    if preset not in SHIPPED:
        return {}
    path = files("generator.judges") / "references" / f"{preset}.json"
    return references_from_json(path.read_text(encoding="utf-8"))


def _place(values: tuple[float, ...], raw: float) -> float:
    raw = round(raw, DIGITS)
    below, upto = np.searchsorted(values, raw, "left"), np.searchsorted(values, raw, "right")
    return float(100 * (below + upto) / (2 * len(values)))


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is no text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.60} is no number")
    return float(value)


def _guarded(read: Callable[[], T]) -> T:
    try:
        return read()
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        reason = told(f"{type(error).__name__}: {error}")[:120]
        raise BadReference(f"this is no reference set ({reason}): make it anew", reason=reason) from None


def _dumps(fields: object) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
