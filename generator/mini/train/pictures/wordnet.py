"""Reads WordNet's database files (wndb(5)): the English words, and phrases to teach the text tower."""

from __future__ import annotations

import random
from pathlib import Path

PARTS = ("noun", "verb", "adj", "adv")


def english_words(package: Path) -> set[str]:
    """Every single word that is a lemma."""
    folder = package / "usr" / "share" / "wordnet"
    found: set[str] = set("a an and at by for from in of on or the to with".split())
    for part in PARTS:
        found.update(line.split(" ", 1)[0] for line in _lines(folder / f"index.{part}"))
    return found


def phrases(package: Path, count: int, seed: int) -> list[str]:
    """Lemmas of nouns and adjectives and the starts of their glosses, `count` chosen by the seed."""
    folder = package / "usr" / "share" / "wordnet"
    found: set[str] = set()
    for part in ("noun", "adj"):
        for line in _lines(folder / f"data.{part}"):
            fields, _, gloss = line.partition(" | ")
            found.add(fields.split(" ")[4].replace("_", " ").partition("(")[0].lower())
            found.add(" ".join(gloss.partition(";")[0].partition('"')[0].split()[:12]).lower())
    return random.Random(seed).sample(sorted(found), count)  # noqa: S311 - not for secrets


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8", errors="replace").splitlines() if not line.startswith(" ")]
