"""Pictures: several hosts beside each other, one host in order, none twice, and by content address from gateways."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from nftd import cycle
from nftd.config import OptOutSettings, Settings
from nftd.gateways import Gateways
from nftd.http import HttpLimits, HttpSession
from nftd.stages.fetch import by_host, open_fetches
from nftd.stages.house import House
from nftd.stages.lanes import run_lanes
from nftd.stages.loop import run_stage
from nftd.stages.stage import Stage
from nftd.store import listings, sources, work
from nftd.store.database import Store
from nftd.store.tables import event as event_table
from nftd.store.tables import source as source_table
from nftd.store.tables import work as work_table
from publisher.cid import cid_of_bytes
from scrapers.errors import FetchError, ScraperError
from scrapers.listing import Media
from tests.nftd import http_server as server
from tests.nftd import rooms
from tests.nftd.http_server import Site


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


def settings(**http: object) -> Settings:
    table = {"start": "http://127.0.0.1/", "local": True, "ignore_robots": True}
    return Settings.model_validate({"http": {"interval_seconds": 0, **http}, "sources": {"gallery": table}})


def select_picture(store: Store, number: int, address: str) -> str:
    with store.write() as connection:
        media = Media(address, "photo", "image/png")
        listings.save(connection, "gallery", rooms.listing(number, media=media), demo=False)
        one = listings.listing_id("gallery", f"g-{number}")
        row = {"id": one, "state": "selected", "reason": "selected", "rank": number, "selection": {}}
        listings.judge(connection, [row])
        work.enqueue(connection, "fetch", one, -number)
    return one


def fetch(store: Store, chosen: Settings) -> House:
    house = House(store, chosen, "c-1")
    try:
        run_stage(house, cycle.FETCH)
    finally:
        house.close()
    return house


def picture_of(store: Store, listing: str) -> bytes | None:
    with store.read() as connection:
        row = sources.of_listing(connection, listing)
    return store.blobs.get(row["image"]) if row is not None and row["image"] else None


def states(store: Store) -> set[str]:
    with store.read() as connection:
        return set(connection.execute(select(work_table.c.state).where(work_table.c.stage == "fetch")).scalars())


# --- beside each other ----------------------------------------------------------------------------


def test_hosts_are_served_beside_each_other_and_each_in_the_order_of_its_works(store: Store) -> None:
    """Every first picture waits for all the others: one after the other they would never come."""
    barrier, order, lock = threading.Barrier(3, timeout=20), [], threading.Lock()

    def picture(handler: server.Handler) -> None:
        with lock:
            order.append(handler.path)
        if handler.path.endswith("/0"):
            barrier.wait()
        handler.send(200, rooms.PNG + handler.path.encode(), {"Content-Type": "image/png"})

    sites = [Site() for _ in range(3)]
    chosen = []
    for at, site in enumerate(sites):
        for number in range(3):
            chosen.append(select_picture(store, 10 * at + number, site.route(f"/{at}/{number}", picture)))
    for site in sites:
        site.__enter__()
    try:
        house = fetch(store, settings())
    finally:
        for site in sites:
            site.__exit__(None, None, None)
    assert house.tally.refused == {}
    assert [picture_of(store, one) is not None for one in chosen] == [True] * 9
    assert states(store) == {"done"}
    for at in range(3):
        assert [path for path in order if path.startswith(f"/{at}/")] == [f"/{at}/{number}" for number in range(3)]


def test_no_more_are_loaded_at_once_than_the_settings_allow(store: Store) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def do(_house: House, _lease: object):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return lambda _connection: None

    keys = [str(number) for number in range(6)]
    with store.write() as connection:
        for key in keys:
            work.enqueue(connection, "s", key)
    stage = Stage("s", do, lanes=lambda _house, found: [[key] for key in found])
    assert run_stage(House(store, settings(downloads=2), "c-1"), stage) == 6
    assert most == 2


def test_one_lane_takes_no_thread(store: Store) -> None:
    house = House(store, settings(), "c-1")
    assert run_lanes(house, cycle.FETCH, [["a", "b"]]) == 0
    assert run_lanes(house, cycle.FETCH, []) == 0


def test_failures_of_many_hosts_are_all_counted(store: Store) -> None:
    with Site() as one, Site() as other:
        for number in range(10):
            select_picture(store, number, f"{(one, other)[number % 2].url}/{number}.png")
        house = fetch(store, settings())
    assert house.tally.refused == {"not_found": 10}
    assert house.tally.unfit == 10


def test_a_host_that_refuses_stops_its_own_source_only_for_this_cycle(store: Store) -> None:
    with Site() as good, Site() as bad:
        bad.route("/1.png", server.status(403))
        one = select_picture(store, 1, f"{bad.url}/1.png")
        house = fetch(store, settings())
        assert set(house.tally.blocked) == {"gallery"}
        other = select_picture(store, 2, good.page("/2.png", rooms.PNG, "image/png"))
        fetch(store, settings())
    assert (picture_of(store, one), picture_of(store, other)) == (None, rooms.PNG)


def test_a_host_that_refused_is_not_asked_for_the_next_picture(store: Store) -> None:
    with Site() as good, Site() as bad:
        for number in range(4):
            bad.route(f"/{number}.png", server.status(403))
            select_picture(store, number, f"{bad.url}/{number}.png")
            select_picture(store, 10 + number, good.page(f"/{number}.png", rooms.PNG, "image/png"))
        fetch(store, settings())
        assert sum(bad.hits.values()) == 1


def test_what_cannot_be_looked_up_is_that_items_failure_alone(store: Store) -> None:
    def look(_connection: object, _house: House, key: str):
        if key == "b":
            raise ScraperError("no such row")
        return lambda: lambda _connection: None

    with store.write() as connection:
        for key in ("a", "b", "c", "d"):
            work.enqueue(connection, "s", key)
    stage = Stage("s", cycle.FETCH.do, lanes=lambda _house, _keys: [["a", "b"], ["c", "d"]], look=look)
    house = House(store, settings(), "c-1")
    assert run_stage(house, stage) == 4
    with store.read() as connection:
        rows = connection.execute(select(work_table.c.key, work_table.c.state, work_table.c.attempt)).all()
    assert {row.key: (row.state, row.attempt) for row in rows} == {
        **dict.fromkeys(("a", "c", "d"), ("done", 1)),
        "b": ("parked", 1),
    }
    assert sum(house.tally.refused.values()) == 1


def test_a_result_that_cannot_be_written_is_that_items_failure_alone(store: Store) -> None:
    def do(_house: House, lease):
        def write(connection) -> None:
            work.enqueue(connection, "later", lease.key)
            if lease.key == "b":
                raise ScraperError("does not fit")

        return write

    with store.write() as connection:
        for key in ("a", "b", "c", "d"):
            work.enqueue(connection, "s", key)
    stage = Stage("s", do, lanes=lambda _house, _keys: [["a", "b"], ["c", "d"]])
    run_stage(House(store, settings(), "c-1"), stage)
    with store.read() as connection:
        assert set(work.due_keys(connection, "later", time.time())) == {"a", "c", "d"}
        assert work.trouble(connection, "s", "b") is not None


def test_pictures_wait_for_the_next_months_requests_and_no_attempt_is_counted(store: Store) -> None:
    chosen = settings()
    table = chosen.sources["gallery"].model_copy(update={"max_requests_per_month": 1})
    chosen = chosen.model_copy(update={"sources": {"gallery": table}})
    with Site() as site:
        for number in range(3):
            select_picture(store, number, site.page(f"/{number}.png", rooms.PNG, "image/png"))
        house = fetch(store, chosen)
        assert sum(site.hits.values()) == 1
    with store.read() as connection:
        columns = select(work_table.c.state, work_table.c.attempt).where(work_table.c.stage == "fetch")
        rows = connection.execute(columns).all()
    assert sorted(tuple(row) for row in rows) == [("done", 1), ("ready", 0), ("ready", 0)]
    assert house.tally.refused == {}
    assert house.tally.blocked["gallery"].startswith("budget_spent: ")


def test_pictures_are_sorted_by_host_the_best_first(store: Store) -> None:
    addresses = ["http://b.example/1", "http://a.example/1", "ipfs://bafkqaaa", "http://b.example/2", "nonsense"]
    keys = [select_picture(store, number, address) for number, address in enumerate(addresses)]
    house = House(store, settings(ipfs_gateways=["https://gate.example"]), "c-1")
    assert by_host(house, keys) == [[keys[0], keys[3]], [keys[1]], [keys[2]], [keys[4]]]
    house.close()


# --- none twice -----------------------------------------------------------------------------------


def test_a_picture_that_is_stored_is_not_asked_for_again(store: Store) -> None:
    with Site() as site:
        address = site.page("/1.png", rooms.PNG, "image/png")
        first = select_picture(store, 1, address)
        fetch(store, settings())
        second = select_picture(store, 2, address)
        fetch(store, settings())
        assert site.hits["/1.png"] == 1
        assert picture_of(store, first) == picture_of(store, second) == rooms.PNG
        with store.read() as connection:
            digest = connection.execute(select(source_table.c.image).limit(1)).scalar_one()
        store.blobs.path(digest).write_bytes(b"damaged")
        third = select_picture(store, 3, address)
        fetch(store, settings())
        assert site.hits["/1.png"] == 2, "damaged bytes are fetched anew"
    assert picture_of(store, third) == rooms.PNG


def test_one_address_of_several_works_is_asked_once(store: Store) -> None:
    with Site() as site, Site() as other:
        address = site.page("/1.png", rooms.PNG, "image/png")
        same = [select_picture(store, number, address) for number in range(4)]
        select_picture(store, 9, other.page("/2.png", rooms.PNG, "image/png"))
        fetch(store, settings())
        assert site.hits["/1.png"] == 1
    assert [picture_of(store, one) for one in same] == [rooms.PNG] * 4


# --- by content address ---------------------------------------------------------------------------

CID = str(cid_of_bytes(rooms.PNG))


def gateway(body: bytes | None) -> Site:
    site = Site()
    if body is not None:
        site.page(f"/ipfs/{CID}", body, "image/png")
    return site


def test_the_next_gateway_is_asked_where_one_lies_or_has_nothing(store: Store) -> None:
    with gateway(None) as empty, gateway(b"\x89PNG something else") as liar, gateway(rooms.PNG) as good:
        one = select_picture(store, 1, f"ipfs://{CID}")
        house = fetch(store, settings(ipfs_gateways=[empty.url, liar.url, good.url]))
        assert picture_of(store, one) == rooms.PNG
        assert house.tally.refused == {}
        assert [site.hits[f"/ipfs/{CID}"] for site in (empty, liar, good)] == [1, 1, 1]


def test_bytes_that_no_gateway_has_right_are_not_stored_and_asked_for_later(store: Store) -> None:
    with gateway(b"\x89PNG one") as one, gateway(b"\x89PNG two") as two:
        listing = select_picture(store, 1, f"ipfs://{CID}")
        house = fetch(store, settings(ipfs_gateways=[one.url, two.url]))
    assert picture_of(store, listing) is None
    assert sum(house.tally.refused.values()) == 1
    assert states(store) == {"ready"}


def test_a_gateway_that_is_away_leaves_the_picture_for_later(store: Store) -> None:
    select_picture(store, 1, f"ipfs://{CID}")
    house = fetch(store, settings(ipfs_gateways=["http://127.0.0.1:9"]))
    assert sum(house.tally.refused.values()) == 1
    assert states(store) == {"ready"}
    assert house.tally.blocked == {}, "a gateway is not the source"


def test_a_stop_in_one_lane_ends_the_others_after_what_they_hold(store: Store) -> None:
    begun: list[str] = []
    both, stopped = threading.Barrier(2), threading.Event()

    def do(_house: House, lease):
        begun.append(lease.key)
        if lease.key in {"stop", "a"}:
            both.wait(20)
        if lease.key == "stop":
            stopped.set()
            raise KeyboardInterrupt
        stopped.wait(20)
        time.sleep(1)  # until the others have been told, on a busy machine too
        return lambda _connection: None

    with store.write() as connection:
        for key in ("stop", "a", "b", "c"):
            work.enqueue(connection, "s", key)
    stage = Stage("s", do, lanes=lambda _house, _keys: [["stop"], ["a", "b", "c"]])
    with pytest.raises(KeyboardInterrupt):
        run_stage(House(store, settings(), "c-1"), stage)
    assert sorted(begun) == ["a", "stop"]
    with store.read() as connection:
        rows = connection.execute(select(work_table.c.key, work_table.c.state, work_table.c.attempt)).all()
    assert {row.key: (row.state, row.attempt) for row in rows} == {
        **dict.fromkeys(("stop", "b", "c"), ("ready", 0)),
        "a": ("done", 1),
    }


# --- a source that must be left alone -------------------------------------------------------------


def attempts(store: Store) -> list[tuple[str, int]]:
    columns = select(work_table.c.state, work_table.c.attempt).where(work_table.c.stage == "fetch")
    with store.read() as connection:
        return sorted(tuple(row) for row in connection.execute(columns))


def test_a_refusal_until_a_named_time_costs_no_attempt_and_holds_for_all_pictures(store: Store) -> None:
    with Site() as site:
        site.route("/1.png", server.status(429, Retry_After="3600"))
        select_picture(store, 1, f"{site.url}/1.png")
        fetch(store, settings())
        assert attempts(store) == [("ready", 0)]
        select_picture(store, 2, site.page("/2.png", rooms.PNG, "image/png"))
        house = House(store, settings(), "c-2")
        open_fetches(house)
        run_stage(house, cycle.FETCH)
        house.close()
        assert site.hits["/2.png"] == 0, "the source said when it may be asked again"
    assert house.tally.blocked["gallery"].startswith("blocked: ")
    assert attempts(store) == [("ready", 0), ("ready", 0)]


def test_an_unreadable_robots_txt_costs_the_pictures_nothing(store: Store) -> None:
    obedient = settings()
    table = obedient.sources["gallery"].model_copy(update={"ignore_robots": False})
    with Site() as site:
        select_picture(store, 1, site.page("/1.png", rooms.PNG, "image/png"))
        site.route("/robots.txt", server.status(503, Retry_After="60"))
        house = fetch(store, obedient.model_copy(update={"sources": {"gallery": table}}))
        assert site.hits["/1.png"] == 0
    assert attempts(store) == [("ready", 0)]
    assert house.tally.refused == {"robots_unreachable": 1}


# --- whose picture it is --------------------------------------------------------------------------


def test_the_picture_of_another_address_is_not_taken_for_this_one(store: Store) -> None:
    """A listing may show another picture than when its own was fetched."""
    with Site() as site:
        old, new = (site.page(f"/{name}.png", rooms.PNG + name.encode(), "image/png") for name in ("old", "new"))
        select_picture(store, 1, old)
        fetch(store, settings())
        with store.write() as connection:
            moved = rooms.listing(1, media=Media(new, "photo", "image/png"))
            listings.save(connection, "gallery", moved, demo=False)
        second = select_picture(store, 2, new)
        fetch(store, settings())
    assert picture_of(store, second) == rooms.PNG + b"new"


def test_a_work_that_lost_its_picture_takes_no_other(store: Store) -> None:
    with Site() as site:
        select_picture(store, 1, site.page("/1.png", rooms.PNG, "image/png"))
        fetch(store, settings())
        second = select_picture(store, 2, f"{site.url}/2.png")
        with store.write() as connection:
            for number in (1, 2):
                listings.save(connection, "gallery", rooms.listing(number, media=None), demo=False)
        house = fetch(store, settings())
    assert picture_of(store, second) is None
    assert house.tally.refused == {"no_picture": 1}


def test_an_opt_out_on_one_market_holds_for_the_token_on_another(store: Store) -> None:
    token = {"chain": "ethereum", "contract": "0xabc", "token_id": "7"}
    chosen = settings().model_copy(update={"optout": OptOutSettings(creators=["Ada"])})
    with Site() as site:
        media = Media(site.page("/1.png", rooms.PNG, "image/png"), "photo", "image/png")
        with store.write() as connection:
            listings.save(connection, "gallery", rooms.listing(2, market="other", creator="Ada", **token), demo=False)
            listings.save(connection, "gallery", rooms.listing(1, creator=None, media=media, **token), demo=False)
            one = listings.listing_id("gallery", "g-1")
            row = {"id": one, "state": "selected", "reason": "selected", "rank": 1, "selection": {}}
            listings.judge(connection, [row])
            work.enqueue(connection, "fetch", one)
        house = fetch(store, chosen)
        assert site.hits["/1.png"] == 0
    assert house.tally.refused == {"opted_out": 1}


# --- proofs and gateways --------------------------------------------------------------------------


def fetched_story(store: Store) -> str:
    with store.read() as connection:
        return connection.execute(select(event_table.c.reason).where(event_table.c.new == "fetched")).scalar_one()


def test_how_far_a_picture_is_proven_is_told_in_its_story(store: Store) -> None:
    with gateway(rooms.PNG) as good:
        select_picture(store, 1, f"ipfs://{CID}")
        fetch(store, settings(ipfs_gateways=[good.url]))
        assert fetched_story(store).endswith(f"its bytes are proven by its ipfs:// address, from {good.url}")


def test_a_picture_that_no_gateway_can_prove_is_told_as_such(store: Store) -> None:
    folder = str(cid_of_bytes(b"a folder"))
    with Site() as site:
        site.page(f"/ipfs/{folder}/a.png", rooms.PNG, "image/png")
        select_picture(store, 1, f"ipfs://{folder}/a.png")
        fetch(store, settings(ipfs_gateways=[site.url]))
    assert "unproven" in fetched_story(store)


def test_a_malformed_gateway_is_one_that_fails(store: Store) -> None:
    gateways = Gateways(["http://[::1"], HttpLimits("nftd-test"))
    with pytest.raises(FetchError):
        gateways.picture(f"ipfs://{CID}", HttpSession(HttpLimits("nftd-test")))
    gateways.close()
