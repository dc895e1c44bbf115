"""The generator's words: prompts, recipe, run order, step, verdict, score. Plain data, nothing heavy."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.errors import BadRecipe

METHOD: Final = "composed-grid-1"
"""Name of the loop's own arithmetic (cutouts, optimizer, random streams). What changes pictures changes it,
so that a recipe never promises a picture that the program no longer makes."""

PROMPT_MATCH: Final = "prompt-match"
FIDELITY: Final = "fidelity"
LOSSES: Final = ("fidelity", "total_variation")
PRECISIONS: Final = ("fp32", "bf16", "fp16")
OPTIMIZERS: Final = ("adam", "adamw", "adamax", "radam", "sgd")
CUTOUT_METHODS: Final = ("grid", "peers")

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_WEIGHTED: Final = re.compile(r"(.*\S)\s*:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*", re.DOTALL)


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

    @classmethod
    def parse(cls, words: str) -> Prompt:
        """Read `text` or `text:weight`, as users of VQGAN+CLIP write it; the number after the last colon counts."""
        found = _WEIGHTED.fullmatch(words)
        return cls(found[1], float(found[2])) if found else cls(words)


@dataclass(frozen=True, slots=True)
class ImagePrompt:
    """A picture to dream toward, by the SHA-256 of its square PNG; a negative weight pushes away from it."""

    digest: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _number("image prompt weight", self.weight))
        _require(self.weight != 0.0, "image prompt weight", self.weight, "must not be 0")
        _require(bool(_SHA256.fullmatch(self.digest)), "image prompt", self.digest, "must be a SHA-256 in hex")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but source and seed that decides what a dream looks like.

    `weights` are (file name, sha256) pairs, `size` the side of the square picture in pixels, `learning_rate`
    the optimizer's step on z, `losses` the terms added to the prompts' loss as (name, weight), names from `LOSSES`.
    `precision` is what the models compute in; z, its moments and the losses are fp32 in each.
    Raises `BadRecipe` where a field breaks its rule. Numbers become floats, pairs are sorted, and what has its
    default since it was added is left out of the JSON, so that recipes that mean the same have the same `id`.
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
    images: tuple[ImagePrompt, ...] = ()
    optimizer: str = "adam"
    cutout_method: str = "grid"

    def __post_init__(self) -> None:
        pairs = self.weights.items() if isinstance(self.weights, Mapping) else self.weights
        terms = self.losses.items() if isinstance(self.losses, Mapping) else self.losses
        object.__setattr__(self, "weights", tuple(sorted((str(name), str(digest)) for name, digest in pairs)))
        object.__setattr__(self, "losses", tuple(sorted((n, _number(f"loss {n}", w)) for n, w in terms)))
        object.__setattr__(self, "prompts", tuple(self.prompts))
        object.__setattr__(self, "images", tuple(self.images))
        object.__setattr__(self, "learning_rate", _number("learning_rate", self.learning_rate))
        self._check()

    def _check(self) -> None:
        for name in ("size", "iterations", "cutouts"):
            value = getattr(self, name)
            _require(type(value) is int and value >= 1, name, value, "must be a whole number of at least 1")
        _require(self.learning_rate > 0.0, "learning_rate", self.learning_rate, "must be above 0")
        _require(bool(self.prompts or self.images), "prompts", self.prompts, "must name at least one prompt")
        for name, known in _CHOICES.items():
            value = getattr(self, name)
            _require(value in known, name, value, f"must be one of {known}")
        for name, _ in self.losses:
            _require(name in LOSSES, "loss", name, f"must be one of {LOSSES}")
        names = [name for name, _ in self.losses]
        _require(len(names) == len(set(names)), "losses", names, "must name each loss once")

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON, as 64 hex digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def weighted(self) -> tuple[float, ...]:
        """The weights of all prompts, those of texts first."""
        return (*(prompt.weight for prompt in self.prompts), *(image.weight for image in self.images))

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
        fields |= {name: getattr(self, name) for name, usual in _ADDED.items() if getattr(self, name) != usual}
        if self.images:
            fields["images"] = [[image.digest, image.weight] for image in self.images]
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Read what `to_json` wrote; `BadRecipe` on anything else."""
        try:
            fields: dict[str, Any] = json.loads(text)
            fields["prompts"] = tuple(Prompt(words, weight) for words, weight in fields["prompts"])
            fields["images"] = tuple(ImagePrompt(digest, weight) for digest, weight in fields.get("images", ()))
            return cls(**fields)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            message = f"this is no recipe ({error}): give the JSON that a run stored"
            raise BadRecipe(message, text=text[:200]) from error


_CHOICES: Final = {"precision": PRECISIONS, "optimizer": OPTIMIZERS, "cutout_method": CUTOUT_METHODS}
_ADDED: Final = {"optimizer": "adam", "cutout_method": "grid"}  # fields younger than recipes that are stored


@dataclass(frozen=True, slots=True)
class RunOrder:
    """All that an executor needs to make one run: it sees no database and no folder.

    `source_png` is the square work of intake; `resume` the state of the last step that was kept; `images` are the
    recipe's image prompts as (sha256, square PNG); `labels` go into every iterate's file; `rung` is the first of the
    memory ladder to try, for a run whose worker was killed.
    """

    run: str
    recipe: Recipe
    seed: int
    source_png: bytes
    resume: bytes | None = None
    images: tuple[tuple[str, bytes], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    rung: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One iterate: the picture decoded after `step` updates of z, and what is known of it.

    `embedding` is the whole picture's, as float32 little endian, of length 1; `losses` hold `total`, `prompt`
    and each term of the recipe, before weighting; `similarity` is the prompt match on cutouts that were never
    optimized (weighted mean cosine, -1..1); `state` resumes the run behind this step; `memory` says in words by which
    rung of the memory ladder it was made.
    """

    step: int
    png: bytes
    embedding: bytes
    losses: dict[str, float]
    similarity: float
    state: bytes
    memory: str = ""


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
