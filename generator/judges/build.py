"""Makes the reference sets of a preset from a folder of pictures and dreams of them.

    python -m generator.judges.build PICTURES [--out FILE] [--preset mini] [--weights FOLDER]

What ships is made of the bundled gallery: `python -m generator.judges.build nftd/sample/site/images`. Each picture
that passes intake is a work; it is encoded and decoded once (the plain reconstruction), and dreamed toward the prompt
of its category with the preset's own number of steps, of which every fourth is kept. The same pictures and weights
give the same file.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from generator.judges.measured import measure_judges
from generator.judges.novelty import NAME as NOVELTY
from generator.judges.novelty import Past, novelty_judge
from generator.judges.port import Batch, Facts, Judge, stacked
from generator.judges.realism import NAME as REALISM
from generator.judges.reference import Reference, references_to_json
from generator.judges.registry import AbsentJudge, make_judges, usual_names
from generator.nouns import FIDELITY, PROMPT_MATCH

if TYPE_CHECKING:
    from generator.judges.collect import Collection, Seen
    from generator.judges.ours import Tools

HERE: Final = Path(__file__).with_name("references")
WORKS, PLAIN, DREAMS = "works", "reconstructions", "dreams"
Groups = tuple[tuple[str, tuple[float, ...]], ...]


def make_references(found: Collection, tools: Tools, names: Sequence[str], what: str) -> list[Reference]:
    """The reference set of each judge of these names that can be made, and of each objective measure.

    `what` says in words which pictures they are.
    """
    judges = (*make_judges([name for name in names if name != NOVELTY], tools), *measure_judges())
    made = [_reference(judge, found, what) for judge in judges if not isinstance(judge, AbsentJudge)]
    return [*made, _novelty(found, tools, what)] if NOVELTY in names else made


def groups_of(judge: str, found: Collection) -> dict[str, tuple[Seen, ...]]:
    """Which pictures a judge's set is of: realism stands between real ones and reconstructions, others with dreams."""
    if judge == REALISM:
        return {WORKS: found.works, PLAIN: found.reconstructions}
    dreams = {DREAMS: found.dreams}
    return dreams if judge in (PROMPT_MATCH, FIDELITY) else {WORKS: found.works, **dreams}


def _reference(judge: Judge, found: Collection, what: str) -> Reference:
    sources = {one.work: one.embedding for one in found.works}
    groups = groups_of(judge.facts.name, found).items()
    values = tuple((name, _values(judge, seen, sources)) for name, seen in groups)
    return _stored(judge.facts, values, what)


def _values(judge: Judge, seen: Sequence[Seen], sources: dict[str, bytes]) -> tuple[float, ...]:
    batch = Batch(
        judge.facts.perceptor,
        embeddings=stacked([one.embedding for one in seen]),
        pictures=tuple(one.pixels for one in seen),
        sources=stacked([sources[one.work] for one in seen]),
        similarities=np.array([one.similarity for one in seen]),
    )
    return tuple(map(float, judge.raw(batch)))


def _novelty(found: Collection, tools: Tools, what: str) -> Reference:
    """Of each dream against all works but its own and the last steps of all dreams but its own."""
    last = {one.work: one for one in found.dreams}
    past = Past.of((one.work, one.embedding) for one in (*found.works, *last.values()))
    values: list[float] = []
    judge = novelty_judge(tools.perceptor_name, past)
    for work in last:
        asked = replace(judge, past=past.without({work}))
        own = [one.embedding for one in found.dreams if one.work == work]
        values.extend(map(float, asked.raw(Batch(tools.perceptor_name, embeddings=stacked(own)))))
    return _stored(judge.facts, ((DREAMS, tuple(values)),), what)


def _stored(facts: Facts, groups: Groups, what: str) -> Reference:
    return Reference(facts.name, facts.version, facts.perceptor, what, groups)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the reference sets of a preset."""
    parser = argparse.ArgumentParser(prog="python -m generator.judges.build", description=__doc__.split("\n", 1)[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--preset", default="mini")
    parser.add_argument("--weights", type=Path, help="the folder of installed weights, for a preset that needs some")
    parser.add_argument("--most", type=int, default=0, help="take the first pictures only")
    given = parser.parse_args(arguments)
    from generator.judges.collect import Maker, collect
    from generator.judges.ours import tools_of
    from generator.presets import load_pair, preset, settle_precision

    settings = preset(given.preset)
    settings = replace(settings, precision=settle_precision(settings, "cpu"))
    pair = load_pair(given.preset, "cpu", settings.precision, given.weights)
    files = sorted(file for file in given.pictures.iterdir() if file.is_file())
    found = collect(Maker(settings, pair), files[: given.most or None])
    what = f"{len(found.works)} works, {len(found.dreams)} steps of their dreams at {settings.size} pixels"
    tools = tools_of(settings, pair, weights=given.weights)
    made = make_references(found, tools, usual_names(settings.perceptor), what)
    made = [replace(one, weights=tuple(pair.digests)) for one in made]
    out = given.out or HERE / f"{given.preset}.json"
    out.write_text(references_to_json(made), encoding="utf-8")
    print(f"{out}: {len(made)} judges, {what}")


if __name__ == "__main__":
    main()
