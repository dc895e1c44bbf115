"""dream: run VQGAN+CLIP for one run, keeping every iterate and where the dream stands."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping

from generator.errors import BadState, GeneratorError
from generator.nouns import RunOrder, Step
from nftd.domain import Event, shown
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.store import history, runs, sources, work
from nftd.store.blobs import write_durably


def dream(house: House, lease: Lease) -> Write:
    """Make the iterates of a run; after a crash it goes on behind the last step whose state was kept."""
    order, iterations, kept = _prepare(house, lease)
    try:
        if kept < iterations:
            _walk(house, lease, order, iterations)
    except BadState:
        # A state of another version or a damaged file costs the steps made so far, never the run.
        lease.save(lambda connection: runs.forget_after(connection, lease.key, 0))
        _walk(house, lease, replace(order, resume=None), iterations)
    except GeneratorError as error:
        if not error.permanent:
            raise
        return _failed(house, lease.key, error)
    return _done(house, lease.key)


def _prepare(house: House, lease: Lease) -> tuple[RunOrder, int, int]:
    """The order for the executor; the run is `running` and holds one trajectory only."""
    with house.store.read() as connection:
        run = runs.get(connection, lease.key)
        recipe = runs.get_recipe(connection, run["recipe"])
        source = sources.get(connection, run["source"])
    house.watch.item(f"{source['category']} {recipe.prompts[0].text}")
    kept, state = _kept_state(house, run, recipe.iterations)
    lease.save(lambda connection: _start(connection, house, run, kept))
    picture = house.store.blobs.get(source["work"])
    return RunOrder(lease.key, recipe, run["seed"], picture, state), recipe.iterations, kept


def _kept_state(house: House, run: RowMapping, iterations: int) -> tuple[int, bytes | None]:
    kept = int(run["kept_step"])
    if kept == iterations:
        return kept, None
    try:
        return kept, state_file(house, run["id"], kept).read_bytes() if kept else None
    except FileNotFoundError:
        return 0, None


def _start(connection: Connection, house: House, run: RowMapping, kept: int) -> None:
    runs.forget_after(connection, run["id"], kept)
    old = runs.move(connection, run["id"], "running")
    if old != "running":
        history.record(connection, [Event(run["id"], old, "running", f"seed {run['seed']}")], house.cycle)


def _walk(house: House, lease: Lease, order: RunOrder, iterations: int) -> None:
    begun = time.monotonic()
    for step in house.executor.run(order):
        _keep(house, lease, step, iterations, time.monotonic() - begun)
        house.watch.step(step.step, iterations)
        begun = time.monotonic()


def _keep(house: House, lease: Lease, step: Step, iterations: int, seconds: float) -> None:
    """Bytes first, then the row that names them; the state before it is dropped last."""
    image = house.store.blobs.put(step.png)
    if step.step < iterations:
        write_durably(state_file(house, lease.key, step.step), step.state)
    lease.save(lambda connection: runs.keep_step(connection, lease.key, lease.claim.attempt, step, image, seconds))
    state_file(house, lease.key, step.step - 1).unlink(missing_ok=True)


def state_file(house: House, run: str, step: int) -> Path:
    return house.store.states / f"{run}.{step}.safetensors"


def _done(house: House, run: str) -> Write:
    def write(connection: Connection) -> None:
        old = runs.move(connection, run, "done")
        history.record(connection, [Event(run, old, "done")], house.cycle)
        work.enqueue(connection, "judge", run)
        house.tally.done += 1

    return write


def _failed(house: House, run: str, error: GeneratorError) -> Write:
    """A run that no second try can help: its reason is kept and the cycle goes on."""
    sentence = str(error)[:500]

    def write(connection: Connection) -> None:
        old = runs.move(connection, run, "failed", f"{error.code}: {sentence}")
        history.record(connection, [Event(run, old, "failed", f"{error.code}: {sentence}")], house.cycle)
        house.tally.failed += 1
        house.tally.refused[error.code] += 1

    house.watch.refused(shown(run), error.code, sentence)
    return write


def park_run(connection: Connection, house: House, run: str, sentence: str) -> None:
    """Write that a run was given up for now."""
    old = runs.get(connection, run)["state"]
    if old in ("queued", "running"):
        runs.move(connection, run, "parked", sentence)
        history.record(connection, [Event(run, old, "parked", sentence)], house.cycle)


def sweep_states(house: House) -> None:
    """Remove state files that no running dream needs; only while no dream runs."""
    for file in house.store.states.glob("*"):
        run, _, step = file.name.removesuffix(".safetensors").partition(".")
        if not _is_needed(house, run, step):
            file.unlink(missing_ok=True)


def _is_needed(house: House, run: str, step: str) -> bool:
    with house.store.read() as connection:
        row = runs.find(connection, run)
    return row is not None and row["state"] in ("running", "queued", "parked") and str(row["kept_step"]) == step
