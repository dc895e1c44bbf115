"""What sources of Tezos tokens have in common: keys, addresses, media, and pages that are found again.

Source: TZIP-12 (FA2: a token is a contract and a number), TZIP-21 (token metadata: artifactUri, mime types).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scrapers.harvest import Batch, Limits, walk
from scrapers.jsonapi import Node
from scrapers.listing import Media
from scrapers.media import media_kind
from scrapers.session import Session
from scrapers.source import Known, Scraped

_CONTRACT: Final = re.compile(r"KT1[1-9A-HJ-NP-Za-km-z]{33}")
_TOKEN: Final = re.compile(r"[0-9]{1,78}")
_CURSOR: Final = re.compile(r"(?P<until>[0-9T:.+\-Z]{10,40})?\|(?P<skip>[0-9]{1,9})")
HEN: Final = "KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton"


@dataclass(frozen=True, slots=True)
class TokenKey:
    contract: str
    token: str

    @classmethod
    def of(cls, row: Node, contract: str) -> "TokenKey":
        """The token of a row whose field `contract` names its contract; raises ShapeChanged."""
        found = cls(row.need(contract, limit=100), row.need("token_id", limit=100))
        if not _CONTRACT.fullmatch(found.contract):
            raise row.moved(contract)
        if not _TOKEN.fullmatch(found.token):
            raise row.moved("token_id")
        return found

    @property
    def name(self) -> str:
        return f"{self.contract}:{self.token}"

    @property
    def url(self) -> str:
        """Teia's own works are shown there, all others by objkt.com."""
        if self.contract == HEN:
            return f"https://teia.art/objkt/{self.token}"
        return f"https://objkt.com/tokens/{self.contract}/{self.token}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading goes on in rows that are ordered by a time, the newest first.

    It is at the rows up to `until`, without the first `skip` of them. Rows that change come in front and rows of the
    last time read are read once more, so none is passed over; only where a whole page is of one time they are counted.
    """

    until: str | None = None
    skip: int = 0

    @classmethod
    def of(cls, cursor: str | None) -> "Place":
        found = _CURSOR.fullmatch(cursor) if cursor else None
        return cls(found["until"], int(found["skip"])) if found else cls()

    def behind(self, rows: list[Node], field: str) -> "Place":
        """The place behind a page, whose rows have their time in `field`."""
        until = _time(rows[-1], field) if rows else None
        if until is None or until == self.until:
            return Place(self.until, self.skip + len(rows))
        return Place(until, len(rows) if all(_time(row, field) == until for row in rows) else 0)

    def __str__(self) -> str:
        return f"{self.until or ''}|{self.skip}"


def _time(row: Node, field: str) -> str | None:
    """The time as the interface wrote it: it compares its own text without loss."""
    value = row.get(field)
    return value if isinstance(value, str) and row.moment(field) and _CURSOR.fullmatch(f"{value}|0") else None


def token_media(row: Node, mime: str) -> Media | None:
    """The work itself, else the picture that stands for it."""
    for field, declared in (("artifact_uri", row.text(mime, limit=80)), ("display_uri", None)):
        url = row.text(field, limit=2000)
        if url is not None and url.startswith(("ipfs://", "https://", "http://")):
            kind, known = media_kind(url, declared)
            return Media(url, kind, known)
    return None


def year_of(minted: datetime | None) -> int | None:
    return minted.year if minted else None


class TezosMarket:
    """What the two markets on Tezos have in common: works are asked for by time, the newest first.

    A run ends early where a whole page is known.
    """

    html = False

    def __init__(self, name: str, api: str, page_size: int, where: Mapping[str, object], limits: Limits) -> None:
        self.name = name
        self._api = api
        self._page_size = page_size
        self._where = where
        self._limits = limits

    def pages(self, session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:
        """Read on behind `cursor`, the time of the last work read and how many of that time were read."""

        def read(position: str | None) -> Batch:
            return self._read(session, Place.of(position), known)

        return walk(read, cursor, self._limits, newest_first=True)

    def _read(self, session: Session, place: Place, known: Known) -> Batch:
        """One page of works from a place on."""
        raise NotImplementedError
