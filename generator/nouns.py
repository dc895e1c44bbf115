"""The generator's words: prompt, recipe, run order, step, verdict, score. Plain data, nothing heavy."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.errors import BadRecipe

METHOD: Final = "composed-grid-1"
"""Name of the loop's own arithmetic (cutouts, optimizer, random streams). What changes pictures changes it,
so that a recipe never promises a picture that the program no longer makes."""

LOSSES: Final = ("fidelity", "total_variation")
PRECISIONS: Final = ("fp32",)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text to dream toward; a negative weight pushes away from it."""

    text: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _number("prompt weight", self.weight))
        _require(self.weight != 0.0, "prompt weight", self.weight, "must not be 0")
        _require(bool(self.text.strip()), "prompt text", self.text, "must not be empty")
        _encodable(self.text)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but source and seed that decides what a dream looks like.

    `weights` are (file name, sha256) pairs, `size` the side of the square picture in pixels, `learning_rate`
    Adam's step on z, `losses` the terms added to the prompts' loss as (name, weight), names from `LOSSES`.
    Raises `BadRecipe` where a field breaks its rule. Numbers become floats, pairs are sorted, so that recipes
    that mean the same have the same `id`.
    """

    generator: str
    weights: tuple[tuple[str, str], ...]
    perceptor: str
    prompts: tuple[Prompt, ...]
    size: int
    iterations: int
    cutouts: int
    learning_rate: float
    losses: tuple[tuple[str, float], ...] = ()
    precision: str = "fp32"
    method: str = METHOD

    def __post_init__(self) -> None:
        pairs = self.weights.items() if isinstance(self.weights, Mapping) else self.weights
        terms = self.losses.items() if isinstance(self.losses, Mapping) else self.losses
        object.__setattr__(self, "weights", tuple(sorted((str(name), str(digest)) for name, digest in pairs)))
        object.__setattr__(self, "losses", tuple(sorted((n, _number(f"loss {n}", w)) for n, w in terms)))
        object.__setattr__(self, "prompts", tuple(self.prompts))
        object.__setattr__(self, "learning_rate", _number("learning_rate", self.learning_rate))
        self._check()

    def _check(self) -> None:
        for name in ("size", "iterations", "cutouts"):
            value = getattr(self, name)
            _require(type(value) is int and value >= 1, name, value, "must be a whole number of at least 1")
        _require(self.learning_rate > 0.0, "learning_rate", self.learning_rate, "must be above 0")
        _require(bool(self.prompts), "prompts", self.prompts, "must name at least one prompt")
        _require(self.precision in PRECISIONS, "precision", self.precision, f"must be one of {PRECISIONS}")
        for name, _ in self.losses:
            _require(name in LOSSES, "loss", name, f"must be one of {LOSSES}")
        names = [name for name, _ in self.losses]
        _require(len(names) == len(set(names)), "losses", names, "must name each loss once")

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON, as 64 hex digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no whitespace, not escaped to ASCII, floats in their shortest form."""
        fields = {
            "generator": self.generator,
            "weights": [list(pair) for pair in self.weights],
            "perceptor": self.perceptor,
            "prompts": [[prompt.text, prompt.weight] for prompt in self.prompts],
            "size": self.size,
            "iterations": self.iterations,
            "cutouts": self.cutouts,
            "learning_rate": self.learning_rate,
            "losses": [list(pair) for pair in self.losses],
            "precision": self.precision,
            "method": self.method,
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Read what `to_json` wrote; `BadRecipe` on anything else."""
        try:
            fields: dict[str, Any] = json.loads(text)
            fields["prompts"] = tuple(Prompt(words, weight) for words, weight in fields["prompts"])
            return cls(**fields)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            message = f"this is no recipe ({error}): give the JSON that a run stored"
            raise BadRecipe(message, text=text[:200]) from error


@dataclass(frozen=True, slots=True)
class RunOrder:
    """All that an executor needs to make one run: it sees no database and no folder.

    `source_png` is the square work of intake; `resume` the state of the last step that was kept.
    """

    run: str
    recipe: Recipe
    seed: int
    source_png: bytes
    resume: bytes | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One iterate: the picture decoded after `step` updates of z, and what is known of it.

    `embedding` is the whole picture's, as float32 little endian, of length 1; `losses` hold `total`, `prompt`
    and each term of the recipe, before weighting; `similarity` is the prompt match on cutouts that were never
    optimized (weighted mean cosine, -1..1); `state` resumes the run behind this step.
    """

    step: int
    png: bytes
    embedding: bytes
    losses: dict[str, float]
    similarity: float
    state: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate decided, with the value it saw and the limit it compared it to."""

    gate: str
    ok: bool
    reason: str
    value: float | str | None = None
    limit: float | str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What a critic says of one picture; `percentile` (0..100) only where it has a reference set."""

    critic: str
    version: str
    raw: float
    percentile: float | None = None


def derive_seed(source: str, recipe: str, take: int) -> int:
    """The seed that stands for -1: 63 bits, always the same for a source, a recipe id and a take."""
    words = json.dumps([source, recipe, take], separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big") >> 1


def _require(holds: bool, name: str, value: object, rule: str) -> None:
    if not holds:
        raise BadRecipe(f"{name} is {value!r}, it {rule}", field=name, value=value, rule=rule)


def _number(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadRecipe(f"{name} is {value!r}, it must be a finite number", field=name, value=value)
    return float(value) + 0.0  # -0.0 and 0.0 are one recipe


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRecipe(f"prompt {text!r} is not valid Unicode: {error.reason}", field="prompt") from error
