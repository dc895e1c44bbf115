"""Single stages and the openers before them, on a real store."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from nftd import cycle
from nftd.config import GeneratorSettings, PublisherSettings, Settings, SourceSettings
from nftd.explain import explain
from nftd.review import Review
from nftd.stages.dream import park_run
from nftd.stages.house import House
from nftd.stages.loop import run_stage
from nftd.store import artworks, history, listings, runs, work
from nftd.store.database import Store
from nftd.store.tables import artwork as artwork_table
from nftd.store.tables import publication, run
from nftd.store.tables import work as work_table
from publisher.draft import Draft
from publisher.voucher import typed_data
from scrapers.errors import Blocked
from tests.nftd import rooms

OTHER_MINTER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


@pytest.fixture
def artwork(store: Store) -> str:
    with store.write() as connection:
        return rooms.add_artwork(connection, store)


def settings(minter: str = "", **changes) -> Settings:
    return Settings(publisher=PublisherSettings(minter=minter, **changes))


def house(store: Store, chosen: Settings) -> House:
    return House(store, chosen, "c-1")


def finish_cycle(store: Store, chosen: Settings) -> cycle.Outcome:
    """The stages after a dream, as a cycle runs them."""
    return cycle.run(store, chosen, (cycle.DRAFT, cycle.PIN, cycle.VOUCHER))


def row_of(store: Store, identifier: str):
    with store.read() as connection:
        return artworks.get(connection, identifier)


# --- drafts, terms, vouchers ----------------------------------------------------------------------


def test_a_draft_holds_exactly_what_would_be_published_and_is_archived(store: Store, artwork: str) -> None:
    finish_cycle(store, settings(rooms.MINTER))
    with store.read() as connection:
        draft = Draft.from_json(artworks.get_draft(connection, row_of(store, artwork)["draft"])["content"])
        pins = artworks.pins(connection, row_of(store, artwork)["draft"])
    draft.verify_image(store.blobs.get(row_of(store, artwork)["image"]))
    assert draft.terms is not None
    assert draft.terms.minter == rooms.MINTER
    assert {pin["cid"] for pin in pins} == {draft.image_dir_cid, draft.metadata_dir_cid}
    assert {pin["state"] for pin in pins} == {"archived"}
    assert (store.archive / pins[0]["file"]).stat().st_size > 0


def test_drafting_again_changes_nothing(store: Store, artwork: str) -> None:
    finish_cycle(store, settings(rooms.MINTER))
    before = row_of(store, artwork)
    assert finish_cycle(store, settings(rooms.MINTER)).nothing_new
    assert row_of(store, artwork) == before


def test_once_a_minter_is_configured_an_approval_without_terms_is_taken_back_and_said_aloud(store, artwork) -> None:
    finish_cycle(store, settings())
    Review(store, settings(), "tester").approve(artwork)
    outcome = finish_cycle(store, settings(rooms.MINTER))
    assert outcome.taken_back == 1
    assert not outcome.nothing_new
    assert row_of(store, artwork)["state"] == "waiting"
    with store.read() as connection:
        told = history.of(connection, artwork)
    assert "approve that one" in told[-1]["reason"]


def test_changed_terms_reach_the_drafts_that_wait_but_not_those_approved(store: Store, artwork: str) -> None:
    with store.write() as connection:
        approved = rooms.add_artwork(connection, store, 2)
    finish_cycle(store, settings(rooms.MINTER))
    Review(store, settings(rooms.MINTER), "tester").approve(approved)
    kept = row_of(store, approved)["draft"]
    finish_cycle(store, settings(OTHER_MINTER))
    with store.read() as connection:
        draft = Draft.from_json(artworks.get_draft(connection, row_of(store, artwork)["draft"])["content"])
    assert draft.terms.minter == OTHER_MINTER
    assert (row_of(store, approved)["draft"], row_of(store, approved)["state"]) == (kept, "approved")


def test_an_approved_draft_gets_one_voucher_with_its_own_typed_data(store: Store, artwork: str) -> None:
    finish_cycle(store, settings(rooms.MINTER))
    Review(store, settings(rooms.MINTER), "tester").approve(artwork)
    for expected in (1, 0):
        assert finish_cycle(store, settings(rooms.MINTER)).summary["publications"] == {"prepared": expected}
    with store.read() as connection:
        found = connection.execute(select(publication)).mappings().one()
        draft = Draft.from_json(artworks.get_draft(connection, found["draft"])["content"])
    assert found["typed_data"] == typed_data(draft.terms)
    assert found["token_id"] == str(draft.terms.token_id)


def test_a_voucher_that_was_missed_is_asked_for_by_the_next_cycle(store: Store, artwork: str) -> None:
    """A worker may look just before an approval and end just after it."""
    finish_cycle(store, settings(rooms.MINTER))
    Review(store, settings(rooms.MINTER), "tester").approve(artwork)
    with store.write() as connection:
        connection.execute(update(work_table).where(work_table.c.stage == "voucher").values(state="done"))
    assert finish_cycle(store, settings(rooms.MINTER)).summary["publications"] == {"prepared": 1}


def test_an_artwork_whose_draft_failed_is_drafted_when_the_reason_is_gone(store: Store, artwork: str) -> None:
    with store.write() as connection:
        connection.execute(update(artwork_table).values(draft=None))
        work.enqueue(connection, "draft", artwork)
        held = work.claim(connection, "draft", "w", 1.0, 60.0)
        work.fail(connection, held, {"code": "bad_terms", "message": "no"}, 1.0, permanent=True)
    with store.read() as connection:
        told = [step for step in explain(connection, artwork)["steps"] if step["outcome"] == "gave up"]
    assert told[0]["reason"] == "bad_terms: no"
    finish_cycle(store, settings())
    assert row_of(store, artwork)["draft"] is not None


def test_what_was_taken_back_keeps_its_story(store: Store, artwork: str) -> None:
    finish_cycle(store, settings(rooms.MINTER))
    review = Review(store, settings(rooms.MINTER), "tester")
    review.approve(artwork)
    finish_cycle(store, settings(rooms.MINTER))
    with store.read() as connection:
        gone = connection.execute(select(publication.c.id)).scalar_one()
    review.undo(artwork)
    with store.read() as connection:
        told = explain(connection, gone[:12])
    assert [event["new"] for event in told["events"]] == ["prepared", "withdrawn"]
    assert artwork[:12] in told["events"][-1]["reason"]


# --- dreams ---------------------------------------------------------------------------------------


def test_a_run_ordered_for_other_weights_is_ordered_anew_for_todays(store: Store) -> None:
    with store.write() as connection:
        source = rooms.add_source(connection, store)
        old = runs.order(connection, source, rooms.RECIPE, -1)
        work.enqueue(connection, "dream", old)
    run_stage(house(store, Settings()), cycle.Stage("dream", cycle.dream, most=lambda _house: 1))
    with store.read() as connection:
        rows = connection.execute(select(run).order_by(run.c.state)).mappings().all()
        assert [row["state"] for row in rows] == ["parked", "queued"]
        assert rows[0]["id"] == old
        assert rows[1]["id"][:12] in rows[0]["reason"]
        assert work.find(connection, "dream", rows[1]["id"])["state"] == "ready"
        assert rows[1]["take"] == rows[0]["take"]


def test_a_take_ordered_anew_still_gives_its_artwork_back_and_can_be_called_off(store: Store, artwork: str) -> None:
    """Another preset's recipe stands for weights that changed between two cycles."""
    review = Review(store, Settings(), "tester")
    review.again(artwork)
    with store.write() as connection:
        first = connection.execute(select(run).where(run.c.take == 1)).mappings().one()
        # As it was ordered by an earlier version: the same take, a recipe of other weights.
        runs.move(connection, first["id"], "parked", "superseded")
        newer = runs.order(connection, first["source"], rooms.RECIPE, -1, take=1)
        work.cancel(connection, "dream", first["id"])
        work.enqueue(connection, "dream", newer)
    assert newer[:12] in review.undo(artwork).note
    with store.read() as connection:
        assert runs.get(connection, newer)["state"] == "parked"
    review.again(artwork)
    with store.write() as connection:
        last = connection.execute(select(run).where(run.c.take == 2)).mappings().one()
        runs.move(connection, last["id"], "parked", "superseded")
        newest = runs.order(connection, last["source"], rooms.RECIPE, -1, take=2)
        park_run(connection, house(store, Settings()), newest, "no memory")
    assert row_of(store, artwork)["state"] == "waiting"


def test_a_parked_run_that_is_retried_under_other_weights_is_ordered_anew_with_the_configured_seed(store) -> None:
    with store.write() as connection:
        source = rooms.add_source(connection, store)
        old = runs.order(connection, source, rooms.RECIPE, 7)
        runs.move(connection, old, "parked", "no memory")
        work.enqueue(connection, "dream", old)
    seeded = Settings(generator=GeneratorSettings(seed=7))
    run_stage(house(store, seeded), cycle.Stage("dream", cycle.dream, most=lambda _house: 1))
    with store.read() as connection:
        new = connection.execute(select(run).where(run.c.id != old)).mappings().one()
    assert (new["state"], new["seed"]) == ("queued", 7)


# --- sources that are off or refuse ---------------------------------------------------------------


class Refusing:
    """A feed of which every download is refused."""

    name = "gallery"

    def __init__(self) -> None:
        self.asked = 0

    def told(self, text: str) -> str:
        return text

    def download(self, _address: str) -> None:
        self.asked += 1
        raise Blocked("429 Too Many Requests", "https://gallery.example/1.png", retry_after=7200)


def selected(store: Store, count: int) -> None:
    with store.write() as connection:
        for number in range(count):
            listings.save(connection, "gallery", rooms.listing(number), demo=False)
            one = listings.listing_id("gallery", f"g-{number}")
            row = {"id": one, "state": "selected", "reason": "selected", "rank": number, "selection": {}}
            listings.judge(connection, [row])
            work.enqueue(connection, "fetch", one, -number)


def test_a_source_that_refuses_one_picture_is_not_asked_for_the_others(store: Store, monkeypatch) -> None:
    selected(store, 12)
    inside, feed = house(store, Settings()), Refusing()
    monkeypatch.setattr(inside, "feed", lambda _name: feed)
    run_stage(inside, cycle.FETCH)
    assert feed.asked == 1
    assert set(inside.tally.blocked) == {"gallery"}
    with store.read() as connection:
        waits = connection.execute(select(work_table.c.not_before, work_table.c.attempt)).all()
    assert {row.attempt for row in waits} == {0}, "the source named a time: no picture is at fault"
    assert all(row.not_before > 0 for row in waits)
    with store.write() as connection:
        work.retry(connection)
        again = work.claim(connection, "fetch", "w", 1e12, 60.0)
    assert again.key != listings.listing_id("gallery", "g-0")  # the one that was refused comes last


def test_pictures_of_a_source_that_is_switched_off_wait_for_it(store: Store) -> None:
    selected(store, 3)
    off = Settings(sources={"gallery": SourceSettings(start="https://gallery.example/", enabled=False)})
    run_stage(house(store, off), cycle.FETCH)
    with store.read() as connection:
        rows = connection.execute(select(work_table)).mappings().all()
        told = explain(connection, listings.listing_id("gallery", "g-0"))
    assert [(row["state"], row["attempt"], row["error"]["code"]) for row in rows] == [("ready", 0, "source_off")] * 3
    assert "source_off" in next(step["reason"] for step in told["steps"] if step["stage"] == "fetch")
