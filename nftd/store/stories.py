"""An artwork together with everything that it came from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from generator.nouns import Recipe
from nftd.store import appeals, artworks, listings, runs, sources


@dataclass(frozen=True, slots=True)
class Story:
    """The rows from a listing to the artwork; `basis` is what a reviewer put on record where its rights forbid it."""

    listing: RowMapping
    source: RowMapping
    run: RowMapping
    recipe: Recipe
    artwork: RowMapping
    basis: str | None = None


def story_of_artwork(connection: Connection, identifier: str) -> Story:
    """Read the whole chain behind an artwork."""
    artwork = artworks.get(connection, identifier)
    run = runs.get(connection, artwork["run"])
    source = sources.get(connection, run["source"])
    listing = listings.get(connection, source["listing"])
    overturned = appeals.overturned(connection, source["id"]).get("rights")
    basis = overturned["basis"] if overturned else None
    return Story(listing, source, run, runs.get_recipe(connection, run["recipe"]), artwork, basis)
