"""intake: may this picture be used, is it good enough, what does it show; then order its dream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from generator.limits import IntakeLimits
from generator.nouns import Prompt, Recipe, Verdict
from generator.presets import Preset, preset, recipe_for
from nftd.config import Settings
from nftd.domain import Event, shown
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.store import history, listings, runs, sources, work

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
        twins = sources.hashes(connection, lease.key)
    house.watch.item(listing["title"])
    if source["state"] != "fetched":
        return nothing
    judged = _judge(house, source, listing, twins)
    refused = judged.refused
    if refused:
        house.watch.refused(listing["title"], refused.reason, sentence(refused))
    recipe = None if refused else recipe_of(house, judged)

    def write(connection: Connection) -> None:
        _settle(connection, house, lease.key, judged)
        if recipe and not runs.exists_for(connection, lease.key):
            _order(connection, house, lease.key, recipe, listing["rank"] or 0)

    return write


def sentence(verdict: Verdict) -> str:
    """A refusal in words: gate, value and limit."""
    value = "" if verdict.value is None else f", found {verdict.value}"
    limit = "" if verdict.limit is None else f", limit {verdict.limit}"
    return f"gate {verdict.gate}: {verdict.reason}{value}{limit}"


def _judge(house: House, source: RowMapping, listing: RowMapping, twins: list[tuple[str, int]]) -> _Judged:
    rights = _rights(listing, house.settings)
    if not rights.ok:
        return _Judged((rights,), None, None, None)
    from generator.intake import examine

    found = examine(house.store.blobs.get(source["image"]), limits(house.settings))
    verdicts = (rights, *found.verdicts)
    if not found.ok or found.work_png is None or found.phash is None:
        return _Judged(verdicts, found, None, None)
    twin = _twin(found.phash, twins, house.settings.intake.twin_bits)
    if not twin.ok:
        return _Judged((*verdicts, twin), found, None, None)
    category, verdict = _categorize(house, found.work_png)
    work_image = house.store.blobs.put(found.work_png)
    return _Judged((*verdicts, twin, verdict), found, work_image, category)


def _rights(listing: RowMapping, settings: Settings) -> Verdict:
    """What may be made from this work: by its own licence statement, or for study."""
    rights = listing["rights"]
    allowed = rights["decision"] == "allow" or settings.rights.generate == "any"
    stated = rights["licence"] or rights["text"] or rights["url"] or "nothing stated"
    return Verdict("rights", allowed, f"rights_{rights['reason']}", stated, settings.rights.generate)


def limits(settings: Settings) -> IntakeLimits:
    """The configured limits of intake, and the size of the work that the generator wants."""
    chosen = settings.intake
    return IntakeLimits(
        size=settings_preset(settings).size,
        fit=chosen.fit,
        min_side=chosen.min_side,
        max_pixels=int(chosen.max_megapixels * 1_000_000),
        max_bytes=int(settings.http.max_image_mb * 1_000_000),
        min_sharpness=chosen.min_sharpness,
        max_text_share=chosen.max_text_share,
    )


def settings_preset(settings: Settings) -> Preset:
    """The preset with what the configuration changes of it."""
    base, chosen = preset(settings.generator.preset), settings.generator
    return replace(
        base,
        size=chosen.size or base.size,
        iterations=chosen.iterations,
        cutouts=chosen.cutouts or base.cutouts,
        learning_rate=chosen.learning_rate or base.learning_rate,
    )


def _twin(phash: int, others: list[tuple[str, int]], limit: int) -> Verdict:
    from generator.phash import hamming

    near = min(((hamming(phash, other), source) for source, other in others), default=(64, ""))
    ok = near[0] > limit
    reason = "no_twin" if ok else "near_duplicate"
    return Verdict("twin", ok, reason, near[0] if ok else f"{near[0]} bits from {shown(near[1])}", limit)


def _categorize(house: House, picture: bytes) -> tuple[Category, Verdict]:
    from generator.classify import categorize
    from generator.pictures import read_work

    executor = house.executor
    phrases = {name: tuple(one.phrases) for name, one in house.settings.categories.items()}
    category = categorize(executor.pair.perceptor, read_work(picture, executor.device), phrases)
    best = max(category.probabilities, key=category.probabilities.__getitem__)
    value = f"{category.name or best} {category.probabilities[best]:.2f}"
    reason = f"category_{category.abstained_reason}" if category.abstained_reason else "categorized"
    return category, Verdict("category", category.name is not None, reason, value, None)


def recipe_of(house: House, judged: _Judged) -> Recipe | None:
    """The recipe for a fit source: the preset's, with the prompt of its category."""
    if judged.category is None or judged.category.name is None:
        return None
    prompt = Prompt(house.settings.categories[judged.category.name].prompt)
    return recipe_for(settings_preset(house.settings), [prompt], house.executor.pair.digests)


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
