"""dream: run VQGAN+CLIP for one run, keeping every iterate and where the dream stands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping

from generator.errors import BadPicture, BadState, GeneratorError, NonFiniteLoss, OutOfMemory
from generator.memory import ladder
from generator.nouns import METHOD, Recipe, RunOrder, Step
from nftd.domain import Event, shown
from nftd.recipes import chosen_preset, recipe_of
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.stages.stage import describe
from nftd.store import artworks, history, listings, runs, sources, work
from nftd.store.blobs import write_durably

FEWEST_CODES = 4  # a side of a picture that still shows something


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
        return _superseded(house, run, source["category"], "models or method have changed since it was ordered")
    kept, state = _kept_state(house, run, recipe.iterations)
    labels = (("source", run["source"]),)
    work_png = _work(house, source, recipe.size)
    order = RunOrder(lease.key, recipe, run["seed"], work_png, state, labels=labels)
    lease.save(lambda connection: _start(connection, house, run, kept))
    try:
        _make(house, lease, order, kept)
    except (BadPicture, NonFiniteLoss) as error:
        return _failed(house, lease.key, error)
    except OutOfMemory as error:
        size = smaller_size(house, recipe, error) if house.settings.generator.shrink else None
        if size is None:
            raise
        return _superseded(house, run, source["category"], f"it needs more memory than there is: {error}", size)
    return _done(house, lease.key)


def _work(house: House, source: RowMapping, size: int) -> bytes:
    """The square work, at the size of its recipe where memory made that smaller."""
    work_png = house.store.blobs.get(source["work"])
    if size >= chosen_preset(house.settings).size:
        return work_png
    from generator.intake import shrunken

    return shrunken(work_png, size)


def smaller_size(house: House, recipe: Recipe, error: OutOfMemory) -> int | None:
    """The size that is estimated to fit, or three quarters where the estimate was wrong; None where none is left."""
    stride = chosen_preset(house.settings).stride
    fitting = error.evidence.get("fitting", recipe.size * 3 // 4 // stride * stride)
    return fitting if isinstance(fitting, int) and FEWEST_CODES * stride <= fitting < recipe.size else None


def one_each(house: House, keys: Sequence[str]) -> list[list[str]]:
    """Every run on its own, where there are several devices to make them on; one device needs no thread."""
    return [[key] for key in keys] if len(house.settings.generator.devices) > 1 else []


def hands(house: House) -> int:
    return house.executor.size


def stop(house: House) -> None:
    """Let every dream end at its step: what was kept stays, and the run goes on from there."""
    house.executor.stop()


def _is_of_the_past(house: House, recipe: Recipe) -> bool:
    """Whether this version and these weights can no longer make what the recipe promises."""
    return recipe.weights != house.weights or recipe.method != METHOD


def _superseded(house: House, run: RowMapping, category: str, why: str, size: int | None = None) -> Write:
    """Order the same take by today's recipe instead, perhaps at another size."""
    today = recipe_of(house.exact, category, house.store.root, size)
    # A take that a reviewer asked for is to differ from the first, which alone has the configured seed.
    seed = house.settings.generator.seed if run["take"] == 0 else -1
    state_file(house, run["id"], run["kept_step"]).unlink(missing_ok=True)

    def write(connection: Connection) -> None:
        new = runs.order(connection, run["source"], today, seed, run["take"])
        reason = f"superseded by {shown(new)}: {why}"
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
    begun, memory = time.monotonic(), str(ladder(order.recipe.cutouts)[0])
    for step in house.executor.run(order):
        _keep(house, lease, step, iterations, time.monotonic() - begun, step.memory != memory)
        memory = step.memory
        house.watch.step(step.step, iterations)
        begun = time.monotonic()


def _keep(house: House, lease: Lease, step: Step, iterations: int, seconds: float, lower: bool) -> None:
    """Bytes first, then the row that names them; the state before it is dropped last.

    A step that was made on a `lower` rung of the memory ladder than the one before says so in the run's history.
    """
    image = house.store.blobs.put(step.png)
    if step.step < iterations:
        write_durably(state_file(house, lease.key, step.step), step.state)

    def write(connection: Connection) -> None:
        runs.keep_step(connection, lease.key, lease.claim.attempt, step, image, seconds)
        if lower:
            told = f"from step {step.step} on: {step.memory}, for want of memory"
            history.record(connection, [Event(lease.key, "running", "running", told)], house.cycle)

    lease.save(write)
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
