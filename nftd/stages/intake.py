"""intake: may this picture be used, is it good enough, what does it show; then order its dream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from generator.categories import Category, rule_of
from generator.nouns import Recipe, Verdict
from generator.persons import person_warning
from nftd.config import Settings
from nftd.domain import Event, shown
from nftd.recipes import intake_limits, recipe_of, sentence
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.store import appeals, history, listings, runs, sources, work
from scrapers.rights import Rights

if TYPE_CHECKING:
    from generator.intake import Intake


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a source before its picture is looked at; `overturned` holds appeals by their gates."""

    source: RowMapping
    listing: RowMapping
    rights: Rights
    overturned: dict[str, RowMapping]

    def refuses(self, verdict: Verdict) -> bool:
        return not verdict.ok and verdict.gate not in self.overturned


@dataclass(frozen=True, slots=True)
class _Judged:
    """What intake knows of a source: `refused` is the verdict that stands in its way, `name` its category."""

    verdicts: tuple[Verdict, ...]
    refused: Verdict | None = None
    found: Intake | None = None
    work: str | None = None
    category: Category | None = None
    name: str | None = None


def intake(house: House, lease: Lease) -> Write:
    """Let every gate judge a fetched picture; a fit source gets one run."""
    asked = _ask(house, lease.key)
    house.watch.item(asked.listing["title"])
    if asked.source["state"] != "fetched":
        return nothing
    judged = _judge(house, asked)
    if judged.refused:
        house.watch.refused(asked.listing["title"], judged.refused.reason, sentence(judged.refused))
    recipe = recipe_of(house.exact, judged.name, house.store.root) if judged.name and not judged.refused else None

    def write(connection: Connection) -> None:
        _settle(connection, house, lease.key, judged)
        if recipe and not runs.exists_for(connection, lease.key):
            _order(connection, house, lease.key, recipe, asked.listing["rank"] or 0)

    return write


def _ask(house: House, key: str) -> _Asked:
    with house.store.read() as connection:
        source = sources.get(connection, key)
        listing = listings.get(connection, source["listing"])
        rights = sources.standing(connection, listing)
        return _Asked(source, listing, rights, appeals.overturned(connection, key))


def _judge(house: House, asked: _Asked) -> _Judged:
    """Ask every gate in turn; the first refusal that nobody overturned ends it."""
    rights = _rights(asked.rights, house.settings)
    if asked.refuses(rights):
        return _Judged((rights,), rights)
    from generator.intake import examine

    found = examine(house.store.blobs.get(asked.source["image"]), intake_limits(house.settings), house.text_reader)
    verdicts = (rights, *found.verdicts)
    refused = next(filter(asked.refuses, verdicts), None)
    if refused or found.work_png is None or found.phash is None:
        return _Judged(verdicts, refused, found)
    twin = _twin(house, found.phash, asked.source["id"])
    if asked.refuses(twin):
        return _Judged((*verdicts, twin), twin, found)
    category, fits = _categorize(house, found.work_png)
    nsfw = _nsfw(house, asked.listing["nsfw"], category.embedding, found.work_png)
    refused = next(filter(asked.refuses, (nsfw, fits)), None)
    named = category.name or (None if refused else asked.overturned[fits.gate]["category"])
    verdicts = (*verdicts, twin, nsfw, fits, person_warning(category.probabilities))
    return _Judged(verdicts, refused, found, house.store.blobs.put(found.work_png), category, named)


def _rights(rights: Rights, settings: Settings) -> Verdict:
    """What may be made from this work: by its own license statements, or for study."""
    allowed = rights.decision == "allow" or settings.rights.generate == "any"
    shows = rights.license or rights.text or rights.url or "nothing stated"
    return Verdict("rights", allowed, f"rights_{rights.reason}", shows, settings.rights.generate)


def _twin(house: House, phash: int, source: str) -> Verdict:
    limit = house.settings.intake.twin_bits
    bits, other = house.hashes.nearest(phash, source)
    ok = bits > limit
    reason = "no_twin" if ok else "near_duplicate"
    return Verdict("twin", ok, reason, bits if ok else f"{bits} bits from {shown(other)}", limit)


def _nsfw(house: House, flag: bool | None, embedding: bytes, picture: bytes) -> Verdict:
    from generator.intake import decode_png
    from generator.nsfw import nsfw_verdict

    detector = house.nudity_detector
    image = decode_png(picture) if detector else None
    preset = house.settings.generator.preset
    return nsfw_verdict(flag, embedding, house.executor.unsafe_share, preset, detector=detector, image=image)


def _categorize(house: House, picture: bytes) -> tuple[Category, Verdict]:
    rule = rule_of(house.settings.generator.preset)
    phrases = {name: tuple(one.phrases) for name, one in house.settings.categories.items()}
    category = house.executor.categorize(picture, phrases)
    likely = sorted(category.probabilities.items(), key=lambda one: -one[1])[:2]
    value = ", ".join(f"{name} {chance:.3f}" for name, chance in likely)
    limit = f"at least {rule.min_probability} and {rule.min_margin} ahead of the next"
    reason = f"category_{category.abstained_reason}" if category.abstained_reason else "categorized"
    return category, Verdict("category", category.name is not None, reason, value, limit)


def _settle(connection: Connection, house: House, identifier: str, judged: _Judged) -> None:
    refused = judged.refused
    state, reason = ("unfit", refused.reason) if refused else ("fit", None)
    sources.judged(connection, identifier, judged.verdicts)
    sources.settle(connection, identifier, state, reason, **_facts(judged))
    told = sentence(refused) if refused else f"category {judged.name}"
    history.record(connection, [Event(identifier, "fetched", state, told)], house.cycle)
    if refused:
        house.tally.unfit += 1
        house.tally.refused[refused.reason] += 1
    else:
        house.tally.fit += 1
        if judged.found and judged.found.phash is not None:
            house.hashes.add(identifier, judged.found.phash)


def _facts(judged: _Judged) -> dict[str, object]:
    found, category = judged.found, judged.category
    if found is None:
        return {}
    return {
        "work": judged.work,
        "width": found.width,
        "height": found.height,
        "phash": None if found.phash is None else f"{found.phash:016x}",
        "category": judged.name,
        "probabilities": category.probabilities if category else None,
        "embedding": category.embedding if category else None,
    }


def _order(connection: Connection, house: House, source: str, recipe: Recipe, rank: int) -> None:
    run = runs.order(connection, source, recipe, house.settings.generator.seed)
    history.record(connection, [Event(run, None, "queued", f"first take of {shown(source)}")], house.cycle)
    work.enqueue(connection, "dream", run, priority=-rank)
