"""pin: archive the content of a draft as a CAR file with the addresses that any IPFS node would give it."""

from __future__ import annotations

from sqlalchemy import Connection

from nftd.domain import Event
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.store import artworks, history
from nftd.store.blobs import write_durably
from publisher.car import verify_car
from publisher.draft import Draft, archive


def pin(house: House, lease: Lease) -> Write:
    """Write the CAR, read it back and hash every block; only then is it called archived."""
    with house.store.read() as connection:
        row = artworks.get_draft(connection, lease.key)
    house.watch.item(lease.key)
    draft = Draft.from_json(row["content"])
    content = archive(draft, house.store.blobs.get(draft.image_sha256))
    file = house.store.archive / f"{draft.metadata_dir_cid}.car"
    write_durably(file, content)
    with file.open("rb") as stream:
        roots = [str(root) for root in verify_car(stream)]

    def write(connection: Connection) -> None:
        for root in roots:
            artworks.archived(connection, root, file.name)
        history.record(connection, [Event(lease.key, "drafted", "archived", file.name)], house.cycle)
        house.tally.archived += 1

    return write
