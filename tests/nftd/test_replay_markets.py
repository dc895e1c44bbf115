"""A replay shows what was read live, for every kind of source, however its readings were cut short and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from nftd import cycle
from nftd.cli.sources import Told, _read, _replay
from nftd.config import Settings, SourceSettings
from nftd.domain import utc_now
from nftd.feeds import Feeds
from nftd.replay import Replay
from nftd.store.database import Store
from nftd.store.tables import listing, observation, page, reading_log
from scrapers.errors import BadRule
from scrapers.listing import Listing, Observation, Problem
from tests.nftd import http_server as server
from tests.nftd import rooms
from tests.scrapers.servers import nftshowroom, objkt, opensea, rarible, teztok
from tests.scrapers.servers.api import KEY, Api
from tests.scrapers.servers.objkt import ObjktApi
from tests.scrapers.servers.teztok import TIME

WORKS = 23
LIMITS = {"page_size": 4, "max_pages": 2}


@dataclass
class Market:
    """One market on loopback and nftd's settings for it; `change` gives it a new work and another price."""

    api: Api
    settings: Settings
    change: Callable[[int], None]


def _nftshowroom() -> tuple[Api, Callable[[int], None]]:
    api = nftshowroom.NftShowroomApi([nftshowroom.series(number) for number in range(WORKS)])

    def change(number: int) -> None:
        old = api.rows.pop(5)
        api.rows[:0] = [nftshowroom.series(1000 + number), {**old, "price": 900 + number}]

    return api, change


def _teztok() -> tuple[Api, Callable[[int], None]]:
    api = teztok.TezTokApi([teztok.token(n) for n in range(WORKS)], [teztok.sale(n, n) for n in range(WORKS)])

    def change(number: int) -> None:
        later = {TIME: f"2024-01-{number:02}T00:00:00+00:00"}
        api.tokens[5] |= {"price": str(1_000 + number), **later}
        api.tokens.append(teztok.token(1000 + number, **later))
        api.events += [teztok.sale(2000 + number, 1000 + number), teztok.sale(3000 + number, 5)]

    return api, change


def _sold(number: int) -> dict[str, Any]:
    return {"id": number, "price": 4_000_000, "currency_id": 1, "timestamp": "2023-03-03T03:03:03Z",
            "creator": {"address": "a"}, "recipient": {"address": "b"}}  # fmt: skip


def _objkt() -> tuple[Api, Callable[[int], None]]:
    """Some of its pages are over the size limit, and one work is so alone."""
    api = objkt.ObjktApi(
        [objkt.token(n, events=[_sold(n)], name=f"Reef {n}" + "x" * 200 * (n % 5)) for n in range(WORKS)]
    )
    api.max_bytes = 4200
    api.tokens[7]["name"] = "x" * 5000

    def change(number: int) -> None:
        later = f"2024-01-{number:02}T00:00:00+00:00"
        api.tokens[5] |= {"last_listed": later, "events": [_sold(3000 + number), _sold(5)]}
        api.tokens.append(objkt.token(1000 + number, last_listed=later))
        api.max_bytes = 4200 if number % 2 else 2600  # the same question is too large on one day and not on another

    return api, change


def _rarible() -> tuple[Api, Callable[[int], None]]:
    api = rarible.RaribleApi([rarible.item(n) for n in range(WORKS)], [rarible.sold(n, n) for n in range(WORKS)])
    api.activities[3]["priceUsd"] = None
    api.rates[f"ETHEREUM:{rarible.NOUGHT}"] = {"rate": "1890.5"}

    def change(number: int) -> None:
        old = api.items.pop(5)
        changed = {**old, "lastUpdatedAt": f"2024-02-{number:02}T03:04:05Z"}
        api.items[:0] = [rarible.item(1000 + number), changed]
        api.activities.append(rarible.sold(1000 + number, 1000 + number))

    return api, change


def _opensea() -> tuple[Api, Callable[[int], None]]:
    apes, cats = ([opensea.listing(n) for n in range(first, first + 10)] for first in (0, 100))
    api = opensea.OpenSeaApi({"apes": apes, "cats": cats})
    api.nfts = {str(n): opensea.nft(n) for n in (*range(10), *range(100, 110))}
    api.events = {"apes": [opensea.sale(n, n) for n in range(9)], "cats": [opensea.offer(n, 100 + n) for n in range(5)]}

    def change(number: int) -> None:
        api.listings["apes"][3] = opensea.listing(3, str(10**17 + number))
        api.listings["cats"].append(opensea.listing(1000 + number))
        api.nfts[str(1000 + number)] = opensea.nft(1000 + number)
        api.events["cats"].insert(0, opensea.sale(500 + number, 1000 + number))

    return api, change


MARKETS: dict[str, tuple[Callable[[], tuple[Api, Callable[[int], None]]], str, dict[str, Any]]] = {
    "nftshowroom": (_nftshowroom, "", {}),
    "teztok": (_teztok, "/v1/graphql", {}),
    "objkt": (_objkt, "/v3/graphql", {}),
    "rarible": (_rarible, "/v0.1", {}),
    "opensea": (_opensea, "/api/v2", {"collections": ["apes", "cats"]}),
}


@pytest.fixture(params=sorted(MARKETS))
def market(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    make, path, options = MARKETS[request.param]
    for name in ("RARIBLE", "OPENSEA"):
        monkeypatch.setenv(f"NFTD_{name}_API_KEY", KEY)
    api, change = make()
    with ExitStack() as opened:
        opened.enter_context(api)
        table = {"type": request.param, "start": api.url + path, "local": True, "options": {**LIMITS, **options}}
        yield Market(api, Settings(sources={"g": SourceSettings.model_validate(table)}), change)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


def live(store: Store, market: Market, times: int = 1) -> list[str]:
    """Cycles; how each reading ended."""
    return [cycle.run(store, market.settings, (cycle.SCRAPE,)).summary["outcomes"]["g"] for _ in range(times)]


def by_hand(store: Store, market: Market, limit: int | None = None) -> None:
    with Feeds(market.settings, store) as feeds:
        _read(Told(json=True), feeds.get("g"), store, limit)


def works(store: Store) -> set[str]:
    with store.read() as connection:
        return set(connection.execute(select(listing.c.market_id)).scalars())


def prices(store: Store) -> set[tuple[Any, ...]]:
    """All observations but when they were seen, which is told for each reading alone."""
    columns = [listing.c.market_id, *(observation.c[name] for name in ("kind", "base", "decimals", "asset", "event"))]
    rows = select(*columns).join_from(observation, listing, listing.c.id == observation.c.listing)
    with store.read() as connection:
        return {tuple(row) for row in connection.execute(rows)}


def replayed(store: Store, market: Market) -> tuple[set[str], list[str], int]:
    """The works and problems that a replay shows, and how many pages it did not read."""
    asked = len(market.api.asked)
    with Feeds(market.settings, store) as feeds:
        replay = Replay(store, feeds.get("g"))
        found = [one for part in replay for one in part.found]
    assert len(market.api.asked) == asked, "nobody is asked"
    shown = {one.market_id for one in found if isinstance(one, Listing)}
    return shown, [one.code for one in found if isinstance(one, Problem)], replay.unread


def copied(store: Store, folder: Path) -> Store:
    """A store that has the pages alone, and when readings ended."""
    fresh = Store(folder)
    with store.read() as connection, fresh.write() as other:
        for table in (page, reading_log):
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            other.execute(insert(table), rows)
    for digest in store.blobs.digests():
        fresh.blobs.put(store.blobs.get(digest))
    return fresh


def replay_into(store: Store, market: Market) -> Told:
    told = Told(json=True)
    with Feeds(market.settings, store) as feeds:
        _replay(told, feeds.get("g"), store, None, dry_run=False)
    return told


def whole_history(store: Store, market: Market) -> None:
    """Readings that are cut at their limits and gone on with, blocked, ended early, and made by hand between them."""
    live(store, market, 2)
    market.change(1)
    by_hand(store, market, limit=4)
    live(store, market, 5)
    for number in (2, 3):
        market.change(number)
        live(store, market, 2)
    market.api.faults = [server.status(503)] * 3
    live(store, market)
    market.change(4)
    by_hand(store, market)
    live(store, market, 5)


def test_a_replay_shows_every_work_and_price_that_was_read_live(market: Market, store: Store, tmp_path: Path) -> None:
    whole_history(store, market)
    assert len(works(store)) >= 22
    refused = {"too_large"} if isinstance(market.api, ObjktApi) else set()
    shown, problems, unread = replayed(store, market)
    assert (shown, set(problems) - refused, unread) == (works(store), set(), 0)
    fresh = copied(store, tmp_path / "fresh")
    told = replay_into(fresh, market)
    assert works(fresh) == works(store)
    assert prices(fresh) == prices(store)
    assert told.new == len(works(store))
    before = works(store), prices(store)
    again = replay_into(store, market)
    assert (again.new, again.observed, again.listings) == (0, 0, told.listings)
    assert (works(store), prices(store)) == before, "what was read right is not changed"


def test_what_a_cut_reading_was_gone_on_with_is_replayed_though_its_beginning_changed(
    market: Market, store: Store
) -> None:
    """The first pages are read anew by hand, so that no page of today leads to the later ones."""
    live(store, market)
    market.change(1)
    by_hand(store, market, limit=2)
    live(store, market)
    shown, problems, unread = replayed(store, market)
    assert (shown, unread) == (works(store), 0)
    assert set(problems) <= {"too_large"}


def test_a_reading_by_hand_that_stopped_in_the_middle_of_a_page_hides_nothing(
    market: Market, store: Store, tmp_path: Path
) -> None:
    """The cycle behind it took known works of that page for new: what it asked of them is not asked again."""
    live(store, market, 12)
    market.change(1)
    by_hand(store, market, limit=1)
    live(store, market, 12)
    fresh = copied(store, tmp_path / "fresh")
    told = replay_into(fresh, market)
    assert works(fresh) == works(store)
    assert prices(store) - prices(fresh) == set()
    assert prices(fresh) - prices(store) == set()
    assert told.new == len(works(store))


def test_pages_of_other_rules_are_counted_and_nothing_is_refused(market: Market, store: Store) -> None:
    live(store, market)
    options = {**market.settings.sources["g"].options, "page_size": 3}
    table = market.settings.sources["g"].model_copy(update={"options": options})
    if isinstance(market.api, ObjktApi):
        table = table.model_copy(update={"options": {**options, "page_size": 499}})
    other = Market(market.api, Settings(sources={"g": table}), market.change)
    with store.read() as connection:
        pages = len(connection.execute(select(page.c.id)).all())
    assert replayed(store, other) == (set(), [], pages)


@pytest.mark.parametrize("market", ["opensea"], indirect=True)
def test_a_question_that_names_the_day_is_asked_as_on_that_day(
    market: Market, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSea is asked for the events since a day, counted from today."""
    earlier = utc_now() - timedelta(days=3)
    with monkeypatch.context() as past:
        past.setattr("scrapers.sites.opensea.time_of", lambda _session: earlier)
        live(store, market, 6)
    with store.write() as connection:
        for row in connection.execute(select(page)).mappings().all():
            moved = {name: row[name] - timedelta(days=3) for name in ("first_at", "fetched_at")}
            connection.execute(update(page).where(page.c.id == row["id"]).values(moved))
    market.change(1)
    live(store, market, 6)
    shown, problems, unread = replayed(store, market)
    assert (shown, problems, unread) == (works(store), [], 0)


def test_works_that_an_older_scraper_refused_come_with_a_replay(
    market: Market, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then other works were new on a page than today, so that today's question about them was never asked."""
    from scrapers.harvest import Batch

    read = Batch.listing
    refused: list[str] = []

    def strict(self: Batch, make: Callable[[], Listing]) -> Listing | None:
        name = make().market_id
        if name.endswith("3"):
            refused.append(name)
            return None
        return read(self, make)

    with monkeypatch.context() as older:
        older.setattr(Batch, "listing", strict)
        live(store, market, 12)
    assert refused
    before = works(store)
    told = replay_into(store, market)
    assert told.new == len(works(store) - before) > 0
    fresh = copied(store, tmp_path / "fresh")
    replay_into(fresh, market)
    assert works(fresh) == works(store)


@pytest.mark.parametrize("market", ["rarible", "opensea"], indirect=True)
def test_a_missing_key_is_told_and_no_page_is_blamed(
    market: Market, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(store, market)
    for name in ("RARIBLE", "OPENSEA"):
        monkeypatch.delenv(f"NFTD_{name}_API_KEY")
    with pytest.raises(BadRule, match="api_key"):
        replayed(store, market)


def test_the_ids_of_observations_are_of_works_that_are_shown(market: Market, store: Store) -> None:
    live(store, market, 6)
    with Feeds(market.settings, store) as feeds:
        found = [one for part in Replay(store, feeds.get("g")) for one in part.found]
    shown = {one.market_id for one in found if isinstance(one, Listing)}
    assert {one.market_id for one in found if isinstance(one, Observation)} <= shown
