"""The work loop: the only place that turns an exception into a retry, a parked item or a blocked source."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import structlog
from sqlalchemy import Connection

from nftd.domain import Claim, shown
from nftd.errors import LeaseLost
from nftd.stages.house import House
from nftd.stages.lease import LEASE_SECONDS, Lease, Write
from nftd.store import work
from scrapers.errors import Blocked
from scrapers.text import clean

HOLD_SECONDS = 3600.0
OUR_PACKAGES = ("nftd", "scrapers", "generator", "publisher")  # other errors' codes mean something else

log = structlog.get_logger()

Do = Callable[[House, Lease], Write]
Parked = Callable[[Connection, House, str, str], None]
Failed = Callable[[House, str, Exception], None]


def count_refusal(house: House, key: str, error: Exception) -> None:
    """An item that failed, in the summary and in one line."""
    code, sentence = describe(error)
    house.tally.refused[code] += 1
    house.watch.refused(shown(key), code, sentence)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by name; `failed` counts a failure where it is not a plain refusal, `parked` writes the end of it.

    With `spares` an item that a site refuses until a named time keeps its attempts: it is not at fault.
    `lanes` sorts the keys that are due: those of one lane are done one after the other, lanes beside each other.
    """

    name: str
    do: Do
    failed: Failed = count_refusal
    parked: Parked | None = None
    most: Callable[[House], int] | None = None
    lanes: Callable[[House, Sequence[str]], Sequence[Sequence[str]]] | None = None
    spares: bool = False


def run_stage(house: House, stage: Stage) -> int:
    """Do everything of this stage that is due, at most `stage.most`; the number of items."""
    _end_abandoned(house, stage)
    most = stage.most(house) if stage.most else None
    with house.store.read() as connection:
        items = work.due(connection, stage.name, time.time())
    house.watch.stage(stage.name, items if most is None else min(items, most))
    done = run_lanes(house, stage, _lanes(house, stage)) if stage.lanes else 0
    while (most is None or done < most) and (claim := _claim(house, stage.name)):
        work_on(house, stage, claim)
        done += 1
    return done


def _lanes(house: House, stage: Stage) -> Sequence[Sequence[str]]:
    with house.store.read() as connection:
        keys = work.due_keys(connection, stage.name, time.time())
    return stage.lanes(house, keys) if stage.lanes else ()


def _end_abandoned(house: House, stage: Stage) -> None:
    with house.store.write() as connection:
        abandoned = work.park_abandoned(connection, stage.name, time.time())
        for key, sentence in abandoned:
            if stage.parked:
                stage.parked(connection, house, key, sentence)
    for key, sentence in abandoned:
        house.tally.refused["abandoned"] += 1
        house.watch.refused(shown(key), "abandoned", sentence)


def _claim(house: House, stage: str, key: str | None = None) -> Claim | None:
    with house.store.write() as connection:
        return work.claim(connection, stage, house.owner, time.time(), LEASE_SECONDS, key)


def run_lanes(house: House, stage: Stage, lanes: Sequence[Sequence[str]]) -> int:
    """Do the items of several lanes, a thread each and at most `http.downloads` of them; the number of items.

    One lane needs no thread. When this thread is stopped, the others finish what they hold and take no more.
    """
    if len(lanes) < 2:
        return 0  # the plain loop does it
    stop = Event()
    with ThreadPoolExecutor(min(len(lanes), house.settings.http.downloads), "lane") as pool:
        try:
            return sum(pool.map(lambda keys: _run_lane(house, stage, keys, stop), lanes))
        finally:
            stop.set()


def _run_lane(house: House, stage: Stage, keys: Sequence[str], stop: Event) -> int:
    done = 0
    for key in keys:
        if stop.is_set():
            break
        if claim := _claim(house, stage.name, key):
            work_on(house, stage, claim)
            done += 1
    return done


def work_on(house: House, stage: Stage, claim: Claim) -> None:
    """Do one item; whatever happens, the item ends done, waiting, parked or in another worker's hands."""
    lease = Lease(house.store, claim)
    try:
        lease.finish(stage.do(house, lease))
    except LeaseLost as lost:
        log.warning("lease_lost", stage=stage.name, key=claim.key, explanation=str(lost))
    except Exception as error:
        _settle_failure(house, stage, claim, error)
    except BaseException:
        with house.store.write() as connection:
            work.hand_back(connection, claim)
        raise
    house.watch.done()


def _settle_failure(house: House, stage: Stage, claim: Claim, error: Exception) -> None:
    code, sentence = describe(error)
    if code == "unexpected":
        log.error("stage_failed", stage=stage.name, key=claim.key, exc_info=error)
    asked = _asked_wait(error)
    stored: dict[str, object] = {"code": code, "message": sentence, "at": time.time(), "retry_after": asked}
    with house.store.write() as connection:
        if getattr(error, "held", False):
            work.hold(connection, claim, stored, time.time() + HOLD_SECONDS)
            return
        permanent = bool(getattr(error, "permanent", False))
        counts = not (stage.spares and asked and isinstance(error, Blocked))
        state = work.fail(connection, claim, stored, time.time(), permanent, asked, counts)
        if state == "parked" and stage.parked:
            stage.parked(connection, house, claim.key, sentence)
    with house.counting:
        stage.failed(house, claim.key, error)


def _asked_wait(error: Exception) -> float:
    """The seconds that a server told us to wait (Retry-After); 0 where it named none."""
    seconds = getattr(error, "evidence", {}).get("retry_after")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def describe(error: Exception) -> tuple[str, str]:
    """A stable code and one clean line; errors that nobody foresaw are `unexpected`."""
    ours = type(error).__module__.partition(".")[0] in OUR_PACKAGES
    code = str(getattr(error, "code", "unexpected")) if ours else "unexpected"
    name = f"{type(error).__name__}: " if code == "unexpected" else ""
    return code, clean(f"{name}{error}", 500) or type(error).__name__
