"""Values as Rarible's union interface writes them: item names, assets, orders, files.

Source: rarible/union-openapi, openapi.yaml, schemas ItemId ("BLOCKCHAIN:contract:token"), AssetType, Order (the
price of an order to sell is its makePrice, of a bid its takePrice, in whole units), MetaContent, CurrencyId.
"""

import re
from dataclasses import dataclass
from typing import Final

from scrapers.assets import native_asset, token_asset
from scrapers.errors import BadMoney
from scrapers.jsonapi import Node, in_units
from scrapers.listing import Media
from scrapers.media import media_kind
from scrapers.money import Money

_ITEM: Final = re.compile(
    r"(?P<chain>[A-Z0-9_]{2,20}):(?P<contract>[A-Za-z0-9._\-]{1,100})(?::(?P<token>[0-9]{1,78}))?"
)
_NATIVE: Final = {"ETH": "ETHEREUM", "XTZ": "TEZOS", "SOLANA_SOL": "SOLANA"}
_NOUGHT: Final = "0x" + "0" * 40
_CURRENCIES: Final = {
    "ETH": f"ETHEREUM:{_NOUGHT}",
    "POL": f"POLYGON:{_NOUGHT}",
    "XTZ": f"ETHERLINK:{_NOUGHT}",
}
_SIZES: Final = ("ORIGINAL", "BIG", "PREVIEW")
_TYPES: Final = {"IMAGE": None, "VIDEO": "video/mp4", "AUDIO": "audio/mpeg", "HTML": "text/html"}


@dataclass(frozen=True, slots=True)
class ItemName:
    """A work's name in the union; a token on Solana is all of its contract."""

    name: str
    chain: str
    contract: str
    token: str | None

    @classmethod
    def of(cls, node: Node, field: str) -> "ItemName":
        """The name in a field; raises ShapeChanged where it is none."""
        found = _ITEM.fullmatch(node.need(field, limit=300))
        if not found:
            raise node.moved(field)
        return cls(found[0], found["chain"], found["contract"], found["token"])

    @property
    def url(self) -> str:
        chain = "" if self.chain == "ETHEREUM" else f"{self.chain.lower()}/"
        return f"https://rarible.com/token/{chain}{self.contract}{f':{self.token}' if self.token else ''}"


def asset_of(kind: Node) -> str:
    """The asset of an AssetType that is money; raises ShapeChanged without a type, BadMoney for any other."""
    name = kind.need("@type", limit=40)
    if name == "CURRENCY_NATIVE":
        return native_asset(kind.need("blockchain", limit=40))
    if name in _NATIVE:
        return native_asset(kind.text("blockchain", limit=40) or _NATIVE[name])
    chain, _, contract = (kind.text("contract", limit=150) or "").partition(":")
    if not contract:
        raise BadMoney(f"{name} at {kind.path} is no asset that a price can be in", asset=name)
    return token_asset(chain, contract)


def order_price(order: Node, kind: str) -> Money | None:
    """What an order asks ("ask") or offers ("bid") for one; None for no order, an ended one and a price of 0."""
    if order.value is None or order.text("status", limit=40) not in {None, "ACTIVE"}:
        return None
    paid, field = ("take", "makePrice") if kind == "ask" else ("make", "takePrice")
    return in_units(order.get(field), asset_of(order.at(paid).at("type"))) if order.get(field) else None


def item_media(meta: Node) -> Media | None:
    """The work's file, in the largest rendition that there is; a film before the picture of it."""
    files = [one for one in meta.rows("content") if _size(one) < len(_SIZES) and _address(one)]
    files.sort(key=lambda one: (one.get("@type") == "IMAGE", _size(one)))
    if not files:
        return None
    declared = files[0].text("mimeType", limit=80) or _TYPES.get(str(files[0].get("@type")))
    kind, mime = media_kind(_address(files[0]), declared)
    return Media(_address(files[0]), kind, mime)


def currency_of(asset: str) -> str | None:
    """The interface's own name of an asset whose rate can be asked for."""
    chain, _, contract = asset.partition(":")
    if contract in {"", "native"}:
        return _CURRENCIES.get(asset)
    return f"{chain.upper()}:{contract}"


def _size(one: Node) -> int:
    name = one.get("representation")
    return _SIZES.index(name) if isinstance(name, str) and name in _SIZES else len(_SIZES)


def _address(one: Node) -> str:
    url = one.text("url", limit=2000) or ""
    return url if url.startswith(("https://", "http://", "ipfs://")) else ""
