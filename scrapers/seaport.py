"""Values as OpenSea's interface writes them: works, the prices of orders and events, pictures.

Source: ProjectOpenSea/api-types, opensea-api.json, schemas OrderAsset, Listing, ListingPrice, ProtocolData
(itemType 0 is the chain's own coin, 1 a token: ProjectOpenSea/seaport, ItemType), Payment, Nft.
"""

import re
from dataclasses import dataclass
from typing import Final

from scrapers.assets import chain_name, native_asset, token_asset
from scrapers.errors import BadMoney
from scrapers.jsonapi import Node, in_base
from scrapers.listing import Media
from scrapers.media import media_kind
from scrapers.money import DECIMALS, Money, asset_id

_CHAIN: Final = re.compile(r"[a-z0-9_\-]{2,40}")
_CONTRACT: Final = re.compile(r"[A-Za-z0-9]{1,100}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9]{1,100}")
_COIN: Final = 0
_FUNGIBLE: Final = 1


@dataclass(frozen=True, slots=True)
class AssetName:
    """A work: the chain as OpenSea names it, the contract in lower case, the token's identifier."""

    chain: str
    contract: str
    token: str

    @classmethod
    def of(cls, asset: Node, chain: str) -> "AssetName":
        """The work of an OrderAsset or Nft; raises ShapeChanged."""
        contract, token = asset.need("contract", limit=150), asset.need("identifier", limit=150)
        if not _CONTRACT.fullmatch(contract) or not _CHAIN.fullmatch(chain):
            raise asset.moved("contract")
        if not _TOKEN.fullmatch(token):
            raise asset.moved("identifier")
        return cls(chain, cls.plain(contract), token)

    @classmethod
    def of_order(cls, order: Node) -> "AssetName":
        return cls.of(order.at("asset"), order.need("chain", limit=40))

    @staticmethod
    def plain(contract: str) -> str:
        return contract.lower() if contract[:2] in {"0x", "0X"} else contract

    @property
    def text(self) -> str:
        return f"{chain_name(self.chain)}:{self.contract}:{self.token}"

    @property
    def url(self) -> str:
        return f"https://opensea.io/item/{self.chain}/{self.contract}/{self.token}"

    @property
    def asked(self) -> dict[str, str]:
        """How a question about details names it."""
        return {"chain": self.chain, "contract_address": self.contract, "token_id": self.token}


def listing_price(order: Node) -> Money | None:
    """What an order to sell one work asks; None for an order of several, whose price is not that of one.

    The asset is the one that the signed order is paid in; without it a symbol counts only where it is that of a
    coin known here and its decimals agree.
    """
    current = order.at("price").at("current")
    decimals = current.whole("decimals")
    if decimals is None:
        raise current.moved("decimals")
    if (order.whole("remaining_quantity") or 1) != 1:
        return None
    return in_base(current.get("value"), _asset(order, current, decimals), decimals)


def paid(event: Node) -> Money | None:
    """What a sale or an offer of one work pays; None for several at once, and without a payment."""
    payment = event.at("payment")
    if payment.value is None or (event.whole("quantity") or 1) != 1:
        return None
    decimals = payment.whole("decimals")
    if decimals is None:
        raise payment.moved("decimals")
    asset = token_asset(event.need("chain", limit=40), payment.need("token_address", limit=150))
    return in_base(payment.get("quantity"), asset, decimals)


def nft_media(nft: Node) -> Media | None:
    """The work's film where it has one, else its picture; originals before copies."""
    names = ("original_animation_url", "animation_url", "display_animation_url", "original_image_url", "image_url")
    for name in (*names, "display_image_url"):
        url = nft.text(name, limit=2000)
        if url is not None and url.startswith(("https://", "http://", "ipfs://")):
            kind, mime = media_kind(url, None)
            return Media(url, kind, mime)
    return None


def _asset(order: Node, price: Node, decimals: int) -> str:
    chain = order.need("chain", limit=40)
    for item in order.at("protocol_data").at("parameters").rows("consideration"):
        if item.whole("itemType") == _COIN:
            return native_asset(chain)
        if item.whole("itemType") == _FUNGIBLE:
            return token_asset(chain, item.need("token", limit=150))
    asset = asset_id(price.need("currency", limit=40))
    if DECIMALS.get(asset) != decimals:
        raise BadMoney(f"a price in {asset} with {decimals} decimals: no coin of that name known here", asset=asset)
    return asset
