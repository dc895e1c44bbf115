"""Rarible's union interface over many chains, with a key in `X-API-KEY`.

Paths and fields after its specification (rarible/union-openapi, openapi.yaml, schemas Item, Order, Activities,
CurrencyUsdRate): `POST /items/search` pages by `continuation`, `POST /activities/search` by `cursor`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Final
from urllib.parse import quote

from scrapers.errors import Blocked, BudgetSpent, FetchError
from scrapers.harvest import Batch, Limits, walk
from scrapers.jsonapi import Node, dollars, in_units, read_json
from scrapers.listing import Listing, Observation, Rate
from scrapers.options import Options
from scrapers.rights import read_rights
from scrapers.session import Session
from scrapers.source import Known, Scraped
from scrapers.union import ItemName, asset_of, currency_of, item_media, order_price

API: Final = "https://api.rarible.org/v0.1"
CREDENTIAL: Final = "rarible_api_key"
SORTS: Final = dict.fromkeys(["LATEST", "RECENTLY_LISTED", "HIGHEST_SELL", "HIGHEST_BID", "EARLIEST"])
ACTIVITY_PAGES: Final = 10
MAX_RATES: Final = 20  # asked for with one page; the next pages ask for what is left
_KEPT: Final = ("id", "creators", "supply", "mintedAt", "lastUpdatedAt", "suspicious", "meta", "lastSale", "sellers")


class Rarible:
    """Works on the chains that were chosen. Sorted by LATEST, a run ends early where a whole page is known."""

    html = False

    def __init__(
        self, name: str, api: str, key: str, page_size: int, search: Mapping[str, object], limits: Limits
    ) -> None:
        self.name = name
        self._api = api
        self._headers = {"X-API-KEY": key}
        self._page_size = page_size
        self._search = search
        self._limits = limits
        self._rated: set[tuple[str, date]] = set()

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, object]) -> Rarible:
        """Options: `key` (from the credential rarible_api_key), `blockchains`, `collections`, `on_sale`, `sort`,
        `start` (another address of the interface), `page_size`, `max_pages`, `max_works`; raises BadRule."""
        taken = Options(name, options)
        wanted: dict[str, object] = {"deleted": False}
        for option in ("blockchains", "collections"):
            if chosen := taken.words(option):
                wanted[option] = list(chosen)
        if taken.flag("on_sale", default=True):
            wanted["onSale"] = True
        search = {"filter": wanted, "sort": taken.one_of("sort", "LATEST", SORTS)}
        api, size, limits = taken.address("start", API), taken.whole("page_size", 50, 1000), Limits.of(taken)
        taken.close("key")  # a missing key is told last: it hides no fault of the configuration
        return cls(name, api, taken.key(CREDENTIAL), size, search, limits)

    def pages(self, session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:
        """Read on behind `cursor`, the interface's own continuation."""
        self._rated.clear()

        def read(position: str | None) -> Batch:
            return self._read(session, position, known)

        return walk(read, cursor, self._limits, newest_first=self._search["sort"] == "LATEST")

    def _ask(self, session: Session, path: str, body: Mapping[str, object]) -> Node:
        return read_json(session.post(f"{self._api}/{path}", body, self._headers))

    def _read(self, session: Session, position: str | None, known: Known) -> Batch:
        place = {"continuation": position} if position else {}
        answer = self._ask(session, "items/search", {"size": self._page_size, **self._search, **place})
        batch = Batch(answer.url, known, answer.text("continuation", limit=2000))
        for row in answer.need_rows("items"):
            if row.get("suspicious") is True:
                batch.warn("flagged", f"the market flags {row.text('id')} as suspicious")
                continue
            listing = batch.listing(partial(self._listing, row, batch))
            if listing is not None:
                if listing.ask is not None:
                    batch.add(partial(self._order, row.at("bestSellOrder"), listing, "ask"))
                batch.add(partial(self._order, row.at("bestBidOrder"), listing, "bid"))
        self._activities(session, batch)
        self._rates(session, batch)
        return batch

    def _listing(self, row: Node, batch: Batch) -> Listing:
        item, meta, order = ItemName.of(row, "id"), row.at("meta"), row.at("bestSellOrder")
        creators, minted = row.rows("creators"), row.moment("mintedAt")
        ask = batch.price(partial(order_price, order, "ask"), item.url)
        return Listing(
            market=self.name,
            market_id=item.name,
            title=meta.need("name", limit=300),
            creator=creators[0].text("account", limit=200) if creators else None,
            series=row.at("itemCollection").text("name", limit=200),
            ask=ask,
            likes=None,
            supply=row.whole("supply"),
            year=minted.year if minted else None,
            nsfw=None,
            rights=read_rights(meta.text("rights", limit=20_000), meta.text("rightsUri", limit=2000)),
            royalty_bps=None,
            media=item_media(meta),
            url=item.url,
            chain=item.chain.lower(),
            contract=item.contract,
            token_id=item.token,
            seen_at=datetime.now(UTC),
            raw=row.excerpt(*_KEPT),
            usd=dollars(order.get("makePriceUsd")) if ask else None,
            mark=row.digest(),
        )

    def _order(self, order: Node, listing: Listing, kind: str) -> Observation | None:
        price, asks = order_price(order, kind), kind == "ask"
        if price is None:
            return None
        usd, maker = dollars(order.get("makePriceUsd" if asks else "takePriceUsd")), order.text("maker", limit=200)
        return Observation(
            market=self.name,
            market_id=listing.market_id,
            at=order.need_moment("createdAt"),
            kind="ask" if asks else "bid",
            price=price,
            usd=usd,
            rate_source="rarible" if usd is not None else None,
            event=order.need("id", limit=300),
            buyer=None if asks else maker,
            seller=maker if asks else None,
        )

    def _activities(self, session: Session, batch: Batch) -> None:
        """Keep the sales and bids of the works that changed."""
        names = {listing.market_id for listing in batch.fresh}
        cursors: list[str | None] = [None]
        wanted = {"items": sorted(names), "types": ["SELL", "BID"]}
        while names and len(cursors) <= ACTIVITY_PAGES:
            place = {"cursor": cursors[-1]} if cursors[-1] else {}
            body = {"size": 1000, "filter": wanted, "sort": "LATEST", **place}
            answer = batch.details(partial(self._ask, session, "activities/search", body))
            if answer is None:
                return
            for row in answer.need_rows("activities"):
                batch.add(partial(self._activity, row, names))
            following = answer.text("cursor", limit=2000)
            if following is None:
                return
            if following in cursors:
                batch.warn("paging_loop", "the activities repeat themselves")
                return
            cursors.append(following)

    def _activity(self, row: Node, names: set[str]) -> Observation | None:
        sold = row.get("@type") == "SELL"
        thing, paid = (row.at("nft"), row.at("payment")) if sold else (row.at("take"), row.at("make"))
        item = thing.at("type").text("itemId", limit=300)
        if row.get("reverted") is True or item not in names:
            return None
        price, usd = in_units(row.get("price"), asset_of(paid.at("type"))), dollars(row.get("priceUsd"))
        if price is None:
            return None
        return Observation(
            market=self.name,
            market_id=item or "",
            at=row.need_moment("date"),
            kind="sale" if sold else "bid",
            price=price,
            usd=usd,
            rate_source="rarible" if usd is not None else None,
            event=row.need("id", limit=300),
            buyer=row.text("buyer" if sold else "maker", limit=200),
            seller=row.text("seller", limit=200),
        )

    def _rates(self, session: Session, batch: Batch) -> None:
        """Ask for the rates of the days of which the market gave no figure in dollars."""
        seen = [one for one in batch.found if isinstance(one, Observation) and one.usd is None]
        missing = dict.fromkeys((one.price.asset, one.at.date()) for one in seen)
        for asset, day in [one for one in missing if one not in self._rated][:MAX_RATES]:
            self._rated.add((asset, day))
            currency = currency_of(asset)
            if currency is not None:
                batch.add(partial(self._rate, session, asset, f"{self._api}/currencies/{quote(currency)}", day))

    def _rate(self, session: Session, asset: str, url: str, day: date) -> Rate | None:
        """None where the interface has no rate: it knows few currencies, not every day, and is not always there."""
        try:
            answer = read_json(session.get(f"{url}/rates/usd?at={day.isoformat()}T12:00:00Z", self._headers))
        except (Blocked, BudgetSpent):
            raise
        except FetchError:
            return None
        usd = dollars(answer.get("rate"))
        return Rate(asset, answer.need_moment("date").date(), usd, "rarible") if usd is not None else None
