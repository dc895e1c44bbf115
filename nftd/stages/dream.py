"""dream: run VQGAN+CLIP for one run, keeping every iterate and where the dream stands."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping

from generator.errors import BadPicture, BadState, GeneratorError, NonFiniteLoss
from generator.nouns import METHOD, Recipe, RunOrder, Step
from generator.presets import weight_digests
from nftd.domain import Event, shown
from nftd.recipes import recipe_of
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.stages.stage import describe
from nftd.store import artworks, history, listings, runs, sources, work
from nftd.store.blobs import write_durably


def dream(house: House, lease: Lease) -> Write:
    """Make the iterates of a run; after a crash it goes on behind the last step whose state was kept.

    Only what lies in the run itself ends it. What lies in the machine (weights, device, memory) is raised: the run
    waits or is parked, and can be made later.
    """
    with house.store.read() as connection:
        run = runs.get(connection, lease.key)
        recipe = runs.get_recipe(connection, run["recipe"])
        source = sources.get(connection, run["source"])
        title = listings.get(connection, source["listing"])["title"]
    house.watch.item(f"{title}, toward {recipe.prompts[0].text}")
    if _is_of_the_past(house, recipe):
        return _superseded(house, run, source["category"])
    kept, state = _kept_state(house, run, recipe.iterations)
    order = RunOrder(lease.key, recipe, run["seed"], house.store.blobs.get(source["work"]), state)
    lease.save(lambda connection: _start(connection, house, run, kept))
    try:
        _make(house, lease, order, kept)
    except (BadPicture, NonFiniteLoss) as error:
        return _failed(house, lease.key, error)
    return _done(house, lease.key)


def _is_of_the_past(house: House, recipe: Recipe) -> bool:
    """Whether this version and these weights can no longer make what the recipe promises."""
    return recipe.weights != weight_digests(house.settings.generator.preset) or recipe.method != METHOD


def _superseded(house: House, run: RowMapping, category: str) -> Write:
    """Order the same take by today's recipe instead."""
    today = recipe_of(house.settings, category)
    # A take that a reviewer asked for is to differ from the first, which alone has the configured seed.
    seed = house.settings.generator.seed if run["take"] == 0 else -1
    state_file(house, run["id"], run["kept_step"]).unlink(missing_ok=True)

    def write(connection: Connection) -> None:
        new = runs.order(connection, run["source"], today, seed, run["take"])
        reason = f"superseded by {shown(new)}: models or method have changed since it was ordered"
        runs.move(connection, run["id"], "parked", reason)
        queued = Event(new, None, "queued", f"take {run['take']}, in place of {shown(run['id'])}")
        history.record(connection, [Event(run["id"], run["state"], "parked", reason), queued], house.cycle)
        work.enqueue(connection, "dream", new)

    return write


def _make(house: House, lease: Lease, order: RunOrder, kept: int) -> None:
    if kept == order.recipe.iterations:
        return
    try:
        _walk(house, lease, order, order.recipe.iterations)
    except BadState:
        # A damaged state costs the steps made so far, never the run.
        lease.save(lambda connection: runs.forget_after(connection, lease.key, 0))
        _walk(house, lease, replace(order, resume=None), order.recipe.iterations)


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
    code, sentence = describe(error)

    def write(connection: Connection) -> None:
        old = runs.move(connection, run, "failed", f"{code}: {sentence}")
        history.record(connection, [Event(run, old, "failed", f"{code}: {sentence}")], house.cycle)
        _give_back(connection, house, run, f"take {shown(run)} failed: {sentence}")
        house.tally.failed += 1
        house.tally.refused[code] += 1

    house.watch.refused(shown(run), code, sentence)
    return write


def park_run(connection: Connection, house: House, run: str, sentence: str) -> None:
    """Write that a run was given up for now."""
    old = runs.get(connection, run)["state"]
    if old in ("queued", "running"):
        runs.move(connection, run, "parked", sentence)
        history.record(connection, [Event(run, old, "parked", sentence)], house.cycle)
        _give_back(connection, house, run, f"take {shown(run)} was given up: {sentence}")


def _give_back(connection: Connection, house: House, run: str, reason: str) -> None:
    """An artwork that was to be replaced by this take waits for its reviewer again."""
    row = runs.get(connection, run)
    artwork = artworks.waiting_for(connection, row["source"], row["take"])
    if artwork is not None:
        artworks.move(connection, artwork, "waiting")
        history.record(connection, [Event(artwork, "again", "waiting", reason)], house.cycle)


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
