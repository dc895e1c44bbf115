"""A row of a table as a listing: which column is which field, and how tables write counts, years and truth."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import quote

from scrapers.address import resolve
from scrapers.errors import BadMoney, ShapeChanged
from scrapers.listing import Listing, Media, MediaKind
from scrapers.media import media_kind
from scrapers.money import Money
from scrapers.numbers import Mark, exact_money, plain_amount, split_price
from scrapers.rights import read_rights
from scrapers.text import clean_or_none

FIELDS: Final = frozenset(
    "id title creator series price currency usd likes supply year nsfw license license_url media mime kind url chain"
    " contract token_id date".split()
)
# The dataset "NFT art collection 2021": rows of NFT Showroom, collected in March 2021, on a day that is not told.
SEED_HEADER: Final = frozenset(
    "title name creator art_series price symbol type likes nsfw tokens year rights royalty cid path".split()
)
SEED_COLUMNS: Final = {
    **{name: name for name in ("title", "creator", "price", "likes", "nsfw", "year")},
    "series": "art_series",
    "currency": "symbol",
    "supply": "tokens",
    "license": "rights",
    "media": "cid",
    "kind": "type",
}
SEED_DAY: Final = datetime(2021, 3, 31, tzinfo=UTC)
_SEED_HOME: Final = "https://nftshowroom.com/gallery/"
_COUNT: Final = re.compile(r"([0-9]{1,15})(?:\.0{1,6})?")
_CID: Final = re.compile(r"(?:ipfs://)?((?:Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{30,110})(?:/[^\s\\?#]{1,200})?)")
_KINDS: Final[Mapping[str, MediaKind]] = {
    **dict.fromkeys(("image", "photo", "picture", "still"), "photo"),
    **dict.fromkeys(("gif", "animation", "apng"), "animation"),
    "video": "video",
}
_TRUTH: Final = {
    **dict.fromkeys(("true", "yes", "y", "t", "1", "1.0", "nsfw"), True),
    **dict.fromkeys(("false", "no", "n", "f", "0", "0.0", "sfw"), False),
}
_MAX_YEAR: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of one table are read: `columns` are fields with their column's number.

    `collected` is when its prices were seen, None for now.
    """

    market: str
    header: Sequence[str]
    columns: Mapping[str, int]
    currency: str | None
    decimal: Mark | None
    collected: datetime | None
    seed: bool

    def listing(self, cells: Sequence[str]) -> Listing:
        """Raises ShapeChanged for a missing field, BadMoney for a price that is none."""
        row = _Row({name: cells[place] for name, place in self.columns.items()})
        named = dict(zip(self.header, cells, strict=True))
        title = row.text("title", 300) or (clean_or_none(named.get("name"), 300) if self.seed else None)
        key = _seed_key(named) if self.seed else row.text("id", 128)
        if title is None or key is None:
            raise ShapeChanged("title" if title is None else "id", self.market)
        return Listing(
            market=self.market,
            market_id=key,
            title=title,
            creator=row.text("creator", 200),
            series=row.text("series", 200),
            ask=self._ask(row),
            likes=row.count("likes"),
            supply=row.count("supply"),
            year=row.year(),
            nsfw=_TRUTH.get((row.text("nsfw", 20) or "").lower()),
            rights=read_rights(_code(row.text("license", 20_000)), row.text("license_url", 2000)),
            royalty_bps=None,
            media=_media(row, named.get("path") if self.seed else None),
            url=self._url(row, key),
            chain="hive" if self.seed else row.text("chain", 40),
            contract="NFTSR" if self.seed else row.text("contract", 128),
            token_id=row.text("token_id", 128),
            seen_at=row.day() or self.collected or datetime.now(UTC),
            raw={name: text for name, cell in named.items() if (text := clean_or_none(cell, 1000))},
            usd=row.usd(),
            mark=self._mark(cells),
        )

    def _ask(self, row: _Row) -> Money | None:
        price = row.text("price", 200)
        if price is None:
            return None
        amount, symbol = split_price(price)
        currency = row.text("currency", 200) or self.currency or symbol
        if currency is None:
            raise BadMoney(f"price {price[:60]!r} has no currency", amount=price)
        whole = plain_amount(amount, self.decimal)
        return exact_money(whole if symbol is None else f"{whole} {symbol}", currency)

    def _url(self, row: _Row, key: str) -> str:
        if self.seed:
            return _SEED_HOME + quote(key, safe="")
        own = resolve("", row.text("url", 2000) or "")
        return own or f"table:{quote(self.market, safe='')}#{quote(key, safe='')}"

    def _mark(self, cells: Sequence[str]) -> str:
        rules = [sorted(self.columns.items()), self.currency, self.decimal, str(self.collected)]
        text = json.dumps([rules, list(cells)])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class _Row:
    """The cells of one row by field."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells

    def text(self, name: str, limit: int) -> str | None:
        return clean_or_none(self._cells.get(name), limit)

    def count(self, name: str) -> int | None:
        """A whole number; programs that know no missing whole numbers write "12.0"."""
        found = _COUNT.fullmatch((self.text(name, 40) or "").replace(",", ""))
        return int(found[1]) if found else None

    def year(self) -> int | None:
        """As given, however absurd: 1 and 2158 occur; of a date its year."""
        text = self.text("year", 40) or ""
        found = _COUNT.fullmatch(text) or re.fullmatch(r"([0-9]{4})-[0-9]{2}(?:-[0-9]{2}.*)?", text)
        return int(found[1]) if found and int(found[1]) <= _MAX_YEAR else None

    def usd(self) -> Decimal | None:
        try:
            value = Decimal(self.text("usd", 60) or "")
        except InvalidOperation:
            return None
        return value if value.is_finite() and not value.is_signed() and abs(value.adjusted()) < 30 else None

    def day(self) -> datetime | None:
        """A day or moment in ISO 8601, in UTC where it names no other zone."""
        try:
            moment = datetime.fromisoformat(self.text("date", 40) or "")
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None


def _seed_key(named: Mapping[str, str]) -> str | None:
    """The market's own name of a series: creator_collection_work."""
    parts = [clean_or_none(named.get(name), 60) for name in ("creator", "art_series", "name")]
    if parts[0] is None or parts[2] is None:
        return None
    return "_".join(part or "" for part in parts)[:128]


def _code(text: str | None) -> str | None:
    """A rights code that a program has written as a number with a point is still that code."""
    found = _COUNT.fullmatch(text) if text else None
    return found[1] if found else text


def _media(row: _Row, file: str | None) -> Media | None:
    """The file at an address or CID; what the table says of its kind counts only where the name says no other."""
    place = row.text("media", 2000) or ""
    cid = _CID.fullmatch(place)
    url = f"ipfs://{cid[1]}" if cid else resolve("", place)
    if url is None:
        return None
    kind, mime = media_kind(clean_or_none(file, 500) or url, row.text("mime", 80))
    said = _KINDS.get((row.text("kind", 40) or "").lower())
    return Media(url, said if said and kind in ("unknown", "photo") else kind, mime)
