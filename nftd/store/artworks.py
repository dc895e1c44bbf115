"""Artworks, their drafts, the decisions on them, and what hangs on an approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from nftd.domain import make_id, utc_now
from nftd.states import check
from nftd.store.dialect import insert_new, upsert
from nftd.store.tables import approval, artwork, decision, draft, pin, publication, signature


def add(connection: Connection, run: str, step: int, image: str) -> str:
    """Store the artwork that came out of a run; one a run."""
    identifier = make_id("a", run)
    row = {
        "id": identifier,
        "run": run,
        "step": step,
        "image": image,
        "state": "waiting",
        "made_at": utc_now(),
    }
    insert_new(connection, artwork, [row])
    return identifier


def get(connection: Connection, identifier: str) -> RowMapping:
    return connection.execute(select(artwork).where(artwork.c.id == identifier)).mappings().one()


def of_run(connection: Connection, run: str) -> RowMapping | None:
    return connection.execute(select(artwork).where(artwork.c.run == run)).mappings().one_or_none()


def reviewable(connection: Connection, state: str = "waiting") -> Sequence[RowMapping]:
    """Artworks in `state` that have a draft, oldest first."""
    rows = select(artwork).where(artwork.c.state == state, artwork.c.draft.is_not(None))
    return connection.execute(rows.order_by(artwork.c.made_at, artwork.c.id)).mappings().all()


def waiting(connection: Connection) -> int:
    count = select(func.count()).where(artwork.c.state == "waiting", artwork.c.draft.is_not(None))
    return int(connection.execute(count).scalar_one())


def move(connection: Connection, identifier: str, state: str) -> str:
    """Bring an artwork into another state; the old one."""
    old: str = connection.execute(select(artwork.c.state).where(artwork.c.id == identifier)).scalar_one()
    check("artwork", old, state)
    connection.execute(update(artwork).where(artwork.c.id == identifier).values(state=state))
    return old


def add_draft(
    connection: Connection, identifier: str, artwork_id: str, digest: str, content: str, *, signable: bool
) -> None:
    """Store a draft and make it the one that reviewers see."""
    row = {
        "id": identifier,
        "artwork": artwork_id,
        "digest": digest,
        "content": content,
        "signable": signable,
        "made_at": utc_now(),
    }
    insert_new(connection, draft, [row])
    connection.execute(update(artwork).where(artwork.c.id == artwork_id).values(draft=identifier))


def without_terms(connection: Connection) -> Sequence[str]:
    """Artworks that wait or are approved, but by a draft that nobody could sign."""
    both = artwork.join(draft, draft.c.id == artwork.c.draft)
    rows = select(artwork.c.id).select_from(both).where(~draft.c.signable)
    return connection.execute(rows.where(artwork.c.state.in_(("waiting", "approved")))).scalars().all()


def get_draft(connection: Connection, identifier: str) -> RowMapping:
    return connection.execute(select(draft).where(draft.c.id == identifier)).mappings().one()


def decide(
    connection: Connection,
    artwork_id: str,
    draft_id: str,
    verdict: str,
    reviewer: str,
    reason: str | None = None,
    basis: str | None = None,
) -> int:
    """Append a decision; its number."""
    row = {"artwork": artwork_id, "draft": draft_id, "verdict": verdict, "reviewer": reviewer}
    values = insert(decision).values(**row, reason=reason, basis=basis, at=utc_now())
    return int(connection.execute(values.returning(decision.c.id)).scalar_one())


def decisions(connection: Connection, artwork_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(decision).where(decision.c.artwork == artwork_id).order_by(decision.c.id))
    return [dict(row) for row in rows.mappings()]


def approve(connection: Connection, artwork_id: str, draft_id: str, decision_id: int) -> None:
    """Open the gate for this draft; the database checks that the decision says so."""
    row = {"artwork": artwork_id, "draft": draft_id, "decision": decision_id, "verdict": "approve"}
    connection.execute(insert(approval).values(**row))


def approval_of(connection: Connection, artwork_id: str) -> RowMapping | None:
    return connection.execute(select(approval).where(approval.c.artwork == artwork_id)).mappings().one_or_none()


def is_approved(connection: Connection, artwork_id: str, draft_id: str) -> bool:
    found = approval_of(connection, artwork_id)
    return found is not None and found["draft"] == draft_id


def withdraw_approval(connection: Connection, artwork_id: str) -> list[str]:
    """Close the gate again; the publications that went with it. The database refuses once one is signed."""
    mine = publication.c.artwork == artwork_id
    gone = connection.execute(select(publication.c.id).where(mine)).scalars().all()
    connection.execute(delete(publication).where(mine))
    connection.execute(delete(approval).where(approval.c.artwork == artwork_id))
    return list(gone)


def signed(connection: Connection, artwork_id: str) -> bool:
    both = signature.join(publication, publication.c.id == signature.c.publication)
    row = connection.execute(select(signature.c.signer).select_from(both).where(publication.c.artwork == artwork_id))
    return row.first() is not None


def publish(
    connection: Connection,
    artwork_id: str,
    draft_id: str,
    target: str,
    token_id: int,
    typed_data: dict[str, Any],
) -> str | None:
    """Prepare a publication of an approved draft; its id, or None when it exists already."""
    identifier = make_id("p", artwork_id, target)
    row = {
        "id": identifier,
        "artwork": artwork_id,
        "draft": draft_id,
        "target": target,
        "token_id": str(token_id),
    }
    new = insert_new(
        connection,
        publication,
        [{**row, "typed_data": typed_data, "state": "prepared", "made_at": utc_now()}],
    )
    return identifier if new else None


def publications(connection: Connection, artwork_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(publication).where(publication.c.artwork == artwork_id))
    return [dict(row) for row in rows.mappings()]


def archived(connection: Connection, cid: str, draft_id: str, file: str) -> None:
    """Note that the content of a draft lies in a local CAR file whose blocks were read back and hashed."""
    row = {
        "cid": cid,
        "pinner": "car",
        "draft": draft_id,
        "state": "archived",
        "file": file,
        "proven_at": utc_now(),
    }
    upsert(connection, pin, row, ("cid", "pinner"), ("state", "file", "proven_at"))


def pins(connection: Connection, draft_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(pin).where(pin.c.draft == draft_id))
    return [dict(row) for row in rows.mappings()]
