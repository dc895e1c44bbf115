"""Creators, contracts and listings on the opt-out list: not selected, not downloaded, withdrawn, never published."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from nftd import cycle
from nftd.config import OptOutSettings, Settings
from nftd.errors import Refused
from nftd.optout import OptOut
from nftd.review import Review
from nftd.stages.house import House
from nftd.stages.loop import run_stage
from nftd.stages.withdraw import withdraw
from nftd.store import artworks, history, listings, runs, sources, valuations, work
from nftd.store.database import Store
from nftd.store.tables import decision, run
from tests.nftd import rooms

CREATOR = {"creators": ["open  CLIP art"]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


@pytest.fixture
def artwork(store: Store) -> str:
    with store.write() as connection:
        return rooms.add_artwork(connection, store)


def settings(**lists: list[str]) -> Settings:
    return Settings(optout=OptOutSettings(**lists))


def house(store: Store, **lists: list[str]) -> House:
    return House(store, settings(**lists), "c-1")


def state_of(store: Store, identifier: str) -> str:
    with store.read() as connection:
        return artworks.get(connection, identifier)["state"]


ROW = {
    "id": "l-0123",
    "market": "objkt",
    "market_id": "KT1abc/7",
    "creator": "Ⅻ Monkeys",
    "chain": "tezos",
    "contract": "KT1AbC",
    "url": "https://objkt.example/KT1abc/7",
}


@pytest.mark.parametrize(
    ("lists", "matches"),
    [
        ({}, False),
        ({"creators": ["xii monkeys"]}, True),
        ({"creators": ["Monkeys"]}, False),
        ({"contracts": ["kt1abc"]}, True),
        ({"contracts": ["tezos:KT1AbC"]}, True),
        ({"contracts": ["ethereum:KT1AbC"]}, False),
        ({"listings": ["objkt:KT1abc/7"]}, True),
        ({"listings": ["https://objkt.example/KT1abc/7"]}, True),
        ({"listings": ["l-0123"]}, True),
        ({"listings": ["KT1abc/7"]}, False),
    ],
)
def test_an_entry_names_a_creator_a_contract_or_a_listing(lists: dict, matches: bool) -> None:
    listed = OptOut(OptOutSettings(**lists))
    assert bool(listed) == bool(lists)
    assert (listed.match(ROW) is not None) == matches


def test_a_work_without_creator_and_contract_matches_no_empty_entry() -> None:
    nameless = {**ROW, "creator": None, "contract": None, "chain": None}
    assert OptOut(OptOutSettings(creators=["x"], contracts=["y"])).match(nameless) is None


def test_such_a_work_is_passed_over_and_takes_no_part_in_the_comparison(store: Store) -> None:
    with store.write() as connection:
        listings.save(connection, "g", rooms.listing(1), demo=False)
        listings.save(connection, "g", rooms.listing(2, creator="Somebody Else"), demo=False)
        work.enqueue(connection, "select", "listings")
    inside = house(store, **CREATOR)
    run_stage(inside, cycle.SELECT)
    with store.read() as connection:
        told = [listings.get(connection, listings.listing_id("gallery", f"g-{number}")) for number in (1, 2)]
        said = valuations.of(connection, told[1]["id"])
    assert [(row["state"], row["reason"]) for row in told] == [("passed", "opted_out"), ("selected", "selected")]
    assert said["run"]["compared"] == said["band"]["rows"] == 1


def test_a_picture_that_was_selected_before_is_not_downloaded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.write() as connection:
        listings.save(connection, "gallery", rooms.listing(1), demo=False)
        one = listings.listing_id("gallery", "g-1")
        listings.judge(connection, [{"id": one, "state": "selected", "reason": "", "rank": 1, "selection": {}}])
        work.enqueue(connection, "fetch", one)
    inside = house(store, **CREATOR)
    monkeypatch.setattr(inside, "feed", lambda name: pytest.fail(f"{name} was asked"))
    run_stage(inside, cycle.FETCH)
    with store.read() as connection:
        source = sources.of_listing(connection, one)
    assert (source["state"], source["reason"], source["image"]) == ("unfit", "opted_out", None)
    assert inside.tally.refused == {"opted_out": 1}


def test_an_artwork_that_waits_is_withdrawn_by_a_decision_of_the_house(store: Store, artwork: str) -> None:
    inside = house(store, **CREATOR)
    withdraw(inside)
    withdraw(inside)
    assert state_of(store, artwork) == "rejected"
    with store.read() as connection:
        made = connection.execute(select(decision)).mappings().all()
        told = history.of(connection, artwork)[-1]
    assert [(row["verdict"], row["reviewer"]) for row in made] == [("reject", "nftd")]
    assert made[0]["reason"].startswith("opted_out: its creator")
    assert (told["old"], told["new"]) == ("waiting", "rejected")
    assert inside.tally.withdrawn == 1


def test_what_a_person_approved_is_told_and_left_to_a_person(store: Store, artwork: str) -> None:
    Review(store, settings(), "tester").approve(artwork)
    inside = house(store, **CREATOR)
    withdraw(inside)
    assert state_of(store, artwork) == "approved"
    assert list(inside.tally.opted_out) == [artwork[:12]]
    Review(store, settings(**CREATOR), "tester").undo(artwork)
    with pytest.raises(Refused, match="opt-out list"):
        Review(store, settings(**CREATOR), "tester").approve(artwork)


def test_another_take_is_called_off_with_the_artwork_that_it_was_to_replace(store: Store, artwork: str) -> None:
    Review(store, settings(), "tester").again(artwork)
    withdraw(house(store, **CREATOR))
    assert state_of(store, artwork) == "rejected"
    with store.read() as connection:
        take = connection.execute(select(run).where(run.c.take == 1)).mappings().one()
        assert (take["state"], work.find(connection, "dream", take["id"])["state"]) == ("parked", "parked")
    with store.write() as connection:
        assert work.claim(connection, "dream", "w", 1e12, 60.0) is None


def test_a_picture_on_its_way_is_stopped_before_intake_and_dream(store: Store) -> None:
    with store.write() as connection:
        queued = rooms.add_source(connection, store, 1)
        work.enqueue(connection, "dream", runs.order(connection, queued, rooms.RECIPE, -1))
        listings.save(connection, "gallery", rooms.listing(2), demo=False)
        row = listings.get(connection, listings.listing_id("gallery", "g-2"))
        fetched = sources.source_id(row)
        sources.add(connection, fetched, row["id"], "0" * 64, "image/png")
        work.enqueue(connection, "intake", fetched)
    withdraw(house(store, **CREATOR))
    with store.write() as connection:
        assert work.claim(connection, "dream", "w", 1e12, 60.0) is None
        assert work.claim(connection, "intake", "w", 1e12, 60.0) is None
        assert sources.get(connection, fetched)["reason"] == "opted_out"


def test_a_token_is_withdrawn_by_whichever_of_its_listings_is_on_the_list(store: Store) -> None:
    token = {"chain": "ETHEREUM", "contract": "0xabc", "token_id": "7"}
    with store.write() as connection:
        made = rooms.add_artwork(connection, store, 1, creator=None, **token)
        listings.save(connection, "other", rooms.listing(2, market="other", **token), demo=False)
    withdraw(house(store, **CREATOR))
    assert state_of(store, made) == "rejected"


def test_without_a_match_nothing_is_touched(store: Store, artwork: str) -> None:
    inside = house(store, creators=["Somebody Else"], contracts=["0xabc"])
    withdraw(inside)
    assert state_of(store, artwork) == "waiting"
    assert (inside.tally.withdrawn, inside.tally.opted_out) == (0, {})
