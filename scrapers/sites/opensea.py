"""OpenSea's interface, version 2, with a key in `x-api-key`; its pages themselves are never read.

Paths and fields after its specification (ProjectOpenSea/api-types, opensea-api.json, schemas Listing, ListingPrice,
NftDetailed, SaleEvent, OrderEvent, Payment) and its client (ProjectOpenSea/opensea-js, src/api). It names no
license, so that nothing of it can be published without a person's own basis.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import quote, urlencode

from scrapers.errors import BadRule, BadStatus, Gone, ShapeChanged
from scrapers.harvest import Batch, Limits, walk
from scrapers.jsonapi import Node, read_json
from scrapers.listing import Listing, Observation
from scrapers.options import Options
from scrapers.rights import read_rights
from scrapers.seaport import AssetName, listing_price, nft_media, paid
from scrapers.session import Session, time_of
from scrapers.source import Known, Scraped

API: Final = "https://api.opensea.io/api/v2"
CREDENTIAL: Final = "opensea_api_key"
BATCH: Final = 50
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,120}")
_STAGES: Final = ("listings", "events")
_KEPT: Final = ("identifier", "collection", "name", "image_url", "display_image_url", "is_disabled", "is_nsfw")
_MORE: Final = ("is_suspicious", "creator", "estimated_value_usd", "updated_at")


class OpenSea:
    """The listed works of each collection that was chosen, then its sales and offers.

    A collection that cannot be read is told, and the next one begins.
    """

    html = False

    def __init__(
        self, name: str, api: str, key: str, slugs: tuple[str, ...], page_size: int, days: int, limits: Limits
    ) -> None:
        self.name = name
        self._api = api
        self._headers = {"x-api-key": key}
        self._slugs = slugs
        self._page_size = page_size
        self._days = days
        self._limits = limits

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, object]) -> OpenSea:
        """Options: `key` (from the credential opensea_api_key), `collections` (their slugs), `history_days`,
        `start` (another address of the interface), `page_size`, `max_pages`, `max_works`; raises BadRule."""
        taken = Options(name, options)
        slugs = taken.words("collections")
        if not slugs or not all(_SLUG.fullmatch(slug) for slug in slugs):
            told = f"source {name}: collections lists the slugs of collections, as their addresses on OpenSea end"
            raise BadRule(told, option="collections")
        api, size, limits = taken.address("start", API), taken.whole("page_size", 100, 200), Limits.of(taken)
        days = taken.whole("history_days", 90, 3650)
        taken.close("key")  # a missing key is told last: it hides no fault of the configuration
        return cls(name, api, taken.key(CREDENTIAL), slugs, size, days, limits)

    def pages(self, session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:
        """Read on behind `cursor`: which collection, listings or events, and the interface's own `next`."""

        def read(position: str | None) -> Batch:
            slug, stage, following = self._place(position)
            try:
                page = self._listings if stage == "listings" else self._events
                batch = page(session, slug, following, known)
            except (BadStatus, Gone, ShapeChanged) as error:
                batch = Batch(error.url, known)
                batch.failed = error
                batch.warn(error.code, f"collection {slug}: {error}")
            batch.part_behind = self._behind(slug)
            if following is None and batch.fault:
                batch.failed = batch.fault
            if batch.failed:
                batch.following = batch.part_behind
            return batch

        first = cursor if cursor and self._place(cursor) != self._place(None) else None
        return walk(read, first, self._limits, newest_first=False)

    def _place(self, cursor: str | None) -> tuple[str, str, str | None]:
        """Where a cursor points; to the beginning if it is none of ours, or of a collection no longer chosen."""
        try:
            slug, stage, following = json.loads(cursor or "")
        except (ValueError, TypeError, RecursionError):
            slug, stage, following = None, None, None
        if slug in self._slugs and stage in _STAGES and (following is None or isinstance(following, str)):
            return slug, stage, following
        return self._slugs[0], _STAGES[0], None

    def _behind(self, slug: str) -> str | None:
        """The beginning of the next collection."""
        left = self._slugs[self._slugs.index(slug) + 1 :]
        return json.dumps([left[0], "listings", None]) if left else None

    @staticmethod
    def _within(slug: str, stage: str, answer: Node) -> str | None:
        """The next page of the same list."""
        following = answer.text("next", limit=4000)
        return json.dumps([slug, stage, following]) if following is not None else None

    def _get(self, session: Session, path: str, query: Mapping[str, object]) -> Node:
        given = {name: value for name, value in query.items() if value is not None}
        return read_json(session.get(f"{self._api}/{path}?{urlencode(given, doseq=True)}", self._headers))

    def _listings(self, session: Session, slug: str, following: str | None, known: Known) -> Batch:
        path = f"listings/collection/{quote(slug)}/best"
        answer = self._get(session, path, {"limit": self._page_size, "next": following})
        batch = Batch(answer.url, known, self._within(slug, "listings", answer) or json.dumps([slug, "events", None]))
        rows: dict[str, Node] = {}
        names: dict[str, AssetName] = {}
        for row in answer.need_rows("listings"):
            name = batch.tell(partial(AssetName.of_order, row))
            if name is not None and name.text not in rows and not row.get("is_private_listing"):
                rows[name.text], names[name.text] = row, name
        wanted = [name for text, name in names.items() if not batch.knows(text, rows[text].digest())]
        for first in range(0, len(wanted), BATCH):
            for nft, name in self._details(session, batch, wanted[first : first + BATCH]):
                self._keep(batch, nft, name, rows[name.text])
        return batch

    def _details(self, session: Session, batch: Batch, names: list[AssetName]) -> Iterator[tuple[Node, AssetName]]:
        """What the interface tells of works; those that it does not know are a Problem each."""
        missing = {(name.contract, name.token): name for name in names}
        asked = {"identifiers": [name.asked for name in names]}
        answer = batch.details(lambda: read_json(session.post(f"{self._api}/nfts/batch", asked, self._headers)))
        if answer is None:
            return
        for nft in answer.need_rows("nfts"):
            contract, token = nft.text("contract", limit=150), nft.text("identifier", limit=100)
            name = missing.pop((AssetName.plain(contract or ""), token or ""), None)
            if name is not None:
                yield nft, name
        for name in missing.values():
            batch.warn("not_found", f"{name.text} is listed, but its details are not given", name.url)

    def _keep(self, batch: Batch, nft: Node, name: AssetName, row: Node) -> None:
        flags = [flag for flag in ("is_disabled", "is_suspicious") if nft.get(flag) is True]
        if flags:
            batch.warn("flagged", f"the market flags {name.text} as {' and '.join(flags)}", name.url)
        elif listing := batch.listing(partial(self._listing, nft, name, row, batch)):
            batch.add(partial(self._ask, row, listing))

    def _listing(self, nft: Node, name: AssetName, row: Node, batch: Batch) -> Listing:
        return Listing(
            market=self.name,
            market_id=name.text,
            title=nft.text("name", limit=300) or f"{nft.need('collection', limit=150)} #{name.token}",
            creator=nft.text("creator", limit=150),
            series=nft.text("collection", limit=150),
            ask=batch.price(partial(listing_price, row), name.url),
            likes=None,
            supply=None,
            year=None,
            nsfw=nft.flag("is_nsfw"),
            rights=read_rights(None, None),
            royalty_bps=None,
            media=nft_media(nft),
            url=name.url,
            chain=name.chain,
            contract=name.contract,
            token_id=name.token,
            seen_at=datetime.now(UTC),
            raw=nft.excerpt(*_KEPT, *_MORE),
            mark=row.digest(),
        )

    def _ask(self, row: Node, listing: Listing) -> Observation | None:
        at, signed = row.moment("order_created_at"), row.at("protocol_data").at("parameters")
        if listing.ask is None or at is None:
            return None
        seller, event = signed.text("offerer", limit=100), row.need("order_hash", limit=150)
        return Observation(self.name, listing.market_id, at, "ask", listing.ask, None, None, event, seller=seller)

    def _events(self, session: Session, slug: str, following: str | None, known: Known) -> Batch:
        since = int((time_of(session) - timedelta(days=self._days)).timestamp()) // 86_400 * 86_400
        query = {"event_type": ["sale", "offer"], "after": since, "limit": self._page_size, "next": following}
        answer = self._get(session, f"events/collection/{quote(slug)}", query)
        batch = Batch(answer.url, known, self._within(slug, "events", answer) or self._behind(slug))
        for row in answer.need_rows("asset_events"):
            batch.add(partial(self._event, row))
        return batch

    def _event(self, row: Node) -> Observation | None:
        """A sale or an offer for one work; offers for a whole collection or a trait say nothing about one."""
        kind = row.text("order_type", limit=40) or row.need("event_type", limit=40)
        sold = kind == "sale"
        if not sold and (kind not in {"offer", "item_offer"} or not row.get("asset")):
            return None
        name, price = AssetName.of(row.at("nft" if sold else "asset"), row.need("chain", limit=40)), paid(row)
        if price is None:
            return None
        order = row.text("order_hash", limit=150) or ""
        return Observation(
            market=self.name,
            market_id=name.text,
            at=row.need_moment("event_timestamp"),
            kind="sale" if sold else "bid",
            price=price,
            usd=None,
            rate_source=None,
            event=f"sale:{row.need('transaction', limit=150)}:{order}:{name.token}" if sold else order or None,
            buyer=row.text("buyer" if sold else "maker", limit=100),
            seller=row.text("seller", limit=100),
        )
