"""A dream that does not fit is parked, or made in a size that does; the real mini models dream."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from generator.errors import OutOfMemory
from generator.executor import LocalExecutor
from generator.intake import encode_png
from generator.memory import SHARE, ladder
from generator.presets import preset
from nftd import cycle
from nftd.config import GeneratorSettings, Settings
from nftd.recipes import recipe_of
from nftd.stages.dream import smaller_size
from nftd.stages.house import House
from nftd.stages.loop import run_stage
from nftd.stages.stage import Stage
from nftd.store import history, runs, work
from nftd.store.database import Store
from nftd.store.tables import run, source
from tests.nftd import rooms

SIZE = 384
FITTING = 64


def settings(**changes: object) -> Settings:
    chosen = {"size": SIZE, "iterations": 2, "cutouts": 16, "device": "cpu", **changes}
    return Settings(generator=GeneratorSettings.model_validate(chosen))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


@pytest.fixture
def ordered(store: Store) -> str:
    """A run on a real work of full size, ready to be made."""
    pixels = np.random.default_rng(1).integers(0, 255, (SIZE, SIZE, 3), dtype=np.uint8)
    work_png = store.blobs.put(encode_png(pixels))
    with store.write() as connection:
        found = rooms.add_source(connection, store)
        connection.execute(update(source).where(source.c.id == found).values(work=work_png))
        ordered = runs.order(connection, found, recipe_of(settings(), "faces", store.root), 7)
        work.enqueue(connection, "dream", ordered)
    return ordered


def give_memory(monkeypatch: pytest.MonkeyPatch, size: int, rung: int) -> None:
    """Let the machine have what a dream of this size takes on this rung of the ladder, and a little more."""
    needed = preset("mini").footprint.estimate(size, "fp32", ladder(16)[rung])
    monkeypatch.setattr("generator.memory.available_memory", lambda _device: int(needed / SHARE) + 2**20)


def dream(store: Store, chosen: Settings) -> House:
    house = House(store, chosen, "c-1")
    house.__dict__["executor"] = LocalExecutor("mini", "cpu")
    run_stage(house, Stage("dream", cycle.dream, parked=cycle.park_run))
    return house


def rows(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return {row["id"]: row["state"] for row in connection.execute(select(run)).mappings()}


def test_without_leave_to_shrink_it_is_parked_with_the_size_that_would_fit(
    store: Store, ordered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_memory(monkeypatch, FITTING, rung=-1)
    house = dream(store, settings())
    assert rows(store) == {ordered: "parked"}
    assert house.tally.refused == {"out_of_memory": 1}
    with store.read() as connection:
        assert "set the size to" in runs.get(connection, ordered)["reason"]


def test_with_leave_to_shrink_the_same_take_is_made_in_the_size_that_fits(
    store: Store, ordered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_memory(monkeypatch, FITTING, rung=-1)
    house = dream(store, settings(shrink=True))
    assert sorted(rows(store).values()) == ["done", "parked"]
    assert house.tally.done == 1
    with store.read() as connection:
        old = runs.get(connection, ordered)
        made = runs.of_take(connection, ordered)
        recipe = runs.get_recipe(connection, made["recipe"])
        iterates = runs.iterates(connection, made["id"])
    assert FITTING <= recipe.size < SIZE
    assert made["take"] == old["take"]
    assert made["id"][:12] in old["reason"]
    assert f"it needs more memory than there is: a dream of {SIZE} pixels" in old["reason"]
    picture = store.blobs.get(iterates[-1]["image"])
    assert int.from_bytes(picture[16:20], "big") == recipe.size  # the width in a PNG's header


def test_a_lower_rung_is_told_in_the_history_of_the_run(
    store: Store, ordered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_memory(monkeypatch, SIZE, rung=1)
    dream(store, settings())
    with store.read() as connection:
        told = [event["reason"] for event in history.of(connection, ordered)]
    assert "from step 1 on: 4 cutouts at a time, for want of memory" in told
    assert rows(store) == {ordered: "done"}


def test_with_enough_memory_nothing_is_told(store: Store, ordered: str) -> None:
    dream(store, settings())
    with store.read() as connection:
        assert not [event for event in history.of(connection, ordered) if "memory" in (event["reason"] or "")]


@pytest.mark.parametrize(
    ("evidence", "size"),
    [({"fitting": 96}, 96), ({"fitting": None}, None), ({}, 288), ({"fitting": 24}, None), ({"fitting": 384}, None)],
)
def test_the_next_size_is_what_fits_else_three_quarters(
    evidence: dict[str, object], size: int | None, store: Store
) -> None:
    house = House(store, settings(), "c-1")
    recipe = recipe_of(house.settings, "faces", store.root)
    assert smaller_size(house, recipe, OutOfMemory("no", **evidence)) == size
