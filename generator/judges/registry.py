"""Judges by name, through the entry-point group `nftd.critics`: ours and those of other packages.

A package adds one with

    [project.entry-points."nftd.critics"]
    my-judge = "my_package.my_judge:make"

in its pyproject.toml, where `make` takes `generator.judges.ours.Tools` and returns a `generator.judges.port.Judge`
whose facts have that very name. It is imported when it is made, so a broken package troubles no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

from generator.judges.errors import NoJudge
from generator.judges.port import Batch, Facts, Judge, told

if TYPE_CHECKING:
    from generator.judges.ours import Tools

GROUP: Final = "nftd.critics"
OURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "prompt-match": "generator.judges.ours:prompt_match",
        "fidelity": "generator.judges.ours:fidelity",
        "clip-contrast": "generator.judges.ours:clip_contrast",
        "realism": "generator.judges.ours:realism",
        "novelty": "generator.judges.ours:novelty",
        "laion-vit-b-32": "generator.judges.ours:laion_b_32",
        "laion-vit-l-14": "generator.judges.ours:laion_l_14",
        "improved-vit-l-14": "generator.judges.ours:improved_l_14",
        "simulacra-vit-b-32": "generator.judges.ours:simulacra_b_32",
        "simulacra-vit-b-16": "generator.judges.ours:simulacra_b_16",
        "simulacra-vit-l-14": "generator.judges.ours:simulacra_l_14",
    }
)


@dataclass(frozen=True, slots=True)
class AbsentJudge:
    """Stands for a judge that could not be made: its scores are missing, and say why."""

    facts: Facts
    reason: str

    def raw(self, batch: Batch) -> NoReturn:  # noqa: ARG002 - the port's
        """Raise `NoJudge` with the reason."""
        raise NoJudge(self.reason, judge=self.facts.name)


def registered() -> dict[str, tuple[EntryPoint, ...]]:
    """All entry points by name; several where packages claim one name, which is then nobody's."""
    found = {name: {value: EntryPoint(name, value, GROUP)} for name, value in OURS.items()}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, {}).setdefault(point.value, point)
    return {name: tuple(points.values()) for name, points in found.items()}


def make_judges(names: Sequence[str], tools: Tools) -> tuple[Judge, ...]:
    """The judges of these names, in this order; an `AbsentJudge` for each that cannot be made. Never raises for one."""
    known = registered()
    return tuple(_made(name, known.get(name, ()), tools) for name in names)


def usual_names(perceptor: str) -> tuple[str, ...]:
    """The judges of ours that suit a perceptor: those of every perceptor, and the heads that were trained on it."""
    from generator.judges.heads import HEADS, head_names

    return (*(name for name in OURS if name not in HEADS), *head_names(perceptor))


def _made(name: str, points: Sequence[EntryPoint], tools: Tools) -> Judge:
    if not points:
        return _absent(name, f"no judge is called {name!r}: there are {', '.join(sorted(registered()))}")
    if len(points) > 1:
        owners = " and ".join(point.dist.name if point.dist else "nftd" for point in points)
        return _absent(name, f"it is registered twice, by {owners}: remove one package")
    try:
        judge: Judge = points[0].load()(tools)
        named = judge.facts.name
    except Exception as error:  # noqa: BLE001 - another package's judge may raise anything: its scores are missing then
        return _absent(name, f"{type(error).__name__}: {error}")
    if named != name:
        return _absent(name, f"the judge calls itself {named!r}, its package registers {name!r}: they must agree")
    return judge


def _absent(name: str, reason: str) -> AbsentJudge:
    return AbsentJudge(Facts(told(name), "0", "", "any"), told(reason))
