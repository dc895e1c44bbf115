"""Archives: the same bytes as @ipld/car writes, and no damage that goes unnoticed."""

import hashlib
import io
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.car import read_car, verify_car, write_car
from publisher.cid import Block, Node, Profile, collect, directory, file_blocks
from publisher.errors import (
    BadBlock,
    BadCar,
    MissingRoot,
    PublisherError,
    StrayBytes,
    TruncatedCar,
    WrongBlock,
)
from publisher.multiformats import DAG_PB, RAW, Cid, encode_varint
from publisher.unixfs import Link, encode_node
from tests.publisher.known import UNIXFS, pattern

SMALL_CHUNKS = Profile("small chunks", 1, True, 24, 1024)
VERSION_0 = Profile("version 0", 0, False, 24, 3)


def folder_of(data: bytes, profile: Profile = SMALL_CHUNKS) -> tuple[list[Block], Node]:
    """A folder with one file, the folder first, then each parent before its children."""
    blocks, file = collect(file_blocks(io.BytesIO(data), profile))
    block, root = directory({"image.bin": file}, profile)
    return [block, *reversed(blocks)], root


def archive(roots: list[Cid], blocks: list[Block]) -> bytes:
    out = io.BytesIO()
    write_car(out, roots, blocks)
    return out.getvalue()


def section(block: Block) -> bytes:
    return encode_varint(len(bytes(block.cid)) + len(block.data)) + bytes(block.cid) + block.data


def sample() -> bytes:
    blocks, root = folder_of(pattern(40, 1))
    return archive([root.cid], blocks)


@pytest.mark.parametrize("vector", UNIXFS["cars"], ids=["one root", "two roots"])
def test_archives_are_byte_for_byte_those_of_the_reference_implementation(
    vector: dict[str, list[str] | str],
) -> None:
    blocks, _ = folder_of(pattern(40, 1))
    roots = [Cid.parse(text) for text in vector["roots"]]
    assert [str(block.cid) for block in blocks] == vector["cids"]
    written = archive(roots, blocks)
    assert written.hex() == vector["car"]
    found, read = read_car(io.BytesIO(written))
    assert (list(found), list(read)) == (roots, blocks)


@given(st.lists(st.binary(max_size=90), min_size=1, max_size=30), st.sampled_from([SMALL_CHUNKS, VERSION_0]))
def test_what_is_written_is_read_back(contents: list[bytes], profile: Profile) -> None:
    parts = [folder_of(data, profile) for data in contents]
    roots = [root.cid for _, root in parts]
    blocks = [block for some, _ in parts for block in some]
    found, read = read_car(io.BytesIO(archive(roots, blocks)))
    assert list(found) == roots
    assert list(read) == list(dict.fromkeys(blocks))


def test_an_archive_cut_at_any_byte_is_refused() -> None:
    whole = sample()
    for length in range(len(whole)):
        with pytest.raises(BadCar):
            verify_car(io.BytesIO(whole[:length]))


def test_an_archive_cut_between_blocks_is_called_truncated() -> None:
    blocks, root = folder_of(pattern(40, 1))
    with pytest.raises(TruncatedCar, match="1 linked blocks") as caught:
        verify_car(io.BytesIO(archive([root.cid], blocks[:-1])))
    assert caught.value.evidence["missing"] == [str(blocks[-1].cid)]


def test_an_archive_with_any_bit_turned_is_refused() -> None:
    whole = sample()
    for place in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        with pytest.raises(PublisherError):
            verify_car(io.BytesIO(damaged))


@given(st.data())
def test_an_archive_with_bytes_put_in_or_taken_out_is_refused(data: st.DataObject) -> None:
    whole = sample()
    at = data.draw(st.integers(0, len(whole)))
    taken = data.draw(st.integers(0, 40))
    put = data.draw(st.binary(max_size=40))
    changed = whole[:at] + put + whole[at + taken :]
    if changed != whole:
        with pytest.raises(PublisherError):
            verify_car(io.BytesIO(changed))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_type(junk: bytes) -> None:
    with pytest.raises(PublisherError):
        verify_car(io.BytesIO(junk))


@given(st.binary(min_size=1, max_size=60))
def test_bytes_behind_the_last_block_are_refused(junk: bytes) -> None:
    with pytest.raises(BadCar):
        verify_car(io.BytesIO(sample() + junk))


def test_a_block_with_foreign_bytes_is_named() -> None:
    blocks, root = folder_of(pattern(40, 1))
    forged = [*blocks[:-1], Block(blocks[-1].cid, b"forged")]
    with pytest.raises(WrongBlock) as caught:
        verify_car(io.BytesIO(archive([root.cid], forged)))
    assert caught.value.evidence["cid"] == str(blocks[-1].cid)


def test_blocks_before_the_damage_are_handed_on_and_none_after_it() -> None:
    blocks, root = folder_of(pattern(40, 1))
    forged = [blocks[0], Block(blocks[1].cid, b"forged"), *blocks[2:]]
    _, read = read_car(io.BytesIO(archive([root.cid], forged)))
    assert next(read) == blocks[0]
    with pytest.raises(WrongBlock):
        next(read)


def test_a_writer_without_the_block_of_its_root_says_so() -> None:
    blocks, root = folder_of(b"abc")
    with pytest.raises(MissingRoot, match=str(root.cid)):
        archive([root.cid], blocks[1:])
    with pytest.raises(MissingRoot):
        archive([], blocks)


def test_a_reader_refuses_a_root_without_its_block_and_a_header_without_roots() -> None:
    blocks, root = folder_of(b"abc")
    headers = sample()[:59]
    with pytest.raises(MissingRoot):
        verify_car(io.BytesIO(headers + section(blocks[1])))
    bare = b"\xa2\x65roots\x80\x67version\x01"
    with pytest.raises(MissingRoot):
        verify_car(io.BytesIO(encode_varint(len(bare)) + bare))
    assert root.cid == blocks[0].cid


def test_a_block_that_belongs_to_no_root_is_refused() -> None:
    blocks, root = folder_of(b"abc")
    stray = Block(Cid.of(RAW, b"stray"), b"stray")
    with pytest.raises(StrayBytes, match="no root"):
        verify_car(io.BytesIO(archive([root.cid], [*blocks, stray])))


def test_a_block_that_comes_twice_is_written_once_and_refused_when_read_twice() -> None:
    blocks, root = folder_of(b"abc")
    once = archive([root.cid], blocks)
    assert archive([root.cid], [*blocks, blocks[0]]) == once
    with pytest.raises(StrayBytes, match="twice"):
        verify_car(io.BytesIO(once + section(blocks[0])))


@pytest.mark.parametrize("padding", [b"\0", b"\0" * 100, b"\x80", b"\xff" * 20, encode_varint(2**62)])
def test_padding_and_absurd_lengths_are_refused_before_anything_is_read(padding: bytes) -> None:
    with pytest.raises(BadCar):
        verify_car(io.BytesIO(sample() + padding))


@pytest.mark.parametrize(
    "header",
    [
        "a167version01",
        "a2657 26f6f747380 6776657273696f6e02".replace(" ", ""),
        "a26776657273696f6e0165726f6f747380",
        "bf65726f6f7473806776657273696f6e01ff",
        "a265726f6f74739bffffffffffffffff6776657273696f6e01",
        "a265726f6f747381d82a40 6776657273696f6e01".replace(" ", ""),
    ],
)
def test_a_header_in_any_other_form_is_refused(header: str) -> None:
    raw = bytes.fromhex(header) if "version" not in header else header.encode()
    with pytest.raises(BadCar):
        verify_car(io.BytesIO(encode_varint(len(raw)) + raw))


def test_codecs_that_cannot_be_followed_are_refused() -> None:
    odd = Block(Cid.of(0x71, b"\xa0"), b"\xa0")
    with pytest.raises(BadBlock, match="0x71"):
        verify_car(io.BytesIO(archive([odd.cid], [odd])))


def test_an_address_that_holds_its_own_bytes_needs_no_block() -> None:
    inline = Cid(1, RAW, b"\x00\x03abc")
    data = encode_node([Link(inline, "note.txt", 3)], b"\x08\x01")
    root = Block(Cid.of(DAG_PB, data), data)
    assert verify_car(io.BytesIO(archive([root.cid], [root]))) == (root.cid,)


def test_more_roots_than_a_short_header_can_count_are_read_back() -> None:
    blocks = [Block(Cid.of(RAW, bytes([n, n >> 8])), bytes([n & 255, n >> 8])) for n in range(250)]
    blocks += [Block(Cid.of(RAW, b"x%d" % n), b"x%d" % n) for n in range(100)]
    roots = [block.cid for block in blocks]
    assert verify_car(io.BytesIO(archive(roots, blocks))) == tuple(roots)


def test_a_large_archive_is_written_and_verified_in_constant_memory(tmp_path: object) -> None:
    path = f"{tmp_path}/large.car"

    def blocks() -> Iterator[Block]:
        for number in range(48):
            data = number.to_bytes(4, "big") * (256 * 1024)
            yield Block(Cid.of(RAW, data), data)

    roots = [block.cid for block in blocks()]
    tracemalloc.start()
    with open(path, "wb") as out:
        write_car(out, roots, blocks())
    with open(path, "rb") as stream:
        assert verify_car(stream) == tuple(roots)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_an_archive_is_the_same_bytes_every_time() -> None:
    assert hashlib.sha256(sample()).digest() == hashlib.sha256(sample()).digest()
    assert sample().hex() == UNIXFS["cars"][0]["car"]
