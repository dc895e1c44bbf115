"""Stored pages are read again, reading by reading, without the network."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from nftd import cycle
from nftd.cli.sources import Told, _replay
from nftd.config import Settings, SourceSettings
from nftd.feeds import Feeds
from nftd.past import Moment, moments
from nftd.replay import Replay
from nftd.stages.scrape import keep
from nftd.store import listings, readings
from nftd.store.database import Store
from nftd.store.pages import Version
from nftd.store.tables import listing, observation, page
from scrapers.listing import Listing, Problem
from scrapers.source import Found, nothing_known
from tests.nftd import rooms
from tests.nftd.http_server import Site


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


def settings(site: Site, **more: object) -> Settings:
    table = {"start": f"{site.url}/", "local": True, "links": "a.card", "refresh_days": 0, **more}
    return Settings(sources={"g": SourceSettings.model_validate(table)})


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


def found_again(store: Store, chosen: Settings) -> list[Found]:
    with Feeds(chosen, store) as feeds:
        return [one for part in Replay(store, feeds.get("g")) for one in part.found]


def titles(found: list[Found]) -> list[str]:
    return [one.title for one in found if isinstance(one, Listing)]


def codes(found: list[Found]) -> list[str]:
    return [one.code for one in found if isinstance(one, Problem)]


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
    for price in ("1", "3", "3", "2"):
        put(site, price)
        read(store, site)
        with store.write() as connection:
            readings.log(connection, "g", None, "read", readings.Standing(None, rooms.NOON))
    with Feeds(settings(site), store) as feeds:
        assert len(Replay(store, feeds.get("g")).moments) == 3
    found = found_again(store, settings(site))
    assert [str(one.ask) for one in found if isinstance(one, Listing)] == ["1 ETH", "3 ETH", "2 ETH"]
    before = asks(store)
    replayed(store, site)
    assert asks(store) == before
    with store.read() as connection:
        row = listings.get(connection, listings.listing_id("g", "w-0"))
    assert row["ask_base"] == str(2 * 10**18)


def test_readings_by_hand_that_no_log_tells_of_are_replayed_too(store: Store, site: Site) -> None:
    for price in ("1", "3", "2"):
        put(site, price)
        read(store, site)
    found = [one for one in found_again(store, settings(site)) if isinstance(one, Listing)]
    assert [str(one.ask) for one in found] == ["1 ETH", "3 ETH", "2 ETH"]
    before = asks(store)
    replayed(store, site)
    assert asks(store) == before, "each price is dated before the next"


def test_a_page_that_was_never_asked_for_is_no_problem_and_not_the_end(store: Store, site: Site) -> None:
    put(site, "1", "2")
    read(store, site)
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM page WHERE key LIKE '%/w/0'")
    found = found_again(store, settings(site))
    assert (titles(found), codes(found)) == (["Work 1"], [])


@pytest.mark.parametrize(("lost", "shown"), [("/w/0", ["Work 1"]), ("/", [])])
def test_a_page_whose_bytes_are_gone_is_told(lost: str, shown: list[str], store: Store, site: Site) -> None:
    put(site, "1", "2")
    read(store, site)
    with store.read() as connection:
        blob = connection.execute(select(page.c.blob).where(page.c.url == site.url + lost)).scalar_one()
    store.blobs.path(blob).unlink()
    found = found_again(store, settings(site))
    assert (titles(found), codes(found)) == (shown, ["page_lost"])


def test_works_that_a_limit_cut_off_were_read_by_the_next_reading_and_are_replayed(store: Store, site: Site) -> None:
    """Two works in each cycle; meanwhile the page and one price change."""
    chosen = settings(site, max_works=2, refresh_days=7)
    put(site, *"123456789")
    for number in range(6):
        cycle.run(store, chosen, (cycle.SCRAPE,))
        if number == 1:
            put(site, *"123456789", "10")
    with store.read() as connection:
        assert len(connection.execute(select(listing.c.id)).all()) == 10
    with Feeds(chosen, store) as feeds:
        replay = Replay(store, feeds.get("g"))
        found = [one for part in replay for one in part.found]
    assert (sorted(set(titles(found))), codes(found)) == ([f"Work {number}" for number in range(10)], [])
    assert replay.unread == 0
    hits = sum(site.hits.values())
    assert replayed(store, site).new == 0
    assert sum(site.hits.values()) == hits


def test_a_gallery_of_many_pages_is_replayed_over_all_limits_and_early_ends(store: Store, site: Site) -> None:
    def shown(*numbers: int) -> None:
        for place, number in enumerate(numbers):
            path = f"/{place}" if place else "/"
            following = f'<a rel="next" href="/{place + 1}">more</a>' if place + 1 < len(numbers) else ""
            site.page(path, f'<a class="card" href="/w/{number}">w {number}</a>{following}')
            offer = {"@type": "Offer", "price": "1", "priceCurrency": "ETH"}
            node = {"@type": "Product", "sku": f"w-{number}", "name": f"Work {number}", "offers": offer}
            site.page(f"/w/{number}", f'<script type="application/ld+json">{json.dumps(node)}</script>')

    chosen = settings(site, max_pages=2, refresh_days=30, newest_first=True)
    shown(5, 4, 3, 2, 1)
    for number in range(6):
        cycle.run(store, chosen, (cycle.SCRAPE,))
        if number == 3:
            shown(7, 6, 5, 4, 3, 2, 1)
    with store.read() as connection:
        stored = sorted(connection.execute(select(listing.c.title)).scalars())
    with Feeds(chosen, store) as feeds:
        replay = Replay(store, feeds.get("g"))
        found = [one for part in replay for one in part.found]
    assert (sorted(set(titles(found))), codes(found), replay.unread) == (stored, [], 0)
    assert len(stored) == 7


def test_nothing_of_a_source_with_other_rules_is_refused_and_the_pages_are_counted(
    store: Store, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    put(site, "1", "2")
    read(store, site)
    told = Told(json=True)
    with Feeds(settings(site, start=f"{site.url}/elsewhere"), store) as feeds:
        _replay(told, feeds.get("g"), store, None, dry_run=False)
    assert (told.listings, told.problems) == (0, 0)
    assert "3 of 3 stored pages were not read: today's rules of g" in capsys.readouterr().err


# --- moments ------------------------------------------------------------------------------------------


def versions(*told: tuple[str, datetime]) -> list[Version]:
    return [Version(number, key, at) for number, (key, at) in enumerate(told)]


def test_a_moment_is_where_a_reading_ended_or_before_a_second_version_or_a_new_day() -> None:
    noon, minute = rooms.NOON, timedelta(minutes=1)
    history = versions(("a", noon), ("b", noon + minute), ("a", noon + 5 * minute), ("c", noon + 6 * minute))
    now = noon + timedelta(days=3)
    end = noon + 2 * minute
    assert moments(history, [end], now) == [
        Moment(end, noon + minute, 2),
        Moment(noon + 7 * minute, noon + 6 * minute, 4),
    ], "what came after the last end is dated to its own time, not to today"
    assert moments(history, [], now)[0] == Moment(noon + 2 * minute, noon + minute, 2)
    assert moments(history, [noon + 9 * minute], now) == [
        Moment(noon + 2 * minute, noon + minute, 2),
        Moment(noon + 9 * minute, noon + 6 * minute, 4),
    ]
    midnight = noon.replace(hour=0) + timedelta(days=1)
    late = versions(("a", midnight - 2 * minute), ("b", midnight + minute))
    assert [(one.count, one.now) for one in moments(late, [midnight + 2 * minute], now)] == [
        (1, midnight - 2 * minute),
        (2, midnight + minute),
    ]
    assert moments([], [noon], now) == []


def test_moments_at_one_instant_lose_no_version() -> None:
    history = versions(("a", rooms.NOON), ("a", rooms.NOON), ("a", rooms.NOON - timedelta(hours=1)))
    assert [one.count for one in moments(history, [], rooms.NOON)] == [1, 2, 3]
