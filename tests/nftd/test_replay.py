"""Stored pages are read again, reading by reading, without the network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from nftd.cli.sources import Told, _replay
from nftd.config import Settings, SourceSettings
from nftd.feeds import Feeds
from nftd.replay import moments, replay
from nftd.stages.scrape import keep
from nftd.store import listings
from nftd.store.database import Store
from nftd.store.tables import listing, observation, page
from scrapers.listing import Listing, Problem
from scrapers.source import nothing_known
from tests.nftd import rooms
from tests.nftd.http_server import Site


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


def settings(site: Site) -> Settings:
    table = SourceSettings(start=f"{site.url}/", local=True, links="a.card", refresh_days=0)
    return Settings(sources={"g": table})


def put(site: Site, *prices: str) -> None:
    """A gallery whose works cost so much."""
    site.page("/", "".join(f'<a class="card" href="w/{number}">w</a>' for number in range(len(prices))))
    for number, price in enumerate(prices):
        offer = {"@type": "Offer", "price": price, "priceCurrency": "ETH"}
        node = {"@type": "Product", "sku": f"w-{number}", "name": f"Work {number}", "offers": offer}
        site.page(f"/w/{number}", f'<script type="application/ld+json">{json.dumps(node)}</script>')


def read(store: Store, site: Site) -> None:
    with Feeds(settings(site), store) as feeds:
        feed = feeds.get("g")
        for one in feed.read(None, nothing_known):
            with store.write() as connection:
                keep(connection, feed, one.found, None)


def replayed(store: Store, site: Site) -> Told:
    with Feeds(settings(site), store) as feeds:
        told = Told(json=True)
        _replay(told, feeds.get("g"), store, None, dry_run=False)
        return told


def asks(store: Store) -> list[tuple[str, str]]:
    columns = select(listing.c.market_id, observation.c.base).join(listing, listing.c.id == observation.c.listing)
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(columns.order_by(observation.c.at, listing.c.market_id))]


def test_a_replay_asks_nobody_and_changes_nothing_that_was_read_right(store: Store, site: Site) -> None:
    put(site, "1", "2")
    read(store, site)
    hits, before = sum(site.hits.values()), asks(store)
    told = replayed(store, site)
    assert sum(site.hits.values()) == hits
    assert (told.listings, told.new, told.problems, asks(store)) == (2, 0, 0, before)


def test_what_an_older_scraper_could_not_read_is_in_the_pages_still(store: Store, site: Site) -> None:
    put(site, "1", "2")
    read(store, site)
    fresh = Store(store.root.parent / "fresh")
    with store.read() as connection:
        pages = connection.execute(select(page)).mappings().all()
    with fresh.write() as connection:
        connection.execute(insert(page), [dict(row) for row in pages])
    for digest in store.blobs.digests():
        fresh.blobs.put(store.blobs.get(digest))
    put(site)
    assert replayed(fresh, site).new == 2
    assert [name for name, _ in asks(fresh)] == ["w-0", "w-1"]


def test_every_reading_that_brought_something_new_is_replayed_in_its_order(store: Store, site: Site) -> None:
    from nftd.store import readings

    for price in ("1", "3", "3", "2"):
        put(site, price)
        read(store, site)
        with store.write() as connection:
            readings.log(connection, "g", None, "read", readings.Standing(None, rooms.NOON))
    with Feeds(settings(site), store) as feeds:
        feed = feeds.get("g")
        assert len(moments(store, feed)) == 3
        found = [one for part in replay(store, feed) for one in part.found if isinstance(one, Listing)]
    assert [str(one.ask) for one in found] == ["1 ETH", "3 ETH", "2 ETH"]
    before = asks(store)
    replayed(store, site)
    assert asks(store) == before
    with store.read() as connection:
        row = listings.get(connection, listings.listing_id("g", "w-0"))
    assert row["ask_base"] == str(2 * 10**18)


def test_a_page_that_was_never_kept_is_a_problem_and_not_the_end(store: Store, site: Site) -> None:
    put(site, "1", "2")
    read(store, site)
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM page WHERE key LIKE '%/w/0'")
    with Feeds(settings(site), store) as feeds:
        found = [one for part in replay(store, feeds.get("g")) for one in part.found]
    assert [one.code for one in found if isinstance(one, Problem)] == ["not_stored"]
    assert [one.title for one in found if isinstance(one, Listing)] == ["Work 1"]
