"""An artwork together with everything that it came from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from generator.nouns import Recipe
from nftd.store import artworks, listings, runs, sources


@dataclass(frozen=True, slots=True)
class Story:
    """The rows from a listing to the artwork."""

    listing: RowMapping
    source: RowMapping
    run: RowMapping
    recipe: Recipe
    artwork: RowMapping


def story_of_artwork(connection: Connection, identifier: str) -> Story:
    """Read the whole chain behind an artwork."""
    artwork = artworks.get(connection, identifier)
    run = runs.get(connection, artwork["run"])
    source = sources.get(connection, run["source"])
    listing = listings.get(connection, source["listing"])
    return Story(listing, source, run, runs.get_recipe(connection, run["recipe"]), artwork)
