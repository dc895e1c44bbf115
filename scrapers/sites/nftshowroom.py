"""NFT Showroom on Hive: `GET /api/market`, without a key; the source of the 2021 dataset.

Fields after the program that made that dataset (Vepnar/NFTDownloader, downloader.py): a page is a list of series
with title, name, creator, art_series, price, symbol, reactions.likes, nsfw, tokens, year, rights, image, video.
The market shows offers only: no bids, no sales, and no time of an offer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final
from urllib.parse import quote

from scrapers.harvest import Batch, Limits, walk
from scrapers.jsonapi import Node, exact, in_units, read_json
from scrapers.listing import Listing, Media
from scrapers.media import media_kind
from scrapers.money import Money
from scrapers.options import Options
from scrapers.rights import read_rights
from scrapers.session import Session
from scrapers.source import Known, Scraped

HOME: Final = "https://nftshowroom.com"
_KEPT: Final = ("title", "name", "creator", "art_series", "price", "symbol", "reactions", "nsfw", "tokens", "year")
_MORE: Final = ("rights", "royalty", "cid", "image", "video")
_MAX_YEAR: Final = 9999


class NftShowroom:
    """The market, the latest updated first. A run ends early where a whole page is known.

    Pages are counted by number, so a series can slip between two of them while others are sold: it is read when
    it changes next.
    """

    html = False

    def __init__(self, name: str, home: str, page_size: int, limits: Limits) -> None:
        self.name = name
        self._home = home
        self._page_size = page_size
        self._limits = limits

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, object]) -> NftShowroom:
        """Options: `start` (another address of the site), `page_size`, `max_pages`, `max_works`; raises BadRule."""
        taken = Options(name, options)
        made = cls(name, taken.address("start", HOME), taken.whole("page_size", 100, most=100), Limits.of(taken))
        taken.close()
        return made

    def pages(self, session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:
        """Read on behind `cursor`, the number of the next page."""
        start = cursor if cursor and re.fullmatch(r"[1-9][0-9]{0,6}", cursor) else None

        def read(position: str | None) -> Batch:
            return self._read(session, int(position or 1), known)

        return walk(read, start, self._limits, newest_first=True)

    def _read(self, session: Session, number: int, known: Known) -> Batch:
        page = session.get(f"{self._home}/api/market?page={number}&limit={self._page_size}&sort_by=updated")
        rows = read_json(page).need_rows()
        batch = Batch(page.url, known, str(number + 1) if len(rows) >= self._page_size else None)
        for row in rows:
            batch.listing(partial(self._listing, row, batch))
        return batch

    def _listing(self, row: Node, batch: Batch) -> Listing:
        creator = row.need("creator", limit=200)
        key = _key(row, creator)
        url = f"{HOME}/gallery/{quote(key, safe='')}"
        rights = row.get("rights")
        return Listing(
            market=self.name,
            market_id=key,
            title=row.need("title", "name", limit=300),
            creator=creator,
            series=row.text("art_series", limit=200),
            ask=batch.price(partial(_ask, row), url),
            likes=row.at("reactions").whole("likes"),
            supply=row.whole("tokens"),
            year=_year(row),
            nsfw=row.flag("nsfw"),
            rights=read_rights(str(rights) if type(rights) is int else row.text("rights", limit=20_000), None),
            royalty_bps=None,  # its field holds no royalty that is ever paid
            media=_media(row),
            url=url,
            chain="hive",
            contract="NFTSR",
            token_id=None,
            seen_at=datetime.now(UTC),
            raw=row.excerpt(*_KEPT, *_MORE),
            mark=row.digest(),
        )


def _key(row: Node, creator: str) -> str:
    """The series' own name, creator_series_work, which is also its address."""
    series = row.text("series", limit=120)
    if series and not re.search(r"[\s/]", series):
        return series
    return f"{creator}_{row.text('art_series', limit=50) or ''}_{row.need('name', limit=50)}"


def _ask(row: Node) -> Money | None:
    return in_units(row.get("price"), row.need("symbol", limit=20)) if exact(row.get("price")) else None


def _year(row: Node) -> int | None:
    """As the artist typed it: 1 and 2158 occur."""
    year = row.whole("year")
    return year if year is not None and year <= _MAX_YEAR else None


def _media(row: Node) -> Media | None:
    """The film where there is one, else the picture."""
    url = row.text("video", limit=2000) or row.text("image", limit=2000)
    if url is None or not url.startswith(("https://", "http://", "ipfs://")):
        return None
    kind, mime = media_kind(url, None)
    return Media(url, kind, mime)
