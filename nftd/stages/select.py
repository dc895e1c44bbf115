"""select: judge the new listings among all that are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping

from nftd.config import Settings
from nftd.domain import Event
from nftd.optout import CODE as OPTED_OUT
from nftd.optout import OptOut
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.store import history, listings, work

if TYPE_CHECKING:
    import pandas as pd

    from scrapers.valuation import SelectionRule

KEY = "listings"
NO_PICTURE = "no_picture"


def select(house: House, lease: Lease) -> Write:
    """Select or pass every listing that was only seen; fetch what was selected, best first."""
    house.watch.item(lease.key)
    with house.store.read() as connection:
        rows = listings.to_judge(connection)
    verdicts = judge(rows, house.settings, house.optout)

    def write(connection: Connection) -> None:
        listings.judge(connection, verdicts)
        history.record(connection, (_event(verdict) for verdict in verdicts), house.cycle)
        for verdict in verdicts:
            if verdict["state"] == "selected":
                work.enqueue(connection, "fetch", verdict["id"], priority=-verdict["rank"])
        _count(house, verdicts)

    return write


def judge(rows: Sequence[RowMapping], settings: Settings, optout: OptOut | None = None) -> list[dict[str, Any]]:
    """What the policy says of every listing in state `seen`, compared with all `rows`.

    A work on the opt-out list is not even compared with: it takes part in nothing.
    """
    from scrapers.valuation import select as by_policy

    left_alone = {row["id"]: told for row in rows if optout and (told := optout.match(row))}
    compared = [row for row in rows if row["id"] not in left_alone]
    result = by_policy(_frame(compared), rule(settings))
    seen = {row["id"] for row in rows if row["state"] == "seen"}
    verdicts = [_verdict(record) for record in result.to_dict("records") if record["listing_id"] in seen]
    return verdicts + [_opted_out(one, told) for one, told in left_alone.items() if one in seen]


def rule(settings: Settings) -> SelectionRule:
    from scrapers.valuation import SelectionRule

    chosen = settings.selection
    return SelectionRule(
        policy=chosen.policy,
        trim=chosen.trim,
        price_share=chosen.price_share,
        likes_share=chosen.likes_share,
        first_year=chosen.first_year,
        last_year=chosen.last_year,
        # An address that names no type may lead to a picture: the download and the decoder find out.
        media=("photo", "unknown"),
    )


def _frame(rows: Sequence[RowMapping]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "listing_id": [row["id"] for row in rows],
            "market": [row["market"] for row in rows],
            "price": pd.array([row["ask_shadow"] for row in rows], dtype="Float64"),
            "asset": [row["ask_asset"] for row in rows],
            "likes": pd.array([row["likes"] for row in rows], dtype="Int64"),
            "year": pd.array([row["year"] for row in rows], dtype="Int64"),
            "media": [row["media_kind"] if row["media_url"] else NO_PICTURE for row in rows],
            "nsfw": pd.array([row["nsfw"] for row in rows], dtype="boolean"),
            "rights_decision": [row["rights"]["decision"] for row in rows],
        }
    )


def _verdict(record: dict[Any, Any]) -> dict[str, Any]:
    import pandas as pd

    selected = bool(record["selected"])
    return {
        "id": record["listing_id"],
        "state": "selected" if selected else "passed",
        "reason": NO_PICTURE if record["inputs"].get("media") == NO_PICTURE else str(record["reason"]),
        "rank": None if pd.isna(record["rank"]) else int(record["rank"]),
        "selection": record["inputs"],
    }


def _opted_out(identifier: str, told: str) -> dict[str, Any]:
    inputs = {"opt-out": told}
    return {"id": identifier, "state": "passed", "reason": OPTED_OUT, "rank": None, "selection": inputs}


def _event(verdict: dict[str, Any]) -> Event:
    return Event(verdict["id"], "seen", verdict["state"], verdict["reason"])


def _count(house: House, verdicts: list[dict[str, Any]]) -> None:
    for verdict in verdicts:
        if verdict["state"] == "selected":
            house.tally.selected += 1
        else:
            house.tally.passed += 1
