"""What is generated in the model card and the README: tables of numbers, files and sources, from JSON and code.

A number is shown beside what the first attempt at such a pair reached (its floor) and what guessing gives. A number
that no table knows is shown in the last one, so that nothing measured is left out.
"""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.mini.manifest import read_manifest
from generator.mini.train.item import CATEGORIES
from generator.mini.train.pictures.packages import Source

Numbers = dict[str, float]
Row = tuple[str, str, str, str, str]  # key, label, unit, the first attempt's, what guessing gives

RECONSTRUCTION: tuple[Row, ...] = (
    ("psnr_drawings_128", "drawings, 128 px", "dB", "22.6 dB", ""),
    ("psnr_drawings_64", "drawings, 64 px", "dB", "19.5 dB", ""),
    ("psnr_scenes_128", "landscapes painted by program, 128 px", "dB", "26.2 dB", ""),
    ("psnr_figures_128", "figures painted by program, 128 px", "dB", "", ""),
    ("psnr_photographs_128", "photographs, 128 px", "dB", "", ""),
    ("psnr_drawings_mean_color", "drawings, each as its mean color", "dB", "11.8 dB", ""),
    ("codes_used", "codes in use, of 1,024", "count", "1,021", ""),
    ("code_perplexity", "perplexity of the codes", "count", "284", ""),
)
LANGUAGE: tuple[Row, ...] = (
    ("retrieval_r1", "right caption first, of 500", "%", "8.8 %", "0.2 %"),
    ("retrieval_r10", "right caption among the first ten, of 500", "%", "24.4 %", "2.0 %"),
    ("text_cosine", "cosine of texts with the teacher's place for them", "cosine", "0.84 to 0.87", "0"),
)
GUIDANCE: tuple[Row, ...] = (
    ("guidance_before", "likeness before", "cosine", "-0.02", ""),
    ("guidance_after", "likeness after 20 steps", "cosine", "0.27", ""),
    ("guidance_smallest_rise", "smallest rise of one picture", "cosine", "0.18", ""),
    ("guidance_judge_before", "likeness before, by the judge", "cosine", "-0.02", ""),
    ("guidance_judge_after", "likeness after 20 steps, by the judge", "cosine", "0.20", ""),
    ("guidance_judge_named", "judge names the prompt, of 12", "%", "75.0 %", "8.3 %"),
    ("seconds_a_step", "processor time of a step at 256 px with 16 cutouts, one thread", "s", "0.23 s", ""),
)
TABLES = {
    "Reconstruction (PSNR; held out)": RECONSTRUCTION,
    "Texts and retrieval (held out)": LANGUAGE,
    "Guidance": GUIDANCE,
}
TESTS = {
    "single": "one prompt a category",
    "ensemble": "ten prompts a category",
    "drawings": "ten prompts, without what was painted by program",
    "round_trip": "ten prompts, after a round trip through the VQGAN",
    "composed": "ten prompts, set into painted pictures",
    "painted": "ten prompts, drawings through strong painterly filters",
    "dreamed": "ten prompts, drawings after 20 steps under the judge",
    "outside_plain": "ten prompts, pictures from outside",
    "outside_painted": "ten prompts, those painted over",
    "outside_vqgan": "ten prompts, those through the VQGAN with noise",
    "outside_dreamed": "ten prompts, fifty of those after 20 steps under the judge",
}
ATTEMPTS = {"single": "64.4 %, 63.8 %", "ensemble": "68.3 %, 69.3 %"}
PAINTED = ("landscapes", "portraits", "people", "sculpted")
OURS = ("this project's (MIT)", "painted by program")
FROM_ABOVE = ("those of the packages above", "pictures chosen from several packages")
NOTE = """\
"First attempt" is the trial that this pair had to beat, by its own held-out tenth: a like test, not the same pictures.
"""
WIDTH = 120  # columns of the README's lines
REGISTRIES = {"debian": "Debian", "npm": "npm", "pypi": "PyPI"}
MEASURES = ("accuracy", "balanced", "majority", *(f"recall_{name}" for name in CATEGORIES))
SHARES = ("_accuracy", "_balanced", "_majority", "_named", "_r1", "_r10")


def flat(numbers: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    """Nested tables as one, with the names joined by underscores."""
    found: dict[str, Any] = {}
    for key, value in numbers.items():
        found |= flat(value, f"{start}{key}_") if isinstance(value, Mapping) else {f"{start}{key}": value}
    return found


def number_tables(numbers: Mapping[str, Any]) -> str:
    """All measured numbers as Markdown tables with headings; what no table knows comes last."""
    left = flat(numbers)
    parts = [NOTE, _category_table(left)]
    parts += [_table(title, rows, left) for title, rows in TABLES.items()]
    parts.append(_other(left))
    return "\n".join(part for part in parts if part)


def headline(numbers: Mapping[str, Any]) -> str:
    """The README's line about the small models; a number that was not measured is left out."""
    found = flat(numbers)
    said = (
        ("psnr_drawings_128", "{} of reconstruction (PSNR at 128 px)", "dB"),
        ("drawings_accuracy", "{} of drawings in the right one of five categories", "%"),
        ("retrieval_r1", "the right caption first among 500 for {}", "%"),
        ("retrieval_r10", "among the first ten for {}", "%"),
        ("guidance_judge_named", "{} of dreams named by a second model that never guides", "%"),
        ("seconds_a_step", "{} a step on one core", "s"),
    )
    parts = [text.format(shown(found[key], unit)) for key, text, unit in said if key in found]
    return textwrap.fill(f"Measured on what the small models never saw: {', '.join(parts)}.", WIDTH) + "\n"


def shown(value: object, unit: str) -> str:
    """A number as a person reads it: shares as percent with one decimal, counts with separators."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return json.dumps(value, ensure_ascii=False).replace("|", "\\|")
    if unit == "%":
        return f"{100 * value:.1f} %"
    if unit == "count":
        return f"{value:,.0f}"
    return {"dB": f"{value:.1f} dB", "cosine": f"{value:.2f}", "s": f"{value:.2f} s"}.get(unit, f"{value:g}")


def digest_table(weights: Path) -> str:
    """The shipped files: name, bytes, sha256."""
    manifest = read_manifest(weights)
    rows = [(file, f"{(weights / file).stat().st_size:,}", f"`{digest}`") for file, digest in manifest.items()]
    return _markdown(("file", "bytes", "sha256"), rows)


def source_table(sources: Sequence[Source], used: Iterable[str]) -> str:
    """Every source with its license and how many pictures came of it; last what the project painted itself.

    `used` holds the source of each picture. A source may ask for an attribution (CC BY): it is quoted.
    """
    counts = Counter(used)
    names = {source.package.rpartition("/")[2] for source in sources}
    rows = []
    for source in sources:
        pictures = counts.pop(_picture_name(source, counts, names), 0)
        name = f"{source.package} ({REGISTRIES.get(source.registry, source.registry)})"
        shown_count = f"{pictures:,}" if pictures else ""
        rows.append((name, source.license, f"`{source.license_file}`", source.purpose, shown_count, source.attribution))
    for name in sorted(counts):
        terms, purpose = OURS if name in PAINTED else FROM_ABOVE
        rows.append((name, terms, "", purpose, f"{counts[name]:,}", ""))
    return _markdown(("source", "license", "where it stands", "used for", "pictures", "attribution"), rows)


def _picture_name(source: Source, counts: Iterable[str], names: set[str]) -> str:
    """What the pictures of a package are called: the last part of its name, or a start of it that is no other's."""
    name = source.package.rpartition("/")[2]
    starts = [one for one in counts if one == name or (one not in names and name.startswith(f"{one}-"))]
    return max(starts, key=len, default="")


def _category_table(left: dict[str, Any]) -> str:
    tests = [key.removesuffix("_accuracy") for key in left if key.endswith("_accuracy")]
    tests = [test for test in tests if f"{test}_balanced" in left]
    rows = []
    for test in tests:
        values = [left.pop(f"{test}_{measure}", None) for measure in MEASURES]
        cells = ["" if value is None else shown(value, "%") for value in values]
        rows.append((TESTS.get(test, test.replace("_", " ")), *cells, ATTEMPTS.get(test, "")))
    head = ("asked with", "right", "mean of the five", "largest category", *CATEGORIES, "first attempt: right, mean")
    return f"### Five categories (held out, and from outside)\n\n{_markdown(head, rows)}" if rows else ""


def _table(title: str, wanted: Sequence[Row], left: dict[str, Any]) -> str:
    rows = [
        (label, shown(left.pop(key), unit), attempt, chance)
        for key, label, unit, attempt, chance in wanted
        if key in left
    ]
    return f"### {title}\n\n{_markdown(('what', 'measured', 'first attempt', 'by guessing'), rows)}" if rows else ""


def _other(left: Mapping[str, Any]) -> str:
    rows = [(key.replace("_", " "), shown(value, "%" if _is_share(key) else "")) for key, value in left.items()]
    return f"### Other\n\n{_markdown(('what', 'measured'), rows)}" if rows else ""


def _is_share(key: str) -> bool:
    return key.endswith(SHARES) or "_recall_" in key


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns that are empty in every row are left out."""
    every = list(rows)
    kept = [n for n in range(len(head)) if n == 0 or any(row[n] for row in every)]
    lines = [" | ".join(head[n] for n in kept), "|".join("---" for _ in kept)]
    lines += [" | ".join(row[n] for n in kept) for row in every]
    return "".join(f"|{line}|\n" if set(line) <= {"-", "|"} else f"| {line} |\n" for line in lines)
