"""Why is this so: the whole chain of decisions behind a listing, source, run, artwork, draft or publication.

The chain is a list of steps in the order of the stages. Each says what was decided, why, and which values were
compared with which limits. It is read from rows only, so that it holds however long ago it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.exc import NoResultFound

from nftd.domain import shown
from nftd.store import appeals, artworks, history, listings, lookups, observations, runs, sources, valuation_words, work
from nftd.store.tables import artwork as artwork_table
from nftd.store.tables import draft as draft_table
from nftd.store.tables import publication as publication_table
from nftd.store.tables import run as run_table
from publisher.draft import Draft

Step = dict[str, Any]


def explain(connection: Connection, text: str) -> dict[str, Any]:
    """The story of what `text` is the id (or a prefix) of, or of the source that is so named in the configuration.

    Raises `NotFound` or `Ambiguous`.
    """
    feed = _feed(connection, text)
    if feed is not None:
        return feed
    kind, identifier = lookups.resolve(connection, text)
    try:
        listing_id, chosen = _trace(connection, kind, identifier)
    except NoResultFound:  # a publication that was taken back, a run that is gone: its events are its story
        told = _events(connection, [{"id": identifier}])
        return {"id": shown(identifier), "kind": kind, "steps": [], "events": told}
    steps = _story(connection, listing_id, chosen)
    return {"id": shown(identifier), "kind": kind, "steps": steps, "events": _events(connection, steps)}


def _feed(connection: Connection, name: str) -> dict[str, Any] | None:
    """What happened to a configured source: how it was read last, and its troubles."""
    item = work.find(connection, "scrape", name)
    if item is None:
        return None
    error = item["error"] or {}
    reason = f"{error['code']}: {error['message']}" if error else None
    entity = f"feed {name}"
    told = [_event(event) for event in history.of(connection, entity)]
    return {"id": name, "kind": "feed", "steps": [_step("scrape", name, item["state"], reason)], "events": told}


def _story(connection: Connection, listing_id: str, chosen: str | None) -> list[Step]:
    listing = listings.get(connection, listing_id)
    source = sources.of_listing(connection, listing_id)
    steps = [_scraped(connection, listing), *_selected(connection, listing), *_fetched(connection, listing, source)]
    if source is None:
        return steps
    steps += _judged(connection, source)
    for row in _runs(connection, source["id"], chosen):
        steps += _run_steps(connection, row)
    return steps


def _trouble(connection: Connection, stage: str, key: str) -> list[Step]:
    """Why work that should be done is not."""
    found = work.trouble(connection, stage, key)
    if found is None:
        return []
    outcome = "gave up" if found["state"] == "parked" else "will be tried again"
    return [_step(stage, key, outcome, f"{found['code']}: {found['message']}", attempts=found["attempt"])]


def _trace(connection: Connection, kind: str, identifier: str) -> tuple[str, str | None]:
    """The listing that a thing goes back to, and the run that it belongs to (None: all runs)."""
    if kind == "listing":
        return identifier, None
    if kind == "source":
        return str(sources.get(connection, identifier)["listing"]), None
    run = identifier if kind == "run" else _run_of(connection, kind, identifier)
    source = sources.get(connection, runs.get(connection, run)["source"])
    return str(source["listing"]), run


def _run_of(connection: Connection, kind: str, identifier: str) -> str:
    owner = identifier
    if kind != "artwork":
        table = draft_table if kind == "draft" else publication_table
        owner = connection.execute(select(table.c.artwork).where(table.c.id == identifier)).scalar_one()
    return str(connection.execute(select(artwork_table.c.run).where(artwork_table.c.id == owner)).scalar_one())


def _step(stage: str, identifier: str, outcome: str, reason: str | None, **values: object) -> Step:
    known = {name: value for name, value in values.items() if value is not None}
    return {"stage": stage, "id": shown(identifier), "outcome": outcome, "reason": reason, "values": known}


def _scraped(connection: Connection, row: RowMapping) -> Step:
    ask = listings.money(row)
    return _step(
        "scrape",
        row["id"],
        "seen",
        f"shown by {row['feed']}",
        title=row["title"],
        creator=row["creator"],
        series=row["series"],
        market=row["market"],
        market_id=row["market_id"],
        url=row["url"],
        price=str(ask) if ask else None,
        **observations.told(connection, row["id"]),
        likes=row["likes"],
        year=row["year"],
        nsfw=row["nsfw"],
        media=row["media_kind"],
        rights=row["rights"],
        prices="invented, as the page says" if row["invented"] else None,
        first_seen=row["first_seen_at"].isoformat(),
        last_seen=row["seen_at"].isoformat(),
    )


def _selected(connection: Connection, row: RowMapping) -> list[Step]:
    if row["state"] == "seen":
        return [_step("select", row["id"], "waiting", "the next cycle judges it")]
    if told := valuation_words.told(connection, row["id"]):
        words, values = told
        return [
            _step("select", row["id"], row["state"], "; ".join([row["reason"], *words]), rank=row["rank"], **values)
        ]
    inputs = dict(row["selection"] or {})  # as an earlier version stored them
    reason = "; ".join([str(row["reason"]), *_comparisons(inputs)])
    return [_step("select", row["id"], row["state"], reason, rank=row["rank"], **inputs)]


def _comparisons(inputs: dict[str, Any]) -> Iterator[str]:
    """What selection compared with what, as far as it got."""
    if inputs.get("price_low") is not None:
        low, high = inputs["price_low"], inputs["price_high"]
        yield f"price {inputs['price']:g} {inputs['asset']}, kept between {low:g} and {high:g}"
    if inputs.get("price_rank") is not None:
        place = f"{inputs['price_rank']} of {inputs['price_rows']}"
        yield f"{place} by price, at least {inputs['price_floor']:g} is needed"
    if inputs.get("likes_rank") is not None:
        yield f"{inputs['likes']} likes, at least {inputs['likes_floor']:g} are needed"


def _fetched(connection: Connection, listing: RowMapping, source: RowMapping | None) -> list[Step]:
    if listing["state"] != "selected":
        return []
    if trouble := _trouble(connection, "fetch", listing["id"]):
        return trouble
    if source is None:
        return [_step("fetch", listing["id"], "waiting", "the next cycle downloads it")]
    if source["image"] is None:
        return []
    return [_step("fetch", source["id"], "fetched", None, image=source["image"], type=source["image_type"])]


def _judged(connection: Connection, source: RowMapping) -> list[Step]:
    overturned = appeals.overturned(connection, source["id"])
    steps = []
    for verdict in sources.verdicts(connection, source["id"]):
        steps.append(_verdict(source["id"], verdict))
        if appeal := overturned.get(verdict["gate"]):
            told = {"category": appeal["category"], "reviewer": appeal["reviewer"], "at": appeal["at"].isoformat()}
            steps.append(_step("appeal", source["id"], f"{verdict['gate']} overturned", appeal["basis"], **told))
    facts = {name: source[name] for name in ("width", "height", "category", "probabilities")}
    last = _step("intake", source["id"], source["state"], source["reason"], **facts)
    return [*steps, *_trouble(connection, "intake", source["id"]), last]


def _verdict(source: str, verdict: dict[str, Any]) -> Step:
    return _step(
        "fetch" if verdict["gate"] == "fetch" else "intake",
        source,
        "passed" if verdict["ok"] else "refused",
        verdict["reason"],
        gate=verdict["gate"],
        value=verdict["value"],
        limit=verdict["limit"],
    )


def _runs(connection: Connection, source: str, chosen: str | None) -> Iterable[RowMapping]:
    rows = connection.execute(select(run_table).where(run_table.c.source == source).order_by(run_table.c.take))
    return [row for row in rows.mappings() if chosen in (None, row["id"])]


def _run_steps(connection: Connection, run: RowMapping) -> list[Step]:
    steps = [_dreamed(connection, run), *_trouble(connection, "judge", run["id"])]
    artwork = artworks.of_run(connection, run["id"])
    if artwork is None:
        return steps
    return [*steps, _chosen(connection, run, artwork), *_published(connection, artwork)]


def _dreamed(connection: Connection, run: RowMapping) -> Step:
    recipe = runs.get_recipe(connection, run["recipe"])
    iterates = runs.iterates(connection, run["id"])
    trouble = work.trouble(connection, "dream", run["id"])
    return _step(
        "dream",
        run["id"],
        run["state"],
        run["reason"] or (str(trouble["message"]) if trouble else None),
        recipe=recipe.id,
        prompts={prompt.text: prompt.weight for prompt in recipe.prompts},
        seed=run["seed"],
        take=run["take"],
        size=recipe.size,
        cutouts=recipe.cutouts,
        learning_rate=recipe.learning_rate,
        steps=f"{len(iterates)} of {recipe.iterations}",
        similarity=[round(row["similarity"], 4) for row in iterates],
        weights=dict(recipe.weights),
        seconds=round(run["seconds"], 2),
    )


def _chosen(connection: Connection, run: RowMapping, artwork: RowMapping) -> Step:
    choice = dict(run["choice"] or {})
    reason = choice.pop("reason", None)
    scores = {one["critic"]: round(one["raw"], 4) for one in runs.scores(connection, artwork["image"])}
    return _step("judge", artwork["id"], f"step {artwork['step']}", reason, scores=scores, **choice)


def _published(connection: Connection, artwork: RowMapping) -> list[Step]:
    steps = [_drafted(row, current=row["id"] == artwork["draft"]) for row in artworks.drafts(connection, artwork["id"])]
    steps += _trouble(connection, "draft", artwork["id"])
    if artwork["draft"]:
        steps += _trouble(connection, "pin", artwork["draft"])
        steps += [_pinned(pin, artwork["draft"]) for pin in artworks.pins(connection, artwork["draft"])]
    steps += [_decided(one) for one in artworks.decisions(connection, artwork["id"])]
    if artwork["state"] == "waiting":
        steps.append(_step("review", artwork["id"], "waiting", "a person decides: nftd queue"))
    steps += _trouble(connection, "voucher", artwork["id"])
    return steps + [_prepared(one) for one in artworks.publications(connection, artwork["id"])]


def _drafted(row: RowMapping, *, current: bool) -> Step:
    draft = Draft.from_json(row["content"])
    terms = draft.terms
    return _step(
        "draft",
        row["id"],
        "drafted" if current else "replaced",
        None if terms else "needs publisher.minter before it can be signed",
        image_cid=draft.image_cid,
        token_uri=draft.token_uri,
        metadata_cid=draft.metadata_cid,
        minter=terms.minter if terms else None,
        chain_id=terms.chain_id if terms else None,
        token_id=str(terms.token_id) if terms else None,
    )


def _pinned(pin: dict[str, Any], draft: str) -> Step:
    proven = pin["proven_at"].isoformat() if pin["proven_at"] else None
    facts = {"cid": pin["cid"], "file": pin["file"], "proven_at": proven}
    return _step("pin", draft, pin["state"], f"by {pin['pinner']}", **facts)


def _decided(one: dict[str, Any]) -> Step:
    at = one["at"].isoformat()
    return _step(
        "review",
        one["artwork"],
        one["verdict"],
        one["reason"],
        draft=shown(one["draft"]),
        reviewer=one["reviewer"],
        at=at,
    )


def _prepared(one: dict[str, Any]) -> Step:
    facts = {"target": one["target"], "token_id": one["token_id"], "digest": f"0x{one['digest']}"}
    return _step("voucher", one["id"], one["state"], None, **facts)


def _events(connection: Connection, steps: list[Step]) -> list[dict[str, Any]]:
    told = [event for name in {step["id"] for step in steps} for event in history.of_prefix(connection, name)]
    return [_event(event) for event in sorted(told, key=lambda event: event["id"])]


def _event(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": event["at"].isoformat(),
        "entity": shown(event["entity"]),
        "old": event["old"],
        "new": event["new"],
        "reason": event["reason"],
        "actor": event["actor"],
        "cycle": event["cycle"],
    }
