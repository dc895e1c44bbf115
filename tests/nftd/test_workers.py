"""The worker processes of a cycle: its own end with it, a caller's keep their models for the next one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from generator import workers
from generator.intake import encode_png
from nftd import cycle
from nftd.config import GeneratorSettings, Settings
from nftd.recipes import recipe_of
from nftd.stages.house import House, workers_for
from nftd.store import runs, work
from nftd.store.database import Store
from nftd.store.tables import run, source
from tests.e2e.forked import fork_worker
from tests.generator.test_child import gone, lives
from tests.nftd import rooms

SETTINGS = Settings(generator=GeneratorSettings(size=64, iterations=1, cutouts=1, device="cpu"))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(workers, "start_process", fork_worker)
    return rooms.new_store(tmp_path)


def order(store: Store, number: int) -> None:
    """A run on a real work."""
    pixels = np.random.default_rng(number).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    png = store.blobs.put(encode_png(pixels))
    with store.write() as connection:
        found = rooms.add_source(connection, store, number)
        connection.execute(update(source).where(source.c.id == found).values(work=png))
        work.enqueue(connection, "dream", runs.order(connection, found, recipe_of(SETTINGS, "faces", store.root), 7))


def states(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(select(run.c.state)).scalars())


def test_a_callers_workers_keep_their_models_from_cycle_to_cycle(store: Store) -> None:
    with workers_for(SETTINGS, store.root) as kept:
        pids = []
        for number in (1, 2):
            order(store, number)
            cycle.run(store, SETTINGS, (cycle.DREAM,), executor=kept)
            pids += kept.pids
        assert states(store) == ["done", "done"]
        assert len(pids) == 2
        assert len(set(pids)) == 1
        assert lives(pids[0])
    assert gone(pids[0], 1)


def test_a_cycles_own_workers_end_with_it_and_none_is_started_for_nothing(store: Store) -> None:
    house = House(store, SETTINGS, "c-1")
    assert house.executor.pids == []
    assert house.exact == SETTINGS
    assert house.executor.settle("auto") == "fp32"
    (pid,) = house.executor.pids
    house.close()
    assert gone(pid, 1)


def test_the_file_names_devices_precision_and_weights(store: Store, tmp_path: Path) -> None:
    chosen = GeneratorSettings(preset="wikiart", device="cpu, cuda:1", precision="bf16", weights=str(tmp_path))
    made = workers_for(Settings(generator=chosen), store.root)
    assert (made.size, made.preset.name, made.preset.precision) == (2, "wikiart", "bf16")
    assert House(store, Settings(generator=chosen), "c-1").exact.generator.precision == "bf16"
    made.close()


def test_a_recipes_automatic_precision_is_the_devices_and_asked_of_its_worker(store: Store) -> None:
    chosen = Settings(generator=GeneratorSettings(preset="wikiart", device="cpu"))
    house = House(store, chosen, "c-1")
    assert house.exact.generator.precision in ("fp32", "bf16")
    assert len(house.executor.pids) == 1
    house.close()
