"""Sources of a cycle: their manners, what becomes of one that fails, and what is told of it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from nftd import logs
from nftd.config import BUNDLED, Settings, SourceSettings
from nftd.errors import SourceOff, UsageError
from nftd.feeds import Feeds
from nftd.sample.server import Gallery
from nftd.stages.house import House
from nftd.stages.loop import run_stage
from nftd.stages.scrape import scrape, scrape_failed
from nftd.stages.stage import Stage
from nftd.store import history, work
from nftd.store.database import Store
from nftd.store.tables import event
from scrapers import errors
from tests.nftd import http_server as server
from tests.nftd.http_server import Site

SCRAPE = Stage("scrape", scrape, failed=scrape_failed)


def settings_for(**sources: SourceSettings) -> Settings:
    return Settings(sources=sources)


def gallery(start: str, **more: object) -> SourceSettings:
    return SourceSettings.model_validate({"start": start, "local": True, "links": "a.card", **more})


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[[Settings], House]]:
    """Opens houses on one store, as one cycle after the other does."""
    store, houses = Store(tmp_path), []

    def opened(settings: Settings) -> House:
        houses.append(House(store, settings, f"c-{len(houses)}"))
        return houses[-1]

    yield opened
    for house in houses:
        house.close()


def run_cycle(house: House, *names: str) -> None:
    with house.store.write() as connection:
        for name in names:
            work.reopen(connection, "scrape", name)
    run_stage(house, SCRAPE)


def put_work(site: Site, number: int, **more: object) -> None:
    node = {"@type": "Product", "sku": f"w-{number}", "name": f"Work {number}", **more}
    site.page(f"/works/{number}", f'<script type="application/ld+json">{json.dumps(node)}</script>')


def put_index(site: Site, *links: str) -> str:
    return site.page("/", "".join(f'<a class="card" href="{link}">w</a>' for link in links))


# --- which sources there are --------------------------------------------------------------------------


def test_a_source_that_is_off_or_gone_is_not_made_and_the_error_says_what_to_do() -> None:
    off = gallery("http://g.example/", enabled=False)
    with Feeds(settings_for(g=off)) as feeds:
        with pytest.raises(SourceOff, match=r"set sources\.g\.enabled = true") as caught:
            feeds.get("g")
        assert (caught.value.code, caught.value.permanent, caught.value.held) == ("source_off", False, True)
        with pytest.raises(SourceOff, match=r"put \[sources\.h\] back"):
            feeds.get("h")


def test_a_person_may_read_a_source_that_is_switched_off() -> None:
    with Feeds(settings_for(mine=gallery("http://g.example/", enabled=False))) as feeds:
        assert feeds.configured("mine").name == "mine"
        with pytest.raises(UsageError, match="did you mean mine"):
            feeds.configured("mien")


def test_a_source_is_told_all_its_rules(site: Site) -> None:
    put_index(site, "works/1", "works/2")
    put_work(site, 1)
    with Feeds(settings_for(g=gallery(site.url, max_works=1))) as feeds:
        assert [getattr(found, "code", "work") for found in feeds.get("g").listings()] == ["work", "work_limit"]


def test_a_local_source_still_pauses_between_requests_to_other_hosts(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host's name leads to our own server, as that of a public gallery leads to its own."""
    ask = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: ask("127.0.0.1", *rest, **more))
    site.page("/a.png", b"\x89PNG\r\n\x1a\n", "image/png")
    settings = Settings.model_validate(
        {"http": {"interval_seconds": 0.4}, "sources": {"g": {"start": "http://g.example/", "local": True}}}
    )
    with Feeds(settings) as feeds:
        began = time.monotonic()
        for _ in range(2):
            feeds.get("g").download(f"{site.url}/a.png")
        assert time.monotonic() - began < 0.4, "a server on this machine needs no pause"
        for _ in range(2):
            feeds.get("g").download(f"http://gallery.test:{site.port}/a.png")
        assert time.monotonic() - began >= 0.4


# --- what becomes of one that fails -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "outcome", "code"),
    [
        (server.status(403), "blocked", "blocked"),
        (server.status(503, Retry_After="9"), "blocked", "server_error"),
        (server.truncated, "blocked", "truncated"),
        (server.packed(b"<h1>Welcome</h1>"), "changed", "shape_changed"),
        (server.status(404), "broken", "not_found"),
        (server.redirect("http://10.0.0.1/"), "broken", "not_public_address"),
        (server.packed(b"{}", content_type="application/json"), "broken", "wrong_content_type"),
    ],
)
def test_a_source_counts_as_blocked_changed_or_broken(
    site: Site, open_house: Callable[[Settings], House], route: server.Route, outcome: str, code: str
) -> None:
    house = open_house(settings_for(g=gallery(site.route("/", route))))
    run_cycle(house, "g")
    told = {name: getattr(house.tally, name) for name in ("blocked", "changed", "broken")}
    assert [name for name, found in told.items() if found] == [outcome]
    assert told[outcome]["g"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    "error",
    [errors.UnknownSource("no such type"), errors.BadRule("no selector"), KeyError("a bug"), OSError("no port left")],
)
def test_a_bug_or_a_wrong_rule_is_broken_and_never_blocked(
    open_house: Callable[[Settings], House], error: Exception
) -> None:
    house = open_house(Settings())
    scrape_failed(house, "sample", error)
    assert (house.tally.blocked, house.tally.changed, set(house.tally.broken)) == ({}, {}, {"sample"})


def test_a_source_that_cannot_even_be_made_does_not_end_the_cycle(
    site: Site, open_house: Callable[[Settings], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_port(_self: Gallery) -> Gallery:
        raise OSError(98, "no port is left")

    monkeypatch.setattr(Gallery, "__enter__", no_port)
    put_index(site, "works/1")
    put_work(site, 1)
    house = open_house(settings_for(a=SourceSettings(start=BUNDLED), b=gallery(site.url)))
    run_cycle(house, "a", "b")
    assert "no port is left" in house.tally.broken["a"]
    assert house.tally.new == 1


def test_what_is_told_of_the_bundled_gallery_does_not_name_its_port(open_house: Callable[[Settings], House]) -> None:
    house = open_house(Settings())
    base = house.feed("sample")._base
    scrape_failed(house, "sample", errors.Gone(f"{base}/works/1 does not exist", f"{base}/works/1"))
    assert house.tally.broken == {"sample": "not_found: bundled:/works/1 does not exist"}


# --- problems are told once ---------------------------------------------------------------------------


def stories(house: House) -> list[str]:
    with house.store.read() as connection:
        return list(connection.execute(select(event.c.reason).where(event.c.new == "problem")).scalars())


def test_a_work_that_stays_broken_is_told_in_the_first_cycle_only(
    site: Site, open_house: Callable[[Settings], House]
) -> None:
    put_index(site, "works/1", "works/2")
    put_work(site, 1)
    settings = settings_for(g=gallery(site.url))
    for _ in range(3):
        house = open_house(settings)
        run_cycle(house, "g")
        assert house.tally.refused == {"not_found": 1}
    assert [reason.split(": ")[:2] for reason in stories(house)] == [["not_found", f"{site.url}/works/2"]]
    put_work(site, 2, offers={"price": "1,2", "priceCurrency": "ETH"})
    run_cycle(open_house(settings), "g")
    assert [reason.split(": ")[0] for reason in stories(house)] == ["not_found", "bad_money"]


def test_the_same_problem_of_two_sources_is_told_of_both(site: Site, open_house: Callable[[Settings], House]) -> None:
    put_index(site, "works/1", "works/2")
    put_work(site, 1)
    house = open_house(settings_for(g=gallery(site.url), h=gallery(site.url)))
    run_cycle(house, "g", "h")
    assert len(stories(house)) == 2
    with house.store.read() as connection:
        told = stories(house)[0]
        assert history.told_before(connection, "feed g", [told, told[:-1]]) == {told}
        assert history.told_before(connection, "feed", [told]) == set()


# --- the log ------------------------------------------------------------------------------------------


def test_foreign_text_in_the_log_is_plain_text_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.warning(
        "odd\x1b]0;title\x07", key="a\u202e\x1b[2J\nlevel=error", path=Path("x\x1by"), values=["\x1b"], count=3
    )
    try:
        raise ValueError("from a page: \x1b[31m\u202e\r\n  and more")
    except ValueError as error:
        logs.error("failed", exc_info=error)
    first, second = capsys.readouterr().err.splitlines()
    assert (first + second).isprintable()
    assert "count=3" in first
    assert 'key="a [2J level=error"' in first
    assert "\\n  File " in second, "a traceback keeps its lines, written as \\n"
    assert "from a page: [31m\\n  and more" in second
