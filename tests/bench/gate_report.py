"""Measure the gates and the classifier: `python -m tests.bench.gate_report [--write] [--work WORK] [--read]`.

Prints tables; `--write` puts them into docs/gates.md between its comments. Without more it uses what is in the
repository: the bundled gallery and pictures drawn by code. With the folder of `python -m generator.mini.train --work
WORK` it also measures the held-out tenth and the pictures from outside. `--read` measures rapidocr, where it is
installed.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from generator.classify import DEFAULT_RULE, rule_of
from generator.gates import measured
from generator.presets import load_pair
from tests.bench.gates.categories import (
    Seen,
    by_category,
    calibration_error,
    chance_error,
    chances,
    fitted_temperature,
    kept,
    reliability,
    seen,
    seen_gallery,
)
from tests.bench.gates.measure import (
    BASELINES,
    GATES,
    TWIN_BITS,
    Gate,
    Scored,
    best_limit,
    examples,
    halves,
    rates,
    scored,
    separation,
    twins,
)
from tests.bench.gates.works import Work, drawn, from_file, gallery_works

PAGE = Path(__file__).parents[2] / "docs" / "gates.md"
DRAWN, OUTSIDE, PIECES = 160, 300, 2
FIRST = 10_000  # seeds below it, and the first `OUTSIDE` files, were looked at while the measures were made
BITS = (4, 6, 8, 10, 12)
LEAST_SIDE = 128  # the size gate refuses what is smaller
Sets = dict[str, list[Work]]


def repository_works(count: int = DRAWN, pieces: int = PIECES) -> Sets:
    """What needs nothing but the repository."""
    return {
        "drawn by code": [drawn(FIRST + seed) for seed in range(count)],
        "bundled gallery": [work for seed in range(pieces) for work in gallery_works(FIRST + seed)],
    }


def outside_works(data: Path) -> list[Work]:
    """Photographs, paintings and drawings of packages that nothing was trained on, as their files are."""
    from generator.mini.train.outside.labels import LABELS
    from generator.mini.train.outside.read import read_labels

    kinds = {(label.package, label.path): label.kind for label in read_labels(LABELS)}
    chosen = sorted(kinds, key=lambda one: hashlib.sha256(one[1].encode()).hexdigest())[OUTSIDE:]
    works = [
        from_file(data / package / path, kinds[package, path], np.random.default_rng([FIRST, number]))
        for number, (package, path) in enumerate(chosen)
    ]
    return [work for work in works if min(work.pixels.shape[:2]) >= LEAST_SIDE]


# --- tables ---------------------------------------------------------------------------------------


def gate_tables(sets: Sets) -> Iterator[str]:
    """Precision and recall, then what is missed and what is refused wrongly, for each gate."""
    found = {(gate.name, name): scored(gate, works) for gate in GATES for name, works in sets.items()}
    limits = {gate.name: (gate.limit, gate.sign) for gate in GATES} | {"twin": (TWIN_BITS, -1)}
    for name, works in sets.items():
        found["twin", name] = twins(first_pieces(works))
    yield "### Precision and recall\n"
    yield table(
        "gate|pictures|bad, good|limit from the other half|precision|recall|shipped limit|precision|recall",
        (rate_row(gate, name, one, *limits[gate]) for gate in limits for name, one in with_all(gate, found)),
    )
    yield "\n### By defect and by kind of picture, at the shipped limits\n"
    yield table(
        "gate|refused of the bad, by defect|wrongly refused, by kind of picture",
        ((gate, *details(gate, found, *limits[gate])) for gate in limits),
    )
    yield "\n### Twins at other limits: precision, recall\n"
    yield table("bits|" + "|".join(sets), bit_rows(sets, found))
    yield "\n### Against simpler measures\n"
    yield table("gate|measure|" + "|".join(sets), measure_rows(sets, found))


def with_all(gate: str, found: dict[tuple[str, str], list[Scored]]) -> Iterator[tuple[str, list[Scored]]]:
    """The sets of one gate, and all of them together."""
    ours = {name: part for (other, name), part in found.items() if other == gate}
    yield from ours.items()
    yield "all", [one for part in ours.values() for one in part]


def first_pieces(works: Sequence[Work]) -> list[Work]:
    """One piece of each picture: two pieces of one are neither twins nor strangers."""
    return list({work.name: work for work in reversed(works)}.values())[::-1]


def rate_row(gate: str, name: str, found: list[Scored], limit: float, sign: int) -> tuple[str, ...]:
    """One gate on one set: the first half chooses, the second is measured."""
    chooses, tells = halves(found)
    own = best_limit(chooses)
    chosen, shipped = rates(tells, own), rates(tells, sign * limit - 0.5 * (gate == "twin"))
    both = [percent(share) for one in (chosen, shipped) for share in (one.precision, one.recall)]
    return (gate, name, f"{chosen.bad}, {chosen.good}", f"{abs(own):.3g}", *both[:2], f"{limit:g}", *both[2:])


def details(gate: str, found: dict[tuple[str, str], list[Scored]], limit: float, sign: int) -> tuple[str, str]:
    """What is caught of each defect, and how many clean pictures of each kind are refused."""
    ours = [one for (name, _), part in found.items() if name == gate for one in part]
    edge = sign * limit - 0.5 * (gate == "twin")
    bad = grouped((one.example.how, one.value > edge) for one in ours if one.example.bad)
    good = grouped((one.example.kind, one.value > edge) for one in ours if not one.example.bad)
    wrong = {kind: hits for kind, hits in good.items() if any(hits)}
    caught = ", ".join(f"{how} {percent(sum(hits) / len(hits))}" for how, hits in sorted(bad.items()))
    return caught, ", ".join(f"{kind} {sum(hits)} of {len(hits)}" for kind, hits in sorted(wrong.items())) or "none"


def grouped(pairs: Iterator[tuple[str, bool]]) -> dict[str, list[bool]]:
    """Lists of answers by name."""
    found: dict[str, list[bool]] = {}
    for name, hit in pairs:
        found.setdefault(name, []).append(hit)
    return found


def bit_rows(sets: Sets, found: dict[tuple[str, str], list[Scored]]) -> Iterator[tuple[str, ...]]:
    """The twin gate at several limits, on the measured half."""
    for bits in BITS:
        parts = [rates(halves(found["twin", name])[1], -bits - 0.5) for name in sets]
        yield (str(bits), *(f"{percent(one.precision)}, {percent(one.recall)}" for one in parts))


def measure_rows(sets: Sets, found: dict[tuple[str, str], list[Scored]]) -> Iterator[tuple[str, ...]]:
    """The area under the ROC curve of each measure on each set."""
    gates = {gate.name: gate for gate in GATES}
    for gate in gates:
        yield (gate, "this gate's", *(f"{separation(found[gate, name]):.4f}" for name in sets))
    for gate, title, value, sign in BASELINES:
        other = Gate(gate, gates[gate].defect, value, 0.0, sign)
        yield (gate, title, *(f"{separation(scored(other, works)):.4f}" for works in sets.values()))


def reading_table(sets: Sets) -> Iterator[str]:
    """rapidocr on every fourth labeled picture of the text gate."""
    from generator.text_ocr import MOST_TEXT, TextReader

    reader, gate = TextReader(), GATES[-1]
    yield f"\n### Text that rapidocr reads, at a limit of {MOST_TEXT:g}\n"
    rows = []
    for name, works in sets.items():
        found = [Scored(one, reader.share(measured(one.pixels))) for one in examples(gate, works[::4])]
        one = rates(found, MOST_TEXT)
        rows.append((name, f"{one.bad}, {one.good}", percent(one.precision), percent(one.recall)))
    yield table("pictures|bad, good|precision|recall", rows)


def category_tables(sets: dict[str, Seen], fit: Sequence[str]) -> Iterator[str]:
    """Calibration and abstaining on the half of each set that chose nothing; the gallery is measured whole."""
    rule = rule_of("mini")
    if fit:
        fitted = fitted_temperature([sets[name].half(0).certain for name in fit])
        yield f"Temperature fitted on the other halves: {fitted:.3f}. Shipped: {rule.temperature:g}.\n"
    tells = {name: (one.half(1) if name in fit else one) for name, one in sets.items()}
    yield "### Calibration and abstaining\n"
    yield table(
        "pictures|of one of the five|right|ECE uncalibrated|ECE calibrated|by chance|answered|right of those|"
        "ECE of those|excluded of those of none",
        (category_row(name, one) for name, one in tells.items()),
    )
    for name, one in tells.items():
        yield f"\n### Reliability: {name}\n"
        sure = one.certain
        rows = reliability(chances(sure.cosines, rule.temperature), sure.truth)
        yield table(
            "probability up to|pictures|mean probability|right",
            ((f"{end:.2f}", str(count), f"{mean:.3f}", f"{right:.3f}") for end, count, mean, right in rows),
        )
    yield "\n### Precision and recall of each category, abstaining counted as a miss\n"
    yield table("category|" + "|".join(f"{name}: pictures, precision, recall" for name in tells), class_rows(tells))


def category_row(name: str, one: Seen) -> tuple[str, ...]:
    """One set in numbers."""
    rule, sure = rule_of("mini"), one.certain
    found, before = (chances(sure.cosines, each.temperature) for each in (rule, DEFAULT_RULE))
    answers, right = kept(found, rule), found.argmax(axis=1) == sure.truth
    none = one.part(one.truth < 0)
    excluded = 1 - kept(chances(none.cosines, rule.temperature), rule).mean() if len(none.truth) else None
    return (
        name, str(len(sure.truth)), percent(right.mean()), f"{calibration_error(before, sure.truth):.3f}",
        f"{calibration_error(found, sure.truth):.3f}", f"{chance_error(found):.3f}", percent(answers.mean()),
        percent(right[answers].mean()),
        f"{calibration_error(found[answers], sure.truth[answers]):.3f}",
        "" if excluded is None else f"{percent(excluded)} of {len(none.truth)}",
    )  # fmt: skip


def class_rows(sets: dict[str, Seen]) -> Iterator[tuple[str, ...]]:
    """Each category on each set."""
    rule = rule_of("mini")
    parts = [
        by_category(chances(one.certain.cosines, rule.temperature), one.certain.truth, rule) for one in sets.values()
    ]
    for rows in zip(*parts, strict=True):
        yield (
            rows[0][0],
            *(f"{count}, {percent(precision)}, {percent(recall)}" for _, count, precision, recall in rows),
        )


def seen_sets(work: Path | None) -> tuple[dict[str, Seen], list[str]]:
    """The gallery, and with the training's folder the held-out pictures; the names of those that a fit may use."""
    perceptor = load_pair("mini", "cpu").perceptor
    found = {"bundled gallery": seen_gallery(perceptor)}
    if work is None:
        return found, []
    from generator.mini.train.heldout import composed, held_out
    from generator.mini.train.outside.measure import load_outside, painted_views, plain_views

    test, outside = held_out(work), load_outside(work / "data")
    found["held out"] = seen(perceptor, test.items, test.images)
    found["held out, set into painted pictures"] = seen(perceptor, *composed(work, 128))
    found["outside"] = seen(perceptor, outside.items, plain_views(outside))
    found["outside, painted over"] = seen(perceptor, outside.items, painted_views(outside))
    return found, [name for name in found if name != "bundled gallery"]


def table(head: str, rows: object) -> str:
    """A Markdown table of a head "a|b" and rows of cells."""
    lines = [head.split("|"), *([list(row) for row in rows])]  # type: ignore[attr-defined]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def percent(share: float) -> str:
    """0.987 as 98.7 %."""
    return f"{100 * share:.1f} %"


# --- the page -------------------------------------------------------------------------------------


def replaced(page: str, name: str, text: str) -> str:
    """The page with new text between its comments of this name."""
    head, rest = page.split(f"<!-- {name} -->", 1)
    tail = rest.split(f"<!-- end of {name} -->", 1)[1]
    return f"{head}<!-- {name} -->\n\n{text}\n\n<!-- end of {name} -->{tail}"


def main() -> None:
    """Read the arguments, measure, print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/gates.md")
    parser.add_argument("--work", type=Path, help="the folder of `python -m generator.mini.train --work`")
    parser.add_argument("--read", action="store_true", help="measure rapidocr too")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    sets = repository_works()
    if chosen.work:
        sets["outside"] = outside_works(chosen.work / "data")
    parts = list(gate_tables(sets))
    if chosen.read:
        parts += reading_table(sets)
    texts = {"gates": "\n".join(parts), "categories": "\n".join(category_tables(*seen_sets(chosen.work)))}
    for name, text in texts.items():
        if chosen.write:
            PAGE.write_text(replaced(PAGE.read_text("utf-8"), name, text), "utf-8")
        else:
            print(text, end="\n\n")


if __name__ == "__main__":
    main()
