"""The work loop: the only place that turns an exception into a retry, a parked item or a blocked source."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain, islice

from sqlalchemy import Connection

from nftd import logs
from nftd.domain import Claim, shown
from nftd.errors import LeaseLost
from nftd.stages.house import House
from nftd.stages.lease import LEASE_SECONDS, Lease, Write
from nftd.store import work
from scrapers.errors import Blocked
from scrapers.text import clean

HOLD_SECONDS = 3600.0
OUR_PACKAGES = ("nftd", "scrapers", "generator", "publisher")  # other errors' codes mean something else


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


def _claim(house: House, stage: str) -> Claim | None:
    with house.store.write() as connection:
        return work.claim(connection, stage, house.owner, time.time(), LEASE_SECONDS)


def run_lanes(house: House, stage: Stage, lanes: Sequence[Sequence[str]]) -> int:
    """Do the items of several lanes, at most `http.downloads` of them at once; the number of items.

    One lane needs no thread. When this thread is stopped, the others finish what they hold and nothing new begins.
    """
    if len(lanes) < 2:
        return 0  # the plain loop does it
    running = _Lanes(house, stage, lanes)
    with ThreadPoolExecutor(min(len(lanes), house.settings.http.downloads), "lane") as pool:
        try:
            running.begin(pool)
            while running.held:
                running.turn(pool)
        finally:
            running.end()
    return running.done


class _Lanes:
    """Threads do the items; only this one writes, so that what they end together is one transaction."""

    def __init__(self, house: House, stage: Stage, lanes: Sequence[Sequence[str]]) -> None:
        self.house = house
        self.stage = stage
        self.done = 0
        self.held: dict[Future[Write], tuple[Lease, Iterator[str]]] = {}
        self._waiting = iter([iter(lane) for lane in lanes])

    def begin(self, pool: ThreadPoolExecutor) -> None:
        """Claim the first item of as many lanes as there are threads."""
        begun = list(islice(self._waiting, self.house.settings.http.downloads))
        with self.house.store.write() as connection:
            claims = [self._next(connection, lane) for lane in begun]
        self._hand_out(pool, claims)

    def turn(self, pool: ThreadPoolExecutor) -> None:
        """Wait for an item, settle all that are ready, and go on with their lanes."""
        ready, _ = wait(self.held, return_when=FIRST_COMPLETED)
        settled = [(one, *self.held.pop(one)) for one in ready]
        with self.house.store.write() as connection:
            failed = self._finish(connection, settled)
            claims = [self._next(connection, lane) for one, _, lane in settled if one not in failed]
        self._hand_out(pool, claims)
        for one, lease, lane in settled:
            if error := failed.get(one):
                self._fail(lease, error)
                with self.house.store.write() as connection:
                    claims = [self._next(connection, lane)]
                self._hand_out(pool, claims)

    def end(self) -> None:
        """Settle what threads still hold."""
        wait(self.held)
        settled = [(one, *self.held.pop(one)) for one in list(self.held)]
        with self.house.store.write() as connection:
            failed = self._finish(connection, settled)
        for one, lease, _ in settled:
            if error := failed.get(one):
                self._fail(lease, error)

    def _finish(
        self, connection: Connection, settled: Sequence[tuple[Future[Write], Lease, Iterator[str]]]
    ) -> dict[Future[Write], BaseException]:
        """Write what went well; what did not, with its error."""
        failed: dict[Future[Write], BaseException] = {}
        for one, lease, _ in settled:
            error = one.exception()
            try:
                if error is None:
                    with connection.begin_nested():
                        lease.settle(connection, one.result())
            except Exception as problem:
                error = problem
            if error is not None:
                failed[one] = error
            else:
                self.house.watch.done()
        self.done += len(settled)
        return failed

    def _fail(self, lease: Lease, error: BaseException) -> None:
        if not isinstance(error, Exception):
            _hand_back(self.house, lease.claim)
            raise error
        _settle_error(self.house, self.stage, lease.claim, error)
        self.house.watch.done()

    def _next(self, connection: Connection, lane: Iterator[str]) -> tuple[Lease, Iterator[str]] | None:
        """The first item of the lane that is due, else of a lane that has not begun."""
        for lane_now in chain((lane,), self._waiting):
            for key in lane_now:
                claim = work.claim(connection, self.stage.name, self.house.owner, time.time(), LEASE_SECONDS, key)
                if claim:
                    return Lease(self.house.store, claim), lane_now
        return None

    def _hand_out(self, pool: ThreadPoolExecutor, claims: Iterable[tuple[Lease, Iterator[str]] | None]) -> None:
        for lease, lane in filter(None, claims):
            self.held[pool.submit(self.stage.do, self.house, lease)] = lease, lane


def _hand_back(house: House, claim: Claim) -> None:
    with house.store.write() as connection:
        work.hand_back(connection, claim)


def work_on(house: House, stage: Stage, claim: Claim) -> None:
    """Do one item; whatever happens, the item ends done, waiting, parked or in another worker's hands."""
    lease = Lease(house.store, claim)
    try:
        lease.finish(stage.do(house, lease))
    except Exception as error:
        _settle_error(house, stage, claim, error)
    except BaseException:
        _hand_back(house, claim)
        raise
    house.watch.done()


def _settle_error(house: House, stage: Stage, claim: Claim, error: Exception) -> None:
    if isinstance(error, LeaseLost):
        logs.warning("lease_lost", stage=stage.name, key=claim.key, explanation=str(error))
    else:
        _settle_failure(house, stage, claim, error)


def _settle_failure(house: House, stage: Stage, claim: Claim, error: Exception) -> None:
    code, sentence = describe(error)
    if code == "unexpected":
        logs.error("stage_failed", stage=stage.name, key=claim.key, exc_info=error)
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
