"""Artworks, their drafts, the decisions on them, and what hangs on an approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, or_, select, update

from nftd.domain import content_id, make_id, utc_now
from nftd.states import check
from nftd.store.dialect import insert_new, upsert
from nftd.store.tables import approval, artwork, decision, draft, pin, publication, run, signature
from publisher.draft import Draft


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


def add_draft(connection: Connection, artwork_id: str, made: Draft, terms: str | None) -> str:
    """Store a draft and make it the one that reviewers see; its id. `terms` are those configured, None without."""
    identifier = content_id("d", made.id)
    row = {
        "id": identifier,
        "artwork": artwork_id,
        "digest": made.id,
        "content": made.to_json(),
        "image_dir_cid": made.image_dir_cid,
        "metadata_dir_cid": made.metadata_dir_cid,
        "terms": terms,
        "made_at": utc_now(),
    }
    insert_new(connection, draft, [row])
    connection.execute(update(artwork).where(artwork.c.id == artwork_id).values(draft=identifier))
    return identifier


def to_draft(connection: Connection, terms: str | None) -> Sequence[str]:
    """Artworks whose draft is missing or not up to date with the configured `terms`.

    Of the approved ones only those whose draft nobody could sign: the others stay as they were approved.
    """
    differs = draft.c.terms.is_distinct_from(terms)
    waits = and_(artwork.c.state == "waiting", or_(artwork.c.draft.is_(None), differs))
    unsignable = and_(artwork.c.state == "approved", draft.c.terms.is_(None), differs)
    both = artwork.outerjoin(draft, draft.c.id == artwork.c.draft)
    return connection.execute(select(artwork.c.id).select_from(both).where(or_(waits, unsignable))).scalars().all()


def to_publish(connection: Connection) -> Sequence[str]:
    """Approved artworks with terms that have no publication yet."""
    allowed = approval.join(draft, draft.c.id == approval.c.draft).outerjoin(
        publication, publication.c.artwork == approval.c.artwork
    )
    rows = select(approval.c.artwork).select_from(allowed)
    return connection.execute(rows.where(draft.c.terms.is_not(None), publication.c.id.is_(None))).scalars().all()


def get_draft(connection: Connection, identifier: str) -> RowMapping:
    return connection.execute(select(draft).where(draft.c.id == identifier)).mappings().one()


def decide(
    connection: Connection,
    artwork_id: str,
    draft_id: str,
    verdict: str,
    reviewer: str,
    reason: str | None = None,
    ordered_run: str | None = None,
) -> int:
    """Append a decision; its number. `ordered_run` is the take that an `again` asked for."""
    row = {"artwork": artwork_id, "draft": draft_id, "verdict": verdict, "reviewer": reviewer, "reason": reason}
    values = insert(decision).values(**row, ordered_run=ordered_run, at=utc_now())
    return int(connection.execute(values.returning(decision.c.id)).scalar_one())


def waiting_for(connection: Connection, source: str, take: int) -> str | None:
    """The artwork that is in `again` until this take is made, by whatever run."""
    asked = decision.join(artwork, artwork.c.id == decision.c.artwork).join(run, run.c.id == decision.c.ordered_run)
    row = select(artwork.c.id).select_from(asked).where(run.c.source == source, run.c.take == take)
    return connection.execute(row.where(artwork.c.state == "again")).scalars().first()


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
    digest: str,
) -> str | None:
    """Prepare a publication of an approved draft; its id, or None when it exists already.

    `digest` is the EIP-712 digest of the typed data in hex: what the minter would sign.
    """
    identifier = make_id("p", artwork_id, target)
    row = {
        "id": identifier,
        "artwork": artwork_id,
        "draft": draft_id,
        "target": target,
        "token_id": str(token_id),
        "typed_data": typed_data,
        "digest": digest,
        "state": "prepared",
        "made_at": utc_now(),
    }
    return identifier if insert_new(connection, publication, [row]) else None


def publications(connection: Connection, artwork_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(publication).where(publication.c.artwork == artwork_id))
    return [dict(row) for row in rows.mappings()]


def archived(connection: Connection, cid: str, file: str) -> None:
    """Note that content lies in a local CAR file whose blocks were read back and hashed."""
    row = {"cid": cid, "pinner": "car", "state": "archived", "file": file, "proven_at": utc_now()}
    upsert(connection, pin, row, ("cid", "pinner"), ("state", "file", "proven_at"))


def pins(connection: Connection, draft_id: str) -> list[dict[str, Any]]:
    """Where the two folders of a draft are kept."""
    row = get_draft(connection, draft_id)
    mine = pin.c.cid.in_((row["image_dir_cid"], row["metadata_dir_cid"]))
    return [dict(one) for one in connection.execute(select(pin).where(mine).order_by(pin.c.cid)).mappings()]


def drafts(connection: Connection, artwork_id: str) -> Sequence[RowMapping]:
    """Every draft an artwork ever had, oldest first."""
    rows = select(draft).where(draft.c.artwork == artwork_id).order_by(draft.c.made_at, draft.c.id)
    return connection.execute(rows).mappings().all()
