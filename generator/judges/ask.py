"""Asks judges about a batch. One that fails leaves its score missing, with a reason, and the others go on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from generator.judges.errors import BadBatch, BadReference
from generator.judges.port import Batch, Facts, Floats, Judge, Opinion, told
from generator.judges.reference import Reference

NEEDS: Final = {"embedding": "embeddings", "picture": "pictures", "stored": "similarities"}


def ask(
    judges: Sequence[Judge], batch: Batch, references: Mapping[str, Reference] | None = None
) -> tuple[tuple[Opinion, ...], ...]:
    """The opinions of all judges on each of N items, in the judges' order.

    `references` are reference sets by judge: a raw value gets its percentile in the set of the same judge, version
    and perceptor. Raises nothing for what a judge does: where it fails on the whole batch it is asked for each item
    alone, so that one picture does not cost the others their scores.
    """
    rows = [_opinions(judge, batch, (references or {}).get(judge.facts.name)) for judge in judges]
    return tuple(tuple(row[item] for row in rows) for item in range(len(batch)))


def _opinions(judge: Judge, batch: Batch, reference: Reference | None) -> list[Opinion]:
    facts = judge.facts
    lacking = _lacking(facts, batch)
    if lacking:
        return [Opinion(facts.name, facts.version, None, reason=lacking)] * len(batch)
    reason, usable = _usable(facts, reference)
    raws = _raw(judge, batch)
    return [_opinion(facts, raw, usable, reason) for raw in raws]


def _lacking(facts: Facts, batch: Batch) -> str:
    """What the batch has not that the judge needs, in words; empty where nothing lacks."""
    if facts.looks_at in NEEDS and getattr(batch, NEEDS[facts.looks_at]) is None:
        return f"there are no {NEEDS[facts.looks_at]} at hand"
    if facts.looks_at != "picture" and facts.perceptor and facts.perceptor != batch.perceptor:
        return f"it reads embeddings of {facts.perceptor}, these are of {told(batch.perceptor) or 'nobody'}"
    return ""


def _usable(facts: Facts, reference: Reference | None) -> tuple[str, Reference | None]:
    if reference is None:
        return "", None
    try:
        reference.require(facts)
    except BadReference as error:
        return told(str(error)), None
    return "", reference


def _raw(judge: Judge, batch: Batch) -> list[float | str]:
    """A value or the reason for its lack, for each item."""
    found = _tried(judge, batch)
    if isinstance(found, str):
        alone = [_tried(judge, batch.only(item)) for item in range(len(batch))] if len(batch) > 1 else [found]
        return [one if isinstance(one, str) else float(one[0]) for one in alone]
    return [float(value) for value in found]


def _tried(judge: Judge, batch: Batch) -> Floats | str:
    try:
        values = np.asarray(judge.raw(batch), dtype=np.float64)
        if values.shape != (len(batch),):
            raise BadBatch(f"it answered with {list(values.shape)} numbers for {len(batch)} pictures")
    except Exception as error:  # noqa: BLE001 - another package's judge may raise anything: its score is missing then
        return told(f"it failed: {type(error).__name__}: {error}")
    return values


def _opinion(facts: Facts, raw: float | str, reference: Reference | None, reason: str) -> Opinion:
    if isinstance(raw, str):
        return Opinion(facts.name, facts.version, None, reason=raw)
    if not math.isfinite(raw):
        return Opinion(facts.name, facts.version, None, reason=f"its value is {raw}, which is no judgment")
    percentile = None if reference is None else reference.percentile(raw)
    return Opinion(facts.name, facts.version, raw, percentile, reason)
