"""Prices seen at a time: asks, bids and sales, appended and never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from nftd.domain import make_id
from nftd.store.dialect import among, insert_new, listed
from nftd.store.rates import Rates
from nftd.store.tables import listing, observation
from scrapers.listing import Listing, Observation
from scrapers.money import Money

Price = tuple[str, int, str]

_SAME = ("listing", "kind", "at", "base", "decimals", "asset")
# Statements of every page are put together once: that takes longer than running them.
_ASKS = (
    select(*(observation.c[name] for name in ("listing", "at", "base", "decimals", "asset")))
    .where(observation.c.kind == "ask", among(observation.c.listing))
    .order_by(observation.c.at, observation.c.id)
)
_STORED = select(listing.c.id).where(among(listing.c.id))


def save_asks(
    connection: Connection, found: Mapping[str, Listing], new: Collection[str] = (), worth: Rates | None = None
) -> int:
    """Append the ask of every listing (by its id) where it differs from the one in force at that time.

    Of `new` listings it is known that no ask is stored yet.
    """
    asked = {identifier: one for identifier, one in found.items() if one.ask is not None}
    standing = _asks(connection, [identifier for identifier in asked if identifier not in new])
    rates = worth or Rates(connection)
    rows = []
    for identifier, one in asked.items():
        if one.ask is None or _in_force(standing.get(identifier, ()), one.seen_at) == _price(one.ask):
            continue
        source = one.market if one.usd is not None else None
        rows.append(_row(rates, identifier, "ask", one.seen_at, one.ask, one.usd, source))
    return insert_new(connection, observation, rows)


def _asks(connection: Connection, identifiers: Sequence[str]) -> dict[str, list[tuple[datetime, Price]]]:
    """The asks of these listings, each in the order of time."""
    found: dict[str, list[tuple[datetime, Price]]] = {}
    for row in connection.execute(_ASKS, {"names": listed(identifiers)}) if identifiers else ():
        found.setdefault(row.listing, []).append((row.at, (row.base, row.decimals, row.asset)))
    return found


def _in_force(asks: Iterable[tuple[datetime, Price]], at: datetime) -> Price | None:
    return next((price for since, price in reversed(list(asks)) if since <= at), None)


def save(connection: Connection, found: Sequence[Observation], worth: Rates | None = None) -> tuple[int, int]:
    """Append what is not there yet; (how many were new, how many were of a listing that is not stored).

    One with the market's event id is known by that, another one by its kind, time and price.
    """
    identifiers = {_listing(one) for one in found}
    stored = _stored(connection, list(identifiers))
    rates = worth or Rates(connection)
    rows = [_observed(rates, one) for one in found if _listing(one) in stored]
    named = insert_new(connection, observation, [row for row in rows if row["event"] is not None])
    alike = {tuple(row[name] for name in _SAME): row for row in rows if row["event"] is None}
    unnamed = [row for row in alike.values() if not _is_there(connection, row)]
    return named + insert_new(connection, observation, unnamed), len(found) - len(rows)


def told(connection: Connection, identifier: str) -> dict[str, str]:
    """How many asks, bids and sales of a listing are known, each with the newest, in words."""
    mine = select(observation).where(observation.c.listing == identifier).order_by(observation.c.at, observation.c.id)
    by_kind: dict[str, list[RowMapping]] = {}
    for row in connection.execute(mine).mappings():
        by_kind.setdefault(row["kind"], []).append(row)
    return {f"{kind}s": f"{len(rows)}, the last {_words(rows[-1])}" for kind, rows in sorted(by_kind.items())}


def _words(row: RowMapping) -> str:
    price = Money(int(row["base"]), row["decimals"], row["asset"])
    usd = f" ({Decimal(row['usd']):.2f} USD)" if row["usd"] is not None else ""
    return f"{price}{usd} on {row['at']:%Y-%m-%d}"


def _listing(one: Observation) -> str:
    return make_id("l", one.market, one.market_id)


def _stored(connection: Connection, identifiers: Sequence[str]) -> set[str]:
    if not identifiers:
        return set()
    return set(connection.execute(_STORED, {"names": listed(identifiers)}).scalars())


def _observed(rates: Rates, one: Observation) -> dict[str, Any]:
    row = _row(rates, _listing(one), one.kind, one.at, one.price, one.usd, one.rate_source)
    return {**row, "event": one.event, "buyer": one.buyer, "seller": one.seller}


def _is_there(connection: Connection, row: Mapping[str, Any]) -> bool:
    same = [observation.c[name] == row[name] for name in _SAME]
    return connection.execute(select(observation.c.id).where(*same).limit(1)).first() is not None


def _row(
    rates: Rates,
    identifier: str,
    kind: str,
    at: datetime,
    price: Money,
    usd: Decimal | None,
    source: str | None,
) -> dict[str, Any]:
    """A row with its worth in dollars: the market's own figure, else by a rate of those days, else unknown."""
    if usd is None and (found := rates.worth(price, at)):
        usd, source = found.usd, found.source
    base, decimals, asset = _price(price)
    return {
        "listing": identifier,
        "at": at,
        "kind": kind,
        "base": base,
        "decimals": decimals,
        "asset": asset,
        "shadow": float(price.amount),
        "usd": None if usd is None else format(usd, "f"),
        "rate_source": source,
        "event": None,
        "buyer": None,
        "seller": None,
    }


def _price(price: Money) -> Price:
    return str(price.base), price.decimals, price.asset
