"""intake: may this picture be used, is it good enough, what does it show; then order its dream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping

from generator.nouns import Recipe, Verdict
from nftd.config import Settings
from nftd.domain import Event, shown
from nftd.recipes import intake_limits, recipe_of, sentence
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.store import history, listings, runs, sources, work
from scrapers.rights import Rights, strictest

if TYPE_CHECKING:
    from generator.classify import Category
    from generator.intake import Intake


@dataclass(frozen=True, slots=True)
class _Judged:
    """What intake knows of a source in the end."""

    verdicts: tuple[Verdict, ...]
    found: Intake | None
    work: str | None
    category: Category | None

    @property
    def refused(self) -> Verdict | None:
        return next((verdict for verdict in self.verdicts if not verdict.ok), None)


def intake(house: House, lease: Lease) -> Write:
    """Ask every gate in turn; the first refusal ends it. A fit source gets one run."""
    with house.store.read() as connection:
        source = sources.get(connection, lease.key)
        listing = listings.get(connection, source["listing"])
        stated = sources.rights(connection, listing)
        twins = sources.hashes(connection, lease.key)
    house.watch.item(listing["title"])
    if source["state"] != "fetched":
        return nothing
    judged = _judge(house, source, stated, twins)
    refused = judged.refused
    if refused:
        house.watch.refused(listing["title"], refused.reason, sentence(refused))
    named = judged.category.name if judged.category else None
    recipe = recipe_of(house.settings, named) if named and not refused else None

    def write(connection: Connection) -> None:
        _settle(connection, house, lease.key, judged)
        if recipe and not runs.exists_for(connection, lease.key):
            _order(connection, house, lease.key, recipe, listing["rank"] or 0)

    return write


def _judge(house: House, source: RowMapping, stated: list[dict[str, Any]], twins: list[tuple[str, int]]) -> _Judged:
    rights = _rights(stated, house.settings)
    if not rights.ok:
        return _Judged((rights,), None, None, None)
    from generator.intake import examine

    found = examine(house.store.blobs.get(source["image"]), intake_limits(house.settings))
    verdicts = (rights, *found.verdicts)
    if not found.ok or found.work_png is None or found.phash is None:
        return _Judged(verdicts, found, None, None)
    twin = _twin(found.phash, twins, house.settings.intake.twin_bits)
    if not twin.ok:
        return _Judged((*verdicts, twin), found, None, None)
    category, verdict = _categorize(house, found.work_png)
    work_image = house.store.blobs.put(found.work_png)
    return _Judged((*verdicts, twin, verdict), found, work_image, category)


def _rights(stated: list[dict[str, Any]], settings: Settings) -> Verdict:
    """What may be made from this work: by its own license statements, or for study."""
    rights = strictest([Rights(**one) for one in stated])
    allowed = rights.decision == "allow" or settings.rights.generate == "any"
    shows = rights.license or rights.text or rights.url or "nothing stated"
    return Verdict("rights", allowed, f"rights_{rights.reason}", shows, settings.rights.generate)


def _twin(phash: int, others: list[tuple[str, int]], limit: int) -> Verdict:
    from generator.phash import hamming

    near = min(((hamming(phash, other), source) for source, other in others), default=(64, ""))
    ok = near[0] > limit
    reason = "no_twin" if ok else "near_duplicate"
    return Verdict("twin", ok, reason, near[0] if ok else f"{near[0]} bits from {shown(near[1])}", limit)


def _categorize(house: House, picture: bytes) -> tuple[Category, Verdict]:
    from generator.classify import DEFAULT_RULE, categorize
    from generator.pictures import read_work

    executor = house.executor
    phrases = {name: tuple(one.phrases) for name, one in house.settings.categories.items()}
    category = categorize(executor.pair.perceptor, read_work(picture, executor.device), phrases)
    likely = sorted(category.probabilities.items(), key=lambda one: -one[1])[:2]
    value = ", ".join(f"{name} {chance:.3f}" for name, chance in likely)
    limit = f"at least {DEFAULT_RULE.min_probability} and {DEFAULT_RULE.min_margin} ahead of the next"
    reason = f"category_{category.abstained_reason}" if category.abstained_reason else "categorized"
    return category, Verdict("category", category.name is not None, reason, value, limit)


def _settle(connection: Connection, house: House, identifier: str, judged: _Judged) -> None:
    refused = judged.refused
    state, reason = ("unfit", refused.reason) if refused else ("fit", None)
    sources.judged(connection, identifier, judged.verdicts)
    sources.settle(connection, identifier, state, reason, **_facts(judged))
    told = sentence(refused) if refused else f"category {judged.category.name}" if judged.category else None
    history.record(connection, [Event(identifier, "fetched", state, told)], house.cycle)
    if refused:
        house.tally.unfit += 1
        house.tally.refused[refused.reason] += 1
    else:
        house.tally.fit += 1


def _facts(judged: _Judged) -> dict[str, object]:
    found, category = judged.found, judged.category
    if found is None:
        return {}
    return {
        "work": judged.work,
        "width": found.width,
        "height": found.height,
        "phash": None if found.phash is None else f"{found.phash:016x}",
        "category": category.name if category else None,
        "probabilities": category.probabilities if category else None,
        "embedding": category.embedding if category else None,
    }


def _order(connection: Connection, house: House, source: str, recipe: Recipe, rank: int) -> None:
    run = runs.order(connection, source, recipe, house.settings.generator.seed)
    history.record(connection, [Event(run, None, "queued", f"first take of {shown(source)}")], house.cycle)
    work.enqueue(connection, "dream", run, priority=-rank)
