"""OpenSea's interface, version 2: listings and events of a collection, details of works; key in x-api-key.

Shapes: ProjectOpenSea/api-types, opensea-api.json (Listing, ListingPrice, ProtocolData, BatchNftsRequest,
NftDetailed, AssetEventsResponse, SaleEvent, OrderEvent, Payment; `limit` at most 200, `next`);
ProjectOpenSea/opensea-js, src/api/apiPaths.ts.
"""

import re
from collections.abc import Mapping
from typing import Any

from tests.scrapers.servers.api import Api, Refusal

PATH = re.compile(r"/api/v2/(listings|events)/collection/([a-z0-9-]+)(?:/best)?")
CONTRACT = "0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d"
NOUGHT = "0x" + "0" * 40


class OpenSeaApi(Api):
    """`listings` and `events` by the slug of their collection, `nfts` by token; `stuck` repeats a page for ever."""

    key_header = "x-api-key"

    def __init__(self, listings: Mapping[str, list[dict[str, Any]]]) -> None:
        super().__init__()
        self.listings = dict(listings)
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.nfts: dict[str, dict[str, Any]] = {}
        self.stuck = False

    def answer(self, method: str, path: str, given: Mapping[str, Any]) -> object:
        if (method, path) == ("POST", "/api/v2/nfts/batch"):
            tokens = [one["token_id"] for one in given["identifiers"]]
            return {"nfts": [self.nfts[token] for token in tokens if token in self.nfts]}
        found = PATH.fullmatch(path)
        if method != "GET" or not found:
            raise Refusal(404)
        assert 1 <= int(given["limit"]) <= 200
        table, field = (self.listings, "listings") if found[1] == "listings" else (self.events, "asset_events")
        return self._page(table.get(found[2], []), field, given)

    def _page(self, rows: list[dict[str, Any]], field: str, given: Mapping[str, Any]) -> object:
        start = int(str(given.get("next", "at-0")).removeprefix("at-"))
        if self.stuck:
            return {field: rows[: int(given["limit"])], "next": f"at-{start}"}
        end = start + int(given["limit"])
        return {field: rows[start:end], **({"next": f"at-{end}"} if end < len(rows) else {})}


def listing(number: int, value: object = "750000000000000000", **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "order_hash": f"0xorder{number}",
        "chain": "ethereum",
        "asset": {"identifier": str(number), "contract": CONTRACT},
        "remaining_quantity": 1,
        "order_created_at": 1_700_000_000,
        "price": {"current": {"currency": "ETH", "decimals": 18, "value": value}},
        "type": "basic",
        "status": "ACTIVE",
        "protocol_data": {
            "parameters": {
                "offerer": "0xseller",
                "offer": [{"itemType": 2, "token": CONTRACT, "identifierOrCriteria": str(number)}],
                "consideration": [{"itemType": 0, "token": NOUGHT, "startAmount": "1"}],
            }
        },
    }
    return row | changes


def nft(number: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "identifier": str(number),
        "collection": "apes",
        "contract": CONTRACT,
        "token_standard": "erc721",
        "name": f"Ape {number}",
        "image_url": f"https://i.example/{number}.png",
        "original_image_url": f"ipfs://QmApe/{number}.png",
        "opensea_url": f"https://opensea.io/item/ethereum/{CONTRACT}/{number}",
        "updated_at": "2024-01-01T00:00:00",
        "is_disabled": False,
        "is_nsfw": False,
        "is_suspicious": False,
        "creator": "0xartist",
        "traits": [],
        "owners": [],
    }
    return row | changes


def sale(number: int, token: int, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "event_type": "sale",
        "event_timestamp": 1_690_000_000,
        "transaction": f"0xtx{number}",
        "order_hash": f"0xsold{number}",
        "chain": "ethereum",
        "payment": {"quantity": "1200000000000000000", "token_address": NOUGHT, "decimals": 18, "symbol": "ETH"},
        "closing_date": 1_690_000_000,
        "seller": "0xseller",
        "buyer": "0xbuyer",
        "quantity": 1,
        "nft": {"identifier": str(token), "contract": CONTRACT.upper().replace("0X", "0x")},
    }
    return row | changes


def offer(number: int, token: int | None, **changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "event_type": "order",
        "order_type": "item_offer",
        "event_timestamp": 1_695_000_000,
        "order_hash": f"0xoffer{number}",
        "chain": "ethereum",
        "payment": {
            "quantity": "900000000000000000",
            "token_address": "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
            "decimals": 18,
            "symbol": "WETH",
        },
        "quantity": 1,
        "maker": "0xbidder",
        "asset": {"identifier": str(token), "contract": CONTRACT} if token is not None else None,
    }
    return row | changes
