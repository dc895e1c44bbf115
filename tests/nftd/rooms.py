"""Rows for tests: a store with one artwork that waits for review, made by the store's own functions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from generator.nouns import Prompt, Recipe, Step
from nftd.store import artworks, listings, runs, sources
from nftd.store.database import Store
from publisher.chains import SEPOLIA
from publisher.draft import ArtworkFacts, Part, SourceFacts, TermsInput, build
from scrapers.listing import Listing, Media
from scrapers.money import Money
from scrapers.rights import read_rights

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
MINTER = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
RECIPE = Recipe("mini", (("vqgan.safetensors", "0" * 64),), "mini", (Prompt("a painting of a face"),), 64, 2, 4, 0.15)


def listing(number: int = 1, **changes: Any) -> Listing:
    """A listing that selection would like; `changes` replace single fields."""
    fields: dict[str, Any] = {
        "market": "gallery",
        "market_id": f"g-{number}",
        "title": f"Work {number}",
        "creator": "Open Clip Art",
        "series": None,
        "ask": Money.parse("1.5", "ETH"),
        "likes": 10,
        "supply": 1,
        "year": 2020,
        "nsfw": False,
        "rights": read_rights(None, CC0),
        "royalty_bps": None,
        "media": Media(f"https://gallery.example/{number}.png", "photo", "image/png"),
        "url": f"https://gallery.example/{number}",
        "chain": None,
        "contract": None,
        "token_id": None,
        "seen_at": NOON,
        "raw": {},
    }
    return Listing(**{**fields, **changes})


def add_source(connection: Connection, store: Store, number: int = 1, **changes: Any) -> str:
    """A fit source from a selected listing."""
    found = listing(number, **changes)
    listings.save(connection, "gallery", found, demo=False)
    identifier = listings.listing_id("gallery", found.market_id)
    verdict = {"id": identifier, "state": "selected", "reason": "selected", "rank": number, "selection": {"price": 1.5}}
    listings.judge(connection, [verdict])
    source = sources.source_id(listings.get(connection, identifier))
    image = store.blobs.put(PNG + str(number).encode())
    sources.add(connection, source, identifier, image, "image/png")
    sources.settle(connection, source, "fit", None, work=image, category="faces", phash=f"{number:016x}")
    return source


def add_artwork(
    connection: Connection, store: Store, number: int = 1, minter: str | None = None, **changes: Any
) -> str:
    """An artwork that waits, with its draft."""
    source = add_source(connection, store, number, **changes)
    run = runs.order(connection, source, RECIPE, -1)
    runs.move(connection, run, "running")
    for step in (1, 2):
        picture = store.blobs.put(PNG + f"{number}/{step}".encode())
        made = Step(step, b"", b"\x00\x00\x80?", {"total": 1.0 / step}, step / 10, b"")
        runs.keep_step(connection, run, 1, made, picture, 0.1)
    runs.move(connection, run, "done")
    artwork = artworks.add(connection, run, 2, picture)
    add_draft(connection, store, artwork, f"After Work {number}", minter)
    return artwork


def add_draft(connection: Connection, store: Store, artwork: str, name: str, minter: str | None = None) -> str:
    """A draft of the artwork under another name; it becomes the one that reviewers see."""
    source = SourceFacts("Work", "Open Clip Art", "gallery", "https://gallery.example/1", license="CC0-1.0")
    facts = ArtworkFacts(
        name=name,
        description="",
        category="faces",
        prompt="a painting of a face",
        step=2,
        generator="mini",
        recipe=RECIPE.id,
        seed=7,
        models=RECIPE.weights,
        source=source,
    )
    terms = TermsInput(SEPOLIA, minter, royalties=(Part(minter, 1000),)) if minter else None
    made, _ = build(store.blobs.get(artworks.get(connection, artwork)["image"]), facts, terms)
    return artworks.add_draft(connection, artwork, made, minter)


def new_store(folder: Path) -> Store:
    return Store(folder / "data")
