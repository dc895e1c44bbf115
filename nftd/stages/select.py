"""select: judge the new listings, and those with new evidence, among all that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from nftd.config import Settings
from nftd.domain import Event
from nftd.optout import CODE as OPTED_OUT
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.states import check
from nftd.store import history, listings, valuation_input, valuations
from nftd.store.valuations import Run

if TYPE_CHECKING:
    import pandas as pd

    from scrapers.valuation import SelectionRule

KEY = "listings"
NO_PICTURE = valuation_input.NO_PICTURE


def select(house: House, lease: Lease) -> Write:
    """Select or pass every listing that was only seen; fetch what was selected, best first.

    A listing that was passed over is judged once more when a sale or bid of it was added, and may be selected then.
    One on the opt-out list is not even compared with: it takes part in nothing.
    """
    from scrapers.valuation import select as by_policy

    house.watch.item(lease.key)
    by = rule(house.settings)
    with house.store.read() as connection:
        frame = valuation_input.read_listings(connection)
        last = valuation_input.last_observation(connection)
        left_alone = _left_alone(connection, house)
        asked = frame[~frame["listing_id"].isin(left_alone)].reset_index(drop=True) if left_alone else frame
        trades = valuation_input.read_trades(connection, asked) if by.policy == "value" else None
    found = by_policy(asked.assign(held=(asked["state"] == "selected").to_numpy(dtype=bool)), by, trades)
    judged = _judged(asked, found.rows)
    run = Run(house.cycle, by.policy, by.told, found.compared, found.scored, found.floor, last)
    out = _opted_out(frame, left_alone)

    def write(connection: Connection) -> None:
        valuations.save(connection, run, judged, found.groups)
        listings.judge(connection, out)
        history.record(connection, [Event(one["id"], "seen", "passed", OPTED_OUT) for one in out], house.cycle)
        house.tally.selected += int((judged["state"] == "selected").sum())
        house.tally.passed += int(((judged["state"] == "passed") & (judged["old"] == "seen")).sum()) + len(out)

    return write


def _left_alone(connection: Connection, house: House) -> dict[str, str]:
    """The listings on the opt-out list, each with the entry that it falls under."""
    if not house.optout:
        return {}
    named = ((row["id"], house.optout.match(row)) for row in listings.named(connection))
    return {identifier: told for identifier, told in named if told}


def _judged(asked: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """What is said of the listings that are judged now: the new ones, and those passed over with new evidence."""
    old = asked["state"].astype(str)
    now = (old == "seen") | ((old == "passed") & asked["changed"])
    state = rows["selected"].map({True: "selected", False: "passed"})
    reason = rows["reason"].mask(asked["media"] == NO_PICTURE, NO_PICTURE)
    told = rows.assign(rowid=asked["rowid"], old=old, state=state, reason=reason)[now]
    for before, after in set(zip(told["old"], told["state"], strict=True)) - {("passed", "passed")}:
        check("listing", before, after)
    return told


def _opted_out(frame: pd.DataFrame, left_alone: dict[str, str]) -> list[dict[str, Any]]:
    """The verdicts of listings that were only seen until now, and are on the opt-out list."""
    seen = frame.loc[frame["state"] == "seen", "listing_id"] if left_alone else ()
    same: dict[str, Any] = {"state": "passed", "reason": OPTED_OUT, "rank": None}
    return [{"id": one, **same, "selection": {"opt-out": left_alone[one]}} for one in seen if one in left_alone]


def rule(settings: Settings) -> SelectionRule:
    """The configured thresholds and weights."""
    from scrapers.valuation import SelectionRule

    # An address that names no type may lead to a picture: the download and the decoder find out.
    return SelectionRule(**settings.selection.model_dump(), media=("photo", "unknown"))
