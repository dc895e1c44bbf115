"""Items of several lanes beside each other: threads do them, and one thread alone writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from sqlalchemy import Connection

from nftd.stages.house import House
from nftd.stages.lease import LEASE_SECONDS, Lease, Write
from nftd.stages.stage import Stage, hand_back, settle_error
from nftd.store import work
from nftd.store.dialect import savepoint


def run_lanes(house: House, stage: Stage, lanes: Sequence[Sequence[str]]) -> int:
    """Do the items of several lanes, at most `stage.hands` of them at once; the number of items.

    One lane needs no thread. When this thread is stopped, the others finish what they hold, or what of it the stage's
    `stop` leaves them, and nothing new begins.
    """
    if len(lanes) < 2:
        return 0  # the plain loop does it
    running = _Lanes(house, stage, lanes)
    try:
        running.begin()
        while running.held:
            running.turn()
    finally:
        running.end()
    return running.done


Job = Callable[[], Write]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Done:
    """An item that a thread ended, with what is to be written or what went wrong."""

    hand: _Hand
    lease: Lease
    result: Write | BaseException


class _Hand:
    """A thread that does one item after the other, and the lane that it works at.

    Behind an item that failed it waits to be told to go on: a host that refused us is not asked at once for the next.
    """

    def __init__(self, lane: Iterator[str], ready: SimpleQueue[_Done]) -> None:
        self.lane = lane
        self._ready = ready
        self._given: SimpleQueue[tuple[Lease, Job] | None] = SimpleQueue()
        self._on: SimpleQueue[None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="lane")
        self._thread.start()

    def give(self, lease: Lease, job: Job) -> None:
        self._given.put((lease, job))

    def go_on(self) -> None:
        """Tell it that the item that failed has been settled."""
        self._on.put(None)

    def end(self) -> list[Lease]:
        """Let it finish what it has begun; what it has not."""
        left = [one[0] for one in _taken(self._given) if one]
        self._given.put(None)
        self.go_on()
        return left

    def join(self) -> None:
        self._thread.join()

    def _work(self) -> None:
        for lease, job in iter(self._given.get, None):
            try:
                result: Write | BaseException = job()
            except BaseException as error:  # told to the thread that decides
                result = error
            self._ready.put(_Done(self, lease, result))
            if isinstance(result, BaseException):
                self._on.get()


class _Lanes:
    """Threads do the items; only this one writes, so that what they end together is one transaction.

    Each thread has the next item of its lane before it needs it, and waits for no transaction.
    """

    def __init__(self, house: House, stage: Stage, lanes: Sequence[Sequence[str]]) -> None:
        self.house = house
        self.stage = stage
        self.done = 0
        self.held = 0
        self._ready: SimpleQueue[_Done] = SimpleQueue()
        self._waiting = iter([iter(lane) for lane in lanes])
        begun = islice(self._waiting, stage.hands(house))
        self._hands = [_Hand(lane, self._ready) for lane in begun]

    def begin(self) -> None:
        """Give each thread the first items of its lane."""
        for _ in range(self.stage.ahead):
            self._claim(self._hands)

    def turn(self) -> None:
        """Wait for an item, settle all that are ready, and go on with their lanes."""
        ready = [self._ready.get(), *_taken(self._ready)]
        failed = self._settle(ready, go_on=True)
        for one, error in failed:
            self._fail(one.lease, error)
            one.hand.go_on()
        for _, error in failed:
            if not isinstance(error, Exception):
                raise error
        self._claim([one.hand for one, _ in failed])

    def end(self) -> None:
        """Hand back what nobody has begun, and settle what threads still hold.

        When that is interrupted too, the rest stays leased until the next cycle finds that we are gone.
        """
        if self.held and self.stage.stop:
            self.stage.stop(self.house)
        left = [lease for hand in self._hands for lease in hand.end()]
        if left:
            with self.house.store.write() as connection:
                for lease in left:
                    work.hand_back(connection, lease.claim)
        for hand in self._hands:
            hand.join()
        for one, error in self._settle(list(_taken(self._ready)), go_on=False):
            self._fail(one.lease, error)

    def _claim(self, hands: Sequence[_Hand]) -> None:
        if hands:
            with self.house.store.write() as connection:
                given = [self._next(connection, hand) for hand in hands]
            self._give(given)

    def _settle(self, ready: Sequence[_Done], *, go_on: bool) -> list[tuple[_Done, BaseException]]:
        """Write what went well, and claim what follows; what did not go well, with its error, what stops us last."""
        if not ready:
            return []
        self.held -= len(ready)
        self.done += len(ready)
        with self.house.store.write() as connection:
            told = [(one, self._written(connection, one)) for one in ready]
            given = [self._next(connection, one.hand) for one, error in told if error is None and go_on]
        self._give(given)
        failed = [(one, error) for one, error in told if error is not None]
        return sorted(failed, key=lambda pair: not isinstance(pair[1], Exception))

    def _written(self, connection: Connection, one: _Done) -> BaseException | None:
        if isinstance(one.result, BaseException):
            return one.result
        try:
            with savepoint(connection):
                one.lease.settle(connection, one.result)
        except Exception as error:
            return error
        self.house.watch.done()
        return None

    def _fail(self, lease: Lease, error: BaseException) -> None:
        if not isinstance(error, Exception):  # what stops a thread says nothing about its item
            hand_back(self.house, lease.claim)
            return
        settle_error(self.house, self.stage, lease.claim, error)
        self.house.watch.done()

    def _next(self, connection: Connection, hand: _Hand) -> tuple[_Hand, Lease, Job] | None:
        """The first item of the lane that is due, else of a lane that has not begun."""
        for lane in chain((hand.lane,), self._waiting):
            for key in lane:
                claim = work.claim(connection, self.stage.name, self.house.owner, time.time(), LEASE_SECONDS, key)
                if claim:
                    hand.lane = lane
                    lease = Lease(self.house.store, claim)
                    return hand, lease, self._job(connection, lease)
        return None

    def _job(self, connection: Connection, lease: Lease) -> Job:
        if self.stage.look is None:
            return partial(self.stage.do, self.house, lease)
        try:
            return self.stage.look(connection, self.house, lease.key)
        except Exception as error:
            return partial(_raise, error)

    def _give(self, given: Iterable[tuple[_Hand, Lease, Job] | None]) -> None:
        for hand, lease, job in filter(None, given):
            self.held += 1
            hand.give(lease, job)


def _taken(queue: SimpleQueue[T]) -> Iterator[T]:
    """All that lies in the queue now."""
    with suppress(Empty):
        while True:
            yield queue.get_nowait()


def _raise(error: Exception) -> Write:
    raise error
