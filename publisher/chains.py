"""Rarible's contracts on the chains where its SDK allows lazy minting.

Sources: the network lists of https://github.com/rarible/sdk and https://github.com/rarible/protocol-contracts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MAINNET: Final = 1
SEPOLIA: Final = 11155111


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain and the addresses of Rarible's contracts on it, EIP-55 checksummed."""

    id: int
    name: str
    erc721: str
    erc1155: str
    exchange: str
    lazy_proxy_721: str
    lazy_proxy_1155: str

    def collection(self, kind: str) -> str:
        """Rarible's own collection of a token kind, ``ERC721`` or ``ERC1155``."""
        return self.erc1155 if kind == "ERC1155" else self.erc721


CHAINS: Final[Mapping[int, Chain]] = MappingProxyType(
    {
        MAINNET: Chain(
            id=MAINNET,
            name="Ethereum",
            erc721="0xc9154424B823b10579895cCBE442d41b9Abd96Ed",
            erc1155="0xB66a603f4cFe17e3D27B87a8BfCaD319856518B8",
            exchange="0x9757F2d2b135150BBeb65308D4a91804107cd8D6",
            lazy_proxy_721="0xbb7829BFdD4b557EB944349b2E2c965446052497",
            lazy_proxy_1155="0x75a8B7c0B22D973E0B46CfBD3e2f6566905AA79f",
        ),
        SEPOLIA: Chain(
            id=SEPOLIA,
            name="Sepolia",
            erc721="0xe10605b2026884aCc669C2A9Cd4A5ec5f5FFf494",
            erc1155="0x57B3f3b79F64c475a37E6c493BAA8E6E7C5F748e",
            exchange="0x3e52D660b69d1bDacb6C513cE085D924F5Cb9c77",
            lazy_proxy_721="0xa2eEBb837aEF89369Ad117568d75348e6174520e",
            lazy_proxy_1155="0xC5BBd75789bD007784A0046094d19aCeA1A79eB1",
        ),
    }
)
