"""Workers: an executor whose models live in processes of their own, one a device.

The processes are started when first needed, keep their models from run to run and from cycle to cycle, and are
replaced when they have grown or served long enough. One that dies or hangs is replaced at once, and its run goes on
behind the last step that was handed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import LifoQueue
from types import TracebackType
from typing import Final, Self
from weakref import WeakSet

from generator.categories import Category
from generator.errors import Stopped, WorkerLost
from generator.nouns import RunOrder, Step
from generator.presets import preset
from generator.worker_process import Lost, Patience, Spawn, Worker, start_process
from generator.worker_wire import Message

MOST_LOSSES: Final = 5  # deaths of workers that one run, or one question, may cost
MOST_RUNS: Final = 200  # of one process: whatever leaks slowly is given back
MOST_GROWTH: Final = 2 * 2**30  # bytes that a process may hold beyond what it held after its first runs
SETTLED_RUNS: Final = 3  # runs after which a process has met what it will need


@dataclass(slots=True)
class _Seat:
    """A device, and the process that works there, if there is one."""

    device: str
    worker: Worker | None = None


@dataclass(slots=True)
class _Losses:
    """What a run or question has cost so far."""

    what: str
    deaths: list[str] = field(default_factory=list)
    kills: int = 0

    def add(self, lost: Lost) -> None:
        """Raises `WorkerLost` where it is one too many."""
        self.deaths.append(str(lost))
        self.kills += lost.killed
        if len(self.deaths) >= MOST_LOSSES:
            raise WorkerLost(
                f"{self.what} lost {len(self.deaths)} workers, the last: {self.deaths[-1]}; look for want of memory, "
                "or a device that hangs, then try again",
                deaths=tuple(self.deaths),
            ) from lost


class Workers:
    """See `generator.executor.Executor`; threads may use it at once, and wait for each other where all devices work.

    `devices` are names as torch has them, or "auto"; one twice is two processes. `precision` is that of everything but
    runs, None the preset's. Close it, or use it as a context manager: no process outlives it, nor this program.
    Raises `UnknownPreset`.
    """

    def __init__(
        self,
        preset_name: str = "mini",
        devices: Sequence[str] = ("auto",),
        weights: Path | None = None,
        precision: str | None = None,
        patience: Patience | None = None,
        spawn: Spawn | None = None,
    ) -> None:
        chosen = preset(preset_name)
        self.preset = replace(chosen, precision=precision or chosen.precision)
        self._weights = weights
        self._patience = patience or Patience()
        self._spawn = spawn
        self._seats = [_Seat(device) for device in devices]
        # The one that worked last comes first: a question between two runs needs no other device's models.
        self._free: LifoQueue[_Seat] = LifoQueue()
        for seat in reversed(self._seats):
            self._free.put(seat)
        self._settled: dict[str, str] = {}
        self._stopping = False
        # A child is told of the death of the thread that made it, so that thread must live as long as this.
        self._births = ThreadPoolExecutor(1, "births")
        _OPEN.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def size(self) -> int:
        """How many runs can be made at once."""
        return len(self._seats)

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that there are now."""
        return [seat.worker.process.pid for seat in self._seats if seat.worker]

    def run(self, order: RunOrder) -> Iterator[Step]:
        """See `Executor`; raises what `LocalExecutor.run` raises, `WorkerLost`, or `Stopped` at a step."""
        losses = _Losses(f"run {order.run[:12]}" if order.run else "a run")
        with self._borrowed() as seat:
            while True:
                try:
                    with closing(self._worker(seat).run(order)) as steps:
                        for step in steps:
                            yield step
                            order = replace(order, resume=step.state)
                            if step.step == order.recipe.iterations:
                                _finish(steps)
                                return
                            self._check_stopping()
                    return
                except Lost as lost:
                    order = self._again(seat, order, losses, lost)

    def _again(self, seat: _Seat, order: RunOrder, losses: _Losses, lost: Lost) -> RunOrder:
        """The order for the next worker: behind the last step, and with less memory if a kill was no accident."""
        self._end(seat)
        losses.add(lost)
        self._check_stopping()
        return replace(order, rung=order.rung + (1 if lost.killed and losses.kills > 1 else 0))

    def embed(self, work_png: bytes) -> bytes:
        """See `Executor`."""
        return self._ask(Message("embed", {}, (work_png,))).blobs[0]

    def categorize(self, work_png: bytes, phrases: Mapping[str, Sequence[str]]) -> Category:
        """See `Executor`."""
        told = {name: list(words) for name, words in phrases.items()}
        answer = self._ask(Message("categorize", {"phrases": told}, (work_png,)))
        words = answer.words
        return Category(words["name"], words["probabilities"], words["abstained"], answer.blobs[0])

    def unsafe_share(self, embedding: bytes) -> float:
        """See `Executor`."""
        return float(self._ask(Message("unsafe_share", {}, (embedding,))).words["share"])

    def settle(self, wanted: str) -> str:
        """See `Executor`; the first device answers for all."""
        if wanted not in self._settled:
            self._settled[wanted] = str(self._ask(Message("settle", {"wanted": wanted})).words["precision"])
        return self._settled[wanted]

    def _ask(self, question: Message) -> Message:
        losses = _Losses(f"the question {question.kind!r}")
        with self._borrowed() as seat:
            while True:
                try:
                    return self._worker(seat).ask(question)
                except Lost as lost:
                    self._end(seat)
                    losses.add(lost)

    @contextmanager
    def _borrowed(self) -> Iterator[_Seat]:
        """A seat that nobody else has; a process that is in the middle of something does not go back with it."""
        seat = self._free.get()
        try:
            yield seat
        finally:
            if seat.worker and (not seat.worker.clean or _is_worn(seat.worker)):
                self._end(seat)
            self._free.put(seat)

    def _worker(self, seat: _Seat) -> Worker:
        """The process of a seat; raises `Lost` where none can be started."""
        if seat.worker and seat.worker.process.poll() is not None:
            self._end(seat)  # between two runs: it costs none of them
        return seat.worker or self._births.submit(self._start, seat).result()

    def _start(self, seat: _Seat) -> Worker:
        share = sum(other.device == seat.device for other in self._seats)
        words = (self.preset.name, seat.device, self.preset.precision, str(self._weights or ""), str(share))
        try:
            # Held from its first moment, also where nobody waits for it any more.
            seat.worker = Worker(words, self._spawn or start_process, self._patience)
            return seat.worker
        except OSError as error:
            raise Lost(f"no worker process can be started: {error}") from error

    def _end(self, seat: _Seat) -> None:
        worker, seat.worker = seat.worker, None
        if worker:
            worker.end()

    def stop(self) -> None:
        """Let every run end behind the step in hand, by `Stopped`."""
        self._stopping = True

    def _check_stopping(self) -> None:
        if self._stopping:
            raise Stopped("asked to stop")

    def close(self) -> None:
        """End all processes, whatever they are in the middle of; for good."""
        self._births.shutdown()
        for seat in self._seats:
            self._end(seat)

    def forget(self) -> None:
        """In a fork of this process: the workers are another's. Their input must end when that one ends."""
        for seat in self._seats:
            worker, seat.worker = seat.worker, None
            if worker:
                worker.leave()


def _finish(steps: Iterator[Step]) -> None:
    """Read the end behind the last step; a process that dies there has done its work."""
    with suppress(Lost, StopIteration):
        next(steps)


def _is_worn(worker: Worker) -> bool:
    """Whether a process has served long enough, or holds much more than it needed at first."""
    held = worker.resident
    return len(held) >= MOST_RUNS or (bool(held) and held[-1] - max(held[:SETTLED_RUNS]) > MOST_GROWTH)


_OPEN: Final[WeakSet[Workers]] = WeakSet()


def _forget_all() -> None:
    for one in _OPEN:
        one.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
