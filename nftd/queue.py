"""The publish queue as data: what a reviewer is shown, in the terminal and elsewhere."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from nftd.domain import shown
from nftd.store import artworks, listings, runs, sources
from nftd.store.database import Store
from nftd.store.stories import Story, story_of_artwork
from publisher.draft import Draft

MAY_SHOW: Final = "may_show_real_person"


def entries(connection: Connection, store: Store, state: str = "waiting") -> list[dict[str, Any]]:
    """Every artwork in `state`, oldest first, in short."""
    return [_entry(connection, store, row["id"]) for row in artworks.reviewable(connection, state)]


def detail(connection: Connection, store: Store, artwork: str) -> dict[str, Any]:
    """All that a reviewer needs to decide on one artwork."""
    story = story_of_artwork(connection, artwork)
    iterates = [
        {"step": row["step"], "similarity": row["similarity"], "image": str(store.blobs.path(row["image"]))}
        for row in runs.iterates(connection, story.run["id"])
    ]
    return {
        **_entry(connection, store, artwork),
        "chosen": (story.run["choice"] or {}).get("reason"),
        "iterates": iterates,
        "source": _source(story, store),
        "draft": _draft(connection, story.artwork["draft"]),
        "publications": [
            {"id": shown(one["id"]), "state": one["state"], "token_id": one["token_id"], "digest": f"0x{one['digest']}"}
            for one in artworks.publications(connection, artwork)
        ],
        "decisions": [_decision(one) for one in artworks.decisions(connection, artwork)],
    }


def _entry(connection: Connection, store: Store, identifier: str) -> dict[str, Any]:
    story = story_of_artwork(connection, identifier)
    artwork, draft = story.artwork, story.artwork["draft"]
    scores = {one["critic"]: round(one["raw"], 4) for one in runs.scores(connection, artwork["image"])}
    return {
        "id": shown(identifier),
        "state": artwork["state"],
        "category": story.source["category"],
        "title": story.listing["title"],
        "prompt": story.recipe.prompts[0].text,
        "step": artwork["step"],
        "scores": scores,
        "image": str(store.blobs.path(artwork["image"])),
        "draft": shown(draft) if draft else None,
        "signable": bool(draft and artworks.get_draft(connection, draft)["terms"]),
        "demo": bool(story.listing["demo"]),
        "warnings": _warnings(connection, story),
        "made_at": artwork["made_at"].isoformat(),
    }


def _warnings(connection: Connection, story: Story) -> list[str]:
    """What a reviewer should know before anything else."""
    told = []
    if story.basis is None and sources.standing(connection, story.listing).decision != "allow":
        told.append("for study only: the rights of its source do not allow to publish it")
    for verdict in sources.verdicts(connection, story.source["id"]):
        if verdict["reason"] == MAY_SHOW:
            told.append(f"its source may show a real person ({verdict['value']})")
    return told


def _source(story: Story, store: Store) -> dict[str, Any]:
    listing, source = story.listing, story.source
    ask = listings.money(listing)
    return {
        "id": shown(source["id"]),
        "listing": shown(listing["id"]),
        "title": listing["title"],
        "creator": listing["creator"],
        "price": str(ask) if ask else None,
        "likes": listing["likes"],
        "rights": listing["rights"],
        "basis": story.basis,
        "url": listing["url"],
        "image": str(store.blobs.path(source["work"])),
    }


def _draft(connection: Connection, identifier: str | None) -> dict[str, Any] | None:
    if identifier is None:
        return None
    draft = Draft.from_json(artworks.get_draft(connection, identifier)["content"])
    terms = draft.terms
    return {
        "id": shown(identifier),
        "image_cid": draft.image_cid,
        "token_uri": draft.token_uri,
        "metadata": draft.metadata,
        "terms": None
        if terms is None
        else {
            "chain_id": terms.chain_id,
            "contract": terms.contract,
            "minter": terms.minter,
            "token_id": str(terms.token_id),
            "royalty_bps": sum(part.value for part in terms.royalties),
        },
        "pins": [
            {"cid": pin["cid"], "pinner": pin["pinner"], "state": pin["state"]}
            for pin in artworks.pins(connection, identifier)
        ],
    }


def _decision(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "verdict": one["verdict"],
        "reason": one["reason"],
        "reviewer": one["reviewer"],
        "draft": shown(one["draft"]),
        "at": one["at"].isoformat(),
    }
