"""The work list: each item is done exactly once, whoever dies."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select

from nftd.domain import Claim
from nftd.errors import LeaseLost
from nftd.store import work
from nftd.store.database import Store
from nftd.store.tables import work as work_table

LEASE = 60.0
results = Table(
    "test_result", MetaData(), Column("key", Text, primary_key=True), Column("owner", Text), Column("n", Integer)
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def add(store: Store, *keys: str, stage: str = "dream") -> None:
    with store.write() as connection:
        for key in keys:
            work.enqueue(connection, stage, key)


def claim(store: Store, owner: str = "a", now: float = 100.0, stage: str = "dream"):
    with store.write() as connection:
        return work.claim(connection, stage, owner, now, LEASE)


def state(store: Store, key: str) -> str:
    with store.read() as connection:
        return connection.execute(select(work_table.c.state).where(work_table.c.key == key)).scalar_one()


def test_an_item_asked_for_twice_is_done_once(store: Store) -> None:
    add(store, "one", "one")
    held = claim(store)
    with store.write() as connection:
        work.finish(connection, held)
    add(store, "one")
    assert claim(store) is None


def test_the_most_urgent_item_comes_first_and_then_the_oldest(store: Store) -> None:
    with store.write() as connection:
        for key, priority in (("old", 0), ("young", 0), ("urgent", 5)):
            work.enqueue(connection, "dream", key, priority)
    assert [claim(store).key for _ in range(3)] == ["urgent", "old", "young"]


def test_a_leased_item_is_nobody_elses_until_its_lease_ends(store: Store) -> None:
    add(store, "one")
    assert claim(store, "a", now=100.0).attempt == 1
    assert claim(store, "b", now=100.0 + LEASE - 1) is None
    assert claim(store, "b", now=100.0 + LEASE + 1).attempt == 2


def test_a_worker_that_comes_back_from_the_dead_writes_nothing(store: Store) -> None:
    add(store, "one")
    dead = claim(store, "a", now=100.0)
    alive = claim(store, "b", now=200.0)
    for late in (work.finish, lambda c, h: work.renew(c, h, 200.0, LEASE)):
        with pytest.raises(LeaseLost), store.write() as connection:
            late(connection, dead)
    with store.write() as connection:
        work.finish(connection, alive)
    assert state(store, "one") == "done"


def test_a_renewed_lease_lasts(store: Store) -> None:
    add(store, "one")
    held = claim(store, "a", now=100.0)
    with store.write() as connection:
        work.renew(connection, held, 150.0, LEASE)
    assert claim(store, "b", now=180.0) is None


def test_a_failure_waits_longer_each_time_and_is_parked_at_last(store: Store) -> None:
    add(store, "one")
    now, waits = 0.0, []
    for _ in range(work.MAX_ATTEMPTS):
        held = claim(store, now=now)
        with store.write() as connection:
            work.fail(connection, held, {"code": "timeout", "message": "slow"}, now, permanent=False)
            waits.append(connection.execute(select(work_table.c.not_before)).scalar_one() - now)
        now += 100_000.0
    assert waits[:4] == sorted(waits[:4])
    assert waits[0] == work.BACK_OFF_SECONDS
    assert state(store, "one") == "parked"


def test_a_permanent_failure_is_parked_at_once(store: Store) -> None:
    add(store, "one")
    held = claim(store)
    with store.write() as connection:
        assert work.fail(connection, held, {"code": "bad_recipe", "message": "no"}, 0.0, permanent=True) == "parked"


def test_retry_gives_parked_items_a_fresh_start_but_not_those_called_off(store: Store) -> None:
    add(store, "failed", "called off", "fine")
    with store.write() as connection:
        assert work.cancel(connection, "dream", "called off")
    held = claim(store)
    with store.write() as connection:
        work.fail(connection, held, {"code": "x", "message": "y"}, 0.0, permanent=True)
    with store.write() as connection:
        assert work.retry(connection) == 1
    assert state(store, "called off") == "parked"
    assert claim(store).attempt == 1


def test_an_item_that_kills_its_worker_again_and_again_is_parked(store: Store) -> None:
    add(store, "deadly", "harmless")
    now = 0.0
    for _ in range(work.MAX_ATTEMPTS):
        assert claim(store, now=now).key == "deadly"
        now += LEASE + 1
    assert claim(store, now=now).key == "harmless"
    with store.write() as connection:
        assert [key for key, _ in work.park_abandoned(connection, "dream", now)] == ["deadly"]
    assert state(store, "deadly") == "parked"


def test_leases_of_dead_owners_end_at_once_and_others_stay(store: Store) -> None:
    add(store, "one", "two")
    claim(store, "cycle:host:1", now=100.0)
    claim(store, "else:host:2", now=100.0)
    with store.write() as connection:
        assert work.release_dead(connection, "cycle:") == 1
    assert claim(store, "cycle:host:3", now=101.0).key == "one"
    assert claim(store, "cycle:host:3", now=101.0) is None


def test_an_item_handed_back_does_not_count_an_attempt(store: Store) -> None:
    add(store, "one")
    held = claim(store)
    with store.write() as connection:
        work.hand_back(connection, held)
    assert claim(store).attempt == 1


def test_a_recurring_item_that_was_blocked_waits_but_one_that_failed_does_not(store: Store) -> None:
    for key, code in (("blocked", "blocked"), ("failed", "server_error")):
        with store.write() as connection:
            work.enqueue(connection, "scrape", key)
        held = claim(store, now=10.0, stage="scrape")
        with store.write() as connection:
            work.fail(connection, held, {"code": code, "message": "no"}, 10.0, permanent=False)
    with store.write() as connection:
        assert "blocked: no" in work.reopen(connection, "scrape", "blocked", ("blocked",), 11.0)
        assert work.reopen(connection, "scrape", "failed", ("blocked",), 11.0) is None
    assert claim(store, now=11.0, stage="scrape").key == "failed"
    assert claim(store, now=11.0, stage="scrape") is None


def test_a_source_that_blocks_again_and_again_waits_longer_each_time_and_is_never_parked(store: Store) -> None:
    now, waits = 0.0, []
    for _ in range(2 * work.MAX_ATTEMPTS):
        with store.write() as connection:
            assert work.reopen(connection, "scrape", "g", ("blocked",), now) is None
        held = claim(store, now=now, stage="scrape")
        with store.write() as connection:
            work.fail(connection, held, {"code": "blocked", "message": "429"}, now, permanent=False)
            waits.append(connection.execute(select(work_table.c.not_before)).scalar_one() - now)
        now += waits[-1]
    assert waits == sorted(waits)
    assert waits[-1] > 10 * waits[0]
    assert state(store, "g") == "ready"


def test_an_item_put_aside_counts_no_attempt_and_comes_back_when_asked(store: Store) -> None:
    add(store, "one")
    for _ in range(2 * work.MAX_ATTEMPTS):
        held = claim(store)
        with store.write() as connection:
            work.hold(connection, held, {"code": "source_off", "message": "off"}, 1e12)
        assert claim(store) is None
        with store.write() as connection:
            work.release_held(connection, "source_off")
    assert claim(store).attempt == 1


def test_items_of_sources_that_left_are_parked_and_others_stay(store: Store) -> None:
    for key in ("kept", "gone"):
        add(store, key, stage="scrape")
    with store.write() as connection:
        work.park_others(connection, "scrape", ["kept"], "switched off")
    assert (state(store, "kept"), state(store, "gone")) == ("ready", "parked")


# --- many workers, some of which die --------------------------------------------------------------

ITEMS = 300
WORKERS = 8
DEATHS = 20
SHORT_LEASE = 1.0


def _work(folder: str, deaths: object, seed: int) -> None:
    """The claim loop of a worker; one that draws a death is killed while it holds a lease."""
    store, chance = Store(Path(folder)), random.Random(seed)
    owner = f"worker:{os.getpid()}"
    while not _all_done(store):
        with store.write() as connection:
            held = work.claim(connection, "dream", owner, time.time(), SHORT_LEASE)
        if held is None:
            time.sleep(0.05)
        elif chance.random() < 0.2 and deaths.acquire(block=False):
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            _finish(store, held, owner)


def _finish(store: Store, held: Claim, owner: str) -> None:
    """Write the result; on a machine so busy that the lease ran out it is another worker's to write."""
    with suppress(LeaseLost), store.write() as connection:
        work.finish(connection, held)
        connection.execute(insert(results).values(key=held.key, owner=owner, n=held.attempt))


def _all_done(store: Store) -> bool:
    with store.read() as connection:
        open_items = select(work_table.c.id).where(work_table.c.state != "done").limit(1)
        return connection.execute(open_items).first() is None


def test_300_items_8_workers_and_20_deaths_give_300_results_each_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.write() as connection:
        results.create(connection)
        for number in range(ITEMS):
            work.enqueue(connection, "dream", f"item-{number}")
    store.close()
    servers = multiprocessing.get_context("forkserver")
    servers.set_forkserver_preload(["nftd.store.database"])
    deaths = servers.Semaphore(DEATHS)
    workers = [_start(servers, tmp_path, deaths, number) for number in range(WORKERS)]
    killed = _replace_the_dead(servers, tmp_path, deaths, workers)

    store = Store(tmp_path)
    with store.read() as connection:
        keys = connection.execute(select(results.c.key)).scalars().all()
        attempts = connection.execute(select(results.c.n)).scalars().all()
    assert killed == DEATHS
    assert sorted(keys) == sorted(f"item-{number}" for number in range(ITEMS))
    assert sum(attempts) >= ITEMS + DEATHS


def _start(servers: multiprocessing.context.ForkServerContext, folder: Path, deaths: object, seed: int):
    worker = servers.Process(target=_work, args=(str(folder), deaths, seed))
    worker.start()
    return worker


def _replace_the_dead(servers, folder: Path, deaths: object, workers: list) -> int:
    """Wait until all work is done; a killed worker gets a successor. How many were killed."""
    killed, seed = 0, WORKERS
    while workers:
        worker = workers.pop(0)
        worker.join(60)
        assert worker.exitcode in (0, -signal.SIGKILL)
        if worker.exitcode == -signal.SIGKILL:
            killed, seed = killed + 1, seed + 1
            workers.append(_start(servers, folder, deaths, seed))
    return killed
