"""What a market shows: listings, their media, observed prices, rates, and the items that could not be read."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from scrapers.money import Money
from scrapers.rights import Rights

MediaKind = Literal["photo", "animation", "video", "unknown"]
_NO_OFFSET: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Media:
    """The work's file: still pictures are "photo"; GIF and APNG are "animation", whether they move or not."""

    url: str
    kind: MediaKind
    mime: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One offer on one market; its key is (`market`, `market_id`), never the URL.

    Text is cleaned of control and bidirectional characters, but foreign: escape it wherever it is shown.
    `likes` and `nsfw` are None where the market says nothing. `year` is as given, however absurd.
    `raw` holds the fields the values were read from, JSON-able. `invented` is True where the page itself says
    that its prices and likes are made up. `mark` is a digest of its entry on the market's listing page: while it
    stays the same, nothing of the work has changed.
    """

    market: str
    market_id: str
    title: str
    creator: str | None
    series: str | None
    ask: Money | None
    likes: int | None
    supply: int | None
    year: int | None
    nsfw: bool | None
    rights: Rights
    royalty_bps: int | None
    media: Media | None
    url: str
    chain: str | None
    contract: str | None
    token_id: str | None
    seen_at: datetime
    raw: dict[str, object]
    usd: Decimal | None = None
    invented: bool = False
    mark: str | None = None

    def __post_init__(self) -> None:
        _require_utc(self.seen_at)

    @property
    def key(self) -> tuple[str, str]:
        return self.market, self.market_id

    def to_json(self) -> dict[str, object]:
        """The fields under their own names: money as "0.091 ETH", times in ISO 8601, records as objects."""
        return {field.name: _jsonable(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Observation:
    """A price seen at a time; observations are added, never replaced. `usd` is of the event's date.

    `event` is the market's own id of the offer or sale, so that the same one is stored once. `buyer` and `seller`
    are accounts as the market writes them: who bids is a buyer, who asks a seller.
    """

    market: str
    market_id: str
    at: datetime
    kind: Literal["ask", "bid", "sale"]
    price: Money
    usd: Decimal | None
    rate_source: str | None
    event: str | None = None
    buyer: str | None = None
    seller: str | None = None

    def __post_init__(self) -> None:
        _require_utc(self.at)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one whole unit of `asset` was worth on a day, in US dollars, as `source` had it."""

    asset: str
    day: date
    usd: Decimal
    source: str

    def __post_init__(self) -> None:
        if type(self.day) is not date or not self.usd.is_finite() or self.usd < 0:
            raise ValueError(f"{self.day!r}, {self.usd!r}: a rate is of a date, finite and not negative")


@dataclass(frozen=True, slots=True)
class Problem:
    """One item that could not be read; the run goes on. `code` is that of the error behind it."""

    url: str
    code: str
    message: str


def _require_utc(moment: datetime) -> None:
    if moment.tzinfo is not UTC and moment.utcoffset() != _NO_OFFSET:
        raise ValueError(f"{moment!r}: times are aware and in UTC")


def _jsonable(value: object) -> object:
    if isinstance(value, Media | Rights):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Money | Decimal) else value
