"""Real worker processes with the mini models: what they make, and what becomes of a run when one dies.

Most are forked as in `tests.e2e.forked`, since a new Python that imports torch takes seconds; one is started.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

from generator import workers
from generator.errors import BadPicture, BadState, NonFiniteLoss, Stopped, UnknownPreset, WeightsChanged, WorkerLost
from generator.executor import LocalExecutor
from generator.intake import encode_png
from generator.memory import ladder
from generator.nouns import Prompt, RunOrder, Step
from generator.presets import preset, recipe_for, weight_digests
from generator.worker_process import Patience, Process
from generator.workers import MOST_LOSSES, Workers
from tests.e2e.forked import fork_worker
from tests.generator.test_child import gone, lives

PHRASES = {"faces": ["a face"], "animals": ["an animal", "a dog"]}
SMALL = dataclasses.replace(preset("mini"), size=64, cutouts=1)
WORK = encode_png(np.random.default_rng(5).integers(0, 255, (64, 64, 3), dtype=np.uint8))
LONG = RunOrder("r-0000000001", recipe_for(SMALL, [Prompt("a face")], weight_digests("mini"), 20), 11, WORK)
ORDER = dataclasses.replace(LONG, recipe=dataclasses.replace(LONG.recipe, iterations=6))
OUT_OF_PATIENCE = Patience(first=60.0, least=0.5, factor=1.0, farewell=20.0)


@pytest.fixture(scope="module")
def undisturbed() -> list[Step]:
    return list(LocalExecutor("mini").run(ORDER))


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    """One worker that every test leaves well and idle."""
    with Workers("mini", ("cpu",), spawn=fork_worker) as one:
        yield one


@pytest.fixture
def fresh() -> Iterator[Callable[..., Workers]]:
    """Makes workers that a test may harm."""
    made: list[Workers] = []

    def make(devices: Sequence[str] = ("cpu",), **changes: object) -> Workers:
        made.append(Workers("mini", devices, **{"spawn": fork_worker, **changes}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()
        assert one.pids == []


@pytest.fixture(scope="module")
def undisturbed_long() -> list[Step]:
    return list(LocalExecutor("mini").run(LONG))


def killed_at(number: int, one: Workers, order: RunOrder) -> list[Step]:
    """The steps of a run whose worker is killed as soon as this step was handed over."""
    steps = []
    for step in one.run(order):
        steps.append(step)
        if step.step == number:
            os.kill(one.pids[0], signal.SIGKILL)
    return steps


# --- what it makes --------------------------------------------------------------------------------

PARENT_OF_A_RUN = """
import hashlib, json, sys, time
from pathlib import Path
from generator.nouns import Recipe, RunOrder
from generator.workers import Workers
recipe, seed, work = sys.argv[1:]
order = RunOrder("r-0000000001", Recipe.from_json(recipe), int(seed), Path(work).read_bytes())
with Workers("mini", ("cpu",)) as one:
    steps = []
    for step in one.run(order):
        steps.append([step.step, hashlib.sha256(step.png).hexdigest()])
        if step.step == 13:
            print(json.dumps({"pid": one.pids[0], "torch": "torch" in sys.modules, "steps": steps}), flush=True)
            time.sleep(60)
"""


def test_a_started_process_computes_for_a_parent_without_torch_knows_no_secret_and_dies_with_it(
    tmp_path: Path, undisturbed_long: list[Step]
) -> None:
    words = [LONG.recipe.to_json(), str(LONG.seed), str(tmp_path / "work.png")]
    (tmp_path / "work.png").write_bytes(WORK)
    env = {**os.environ, "NFTD_RARIBLE_API_KEY": "sesame-0123", "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT_OF_A_RUN, *words], stdout=subprocess.PIPE, env=env)
    assert parent.stdout is not None
    told = json.loads(parent.stdout.readline())
    assert told["steps"] == [[step.step, hashlib.sha256(step.png).hexdigest()] for step in undisturbed_long[:13]]
    assert not told["torch"]
    assert "sesame" not in Path(f"/proc/{told['pid']}/environ").read_text()
    assert lives(told["pid"])
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    assert gone(told["pid"], 2)


def test_a_worker_makes_what_this_process_would_make_again_and_again(pool: Workers, undisturbed: list[Step]) -> None:
    assert list(pool.run(ORDER)) == undisturbed
    (pid,) = pool.pids
    assert list(pool.run(dataclasses.replace(ORDER, resume=undisturbed[2].state))) == undisturbed[3:]
    assert pool.pids == [pid], "models are loaded once"


def test_it_answers_as_this_process_would(pool: Workers, undisturbed: list[Step]) -> None:
    here = LocalExecutor("mini")
    assert pool.embed(WORK) == here.embed(WORK)
    assert pool.categorize(WORK, PHRASES) == here.categorize(WORK, PHRASES)
    assert pool.unsafe_share(here.embed(WORK)) == here.unsafe_share(here.embed(WORK))
    assert pool.settle("auto") == here.settle("auto") == "fp32"


def test_nothing_is_started_before_it_is_needed(fresh: Callable[..., Workers]) -> None:
    assert fresh().pids == []
    with pytest.raises(UnknownPreset, match="mini, wikiart"):
        Workers("imagenet")


# --- errors ---------------------------------------------------------------------------------------


def test_a_typed_error_arrives_as_itself_and_the_worker_lives_on(pool: Workers, undisturbed: list[Step]) -> None:
    pool.embed(WORK)
    (pid,) = pool.pids
    heavy = dataclasses.replace(ORDER.recipe, losses=(("fidelity", 1e39),))
    with pytest.raises(NonFiniteLoss, match="the loss of step") as failed:
        list(pool.run(dataclasses.replace(ORDER, recipe=heavy)))
    assert (failed.value.evidence["recipe"], failed.value.evidence["seed"]) == (heavy.id, ORDER.seed)
    for changes, error in (
        ({"source_png": b"no picture"}, BadPicture),
        ({"resume": b"no state"}, BadState),
        ({"recipe": dataclasses.replace(ORDER.recipe, weights=(("w", "00"),))}, WeightsChanged),
    ):
        with pytest.raises(error):
            list(pool.run(dataclasses.replace(ORDER, **changes)))
    assert list(pool.run(ORDER)) == undisturbed
    assert pool.pids == [pid]


def test_what_nobody_foresaw_is_raised_with_its_traceback_and_the_worker_replaced(
    fresh: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise ZeroDivisionError("in the \x1b[2J middle")

    monkeypatch.setattr(LocalExecutor, "embed", fail)  # the worker is a fork of this process
    one = fresh()
    with pytest.raises(RuntimeError, match=r"ZeroDivisionError: in the \[2J middle") as failed:
        one.embed(WORK)
    assert "Traceback" in "".join(failed.value.__notes__)
    assert one.pids == []


def test_what_a_library_prints_gets_between_no_words(
    fresh: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    def print_it(*_: object) -> bytes:
        os.write(1, b"loading weights: 100%\n")
        return b"answer"

    monkeypatch.setattr(LocalExecutor, "embed", print_it)
    assert fresh().embed(WORK) == b"answer"


# --- a worker that dies, hangs or cannot be started -----------------------------------------------


def test_killed_at_step_13_the_run_goes_on_as_if_nothing_had_happened(
    fresh: Callable[..., Workers], undisturbed_long: list[Step]
) -> None:
    one = fresh()
    assert killed_at(13, one, LONG) == undisturbed_long
    assert len(one.pids) == 1


def test_stuck_in_the_middle_it_is_replaced_and_the_run_goes_on(
    fresh: Callable[..., Workers], undisturbed: list[Step]
) -> None:
    one = fresh(patience=OUT_OF_PATIENCE)
    pids = []
    steps = []
    for step in one.run(ORDER):
        steps.append(step)
        pids.append(one.pids[0])
        if step.step == 3:
            os.kill(one.pids[0], signal.SIGSTOP)
    assert steps == undisturbed
    assert len(set(pids)) == 2
    assert gone(pids[0], 1)


def test_one_that_is_killed_at_the_last_step_has_done_its_work(
    fresh: Callable[..., Workers], undisturbed: list[Step]
) -> None:
    one = fresh()
    assert killed_at(6, one, ORDER) == undisturbed
    assert list(one.run(ORDER)) == undisturbed


def test_killed_again_and_again_it_takes_less_memory_and_at_last_gives_up(fresh: Callable[..., Workers]) -> None:
    def in_a_deadly_place() -> Iterator[str]:
        for step in one.run(dataclasses.replace(ORDER, recipe=dataclasses.replace(ORDER.recipe, cutouts=8))):
            os.kill(one.pids[0], signal.SIGKILL)
            yield step.memory

    one, memory = fresh(), []
    with pytest.raises(WorkerLost, match=f"run r-0000000001 lost {MOST_LOSSES} workers.*SIGKILL") as failed:
        memory.extend(in_a_deadly_place())
    first, second, third, *_ = map(str, ladder(8))
    assert list(dict.fromkeys(memory)) == [first, second, third], "once is an accident, twice is want of memory"
    assert len(failed.value.evidence["deaths"]) == MOST_LOSSES  # type: ignore[arg-type]
    assert not failed.value.permanent


def test_killed_between_two_runs_it_costs_none_of_them(fresh: Callable[..., Workers], undisturbed: list[Step]) -> None:
    one = fresh()
    one.embed(WORK)
    (pid,) = one.pids
    os.kill(pid, signal.SIGKILL)
    assert gone(pid, 5)
    assert list(one.run(ORDER)) == undisturbed
    assert not Path(f"/proc/{pid}").exists()  # no zombie


def test_one_that_ends_before_it_answers_tells_its_last_words(fresh: Callable[..., Workers]) -> None:
    def mute(_words: Sequence[str], streams: tuple[int, int, int]) -> Process:
        said = "echo started >&2; echo 'no torch \x1b[2J here' >&2; exit 3"
        return subprocess.Popen(["/bin/sh", "-c", said], stdin=streams[0], stdout=streams[1], stderr=streams[2])

    with pytest.raises(WorkerLost, match=r"exit code 3 \(no torch \[2J here\)"):
        fresh(spawn=mute).embed(WORK)


def test_one_that_talks_nonsense_is_none(fresh: Callable[..., Workers]) -> None:
    def babble(_words: Sequence[str], streams: tuple[int, int, int]) -> Process:
        return subprocess.Popen(["yes"], stdin=streams[0], stdout=streams[1], stderr=streams[2])

    with pytest.raises(WorkerLost, match="makes no sense"):
        fresh(spawn=babble).embed(WORK)


def test_where_none_can_be_started_that_is_said(fresh: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python/here")
    with pytest.raises(WorkerLost, match="no worker process can be started"):
        fresh(spawn=None).embed(WORK)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_what_asks_the_whole_program_to_stop_is_decided_by_the_parent(name: str, pool: Workers) -> None:
    pool.embed(WORK)
    (pid,) = pool.pids
    os.kill(pid, signal.Signals[name])
    pool.embed(WORK)
    assert pool.pids == [pid]


# --- the end of a run, of a process, of all --------------------------------------------------------


def test_a_run_that_nobody_wants_any_more_is_ended_and_the_next_is_not_disturbed(
    fresh: Callable[..., Workers], undisturbed: list[Step]
) -> None:
    one = fresh()
    run = one.run(ORDER)
    assert next(run) == undisturbed[0]
    (pid,) = one.pids
    run.close()  # type: ignore[attr-defined]
    assert gone(pid, 2)
    assert list(one.run(ORDER)) == undisturbed


def test_asked_to_end_in_the_middle_of_a_step_it_hands_that_step_over_first(
    fresh: Callable[..., Workers], undisturbed: list[Step]
) -> None:
    """As `nftd once` does on SIGTERM."""
    one = fresh()
    run, steps = one.run(ORDER), []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        steps.append(next(run))
        os.kill(one.pids[0], signal.SIGSTOP)
        Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
        Timer(1.0, os.kill, (one.pids[0], signal.SIGCONT)).start()
        with pytest.raises(SystemExit) as ended:
            steps.extend(run)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 143
    assert 1 < len(steps) < 6
    assert steps == undisturbed[: len(steps)]
    assert one.pids == []


def test_asked_to_stop_every_run_ends_at_its_step(fresh: Callable[..., Workers], undisturbed: list[Step]) -> None:
    one = fresh()
    run = one.run(ORDER)
    assert [next(run), next(run)] == undisturbed[:2]
    one.stop()
    with pytest.raises(Stopped):
        next(run)
    assert one.pids == []


def test_a_process_that_served_long_enough_or_grew_is_replaced_between_two_runs(
    fresh: Callable[..., Workers], undisturbed: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fresh()
    assert list(one.run(ORDER)) == undisturbed
    assert len(one.pids) == 1
    monkeypatch.setattr(workers, "MOST_RUNS", 2)
    list(one.run(ORDER))
    assert one.pids == []
    monkeypatch.setattr(workers, "MOST_RUNS", 100)
    monkeypatch.setattr(workers, "MOST_GROWTH", -1)
    assert list(one.run(ORDER)) == undisturbed
    assert one.pids == []


def test_two_devices_make_two_runs_at_once_and_a_third_waits_its_turn(
    fresh: Callable[..., Workers], undisturbed: list[Step]
) -> None:
    one = fresh(("cpu", "cpu"))
    assert one.size == 2
    begun: set[int] = set()

    def make(_: int) -> list[Step]:
        steps = []
        for step in one.run(ORDER):
            steps.append(step)
            begun.update(one.pids)
        return steps

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(make, range(3))) == [undisturbed] * 3
    assert len(begun) == 2


def test_in_a_fork_of_the_parent_they_are_anothers(pool: Workers) -> None:
    pool.embed(WORK)
    fork = os.fork()
    if fork == 0:
        os._exit(0 if pool.pids == [] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    pool.embed(WORK)


def test_it_ends_with_the_thread_that_holds_it_and_leaves_no_process(fresh: Callable[..., Workers]) -> None:
    one = fresh()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(one.embed, WORK).result()
    (pid,) = one.pids
    time.sleep(0.1)
    assert lives(pid), "the thread that first needed it has ended, and it lives on"
    one.close()
    assert gone(pid, 1)
