"""The work loop: an exception becomes a retry, a parked item or a refusal, and the cycle goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from nftd.config import Settings
from nftd.domain import Event
from nftd.errors import LeaseLost
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.stages.loop import run_stage
from nftd.stages.stage import Stage, describe
from nftd.store import history, work
from nftd.store.database import Store
from nftd.store.tables import event
from nftd.store.tables import work as work_table
from scrapers.errors import Blocked, Gone, ServerError


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(Store(tmp_path), Settings(), "c-1")


def add(house: House, *keys: str) -> None:
    with house.store.write() as connection:
        for key in keys:
            work.enqueue(connection, "fetch", key)


def states(house: House) -> dict[str, str]:
    with house.store.read() as connection:
        return {row.key: row.state for row in connection.execute(select(work_table.c.key, work_table.c.state))}


def stage(do: Callable[[House, Lease], Write], **kwargs) -> Stage:
    return Stage("fetch", do, **kwargs)


def test_one_failing_item_does_not_stop_the_others(house: House) -> None:
    def do(_house: House, lease: Lease) -> Write:
        if lease.key == "bad":
            raise ServerError("500 from the gallery", "https://g.example/x")
        return nothing

    add(house, "good", "bad", "better")
    assert run_stage(house, stage(do)) == 3
    assert states(house) == {"good": "done", "bad": "ready", "better": "done"}
    assert house.tally.refused == {"server_error": 1}


def test_a_failed_item_is_not_tried_again_at_once(house: House) -> None:
    def do(_house: House, _lease: Lease) -> Write:
        raise ServerError("500", "https://g.example/x")

    add(house, "bad")
    assert run_stage(house, stage(do)) == 1
    assert run_stage(house, stage(do)) == 0


def test_a_permanent_failure_is_parked_and_its_end_is_written(house: House) -> None:
    def do(_house: House, _lease: Lease) -> Write:
        raise Gone("404", "https://g.example/x")

    ended: list[str] = []
    add(house, "gone")
    run_stage(house, stage(do, parked=lambda _connection, _house, key, _sentence: ended.append(key)))
    assert states(house) == {"gone": "parked"}
    assert ended == ["gone"]


def test_the_reason_is_stored_and_holds_no_control_characters(house: House) -> None:
    def do(_house: House, _lease: Lease) -> Write:
        raise Blocked("go\x1b[31m away\u202e\n<b>", "https://g.example/x")

    add(house, "one")
    run_stage(house, stage(do))
    with house.store.read() as connection:
        stored = work.trouble(connection, "fetch", "one")
    assert (stored["code"], stored["message"]) == ("blocked", "go [31m away <b>")


def test_what_nobody_foresaw_is_named_by_its_type() -> None:
    assert describe(KeyError("x")) == ("unexpected", "KeyError: 'x'")
    assert describe(ValueError()) == ("unexpected", "ValueError:")


def test_results_are_written_together_with_the_end_of_the_work_or_not_at_all(house: House) -> None:
    def do(_house: House, _lease: Lease) -> Write:
        def write(connection) -> None:
            history.record(connection, [Event("l-1", None, "seen")], None)
            raise ServerError("the last moment", "https://g.example/x")

        return write

    add(house, "one")
    run_stage(house, stage(do))
    with house.store.read() as connection:
        assert connection.execute(select(event)).first() is None
    assert states(house) == {"one": "ready"}


def test_a_result_is_dropped_when_another_worker_took_over(house: House) -> None:
    def do(inner: House, lease: Lease) -> Write:
        with inner.store.write() as connection:
            work.release_dead(connection, "cycle:")
            assert work.claim(connection, "fetch", "another", 2e12, 60.0) is not None
        with pytest.raises(LeaseLost):
            lease.save(nothing)
        return lambda connection: history.record(connection, [Event("l-1", None, "seen")], None)

    add(house, "one")
    run_stage(house, stage(do))
    with house.store.read() as connection:
        assert connection.execute(select(event)).first() is None
    assert states(house) == {"one": "leased"}


def test_an_interrupt_gives_the_item_back_and_goes_through(house: House) -> None:
    def do(_house: House, _lease: Lease) -> Write:
        raise KeyboardInterrupt

    add(house, "one")
    with pytest.raises(KeyboardInterrupt):
        run_stage(house, stage(do))
    with house.store.read() as connection:
        row = connection.execute(select(work_table)).one()
    assert (row.state, row.attempt) == ("ready", 0)


def test_no_more_than_the_limit_is_done_in_one_cycle(house: House) -> None:
    add(house, *"abcde")
    assert run_stage(house, stage(lambda _house, _lease: nothing, most=lambda _house: 2)) == 2
    assert sorted(states(house).values()) == ["done", "done", "ready", "ready", "ready"]
