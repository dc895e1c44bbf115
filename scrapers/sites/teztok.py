"""TezTok: one GraphQL interface over Teia, objkt, fxhash, Versum and others on Tezos, without a key.

The recommended live start, since the server itself sends only works whose license permits a remix:

    [sources.tezos]
    type = "teztok"
    options = { rights = ["CC0", "CC BY", "CC BY-SA"] }

Fields after the indexer's own documentation (teztok/indexer, docs/tokens.md, docs/events.md, docs/examples.md)
and Teia's client (teia-community/teia-ui, src/data/api.ts). Prices are in micro tez, `price_in_usd` in micro
dollars, `royalties_total` in millionths. Sales are asked for on their own, as docs/examples.md recommends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Final

from scrapers.errors import BadMoney
from scrapers.graphql import ask
from scrapers.harvest import Batch, Limits
from scrapers.jsonapi import Node, dollars, in_base
from scrapers.listing import Listing, Observation, Rate
from scrapers.money import Money
from scrapers.options import Options
from scrapers.queries import RIGHTS, TEZTOK_SALES, TEZTOK_TIME, TEZTOK_TOKENS
from scrapers.rights import read_rights
from scrapers.session import Session
from scrapers.source import Known
from scrapers.tezos import Place, TezosMarket, TokenKey, token_media, year_of

API: Final = "https://teztok.teia.rocks/v1/graphql"
SALES_PAGE: Final = 500
SALES_PAGES: Final = 10
_MICRO, _MOST = Decimal("0.000001"), Decimal(1_000_000)  # dollars that one tez can be worth
_KEPT: Final = ("platform", "name", "artist_address", "editions", "minted_at", "mime_type", "artifact_uri", "price")
_MORE: Final = ("rights", "right_uri", "royalties_total", "teia_meta", "listings")


class TezTok(TezosMarket):
    """Works on Tezos, those with the latest event first. A run ends early where a whole page is known."""

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, object]) -> TezTok:
        """Options: `rights` ("CC0", "CC BY", "CC BY-SA"), `contracts`, `artists`, `listed` (only works with a
        price), `start` (another address of the interface), `page_size`, `max_pages`, `max_works`; raises BadRule.
        """
        taken = Options(name, options)
        where: dict[str, object] = {"metadata_status": {"_eq": "processed"}, "editions": {"_gt": "0"}}
        if rights := taken.some_of("rights", RIGHTS):
            where["rights"] = {"_in": [label for right in rights for label in RIGHTS[right]]}
        for option, field in (("contracts", "fa2_address"), ("artists", "artist_address")):
            if chosen := taken.words(option):
                where[field] = {"_in": list(chosen)}
        if taken.flag("listed", default=False):
            where["price"] = {"_is_null": False}
        made = cls(name, taken.address("start", API), taken.whole("page_size", 100, 500), where, Limits.of(taken))
        taken.close()
        return made

    def _read(self, session: Session, place: Place, known: Known) -> Batch:
        until = {TEZTOK_TIME: {"_lte": place.until}} if place.until else {}
        asked = {"where": {**self._where, **until}, "limit": self._page_size, "offset": place.skip}
        rows = ask(session, self._api, TEZTOK_TOKENS, asked).need_rows("tokens")
        full = len(rows) >= self._page_size
        batch = Batch(self._api, known, str(place.behind(rows, TEZTOK_TIME)) if full else None)
        for row in rows:
            listing = batch.listing(partial(self._listing, row, batch))
            if listing is not None:
                for offer in row.rows("listings")[:1] if listing.ask else ():
                    batch.add(partial(self._offer, offer, listing, "ask"))
                for offer in row.rows("offers"):
                    batch.add(partial(self._offer, offer, listing, "bid"))
        self._sales(session, batch)
        return batch

    def _listing(self, row: Node, batch: Batch) -> Listing:
        key = TokenKey.of(row, "fa2_address")
        offers = row.rows("listings")
        royalties = row.whole("royalties_total")
        return Listing(
            market=self.name,
            market_id=key.name,
            title=row.need("name", limit=300),
            creator=row.text("artist_address", limit=100),
            series=row.text("fx_collection_name", limit=200),
            ask=batch.price(lambda: _price(offers[0]) if offers else in_base(row.get("price"), "XTZ"), key.url),
            likes=None,
            supply=row.whole("editions"),
            year=year_of(row.moment("minted_at")),
            nsfw=True if row.at("teia_meta").text("content_rating") == "mature" else None,
            rights=read_rights(row.text("rights", limit=20_000), row.text("right_uri", limit=2000)),
            royalty_bps=royalties // 100 if royalties is not None and royalties <= 1_000_000 else None,
            media=token_media(row, "mime_type"),
            url=key.url,
            chain="tezos",
            contract=key.contract,
            token_id=key.token,
            seen_at=datetime.now(UTC),
            raw=row.excerpt(*_KEPT, *_MORE),
            mark=row.digest(),
        )

    def _offer(self, offer: Node, listing: Listing, kind: str) -> Observation | None:
        price = _price(offer)
        number = offer.text("swap_id", "ask_id", "bid_id", "offer_id", limit=40)
        if price is None:
            return None
        return Observation(
            market=self.name,
            market_id=listing.market_id,
            at=offer.need_moment("created_at"),
            kind="ask" if kind == "ask" else "bid",
            price=price,
            usd=None,
            rate_source=None,
            event=f"{kind}:{offer.need('type', limit=60)}:{number}" if number else None,
            buyer=offer.text("buyer_address", limit=100),
            seller=offer.text("seller_address", limit=100),
        )

    def _sales(self, session: Session, batch: Batch) -> None:
        """Ask for the sales of the works that changed, and keep them with the rates of their days."""
        if not batch.fresh:
            return
        listed = {listing.market_id for listing in batch.fresh}
        either = [{"fa2_address": {"_eq": it.contract}, "token_id": {"_eq": it.token_id}} for it in batch.fresh]
        where = {"implements": {"_eq": "SALE"}, "_or": either}
        days: set[date] = set()
        for number in range(SALES_PAGES):
            asked = {"where": where, "limit": SALES_PAGE, "offset": number * SALES_PAGE}
            answer = batch.details(partial(ask, session, self._api, TEZTOK_SALES, asked))
            rows = answer.need_rows("events") if answer else []
            for row in rows:
                sale = batch.add(partial(self._sale, row, listed))
                if sale is not None and sale.at.date() not in days and (rate := _rate(sale)):
                    days.add(rate.day)
                    batch.found.append(rate)
            if len(rows) < SALES_PAGE:
                return
        told = f"a page of works has more than {SALES_PAGE * SALES_PAGES} sales, the oldest were not read"
        batch.warn("sale_limit", told)

    def _sale(self, row: Node, listed: set[str]) -> Observation | None:
        key, price = TokenKey.of(row, "fa2_address"), _price(row)
        if price is None or key.name not in listed:
            return None
        usd = dollars(row.get("price_in_usd"), decimals=6)
        return Observation(
            market=self.name,
            market_id=key.name,
            at=row.need_moment("timestamp"),
            kind="sale",
            price=price,
            usd=usd,
            rate_source="teztok" if usd is not None else None,
            event=row.need("id", limit=200),
            buyer=row.text("buyer_address", limit=100),
            seller=row.text("seller_address", limit=100),
        )


def _rate(sale: Observation) -> Rate | None:
    """The rate behind a sale's dollars, to six decimals, from sales of one tez on: of smaller ones it is rounded."""
    if sale.usd is None or sale.price.amount < 1:
        return None
    usd = sale.usd / sale.price.amount
    return Rate("XTZ", sale.at.date(), usd.quantize(_MICRO), "teztok") if _MICRO <= usd <= _MOST else None


def _price(row: Node) -> Money | None:
    """Micro tez, plain or wrapped; another currency is not told by its decimals, so it is refused."""
    currency = (row.text("currency", limit=40) or "tez").upper()
    if currency not in {"TEZ", "XTZ", "OTEZ", "OXTZ"}:
        raise BadMoney(f"a price in {currency}: TezTok states no decimals of it", asset=currency)
    return in_base(row.get("price"), "XTZ")
