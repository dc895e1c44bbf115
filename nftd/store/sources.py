"""Pictures that were fetched, and what each gate said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from generator.nouns import Verdict
from nftd.domain import make_id, utc_now
from nftd.states import check
from nftd.store.dialect import insert_new
from nftd.store.tables import listing, source, verdict
from scrapers.rights import Rights, strictest

# Whose works they are and what they are called; their raw fields are left where they are.
_NAMES = tuple(
    listing.c[name] for name in ("id", "market", "market_id", "creator", "url", "chain", "contract", "token_id")
)
# Put together once, since every picture needs them: that takes longer than running them.
_FOUND_AFTER_ALL = (
    update(source)
    .where(source.c.id == bindparam("this"), source.c.image.is_(None), source.c.state == "unfit")
    .values(
        state="fetched",
        reason=None,
        **{name: bindparam(name) for name in ("listing", "image", "image_type", "address")},
    )
)
_AT = (
    select(source.c.image, source.c.image_type)
    .where(source.c.address == bindparam("there"), source.c.image.is_not(None))
    .limit(1)
)


def source_id(row: Mapping[str, Any] | RowMapping) -> str:
    """One token on two markets is one source; without a token the listing itself is the source."""
    if row["chain"] and row["contract"] and row["token_id"]:
        return make_id("s", "token", row["chain"], row["contract"], row["token_id"])
    return make_id("s", "listing", row["market"], row["market_id"])


def add(
    connection: Connection,
    identifier: str,
    listing_id: str,
    image: str | None,
    image_type: str | None,
    address: str | None = None,
) -> bool:
    """Store a source fetched from `address` (without an image: one that could not be had); True when it is new.

    A source whose picture could not be had on one market takes the one of another market.
    """
    if image is not None:
        found = {"listing": listing_id, "image": image, "image_type": image_type, "address": address}
        if connection.execute(_FOUND_AFTER_ALL, {"this": identifier, **found}).rowcount:
            return True
    row = {
        "id": identifier,
        "listing": listing_id,
        "image": image,
        "image_type": image_type,
        "state": "fetched",
        "address": address,
    }
    return insert_new(connection, source, [row]) == 1


def picture_at(connection: Connection, address: str) -> tuple[str, str] | None:
    """Digest and type of the picture that was fetched from this address before."""
    row = connection.execute(_AT, {"there": address}).first()
    return None if row is None else (row.image, row.image_type or "")


def get(connection: Connection, identifier: str) -> RowMapping:
    return connection.execute(select(source).where(source.c.id == identifier)).mappings().one()


def with_listings(connection: Connection) -> list[tuple[RowMapping, list[RowMapping]]]:
    """Every source with all listings of its token; one without a token stands alone."""
    rows = connection.execute(select(source).order_by(source.c.id)).mappings().all()
    shown: dict[str, list[RowMapping]] = {}
    for row in connection.execute(select(*_NAMES)).mappings():
        shown.setdefault(source_id(row), []).append(row)
    return [(row, shown.get(row["id"], [])) for row in rows]


def same_token(connection: Connection, row: RowMapping) -> Sequence[RowMapping]:
    """The listings of this listing's token on all markets, with what names them; one without a token stands alone."""
    token = (row["chain"], row["contract"], row["token_id"])
    if not all(token):
        return [row]
    same = (listing.c.chain == token[0], listing.c.contract == token[1], listing.c.token_id == token[2])
    return connection.execute(select(*_NAMES).where(*same).order_by(listing.c.id)).mappings().all()


def settle(connection: Connection, identifier: str, state: str, reason: str | None, **facts: Any) -> None:
    """Make a fetched source fit or unfit, with all that was measured."""
    old = connection.execute(select(source.c.state).where(source.c.id == identifier)).scalar_one()
    check("source", old, state)
    changed = update(source).where(source.c.id == identifier)
    connection.execute(changed.values(state=state, reason=reason, **facts))


def rights(connection: Connection, row: RowMapping) -> list[dict[str, Any]]:
    """What every listing of this source's token states about rights; one without a token stands alone."""
    token = (row["chain"], row["contract"], row["token_id"])
    if not all(token):
        return [row["rights"]]
    same = (listing.c.chain == token[0], listing.c.contract == token[1], listing.c.token_id == token[2])
    return list(connection.execute(select(listing.c.rights).where(*same)).scalars())


def standing(connection: Connection, row: RowMapping) -> Rights:
    """What may be made of this source: the strictest of what the listings of its token state."""
    return strictest([Rights(**one) for one in rights(connection, row)])


def judged(connection: Connection, identifier: str, verdicts: Iterable[Verdict]) -> None:
    """Store what the gates said; the first word of a gate stands."""
    at = utc_now()
    rows = [
        {
            "source": identifier,
            "gate": one.gate,
            "position": position,
            "ok": one.ok,
            "reason": one.reason,
            "value": one.value,
            "limit": one.limit,
            "at": at,
        }
        for position, one in enumerate(verdicts)
    ]
    insert_new(connection, verdict, rows)


def verdicts(connection: Connection, identifier: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(verdict).where(verdict.c.source == identifier).order_by(verdict.c.at, verdict.c.position)
    )
    return [dict(row) for row in rows.mappings()]


def hashes(connection: Connection) -> list[tuple[str, int]]:
    """(source, pHash) of every fit source."""
    rows = connection.execute(select(source.c.id, source.c.phash).where(source.c.state == "fit"))
    return [(identifier, int(phash, 16)) for identifier, phash in rows if phash]


def of_listing(connection: Connection, listing_id: str) -> RowMapping | None:
    """The source made from this listing, or from another listing of the same token."""
    direct = connection.execute(select(source).where(source.c.listing == listing_id)).mappings().one_or_none()
    if direct is not None:
        return direct
    row = connection.execute(select(listing).where(listing.c.id == listing_id)).mappings().one()
    return connection.execute(select(source).where(source.c.id == source_id(row))).mappings().one_or_none()
