"""Vouchers, against hashes made in four ways and accepted by the real contracts."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.chains import CHAINS, MAINNET, SEPOLIA
from publisher.errors import BadTerms
from publisher.terms import (
    ZERO_ADDRESS,
    Part,
    Terms,
    TermsInput,
    checksum_address,
    fill,
    is_address,
    token_id,
)
from publisher.voucher import check, digest, hashes, payload, require, typed_data
from tests.publisher.known import MINT

MINTER = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"
FRIEND = "0x5050A4F4b3f9338C3472dcC01A87C76A144b3c9c"
URI = "/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"
GOOD = fill(TermsInput(SEPOLIA, MINTER, royalties=(Part(FRIEND, 500),)), "artwork", URI)
VECTORS = pytest.mark.parametrize("vector", MINT, ids=lambda vector: str(vector["name"]))


def terms_of(vector: dict[str, Any]) -> Terms:
    given = vector["inputs"]
    creators = tuple(Part(**part) for part in given["creators"])
    return Terms(
        chain_id=vector["chainId"],
        contract=given["contract"],
        minter=creators[0].account,
        creators=creators,
        royalties=tuple(Part(**part) for part in given["royalties"]),
        token_id=int(given["tokenId"]),
        uri=given["uri"],
        kind=given["@type"],
        supply=int(given.get("supply", 1)),
    )


@VECTORS
def test_typed_data_and_its_hashes_are_those_that_the_contracts_accepted(vector: dict[str, Any]) -> None:
    typed = typed_data(terms_of(vector))
    assert typed == vector["typed_data"]
    found = hashes(typed)
    assert found.domain.hex() == vector["domainSeparator"].removeprefix("0x")
    assert found.struct.hex() == vector["structHash"].removeprefix("0x")
    assert digest(typed).hex() == vector["digest"].removeprefix("0x")


@VECTORS
def test_the_chain_api_form_is_the_published_one_signed_or_not(vector: dict[str, Any]) -> None:
    terms = terms_of(vector)
    assert payload(terms, vector["signatures"]) == vector["payload_ethereum_api"]
    assert payload(terms) == vector["payload_ethereum_api"] | {"signatures": []}


@VECTORS
def test_vouchers_that_the_contracts_accepted_break_no_rule(vector: dict[str, Any]) -> None:
    terms = terms_of(vector)
    assert check(terms) == ()
    require(terms)
    assert f"{terms.token_id:#066x}" == vector["tokenId_hex"]


@VECTORS
def test_the_signature_of_a_vector_recovers_its_first_creator(vector: dict[str, Any]) -> None:
    from eth_account import Account

    typed = typed_data(terms_of(vector))
    signed = Account.sign_typed_data(vector["private_keys"][0], full_message=typed)
    assert "0x" + signed.signature.hex() == vector["signatures"][0]


def test_a_token_id_holds_the_minter_and_the_hash_of_the_content() -> None:
    # Keccak-256 of nothing starts with c5d2460186f7233c927e7db2.
    assert f"{token_id(MINTER, ''):#066x}" == MINTER.lower() + "c5d2460186f7233c927e7db2"
    assert token_id(MINTER, "é") == token_id(MINTER, "é".encode())
    assert token_id(MINTER, "a") != token_id(MINTER, "b")


def test_a_token_id_needs_a_checksummed_minter() -> None:
    with pytest.raises(BadTerms, match=r"publisher\.minter"):
        token_id(MINTER.lower(), "a")


@pytest.mark.parametrize(
    "address",
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_addresses_of_eip_55_are_taken_only_as_they_are_written(address: str) -> None:
    assert is_address(address)
    assert checksum_address(address.lower()) == address
    assert not is_address(address.swapcase().replace("0X", "0x"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        MINTER[:-1],
        MINTER + "0",
        MINTER[2:],
        " " + MINTER,
        MINTER + "\n",
        MINTER.replace("0x", "0X"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_address(text)


@given(st.binary(min_size=20, max_size=20), st.integers(0, 39))
def test_a_letter_in_the_wrong_case_is_no_address(raw: bytes, at: int) -> None:
    good = checksum_address("0x" + raw.hex())
    digit = good[2 + at]
    assert is_address(good)
    if digit.isalpha():
        assert not is_address(good[: 2 + at] + digit.swapcase() + good[3 + at :])


def parts(*values: int, accounts: tuple[str, ...] = (MINTER, FRIEND)) -> tuple[Part, ...]:
    return tuple(Part(account, value) for account, value in zip(accounts, values, strict=False))


@pytest.mark.parametrize(
    ("changes", "rule", "by", "key"),
    [
        ({"chain_id": 137}, "chain takes lazy mints", "api", "publisher.chain"),
        (
            {"contract": GOOD.contract.lower()},
            "contract is an EIP-55 address",
            "format",
            "publisher.contract",
        ),
        ({"contract": ZERO_ADDRESS}, "contract is not zero", "contract", "publisher.contract"),
        ({"kind": "ERC20"}, "kind of token", "api", "publisher.kind"),
        ({"creators": ()}, "creators add up", "contract", "publisher.creators"),
        ({"creators": parts(9_999)}, "creators add up", "contract", "publisher.creators"),
        ({"creators": parts(5_000, 5_001)}, "creators add up", "contract", "publisher.creators"),
        ({"creators": parts(10_000, 0)}, "share of a creator is positive", "contract", "publisher.creators"),
        ({"creators": parts(10_001, -1)}, "share of a creator is positive", "contract", "publisher.creators"),
        (
            {"creators": parts(5_000, 5_000, accounts=(FRIEND, MINTER))},
            "first creator is the minter",
            "contract",
            "publisher.creators",
        ),
        (
            {"creators": parts(5_000, 5_000, accounts=(MINTER, MINTER))},
            "creators differ",
            "api",
            "publisher.creators",
        ),
        (
            {"creators": parts(5_000, 5_000, accounts=(MINTER, ZERO_ADDRESS))},
            "creator is not zero",
            "contract",
            "publisher.creators",
        ),
        (
            {"creators": parts(5_000, 5_000, accounts=(MINTER, FRIEND.upper()))},
            "creator is an EIP-55 address",
            "format",
            "publisher.creators",
        ),
        (
            {"royalties": parts(10_000)},
            "royalties add up to less than the whole",
            "contract",
            "publisher.royalty_bps",
        ),
        ({"royalties": parts(5_001)}, "royalties can be paid at a sale", "exchange", "publisher.royalty_bps"),
        (
            {"royalties": parts(0)},
            "share of a royalty receiver is positive",
            "contract",
            "publisher.royalty_bps",
        ),
        (
            {"royalties": parts(1, accounts=(ZERO_ADDRESS,))},
            "royalty receiver is not zero",
            "contract",
            "publisher.royalty_bps",
        ),
        ({"token_id": 1}, "token id starts with the minter", "contract", "publisher.minter"),
        ({"token_id": -1}, "token id starts with the minter", "contract", "publisher.minter"),
        (
            {"token_id": GOOD.token_id + 2**256},
            "token id starts with the minter",
            "contract",
            "publisher.minter",
        ),
        ({"supply": 2}, "supply", "contract", "publisher.supply"),
        ({"kind": "ERC1155", "supply": 0}, "supply", "contract", "publisher.supply"),
        (
            {"uri": "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"},
            "uri can be resolved",
            "format",
            "publisher.contract",
        ),
        ({"uri": "https://gallery.example/1.json"}, "uri can be resolved", "format", "publisher.contract"),
        ({"uri": "/ipfs/"}, "uri names a CID", "format", "publisher.contract"),
        ({"uri": "/ipfs/QmNope/metadata.json"}, "uri names a CID", "format", "publisher.contract"),
        ({"uri": URI + "/../x"}, "uri path is plain", "format", "publisher.contract"),
        ({"uri": URI + "/a\nb"}, "uri path is plain", "format", "publisher.contract"),
    ],
)
def test_every_rule_is_named_when_it_is_broken(changes: dict[str, Any], rule: str, by: str, key: str) -> None:
    broken = check(replace(GOOD, **changes))
    assert [(one.rule, one.by, one.key) for one in broken] == [(rule, by, key)]
    assert key in str(broken[0])


def test_a_zero_minter_is_refused() -> None:
    nobody = replace(GOOD, minter=ZERO_ADDRESS, creators=(Part(ZERO_ADDRESS, 10_000),), token_id=GOOD.token_id % 2**96)
    assert [one.rule for one in check(nobody)] == ["minter is not zero", "creator is not zero"]


def test_all_broken_rules_are_listed_at_once() -> None:
    with pytest.raises(BadTerms) as caught:
        require(replace(GOOD, creators=parts(1), royalties=parts(9_999, 1), uri="x", supply=3))
    rules = caught.value.evidence["rules"]
    assert isinstance(rules, list)
    assert len(rules) == 4
    assert "creators add up: 1, allowed 10000: change publisher.creators (refused by the contract)" in rules


@pytest.mark.parametrize("prefix", ["/ipfs/", "ipfs://", "ipfs://ipfs/"])
def test_every_uri_that_the_collections_resolve_is_taken(prefix: str) -> None:
    assert check(replace(GOOD, uri=prefix + URI.removeprefix("/ipfs/") + "/sub folder/1.json")) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"uri": URI + "/x"},
        {"token_id": GOOD.token_id + 1},
        {"royalties": ()},
        {"chain_id": MAINNET},
        {"contract": CHAINS[MAINNET].erc721},
        {"creators": parts(9_000, 1_000)},
        {"kind": "ERC1155"},
    ],
)
def test_any_change_of_the_terms_changes_what_is_signed(changes: dict[str, Any]) -> None:
    assert digest(typed_data(replace(GOOD, **changes))) != digest(typed_data(GOOD))


def test_supply_is_signed_for_an_edition() -> None:
    edition = replace(GOOD, kind="ERC1155", supply=25)
    assert digest(typed_data(edition)) != digest(typed_data(replace(edition, supply=26)))
    assert payload(edition)["supply"] == "25"


def test_every_address_in_the_table_is_checksummed_and_all_differ() -> None:
    for number, chain in CHAINS.items():
        addresses = (chain.erc721, chain.erc1155, chain.exchange, chain.lazy_proxy_721, chain.lazy_proxy_1155)
        assert number == chain.id
        assert len(set(addresses)) == 5
        assert all(map(is_address, addresses))
    assert CHAINS[SEPOLIA].collection("ERC1155") == CHAINS[SEPOLIA].erc1155
    assert CHAINS[MAINNET].collection("ERC721") == CHAINS[MAINNET].erc721


def test_hashing_a_voucher_leaves_pythons_recursion_limit_as_it_was() -> None:
    """A higher one would let deeply nested text from outside overflow the stack and kill the process."""
    code = (
        "import sys; from publisher.voucher import digest, typed_data; from tests.publisher.test_voucher import GOOD;"
        "before = sys.getrecursionlimit(); digest(typed_data(GOOD));"
        "assert 'py_ecc' in sys.modules; assert sys.getrecursionlimit() == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])
