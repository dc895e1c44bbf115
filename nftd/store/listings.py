"""What markets show: listings kept once, prices appended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from nftd.domain import make_id, shown
from nftd.store.tables import event, listing, observation
from scrapers.listing import Listing
from scrapers.money import Money

# What a later look at the same listing may change; its state and the reasons for it stay.
_CHANGING = (
    *("feed", "title"),
    *("creator", "series", "ask_base", "ask_decimals", "ask_asset", "ask_shadow", "likes", "supply", "year"),
    *("nsfw", "rights", "royalty_bps", "media_url", "media_kind", "media_mime", "url", "invented", "seen_at", "raw"),
)


def save(connection: Connection, feed: str, found: Listing, *, demo: bool) -> bool:
    """Store a listing, or what changed of it, and its ask where that is new; True for a new listing."""
    identifier = listing_id(found.market, found.market_id)
    row = _row(identifier, feed, found, demo)
    known = connection.execute(select(listing.c.demo).where(listing.c.id == identifier)).one_or_none()
    if known is None:
        connection.execute(insert(listing).values(**row, state="seen", first_seen_at=found.seen_at))
    else:
        # Once a demonstration, always one: such a work must never be submitted, wherever it turns up later.
        changes = {name: row[name] for name in _CHANGING} | {"demo": known.demo or demo}
        connection.execute(update(listing).where(listing.c.id == identifier).values(**changes))
    if found.ask is not None:
        _observe_ask(connection, identifier, found, found.ask)
    return known is None


def listing_id(market: str, market_id: str) -> str:
    return make_id("l", market, market_id)


def _row(identifier: str, feed: str, found: Listing, demo: bool) -> dict[str, Any]:
    ask, media = found.ask, found.media
    return {
        "id": identifier,
        "feed": feed,
        "demo": demo,
        "market": found.market,
        "market_id": found.market_id,
        "title": found.title,
        "creator": found.creator,
        "series": found.series,
        "ask_base": str(ask.base) if ask else None,
        "ask_decimals": ask.decimals if ask else None,
        "ask_asset": ask.asset if ask else None,
        "ask_shadow": float(ask.amount) if ask else None,
        "likes": found.likes,
        "supply": found.supply,
        "year": found.year,
        "nsfw": found.nsfw,
        "rights": asdict(found.rights),
        "royalty_bps": found.royalty_bps,
        "media_url": media.url if media else None,
        "media_kind": media.kind if media else "unknown",
        "media_mime": media.mime if media else None,
        "url": found.url,
        "chain": found.chain,
        "contract": found.contract,
        "token_id": found.token_id,
        "invented": found.invented,
        "seen_at": found.seen_at,
        "raw": found.raw,
    }


def _observe_ask(connection: Connection, identifier: str, found: Listing, ask: Money) -> None:
    newest = (
        select(observation.c.base, observation.c.decimals, observation.c.asset)
        .where(observation.c.listing == identifier, observation.c.kind == "ask")
        .order_by(observation.c.id.desc())
        .limit(1)
    )
    seen = connection.execute(newest).one_or_none()
    price = {"base": str(ask.base), "decimals": ask.decimals, "asset": ask.asset}
    if seen is not None and dict(seen._mapping) == price:
        return
    usd = None if found.usd is None else str(found.usd)
    connection.execute(
        insert(observation).values(
            listing=identifier, at=found.seen_at, kind="ask", shadow=float(ask.amount), usd=usd, **price
        )
    )


def money(row: Mapping[str, Any] | RowMapping) -> Money | None:
    """The exact ask of a stored listing."""
    if row["ask_base"] is None:
        return None
    return Money(int(row["ask_base"]), row["ask_decimals"], row["ask_asset"])


def get(connection: Connection, identifier: str) -> RowMapping:
    return connection.execute(select(listing).where(listing.c.id == identifier)).mappings().one()


def count(connection: Connection, state: str) -> int:
    return int(connection.execute(select(func.count()).where(listing.c.state == state)).scalar_one())


def to_judge(connection: Connection) -> Sequence[RowMapping]:
    """All listings with what selection compares: the new ones are judged among all."""
    columns = (
        listing.c.id,
        listing.c.market,
        listing.c.state,
        listing.c.ask_shadow,
        listing.c.ask_asset,
        listing.c.likes,
        listing.c.year,
        listing.c.media_kind,
        listing.c.media_url,
        listing.c.nsfw,
        listing.c.rights,
    )
    return connection.execute(select(*columns).order_by(listing.c.id)).mappings().all()


def judge(connection: Connection, verdicts: Iterable[Mapping[str, Any]]) -> None:
    """Set state, reason, rank and inputs of listings that were only seen until now."""
    rows = [{f"new_{name}": value for name, value in verdict.items()} for verdict in verdicts]
    if not rows:
        return
    statement = (
        update(listing)
        .where(listing.c.id == bindparam("new_id"), listing.c.state == "seen")
        .values(
            state=bindparam("new_state"),
            reason=bindparam("new_reason"),
            rank=bindparam("new_rank"),
            selection=bindparam("new_selection"),
        )
    )
    connection.execute(statement, rows)


def judged_in(connection: Connection, cycle: str) -> list[dict[str, Any]]:
    """What selection decided in one cycle, the selected first."""
    both = event.join(listing, listing.c.id == event.c.entity)
    columns = (listing.c.id, listing.c.title, event.c.new.label("state"), event.c.reason, listing.c.rank)
    rows = select(*columns).select_from(both).where(event.c.cycle == cycle, event.c.old == "seen")
    found = connection.execute(rows.order_by(event.c.new.desc(), listing.c.rank, listing.c.id)).mappings()
    return [{**row, "id": shown(row["id"])} for row in found]
