"""What assets were worth in dollars, by day; never today's rate for yesterday's sale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal

from sqlalchemy import Connection, bindparam, select

from nftd.store.dialect import insert_new
from nftd.store.tables import rate
from scrapers.listing import Rate
from scrapers.money import Money

MAX_AGE = timedelta(days=3)
DOLLAR = "USD"
_NEAREST = (
    select(rate.c.usd, rate.c.source)
    .where(rate.c.asset == bindparam("named"), rate.c.day.between(bindparam("since"), bindparam("until")))
    .order_by(rate.c.day.desc(), rate.c.source)
    .limit(1)
)
_EXACT = Context(prec=400)  # more digits than the longest amount and rate have together


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount in dollars, and where the rate came from."""

    usd: Decimal
    source: str


def save(connection: Connection, found: Iterable[Rate]) -> int:
    """Store rates; the first word of a source about a day stands. The number of new ones."""
    rows = [
        {"asset": one.asset, "day": one.day.isoformat(), "source": one.source, "usd": str(one.usd)} for one in found
    ]
    return insert_new(connection, rate, rows)


class Rates:
    """The rates as they are in this transaction; the works of a page mostly ask for the same day's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[tuple[str, date], Worth | None] = {}

    def worth(self, price: Money, at: datetime) -> Worth | None:
        """What `price` was worth then, by the nearest rate of that day or at most three days before; else None."""
        if price.asset == DOLLAR:
            return Worth(price.amount, "face value")
        key = price.asset, at.date()
        if key not in self._found:
            self._found[key] = _nearest(self._connection, *key)
        found = self._found[key]
        return None if found is None else Worth(_EXACT.multiply(price.amount, found.usd), found.source)


def _nearest(connection: Connection, asset: str, day: date) -> Worth | None:
    """Of one day's sources the first by name: the same question has the same answer."""
    since = max(day, date.min + MAX_AGE) - MAX_AGE  # a market may date a sale to the year 1
    asked = {"named": asset, "since": since.isoformat(), "until": day.isoformat()}
    row = connection.execute(_NEAREST, asked).one_or_none()
    return None if row is None else Worth(Decimal(row.usd), row.source)
