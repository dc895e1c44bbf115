"""Withdraw what was made from works whose creators have opted out since."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping

from nftd.domain import Event, shown
from nftd.optout import CODE
from nftd.stages.house import House
from nftd.store import artworks, history, runs, sources, work

HOUSE = "nftd"


def withdraw(house: House) -> None:
    """Reject the waiting artworks of works on the opt-out list, and stop what is on its way to become one.

    What a reviewer approved is not touched but told: only a person takes back what a person decided.
    """
    if not house.optout:
        return
    with house.store.write() as connection:
        for source, shown_by in sources.with_listings(connection):
            told = next(filter(None, map(house.optout.match, shown_by)), None)
            if told:
                _stop(connection, house, source, told)


def _stop(connection: Connection, house: House, row: RowMapping, told: str) -> None:
    source, reason = row["id"], f"{CODE}: {told}"
    if row["state"] == "fetched":
        work.call_off(connection, "intake", source, CODE, told)
        sources.settle(connection, source, "unfit", CODE)
        _record(connection, house, Event(source, "fetched", "unfit", reason))
    for run in runs.of_source(connection, source):
        if run["state"] in ("queued", "running"):
            work.call_off(connection, "dream", run["id"], CODE, told)
            runs.move(connection, run["id"], "parked", reason)
            _record(connection, house, Event(run["id"], run["state"], "parked", reason))
        if artwork := artworks.of_run(connection, run["id"]):
            _withdraw(connection, house, artwork, told)


def _withdraw(connection: Connection, house: House, artwork: RowMapping, told: str) -> None:
    identifier, draft, old = artwork["id"], artwork["draft"], artwork["state"]
    if old == "approved":
        house.tally.opted_out[shown(identifier)] = told
    if old not in ("waiting", "again") or draft is None:
        return
    if old == "again":  # the take that was to replace it is called off
        artworks.move(connection, identifier, "waiting")
    reason = f"{CODE}: {told}"
    artworks.decide(connection, identifier, draft, "reject", HOUSE, reason)
    artworks.move(connection, identifier, "rejected")
    _record(connection, house, Event(identifier, old, "rejected", reason))
    house.tally.withdrawn += 1


def _record(connection: Connection, house: House, event: Event) -> None:
    history.record(connection, [event], house.cycle)
