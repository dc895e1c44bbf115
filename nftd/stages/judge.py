"""judge: let the critics score every iterate of a run, and choose one."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, RowMapping

from nftd.domain import Event
from nftd.recipes import chosen_preset
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.store import artworks, history, runs, sources, work


@dataclass(frozen=True, slots=True)
class _Iterate:
    """A stored iterate as the critics want it."""

    step: int
    similarity: float
    embedding: bytes


def judge(house: House, lease: Lease) -> Write:
    """Score from what is stored (no model is needed) and make the chosen iterate an artwork."""
    from generator.critics import score_iterates
    from generator.pick import PickRule, best_iterate

    with house.store.read() as connection:
        run = runs.get(connection, lease.key)
        iterates = runs.iterates(connection, lease.key)
        source = sources.get(connection, run["source"])
    house.watch.item(f"{len(iterates)} iterates")
    critics = chosen_preset(house.settings).critics
    judged = score_iterates([_seen(row) for row in iterates], source["embedding"], critics)
    choice = best_iterate(judged, PickRule(house.settings.choice.fidelity_floor))
    images = {row["step"]: row["image"] for row in iterates}
    scored = [(images[one.step], score) for one in judged for score in one.scores]

    def write(connection: Connection) -> None:
        runs.save_scores(connection, scored)
        runs.choose(connection, lease.key, asdict(choice))
        artwork = artworks.add(connection, lease.key, choice.step, images[choice.step])
        history.record(connection, [Event(artwork, None, "waiting", choice.reason)], house.cycle)
        work.enqueue(connection, "draft", artwork)
        house.tally.judged += 1

    return write


def _seen(row: RowMapping) -> _Iterate:
    return _Iterate(row["step"], row["similarity"], row["embedding"])
