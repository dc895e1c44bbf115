"""voucher: turn the terms of an approved draft into the typed data that its minter may sign."""

from __future__ import annotations

from sqlalchemy import Connection

from nftd.domain import Event, shown
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write, nothing
from nftd.store import artworks, history
from publisher.draft import Draft
from publisher.voucher import digest, typed_data

TARGET = "rarible"


def voucher(house: House, lease: Lease) -> Write:
    """Prepare the publication of an approved artwork; a draft without terms has nothing to sign."""
    with house.store.read() as connection:
        approval = artworks.approval_of(connection, lease.key)
        row = artworks.get_draft(connection, approval["draft"]) if approval else None
    house.watch.item(lease.key)
    terms = Draft.from_json(row["content"]).terms if row else None
    if row is None or terms is None:
        return nothing
    typed = typed_data(terms)
    to_sign = digest(typed).hex()

    def write(connection: Connection) -> None:
        if not artworks.is_approved(connection, lease.key, row["id"]):
            return  # taken back while we worked: the database would refuse it anyway
        new = artworks.publish(connection, lease.key, row["id"], TARGET, terms.token_id, typed, to_sign)
        if new:
            reason = f"token {terms.token_id} of {shown(lease.key)}"
            history.record(connection, [Event(new, None, "prepared", reason)], house.cycle)
            house.tally.prepared += 1

    return write
