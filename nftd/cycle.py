"""One cycle: every automatic stage, in order, once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update

from generator.presets import weight_digests
from generator.workers import Workers
from nftd.config import Settings
from nftd.domain import utc_now
from nftd.recipes import weights_folder
from nftd.stages.draft import draft, terms_key
from nftd.stages.dream import dream, hands, one_each, park_run, stop, sweep_states
from nftd.stages.fetch import by_host, fetch, fetch_failed, look, open_fetches
from nftd.stages.house import OWNER, House
from nftd.stages.intake import intake
from nftd.stages.judge import judge
from nftd.stages.loop import run_stage
from nftd.stages.pin import pin
from nftd.stages.scrape import scrape, scrape_failed
from nftd.stages.select import KEY as SELECT_KEY
from nftd.stages.select import select
from nftd.stages.stage import Stage
from nftd.stages.voucher import voucher
from nftd.stages.watch import Watch
from nftd.stages.withdraw import withdraw
from nftd.store import artworks, history, valuation_input, work
from nftd.store.blobs import sweep_partial
from nftd.store.database import Store
from nftd.store.tables import cycle as cycle_table


def _dreams_left(house: House) -> int:
    """The cap of one cycle; a cycle that was cut short and the one that goes on from there share it."""
    with house.store.read() as connection:
        return max(0, house.settings.limits.runs_per_cycle - history.runs_cut_short(connection))


SCRAPE = Stage("scrape", scrape, failed=scrape_failed)
SELECT = Stage("select", select)
FETCH = Stage("fetch", fetch, failed=fetch_failed, lanes=by_host, look=look, spares=True)
INTAKE = Stage("intake", intake)
DREAM = Stage("dream", dream, parked=park_run, most=_dreams_left, lanes=one_each, hands=hands, ahead=1, stop=stop)
JUDGE = Stage("judge", judge)
DRAFT = Stage("draft", draft)
PIN = Stage("pin", pin)
VOUCHER = Stage("voucher", voucher)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cycle did: the summary, and the exit code that `nftd once` ends with."""

    summary: dict[str, Any]
    exit_code: int
    nothing_new: bool
    taken_back: int


AUTOMATIC = (SCRAPE, SELECT, FETCH, INTAKE, DREAM, JUDGE, DRAFT, PIN, VOUCHER)


def once(store: Store, settings: Settings, watch: Watch | None = None, executor: Workers | None = None) -> Outcome:
    """Run one cycle; raises `CycleRunning` when another one is at it.

    An `executor` (`nftd.stages.house.workers_for`) keeps its models from cycle to cycle; without one they are loaded,
    if they are needed, for this cycle alone.
    """
    return run(store, settings, AUTOMATIC, watch, executor)


def select_only(store: Store, settings: Settings) -> Outcome:
    """Judge the listings that were only seen until now, or have new evidence, and nothing else."""
    return run(store, settings, (SELECT,))


def run(
    store: Store,
    settings: Settings,
    stages: Sequence[Stage],
    watch: Watch | None = None,
    executor: Workers | None = None,
) -> Outcome:
    """Run these stages once, in order, as one cycle; `ModelsMissing` before anything when the preset has no models."""
    weight_digests(settings.generator.preset, weights_folder(settings, store.root))
    with store.cycle_lock(), _begun(store, settings, watch, executor) as house:
        begun = time.monotonic()
        _clean_up(house)
        for stage in stages:
            if stage.name in OPENERS:
                OPENERS[stage.name](house)
            run_stage(house, stage)
        return _close(house, time.monotonic() - begun)


@contextmanager
def _begun(store: Store, settings: Settings, watch: Watch | None, executor: Workers | None) -> Iterator[House]:
    identifier = f"c-{secrets.token_hex(5)}"
    with store.write() as connection:
        connection.execute(insert(cycle_table).values(id=identifier, started_at=utc_now()))
    house = House(store, settings, identifier, watch, executor)
    try:
        yield house
    finally:
        house.close()


def _clean_up(house: House) -> None:
    """Take over from a cycle that was killed: we hold the lock, so its workers are dead."""
    house.store.blobs.sweep()
    sweep_partial(house.store.archive)
    sweep_states(house)
    with house.store.write() as connection:
        work.release_dead(connection, OWNER)


def _open_sources(house: House) -> None:
    """Ask for every enabled source; one that refused us is left alone until its time has come."""
    withdraw(house)
    enabled = _enabled(house)
    with house.store.write() as connection:
        work.park_others(connection, "scrape", enabled, "switched off, or no longer configured")
        for name in enabled:
            waiting = work.reopen(connection, "scrape", name, keep_waiting=("blocked",), now=time.time())
            if waiting is not None:
                house.tally.blocked[name] = waiting


def _enabled(house: House) -> list[str]:
    return [name for name, source in house.settings.sources.items() if source.enabled]


def _open_selection(house: House) -> None:
    with house.store.write() as connection:
        if valuation_input.due(connection):
            work.reopen(connection, "select", SELECT_KEY)


def _open_drafts(house: House) -> None:
    """Draft anew what was drafted by other terms than today's, or not at all."""
    with house.store.write() as connection:
        for artwork in artworks.to_draft(connection, terms_key(house.settings.publisher)):
            work.reopen(connection, "draft", artwork)


def _open_vouchers(house: House) -> None:
    """Ask for every voucher that is allowed and missing, whatever became of an earlier attempt."""
    with house.store.write() as connection:
        for artwork in artworks.to_publish(connection):
            work.reopen(connection, "voucher", artwork)


OPENERS: dict[str, Callable[[House], None]] = {
    "scrape": _open_sources,
    "select": _open_selection,
    "fetch": open_fetches,
    "draft": _open_drafts,
    "pin": withdraw,  # also what had no draft to be rejected before
    "voucher": _open_vouchers,
}


def _close(house: House, seconds: float) -> Outcome:
    with house.store.write() as connection:
        house.feeds.settle(connection)  # what counts of this cycle must not come behind its end
        summary = house.tally.to_json(house.cycle, seconds, artworks.waiting(connection))
        finished = update(cycle_table).where(cycle_table.c.id == house.cycle)
        connection.execute(finished.values(finished_at=utc_now(), summary=summary))
    return Outcome(summary, _exit_code(house), house.tally.made_nothing, house.tally.taken_back)


def _exit_code(house: House) -> int:
    """1 when a source failed by our own fault; 5 when one changed its shape; 3 when every one was blocked; else 0."""
    if house.tally.broken:
        return 1
    if house.tally.changed:
        return 5
    enabled = set(_enabled(house))
    return 3 if enabled and enabled <= set(house.tally.blocked) else 0
