"""objkt on Tezos: `POST https://data.objkt.com/v3/graphql`, without a key; at most 500 rows an answer.

Fields after objkt's own client (objkt-com/bootloader-monorepo, frontend/src/services/objkt.js) and a wallet that
reads it (madfish-solutions/templewallet-mobile, src/apis/objkt/queries.ts, constants.ts, types.ts). An answer over
the server's size limit comes as 413: the page is halved then. Of a sale `creator` sold and `recipient` bought.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

from scrapers.errors import BadMoney, BadStatus, TooLarge
from scrapers.graphql import ask, question
from scrapers.harvest import Batch, Limits
from scrapers.jsonapi import Node, in_base
from scrapers.listing import Listing, Observation
from scrapers.money import Money
from scrapers.options import Options
from scrapers.queries import OBJKT_TOKENS
from scrapers.rights import Rights, read_rights, strictest
from scrapers.session import Session, latest
from scrapers.source import Known
from scrapers.tezos import Place, TezosMarket, TokenKey, token_media, year_of

API: Final = "https://data.objkt.com/v3/graphql"
MAX_ROWS: Final = 500
# Assets by objkt's currency number, with their decimals.
CURRENCIES: Final = {
    1: ("XTZ", 6),
    3: ("tezos:KT1LN4LPSqTMS7Sd2CJw4bbDGRkMv2t68Fy9", 6),  # USDtz
    4: ("XTZ", 6),  # wrapped
    1429: ("tezos:KT1Ha4yFVeyzw6KRAdkzq6TxDHB97KG4pZe8", 5),  # DOGA
    2537: ("tezos:KT1XRPEPXbZK25r3Htzp2o1x7xdMMmfocKNW", 12),  # uUSD
    2557: ("tezos:KT1LN4LPSqTMS7Sd2CJw4bbDGRkMv2t68Fy9", 6),  # USDtz
}
_KEPT: Final = ("name", "mime", "artifact_uri", "supply", "timestamp", "last_listed", "metadata", "flag", "lowest_ask")
_MORE: Final = ("fa", "creators", "royalties", "attributes", "tags", "listings_active")


class Objkt(TezosMarket):
    """Works on objkt, the latest listed first. A run ends early where a whole page is known."""

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, object]) -> Objkt:
        """Options: `contracts`, `artists`, `start` (another address of the interface), `page_size`, `max_pages`,
        `max_works`; raises BadRule.
        """
        taken = Options(name, options)
        where: dict[str, object] = {"supply": {"_gt": "0"}}
        if contracts := taken.words("contracts"):
            where["fa_contract"] = {"_in": list(contracts)}
        if artists := taken.words("artists"):
            where["creators"] = {"creator_address": {"_in": list(artists)}}
        made = cls(name, taken.address("start", API), taken.whole("page_size", 100, MAX_ROWS), where, Limits.of(taken))
        taken.close()
        return made

    def _read(self, session: Session, place: Place, known: Known) -> Batch:
        sizes = [self._page_size >> times for times in range(self._page_size.bit_length())]
        first = self._first(session, place, sizes)
        if first is None and self._first(session, Place(place.until, place.skip + 1), sizes) is not None:
            return self._without(place, known)  # as it was then: no stored page tells of a 413
        for size in sizes[first or 0 :]:
            try:
                rows = ask(session, self._api, OBJKT_TOKENS, self._asked(place, size)).need_rows("token")
            except (BadStatus, TooLarge) as error:
                if isinstance(error, BadStatus) and error.evidence.get("status") != 413:
                    raise
                continue
            return self._page(rows, place, size, known)
        return self._without(place, known)

    def _first(self, session: Session, place: Place, sizes: list[int]) -> int | None:
        asked = [question(OBJKT_TOKENS, self._asked(place, size)) for size in sizes]
        return latest(session, self._api, asked)

    def _asked(self, place: Place, size: int) -> dict[str, object]:
        until = {"_lte": place.until} if place.until else {"_is_null": False}
        return {"where": {**self._where, "last_listed": until}, "limit": size, "offset": place.skip}

    def _page(self, rows: list[Node], place: Place, size: int, known: Known) -> Batch:
        batch = Batch(self._api, known, str(place.behind(rows, "last_listed")) if len(rows) >= size else None)
        for row in rows:
            self._token(batch, row)
        return batch

    def _without(self, place: Place, known: Known) -> Batch:
        """The page of one work that no answer can hold: it is passed over."""
        batch = Batch(self._api, known, str(Place(place.until, place.skip + 1)))
        batch.warn("too_large", f"the work behind {place} is over the server's size limit")
        return batch

    def _token(self, batch: Batch, row: Node) -> None:
        if (flag := row.text("flag", limit=40)) not in {None, "none"}:
            batch.warn("flagged", f"the market flags {row.text('fa_contract')}:{row.text('token_id')} as {flag}")
            return
        listing = batch.listing(partial(self._listing, row, batch))
        if listing is None:
            return
        for offer in row.rows("offers_active"):
            if not offer.get("collection_offer"):
                batch.add(partial(self._bid, offer, listing))
        for event in row.rows("events"):
            batch.add(partial(self._sale, event, listing))

    def _listing(self, row: Node, batch: Batch) -> Listing:
        key = TokenKey.of(row, "fa_contract")
        asks = row.rows("listings_active")
        creator = row.rows("creators")[0] if row.rows("creators") else row.at("creators")
        return Listing(
            market=self.name,
            market_id=key.name,
            title=row.need("name", limit=300),
            creator=creator.text("creator_address", limit=100) or creator.at("holder").text("address", limit=100),
            series=row.at("fa").text("name", limit=200),
            ask=batch.price(partial(_price, asks[0]), key.url) if asks else None,
            likes=None,
            supply=row.whole("supply"),
            year=year_of(row.moment("timestamp")),
            nsfw=True if _is_adult(row) else None,
            rights=_rights(row.get("metadata")),
            royalty_bps=_royalty(row),
            media=token_media(row, "mime"),
            url=key.url,
            chain="tezos",
            contract=key.contract,
            token_id=key.token,
            seen_at=datetime.now(UTC),
            raw=row.excerpt(*_KEPT, *_MORE),
            mark=row.digest(),
        )

    def _bid(self, offer: Node, listing: Listing) -> Observation | None:
        """A live offer, as of now: when it was made is not told."""
        price, number = _price(offer), offer.text("bigmap_key", limit=40)
        event = f"bid:{offer.text('marketplace_contract', limit=60)}:{number}" if number else None
        if price is None:
            return None
        buyer = offer.text("buyer_address", limit=100)
        return Observation(
            self.name, listing.market_id, listing.seen_at, "bid", price, None, None, event=event, buyer=buyer
        )

    def _sale(self, row: Node, listing: Listing) -> Observation | None:
        price, at, event = _price(row), row.need_moment("timestamp"), row.need("id", limit=100)
        if price is None:
            return None
        sides = [row.at(side).text("address", limit=100) for side in ("recipient", "creator")]
        return Observation(self.name, listing.market_id, at, "sale", price, None, None, event, *sides)


def _price(row: Node) -> Money | None:
    number = row.whole("currency_id")
    if number not in CURRENCIES:
        raise BadMoney(f"objkt's currency {number} has no decimals known here", currency=number)
    asset, decimals = CURRENCIES[number]
    return in_base(row.get("price"), asset, decimals)


def _is_adult(row: Node) -> bool:
    names = [one.at("attribute").text("name") for one in row.rows("attributes")]
    tags = [(one.at("tag").text("name") or "").lower() for one in row.rows("tags")]
    return "__nsfw_" in names or "nsfw" in tags


def _rights(metadata: object) -> Rights:
    """The license in the token's metadata (TZIP-21), where the answer holds that itself and not only its address."""
    try:
        value = json.loads(metadata) if isinstance(metadata, str) and metadata[:1] == "{" else metadata
    except (ValueError, RecursionError):
        value = None
    stated = Node(value, "metadata", "")
    text = stated.text("rights", "license", limit=20_000)
    urls = [stated.text(name, limit=2000) for name in ("rightUri", "rightsUri", "licenseUri")]
    return strictest([read_rights(text, url) for url in urls if url] or [read_rights(text, None)])


def _royalty(row: Node) -> int | None:
    """All shares together, in hundredths of a percent."""
    total = 0
    for share in row.rows("royalties"):
        amount, decimals = share.whole("amount"), share.whole("decimals")
        if amount is None or decimals is None or decimals > 18:
            return None
        total += amount * 10_000 // 10**decimals
    return total if row.rows("royalties") and total <= 10_000 else None
