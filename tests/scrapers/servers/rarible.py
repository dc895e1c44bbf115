"""Rarible's union interface: `POST /v0.1/items/search`, `POST /v0.1/activities/search`, rates; key in X-API-KEY.

Shapes: rarible/union-openapi, openapi.yaml (ItemsSearchRequest, Items, Item, Order, ActivitySearchRequest,
Activities, OrderMatchSell, OrderBidActivity, CurrencyUsdRate).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from tests.scrapers.servers.api import Api, Refusal

RATE = re.compile(r"/v0\.1/currencies/([^/]+)/rates/usd")
NOUGHT = "0x" + "0" * 40
CONTRACT = "0xd07dc4262bcdbf85190c01c996b4c06a461d2430"


class RaribleApi(Api):
    """`items` come in their order; `rates` maps currency names to an answer; with `stuck` a page never ends."""

    key_header = "X-API-KEY"

    def __init__(self, items: list[dict[str, Any]], activities: list[dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.items = items
        self.activities = activities or []
        self.rates: dict[str, dict[str, Any]] = {}
        self.stuck = False

    def answer(self, method: str, path: str, given: Mapping[str, Any]) -> object:
        if (method, path) == ("POST", "/v0.1/items/search"):
            return self._items(given)
        if (method, path) == ("POST", "/v0.1/activities/search"):
            return self._activities(given)
        if found := RATE.fullmatch(path):
            name = unquote(found[1])
            if name not in self.rates:
                raise Refusal(404, {"code": "NOT_FOUND", "message": "no rate"})
            return {"date": given["at"], **self.rates[name]}
        raise Refusal(404)

    def _items(self, given: Mapping[str, Any]) -> object:
        assert 1 <= given["size"] <= 1000
        assert given["filter"]["deleted"] is False
        start = 0 if self.stuck else int(given.get("continuation", "0_").partition("_")[0])
        page = self.items[start : start + given["size"]]
        more = start + given["size"] < len(self.items)
        return {"items": page, **({"continuation": f"{start + given['size']}_x"} if more or self.stuck else {})}

    def _activities(self, given: Mapping[str, Any]) -> object:
        assert set(given["filter"]["types"]) <= {"SELL", "BID"}
        rows = [row for row in self.activities if _item_of(row) in given["filter"]["items"]]
        start = int(given.get("cursor", "0"))
        page = rows[start : start + min(given["size"], 2)]
        return {"activities": page, **({"cursor": str(start + 2)} if start + 2 < len(rows) else {})}


def _item_of(row: Mapping[str, Any]) -> str:
    side = "nft" if row["@type"] == "SELL" else "take"
    return str(row[side]["type"]["itemId"])


def eth() -> dict[str, Any]:
    return {"@type": "ETH", "blockchain": "ETHEREUM"}


def order(number: int, price: object, kind: str = "sell", **changes: object) -> dict[str, Any]:
    nft = {"type": {"@type": "NFT", "itemId": f"ETHEREUM:{CONTRACT}:{number}", "collectionId": "x"}, "value": "1"}
    money = {"type": eth(), "value": price}
    prices = {"makePrice": price, "makePriceUsd": "1820.5"} if kind == "sell" else {"takePrice": price}
    row: dict[str, Any] = {
        "id": f"ETHEREUM:0x{kind}{number}",
        "status": "ACTIVE",
        "createdAt": "2024-01-02T03:04:05Z",
        "maker": "ETHEREUM:0xmaker",
        "make": nft if kind == "sell" else money,
        "take": money if kind == "sell" else nft,
        **prices,
    }
    return row | changes


def item(number: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": f"ETHEREUM:{CONTRACT}:{number}",
        "blockchain": "ETHEREUM",
        "creators": [{"account": "ETHEREUM:0xartist", "value": 10000}],
        "mintedAt": "2021-04-05T06:07:08Z",
        "lastUpdatedAt": "2024-01-02T03:04:05Z",
        "supply": "1",
        "itemCollection": {"id": f"ETHEREUM:{CONTRACT}", "name": "Shores"},
        "meta": {
            "name": f"Shore {number}",
            "rights": None,
            "rightsUri": "https://creativecommons.org/publicdomain/zero/1.0/",
            "attributes": [],
            "content": [
                {"@type": "IMAGE", "url": f"https://i.example/{number}s.png", "representation": "PREVIEW"},
                {
                    "@type": "IMAGE",
                    "url": f"ipfs://QmShore{number}/image.png",
                    "representation": "ORIGINAL",
                    "mimeType": "image/png",
                },
            ],
        },
        "bestSellOrder": order(number, "0.75"),
    }
    return row | changes


def sold(number: int, item_number: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "@type": "SELL",
        "id": f"ETHEREUM:sale-{number}",
        "date": "2023-05-06T07:08:09Z",
        "reverted": False,
        "nft": {"type": {"@type": "NFT", "itemId": f"ETHEREUM:{CONTRACT}:{item_number}"}, "value": "1"},
        "payment": {"type": eth(), "value": "0.5"},
        "buyer": "ETHEREUM:0xbuyer",
        "seller": "ETHEREUM:0xseller",
        "price": "0.5",
        "priceUsd": "950.25",
        "type": "SELL",
    }
    return row | changes
