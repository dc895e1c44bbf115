"""What a minter promises about one token: chain, contract, shares, royalties, token id and uri."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from publisher.chains import CHAINS
from publisher.errors import BadTerms

Kind = Literal["ERC721", "ERC1155"]
WHOLE: Final = 10_000
ZERO_ADDRESS: Final = "0x" + "0" * 40
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_LOW_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Part:
    """An account's share in basis points (1/10000)."""

    account: str
    value: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything of a token that is signed, besides the name of the typed data itself.

    Addresses are EIP-55 checksummed; ``voucher.check`` tells whether the contract would accept them.
    """

    chain_id: int
    contract: str
    minter: str
    creators: tuple[Part, ...]
    royalties: tuple[Part, ...]
    token_id: int
    uri: str
    kind: Kind = "ERC721"
    supply: int = 1


@dataclass(frozen=True, slots=True)
class TermsInput:
    """Terms as configured, before there is a token.

    Without a contract it is Rarible's collection of the chain; without creators the minter holds all shares.
    """

    chain_id: int
    minter: str
    contract: str | None = None
    creators: tuple[Part, ...] = ()
    royalties: tuple[Part, ...] = ()
    kind: Kind = "ERC721"
    supply: int = 1


def fill(wanted: TermsInput, content: str | bytes, uri: str) -> Terms:
    """Complete terms for one artwork; raises BadTerms when the minter or the chain cannot be used at all."""
    return Terms(
        chain_id=wanted.chain_id,
        contract=wanted.contract if wanted.contract is not None else _collection(wanted),
        minter=wanted.minter,
        creators=wanted.creators or (Part(wanted.minter, WHOLE),),
        royalties=wanted.royalties,
        token_id=token_id(wanted.minter, content),
        uri=uri,
        kind=wanted.kind,
        supply=wanted.supply,
    )


def _collection(wanted: TermsInput) -> str:
    chain = CHAINS.get(wanted.chain_id)
    if chain is None:
        known = ", ".join(f"{chain.id} ({chain.name})" for chain in CHAINS.values())
        raise BadTerms(
            f"chain {wanted.chain_id} has no known collection, known are {known}: "
            "set publisher.chain or publisher.contract",
            chain_id=wanted.chain_id,
        )
    return chain.collection(wanted.kind)


def token_id(minter: str, content: str | bytes) -> int:
    """Derive a token id that is the same on every retry: ``uint160(minter) << 96 | low96``.

    The contract asks for the minter in the upper 160 bits (ERC721Lazy); the lower 96 are the first 12 bytes
    of the Keccak-256 of the artwork's content id. Raises BadTerms when the minter is no checksummed address.
    """
    if not is_address(minter):
        raise BadTerms(
            f"minter {minter!r} is not an EIP-55 checksummed address: correct publisher.minter", minter=minter
        )
    raw = content.encode() if isinstance(content, str) else content
    return int(minter, 16) << 8 * _LOW_BYTES | int.from_bytes(_keccak(raw)[:_LOW_BYTES], "big")


def is_address(text: str) -> bool:
    """Tell whether ``text`` is a 20-byte address in exactly its EIP-55 spelling."""
    return _ADDRESS.fullmatch(text) is not None and checksum_address(text) == text


def checksum_address(address: str) -> str:
    """Spell 40 hex digits by EIP-55: a letter is upper case where the hash of the digits says so."""
    digits = address.removeprefix("0x").lower()
    marks = _keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) > 7 else digit for digit, mark in zip(digits, marks, strict=False)
    )


def _keccak(data: bytes) -> bytes:
    from eth_hash.auto import keccak  # loads a C library, which drafts without terms never need

    return keccak(data)
