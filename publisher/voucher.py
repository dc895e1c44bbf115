"""Rarible's lazy-mint voucher: the EIP-712 message of some terms, and every rule that it must keep.

Sources: EIP-712; LibERC721LazyMint, LibERC1155LazyMint and ERC721Lazy of
https://github.com/rarible/protocol-contracts. Signing is elsewhere: nothing here holds a key.
"""

import sys
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from publisher.chains import CHAINS
from publisher.errors import BadCid, BadTerms
from publisher.multiformats import Cid
from publisher.terms import WHOLE, ZERO_ADDRESS, Part, Terms, is_address

Authority = Literal["contract", "api", "exchange", "format"]
EXCHANGE_ROYALTY_LIMIT: Final = 5_000
_UINT256: Final = 1 << 256
_URI_PREFIXES: Final = ("/ipfs/", "ipfs://ipfs/", "ipfs://")
_DOMAIN: Final = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
_PART: Final = (("account", "address"), ("value", "uint96"))
_TOKEN: Final = (("tokenId", "uint256"), ("tokenURI", "string"))
_SUPPLIED: Final = (("tokenId", "uint256"), ("supply", "uint256"), ("tokenURI", "string"))
_SHARES: Final = (("creators", "Part[]"), ("royalties", "Part[]"))


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that terms break: what was found and allowed, the config key to change, and who would refuse."""

    rule: str
    value: int | str
    limit: int | str
    key: str
    by: Authority

    def __str__(self) -> str:
        return f"{self.rule}: {self.value}, allowed {self.limit}: change {self.key} (refused by the {self.by})"


def typed_data(terms: Terms) -> dict[str, Any]:
    """Build the EIP-712 message ``Mint721`` or ``Mint1155``; its ``tokenURI`` is the API's ``uri``."""
    name = "Mint1155" if terms.kind == "ERC1155" else "Mint721"
    message = {
        "tokenId": terms.token_id,
        "tokenURI": terms.uri,
        "creators": _parts(terms.creators),
        "royalties": _parts(terms.royalties),
    }
    if terms.kind == "ERC1155":
        message["supply"] = terms.supply
    fields = (_SUPPLIED if terms.kind == "ERC1155" else _TOKEN) + _SHARES
    return {
        "types": {"EIP712Domain": _members(_DOMAIN), "Part": _members(_PART), name: _members(fields)},
        "primaryType": name,
        "domain": {
            "name": name,
            "version": "1",
            "chainId": terms.chain_id,
            "verifyingContract": terms.contract,
        },
        "message": message,
    }


def _members(fields: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in fields]


def _parts(parts: Sequence[Part]) -> list[dict[str, str | int]]:
    return [{"account": part.account, "value": part.value} for part in parts]


@dataclass(frozen=True, slots=True)
class Hashes:
    """The three hashes of an EIP-712 message, 32 bytes each; ``digest`` is what is signed."""

    domain: bytes
    struct: bytes
    digest: bytes


def hashes(typed: dict[str, Any]) -> Hashes:
    """Hash typed data by EIP-712."""
    with _recursion_limit_kept():
        from eth_account.messages import encode_typed_data  # half a second to import
    from eth_hash.auto import keccak

    signable = encode_typed_data(full_message=typed)
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    return Hashes(signable.header, signable.body, digest)


@contextmanager
def _recursion_limit_kept() -> Iterator[None]:
    """Undo what py_ecc does when it is imported: it raises the limit to 100,000.

    With that, one deeply nested JSON text from outside would overflow the C stack and kill the process instead of
    raising RecursionError.
    """
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def digest(typed: dict[str, Any]) -> bytes:
    """Return the 32 bytes that a minter signs."""
    return hashes(typed).digest


def payload(terms: Terms, signatures: Sequence[str] = ()) -> dict[str, Any]:
    """Build the JSON of Rarible's chain API (``POST /v0.1/nft/mints``), unsigned unless signatures are given.

    Token id and supply are decimal strings, as the API wants them.
    """
    form: dict[str, Any] = {
        "@type": terms.kind,
        "contract": terms.contract,
        "tokenId": str(terms.token_id),
        "uri": terms.uri,
        "creators": _parts(terms.creators),
        "royalties": _parts(terms.royalties),
        "signatures": list(signatures),
    }
    return form | {"supply": str(terms.supply)} if terms.kind == "ERC1155" else form


def check(terms: Terms, chains: Container[int] = CHAINS) -> tuple[BrokenRule, ...]:
    """List every rule that the terms break; an empty answer means that the contract would take them."""
    return (
        *_check_chain(terms, chains),
        *_check_creators(terms),
        *_check_royalties(terms.royalties),
        *_check_token(terms),
        *_check_uri(terms.uri),
    )


def require(terms: Terms) -> None:
    """Raise BadTerms with every broken rule."""
    if broken := check(terms):
        raise BadTerms("; ".join(map(str, broken)), rules=[str(rule) for rule in broken])


def _check_chain(terms: Terms, chains: Container[int]) -> Iterator[BrokenRule]:
    if terms.chain_id not in chains:
        allowed = ", ".join(map(str, CHAINS))
        yield BrokenRule("chain takes lazy mints", terms.chain_id, allowed, "publisher.chain", "api")
    yield from _check_account("contract", terms.contract, "publisher.contract")
    yield from _check_account("minter", terms.minter, "publisher.minter")
    if terms.kind not in ("ERC721", "ERC1155"):
        yield BrokenRule("kind of token", terms.kind, "ERC721, ERC1155", "publisher.kind", "api")


def _check_account(name: str, account: str, key: str) -> Iterator[BrokenRule]:
    if not is_address(account):
        yield BrokenRule(f"{name} is an EIP-55 address", account, "0x and 40 hex digits", key, "format")
    elif account == ZERO_ADDRESS:
        yield BrokenRule(f"{name} is not zero", account, "any other address", key, "contract")


def _check_creators(terms: Terms) -> Iterator[BrokenRule]:
    key, creators = "publisher.creators", terms.creators
    total = sum(part.value for part in creators)
    if total != WHOLE:
        yield BrokenRule("creators add up", total, WHOLE, key, "contract")
    if creators and creators[0].account != terms.minter:
        yield BrokenRule("first creator is the minter", creators[0].account, terms.minter, key, "contract")
    if len({part.account.lower() for part in creators}) != len(creators):
        yield BrokenRule("creators differ", len(creators), "each account once", key, "api")
    yield from _check_parts("creator", creators, key)


def _check_royalties(royalties: tuple[Part, ...]) -> Iterator[BrokenRule]:
    key = "publisher.royalty_bps"
    total = sum(part.value for part in royalties)
    if total >= WHOLE:
        yield BrokenRule("royalties add up to less than the whole", total, WHOLE - 1, key, "contract")
    elif total > EXCHANGE_ROYALTY_LIMIT:
        yield BrokenRule("royalties can be paid at a sale", total, EXCHANGE_ROYALTY_LIMIT, key, "exchange")
    yield from _check_parts("royalty receiver", royalties, key)


def _check_parts(name: str, parts: tuple[Part, ...], key: str) -> Iterator[BrokenRule]:
    for part in parts:
        yield from _check_account(name, part.account, key)
        if part.value <= 0:
            yield BrokenRule(f"share of a {name} is positive", part.value, "1 or more", key, "contract")


def _check_token(terms: Terms) -> Iterator[BrokenRule]:
    prefix = f"{terms.token_id >> 96:#042x}"
    if not 0 <= terms.token_id < _UINT256 or prefix != terms.minter.lower():
        yield BrokenRule("token id starts with the minter", prefix, terms.minter, "publisher.minter", "contract")
    least, most = 1, 1 if terms.kind == "ERC721" else _UINT256 - 1
    if not least <= terms.supply <= most:
        yield BrokenRule("supply", terms.supply, f"{least}..{most}", "publisher.supply", "contract")


def _check_uri(uri: str) -> Iterator[BrokenRule]:
    prefix = next((prefix for prefix in _URI_PREFIXES if uri.startswith(prefix)), None)
    if prefix is None:
        yield BrokenRule("uri can be resolved", uri, "/ipfs/CID[/path]", "publisher.contract", "format")
        return
    root, *path = uri.removeprefix(prefix).split("/")
    try:
        Cid.parse(root)
    except BadCid as error:
        yield BrokenRule("uri names a CID", str(error), "/ipfs/CID[/path]", "publisher.contract", "format")
    if any(part in ("", ".", "..") or not part.isprintable() for part in path):
        yield BrokenRule("uri path is plain", uri, "names between slashes", "publisher.contract", "format")
