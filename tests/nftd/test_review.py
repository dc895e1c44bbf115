"""What a reviewer may say, and what each answer opens or closes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from nftd.config import PublisherSettings, Settings
from nftd.errors import Refused
from nftd.review import Review
from nftd.store import artworks, history, runs, work
from nftd.store.database import Store
from nftd.store.tables import approval, decision, publication, run, signature
from nftd.store.tables import work as work_table
from scrapers.rights import read_rights
from tests.nftd import rooms


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


@pytest.fixture
def artwork(store: Store) -> str:
    with store.write() as connection:
        return rooms.add_artwork(connection, store)


@pytest.fixture
def review(store: Store) -> Review:
    return Review(store, Settings(), "tester")


def count(store: Store, table) -> int:
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def state(store: Store, identifier: str) -> str:
    with store.read() as connection:
        return artworks.get(connection, identifier)["state"]


def waits(store: Store, stage: str, key: str) -> bool:
    with store.read() as connection:
        ready = (work_table.c.stage == stage, work_table.c.key == key, work_table.c.state == "ready")
        return connection.execute(select(work_table.c.id).where(*ready)).first() is not None


def test_a_yes_opens_the_gate_for_the_draft_shown_and_asks_for_its_voucher(store, artwork, review) -> None:
    decided = review.approve(artwork, reason="lovely")
    assert (decided.state, state(store, artwork)) == ("approved", "approved")
    with store.read() as connection:
        assert artworks.is_approved(connection, artwork, artworks.get(connection, artwork)["draft"])
        told = history.of_prefix(connection, artwork)
    assert (told[-1]["old"], told[-1]["new"], told[-1]["actor"]) == ("waiting", "approved", "tester")
    assert waits(store, "voucher", artwork)


def test_without_a_minter_the_reviewer_is_told_what_is_missing(artwork, review) -> None:
    assert "publisher.minter" in review.approve(artwork).note


def test_a_no_publishes_nothing(store, artwork, review) -> None:
    review.reject(artwork, reason="dull")
    assert state(store, artwork) == "rejected"
    assert count(store, approval) == 0
    assert not waits(store, "voucher", artwork)


def test_again_orders_one_more_take_with_another_seed(store, artwork, review) -> None:
    review.again(artwork)
    with store.read() as connection:
        rows = connection.execute(select(run).order_by(run.c.take)).mappings().all()
    assert [row["take"] for row in rows] == [0, 1]
    assert rows[0]["seed"] != rows[1]["seed"]
    assert waits(store, "dream", rows[1]["id"])


@pytest.mark.parametrize("answer", ["approve", "reject", "again"])
def test_every_answer_can_be_taken_back_and_the_story_stays(store, artwork, review, answer: str) -> None:
    getattr(review, answer)(artwork)
    review.undo(artwork)
    assert state(store, artwork) == "waiting"
    assert count(store, approval) == 0
    with store.read() as connection:
        assert [one["verdict"] for one in artworks.decisions(connection, artwork)] == [answer, "undo"]
    review.approve(artwork)
    assert count(store, approval) == 1


def test_undoing_again_calls_the_other_take_off(store, artwork, review) -> None:
    review.again(artwork)
    assert "called off" in review.undo(artwork).note
    with store.read() as connection:
        assert connection.execute(select(run.c.state).where(run.c.take == 1)).scalar_one() == "parked"
        assert work.due(connection, "dream", 1e12) == 0


def test_undoing_again_leaves_a_take_that_was_begun(store, artwork, review) -> None:
    review.again(artwork)
    with store.write() as connection:
        held = work.claim(connection, "dream", "w", 1.0, 60.0)
        runs.move(connection, held.key, "running")
    assert "is running and stays" in review.undo(artwork).note
    with store.read() as connection:
        assert connection.execute(select(run.c.state).where(run.c.take == 1)).scalar_one() == "running"


def test_undoing_again_calls_off_the_take_that_it_asked_for_and_no_other(store, artwork, review) -> None:
    review.again(artwork)
    with store.read() as connection:
        first = connection.execute(select(run.c.id).where(run.c.take == 1)).scalar_one()
        source = connection.execute(select(run.c.source).where(run.c.take == 1)).scalar_one()
    with store.write() as connection:
        other = runs.order(connection, source, rooms.RECIPE, -1, take=2)
        work.enqueue(connection, "dream", other)
    review.undo(artwork)
    with store.read() as connection:
        assert runs.get(connection, first)["state"] == "parked"
        assert runs.get(connection, other)["state"] == "queued"


def test_when_the_other_take_fails_the_first_one_waits_again(store, artwork, review) -> None:
    from nftd.stages.dream import park_run
    from nftd.stages.house import House

    review.again(artwork)
    with store.write() as connection:
        take = connection.execute(select(run.c.id).where(run.c.take == 1)).scalar_one()
        park_run(connection, House(store, Settings(), "c-1"), take, "the machine has no memory left")
    assert state(store, artwork) == "waiting"
    review.approve(artwork)


def test_an_approved_draft_is_archived_whatever_the_setting_was_when_it_was_made(store, artwork, review) -> None:
    with store.read() as connection:
        draft = artworks.get(connection, artwork)["draft"]
    review.approve(artwork)
    assert waits(store, "pin", draft)


def test_undo_takes_an_unsigned_publication_with_it(store, artwork, review) -> None:
    review.approve(artwork)
    with store.write() as connection:
        artworks.publish(connection, artwork, artworks.get(connection, artwork)["draft"], "rarible", 1, {}, "00")
    review.undo(artwork)
    assert count(store, publication) == 0


def test_a_signature_cannot_be_undone(store, artwork, review) -> None:
    review.approve(artwork)
    with store.write() as connection:
        draft = artworks.get(connection, artwork)["draft"]
        one = artworks.publish(connection, artwork, draft, "rarible", 1, {}, "00")
        row = {"publication": one, "signer": rooms.MINTER, "signature": "0x00", "at": rooms.NOON}
        connection.execute(signature.insert().values(**row))
    with pytest.raises(Refused, match="signed"):
        review.undo(artwork)
    assert state(store, artwork) == "approved"


def test_there_is_nothing_to_undo_before_a_decision_or_after_an_undo(artwork, review) -> None:
    with pytest.raises(Refused, match="nothing to undo"):
        review.undo(artwork)
    review.reject(artwork)
    review.undo(artwork)
    with pytest.raises(Refused, match="nothing to undo"):
        review.undo(artwork)


def test_what_was_decided_must_be_undone_before_it_is_decided_anew(store, artwork, review) -> None:
    review.approve(artwork)
    with pytest.raises(Refused, match="undo that first"):
        review.reject(artwork)
    assert count(store, decision) == 1


def test_a_yes_to_a_draft_that_was_replaced_records_nothing(store, artwork, review) -> None:
    with store.write() as connection:
        shown = artworks.get(connection, artwork)["draft"]
        rooms.add_draft(connection, store, artwork, "Another title")
    with pytest.raises(Refused, match="newer draft"):
        review.approve(artwork, draft=shown)
    assert count(store, decision) == 0


def test_a_work_without_rights_is_never_approved(store, review) -> None:
    with store.write() as connection:
        denied = rooms.add_artwork(connection, store, 5, rights=read_rights("All rights reserved", None))
    with pytest.raises(Refused, match="rights"):
        review.approve(denied)
    assert (count(store, decision), count(store, approval)) == (0, 0)


def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told(store, artwork) -> None:
    outcomes: list[str] = []

    def answer(name: str) -> None:
        reviewer = Review(store, Settings(), name)
        try:
            outcomes.append((reviewer.approve if name == "first" else reviewer.reject)(artwork).state)
        except Refused:
            outcomes.append("refused")

    threads = [threading.Thread(target=answer, args=(name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["approved", "refused"], ["refused", "rejected"])
    assert count(store, decision) == 1


def test_pinning_only_after_approval_is_asked_for_by_the_approval(store, artwork) -> None:
    settings = Settings(publisher=PublisherSettings(pin="approved"))
    with store.read() as connection:
        draft = artworks.get(connection, artwork)["draft"]
    assert not waits(store, "pin", draft)
    Review(store, settings, "tester").approve(artwork)
    assert waits(store, "pin", draft)
