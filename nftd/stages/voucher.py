"""voucher: turn the terms of an approved draft into the typed data that its minter may sign."""

from __future__ import annotations

from sqlalchemy import Connection

from nftd.domain import Event
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.store import artworks, history
from publisher.draft import Draft
from publisher.voucher import typed_data

TARGET = "rarible"


def voucher(house: House, lease: Lease) -> Write:
    """Prepare the publication of an approved artwork; a draft without terms has nothing to sign and is held."""
    with house.store.read() as connection:
        approval = artworks.approval_of(connection, lease.key)
        row = artworks.get_draft(connection, approval["draft"]) if approval else None
    house.watch.item(lease.key)
    if row is None:
        return nothing
    terms = Draft.from_json(row["content"]).terms
    if terms is None:
        return lambda connection: _hold(connection, house, lease.key)
    typed = typed_data(terms)

    def write(connection: Connection) -> None:
        if not artworks.is_approved(connection, lease.key, row["id"]):
            return  # taken back while we worked: the database would refuse it anyway
        new = artworks.publish(connection, lease.key, row["id"], TARGET, terms.token_id, typed)
        if new:
            history.record(connection, [Event(new, None, "prepared", f"token {terms.token_id}")], house.cycle)
            house.tally.prepared += 1

    return write


def _hold(connection: Connection, house: House, artwork: str) -> None:
    """Say once what is missing; a new draft with terms asks for a new approval."""
    reason = "needs publisher.minter: set it, then approve the new draft"
    history.record(connection, [Event(artwork, "approved", "held", reason)], house.cycle)
