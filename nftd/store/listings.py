"""What markets show: listings kept once, prices appended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, bindparam, func, select, update

from nftd.domain import make_id, shown
from nftd.store.dialect import among, insert_all, listed
from nftd.store.observations import save_asks
from nftd.store.rates import Rates
from nftd.store.tables import event, listing, work
from scrapers.listing import Listing
from scrapers.money import Money
from scrapers.rights import Rights

# What a later look at the same listing may change; its state and the reasons for it stay.
_CHANGING = (
    *("feed", "title"),
    *("creator", "series", "ask_base", "ask_decimals", "ask_asset", "ask_shadow", "likes", "supply", "year"),
    *("nsfw", "rights", "royalty_bps", "media_url", "media_kind", "media_mime", "url", "invented", "seen_at", "raw"),
    *("mark", "demo"),
)
_TO_FETCH = select(
    *(
        listing.c[name]
        for name in ("id", "feed", "market", "market_id", "title", "creator", "url", "media_url", "rank")
    ),
    *(listing.c[name] for name in ("chain", "contract", "token_id")),
).where(listing.c.id == bindparam("this"))
_ONE = select(listing).where(listing.c.id == bindparam("this"))
_KNOWN = select(listing.c.id, listing.c.demo, listing.c.seen_at).where(among(listing.c.id))
_RIGHTS = tuple(field.name for field in fields(Rights))
_ASIDE = ("blocked", "login_page")


def save(connection: Connection, feed: str, found: Listing, *, demo: bool) -> bool:
    """Store a listing, or what changed of it, and its ask where that is new; True for a new listing."""
    return bool(save_all(connection, feed, [found], demo=demo))


def save_all(
    connection: Connection, feed: str, found: Sequence[Listing], *, demo: bool, worth: Rates | None = None
) -> list[Listing]:
    """Store listings as `save` does; those that are new. Of two with the same key the last counts."""
    named = {listing_id(*one.key): one for one in found}
    known = _known(connection, list(named))
    new = {identifier: one for identifier, one in named.items() if identifier not in known}
    rows = [_row(identifier, feed, one, demo) for identifier, one in new.items()]
    insert_all(connection, listing, [{**row, "state": "seen", "first_seen_at": row["seen_at"]} for row in rows])
    _update(
        connection,
        [
            # Once a demonstration, always one: such a work must never be submitted, wherever it turns up later.
            _row(identifier, feed, named[identifier], demo or row.demo)
            for identifier, row in known.items()
            if named[identifier].seen_at >= row.seen_at  # an older page that is read again changes nothing
        ],
    )
    save_asks(connection, named, new.keys(), worth)
    return list(new.values())


def _known(connection: Connection, identifiers: Sequence[str]) -> dict[str, Row[str, bool, datetime]]:
    rows = connection.execute(_KNOWN, {"names": listed(identifiers)}) if identifiers else ()
    return {row.id: row for row in rows}


def _update(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _CHANGING}
    statement = update(listing).where(listing.c.id == bindparam("new_id")).values(changes)
    connection.execute(statement, [{f"new_{name}": row[name] for name in ("id", *_CHANGING)} for row in rows])


def is_known(connection: Connection, market: str, market_id: str, mark: str) -> bool:
    """Whether this listing is stored, and with this digest of its entry on the market's listing page.

    The empty id asks for any work of the market with this mark.
    """
    same = (listing.c.id == listing_id(market, market_id)) if market_id else (listing.c.market == market)
    return connection.execute(select(listing.c.id).where(same, listing.c.mark == mark).limit(1)).first() is not None


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
        "rights": {name: getattr(found.rights, name) for name in _RIGHTS},
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
        "mark": found.mark,
    }


def money(row: Mapping[str, Any] | RowMapping) -> Money | None:
    """The exact ask of a stored listing."""
    if row["ask_base"] is None:
        return None
    return Money(int(row["ask_base"]), row["ask_decimals"], row["ask_asset"])


def get(connection: Connection, identifier: str) -> RowMapping:
    return connection.execute(_ONE, {"this": identifier}).mappings().one()


def to_fetch(connection: Connection, identifier: str) -> RowMapping:
    """What the download of its picture asks of a listing: who and where it is, none of its long fields."""
    return connection.execute(_TO_FETCH, {"this": identifier}).mappings().one()


def media(connection: Connection, identifiers: Sequence[str]) -> dict[str, str]:
    """The addresses of the pictures of these listings, by id."""
    columns = select(listing.c.id, listing.c.media_url).where(among(listing.c.id))
    rows = connection.execute(columns, {"names": listed(identifiers)})
    return {row.id: row.media_url for row in rows if row.media_url}


def resting(connection: Connection, now: float) -> list[tuple[str, dict[str, Any]]]:
    """The sources that told us, at one of their pictures, to wait longer than until now; each with what was said."""
    both = work.join(listing, listing.c.id == work.c.key)
    told = (work.c.stage == "fetch", work.c.state == "ready", work.c.not_before > now)
    rows = select(listing.c.feed, work.c.error).select_from(both).where(*told).order_by(work.c.id)
    found = ((feed, error or {}) for feed, error in connection.execute(rows))
    return [(feed, error) for feed, error in found if error.get("code") in _ASIDE and error.get("retry_after")]


def count(connection: Connection, state: str) -> int:
    return int(connection.execute(select(func.count()).where(listing.c.state == state)).scalar_one())


def named(connection: Connection) -> Iterator[RowMapping]:
    """All listings with what a creator can name them by, one after the other."""
    names = ("id", "market", "market_id", "creator", "chain", "contract", "url")
    rows = connection.execution_options(yield_per=10_000).execute(select(*(listing.c[name] for name in names)))
    return iter(rows.mappings())


def judge(connection: Connection, verdicts: Iterable[Mapping[str, Any]]) -> None:
    """Set state, reason, rank and inputs of single listings that were only seen until now; `valuations` writes many."""
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
    rows = select(*columns).select_from(both).where(event.c.cycle == cycle, event.c.old.in_(("seen", "passed")))
    found = connection.execute(rows.order_by(event.c.new.desc(), listing.c.rank, listing.c.id)).mappings()
    return [{**row, "id": shown(row["id"])} for row in found]
