"""Varints, bases and content identifiers, against each other and against published ones."""

import doctest
import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import cid, metadata, multiformats
from publisher.errors import BadBlock, BadCid, BadVarint
from publisher.multiformats import (
    DAG_PB,
    RAW,
    Cid,
    decode_base,
    decode_varint,
    encode_base,
    encode_varint,
)

EMPTY_FOLDER_V0 = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"
EMPTY_FOLDER_V1 = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
EMPTY_FILE = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
BASES = st.sampled_from("fFbBkKzmu")


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (0, "00"),
        (1, "01"),
        (127, "7f"),
        (128, "8001"),
        (255, "ff01"),
        (300, "ac02"),
        (16384, "808001"),
        (2**63 - 1, "ff" * 8 + "7f"),
    ],
)
def test_varints_of_the_specification(value: int, raw: str) -> None:
    assert encode_varint(value) == bytes.fromhex(raw)
    assert decode_varint(bytes.fromhex(raw)) == (value, len(raw) // 2)


@given(st.integers(0, 2**63 - 1), st.binary(max_size=4), st.binary(max_size=4))
def test_a_varint_is_read_back_at_any_place(value: int, before: bytes, after: bytes) -> None:
    raw = encode_varint(value)
    assert decode_varint(before + raw + after, len(before)) == (value, len(before) + len(raw))


@pytest.mark.parametrize("raw", ["", "80", "8100", "8000", "ffffffffffffffffff01", "80" * 9])
def test_a_varint_that_is_cut_oversized_or_not_minimal_is_refused(raw: str) -> None:
    with pytest.raises(BadVarint):
        decode_varint(bytes.fromhex(raw))


@pytest.mark.parametrize("value", [-1, 2**63])
def test_a_number_outside_the_varint_range_is_refused(value: int) -> None:
    with pytest.raises(BadVarint, match="outside"):
        encode_varint(value)


@given(BASES, st.binary(min_size=1, max_size=80))
def test_every_base_gives_its_bytes_back(prefix: str, raw: bytes) -> None:
    assert decode_base(encode_base(prefix, raw)) == raw


@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        ("f", "f446563656e7472616c697a652065766572797468696e672121"),
        ("F", "F446563656E7472616C697A652065766572797468696E672121"),
        ("b", "birswgzloorzgc3djpjssazlwmvzhs5dinfxgoijb"),
        ("B", "BIRSWGZLOORZGC3DJPJSSAZLWMVZHS5DINFXGOIJB"),
        ("k", "k343ixo7d49hqj1ium15pgy1wzww5fxrid21td7l"),
        ("z", "zUXE7GvtEk8XTXs1GF8HSGbVA9FCX9SEBPe"),
        ("m", "mRGVjZW50cmFsaXplIGV2ZXJ5dGhpbmchIQ"),
        ("u", "uRGVjZW50cmFsaXplIGV2ZXJ5dGhpbmchIQ"),
    ],
)
def test_bases_of_the_multibase_specification(prefix: str, text: str) -> None:
    assert encode_base(prefix, b"Decentralize everything!!") == text
    assert decode_base(text) == b"Decentralize everything!!"


def test_published_identifiers_are_read_and_written() -> None:
    assert str(Cid.of(RAW, b"")) == EMPTY_FILE
    assert str(Cid.parse(EMPTY_FOLDER_V0)) == EMPTY_FOLDER_V0
    assert str(Cid.parse(EMPTY_FOLDER_V0).to_v1()) == EMPTY_FOLDER_V1
    assert Cid.parse(EMPTY_FILE).digest == hashlib.sha256(b"").digest()


def test_versions_of_one_block_are_the_same_content_but_not_equal() -> None:
    old, new = Cid.parse(EMPTY_FOLDER_V0), Cid.parse(EMPTY_FOLDER_V1)
    assert old != new
    assert bytes(old) != bytes(new)
    assert old.same_content(new)
    assert new.same_content(old)
    assert not new.same_content(Cid(1, RAW, new.multihash))


@given(st.sampled_from([RAW, DAG_PB, 0x71]), st.binary(max_size=64), BASES)
def test_an_identifier_survives_every_base(codec: int, data: bytes, prefix: str) -> None:
    name = Cid.of(codec, data)
    assert Cid.parse(name.encode_as(prefix)) == name
    assert Cid.decode(bytes(name)) == name
    assert Cid.decode_at(b"xy" + bytes(name) + data, 2) == (name, 2 + len(bytes(name)))
    assert name.matches(data)
    assert not name.matches(data + b"!")


@given(st.binary(max_size=64))
def test_a_version_0_identifier_survives(data: bytes) -> None:
    name = Cid.of(DAG_PB, data, version=0)
    assert str(name).startswith("Qm")
    assert Cid.parse(str(name)) == Cid.decode(bytes(name)) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "z" + EMPTY_FOLDER_V0,
        EMPTY_FOLDER_V0[:-1],
        EMPTY_FOLDER_V0 + "1",
        "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA30n",
        EMPTY_FILE[:-1],
        EMPTY_FILE + "a",
        EMPTY_FILE[:9] + EMPTY_FILE[9:].upper(),
        EMPTY_FILE[:-1] + "v",
        EMPTY_FILE.replace("b", "8", 1),
        " " + EMPTY_FILE,
        EMPTY_FILE + "=",
        "b" + "a" * 600,
        "f00",
        "f0355" + "1220" + "00" * 32,
        "f01551221" + "00" * 32,
        "f01d5001220" + "00" * 32,
        "f0155" + "128101" + "00" * 129,
        "f0155",
        "/ipfs/" + EMPTY_FILE,
    ],
)
def test_what_is_no_identifier_is_refused(text: str) -> None:
    with pytest.raises(BadCid):
        Cid.parse(text)


@given(st.text(max_size=80) | st.binary(max_size=50).map(lambda raw: "f" + raw.hex()))
def test_any_text_is_an_identifier_or_a_typed_refusal(text: str) -> None:
    with suppress(BadCid):
        name = Cid.parse(text)
        assert Cid.decode(bytes(name)) == name


def test_a_version_0_identifier_of_another_hash_is_refused() -> None:
    with pytest.raises(BadCid, match="version 0"):
        Cid(0, RAW, Cid.of(RAW, b"").multihash)
    with pytest.raises(BadCid, match="version 2"):
        Cid(2, RAW, Cid.of(RAW, b"").multihash)


def test_other_hash_functions_are_checked_and_unknown_ones_refused() -> None:
    long = hashlib.sha512(b"abc").digest()
    short = hashlib.blake2b(b"abc", digest_size=32).digest()
    assert Cid(1, RAW, b"\x13\x40" + long).matches(b"abc")
    assert Cid(1, RAW, encode_varint(0xB220) + b"\x20" + short).matches(b"abc")
    assert Cid(1, RAW, b"\x00\x03abc").matches(b"abc")
    with pytest.raises(BadBlock, match="0x11"):
        Cid(1, RAW, b"\x11\x14" + bytes(20)).matches(b"abc")


def test_the_examples_of_the_docstrings_hold() -> None:
    for module in (multiformats, cid, metadata):
        found = doctest.testmod(module)
        assert found.attempted
        assert not found.failed
