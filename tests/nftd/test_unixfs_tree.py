"""Files out of blocks: folders, shards, odd nodes, and trees made to keep a reader busy."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nftd.unixfs_tree import ForgedBlock, TreeError, read_blocks, read_file
from publisher.cid import Block
from publisher.multiformats import DAG_PB, IDENTITY, RAW, Cid, encode_varint
from publisher.unixfs import encode_node
from tests.nftd.ipfs import car, leaf, node, section, single, tree


def held(*blocks: Block) -> dict[bytes, bytes]:
    return {block.cid.multihash: block.data for block in blocks}


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 3000, 3001, 50_000])
def test_a_file_comes_back_whatever_its_layout(size: int) -> None:
    data = random.Random(size).randbytes(size)
    blocks, root = single(data)
    assert read_file(read_blocks(car(root, blocks)), root, (), size) == data


def test_only_the_blocks_on_the_way_are_needed() -> None:
    blocks, root = tree({"a": b"x" * 2500, "b": b"y" * 2500})
    needed = [block for block in blocks if b"y" not in block.data or block.cid == root]
    assert read_file(held(*needed), root, ("a",), 2500) == b"x" * 2500
    with pytest.raises(TreeError, match="missing"):
        read_file(held(*needed), root, ("b",), 2500)


def test_a_name_is_found_in_shards_and_its_place_is_no_part_of_it() -> None:
    """The layout of https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory: two hexadecimal digits, then the name."""
    art, other = leaf(b"art"), leaf(b"other")
    deep = node(5, [("0Aname.png", art.cid), ("FFother", other.cid)], fanout=256)
    absent = node(5, [("00elsewhere", other.cid)], fanout=256)
    root = node(5, [("03", absent.cid), ("7C", deep.cid), ("9Eother", other.cid)], fanout=256)
    blocks = held(root, deep, art, other)
    assert read_file(blocks, root.cid, ("name.png",), 99) == b"art"
    assert read_file(blocks, root.cid, ("other",), 99) == b"other"
    for name in ("0Aname.png", "7C", "elsewhere", ""):
        with pytest.raises(TreeError):
            read_file(blocks, root.cid, (name,), 99)


def test_folders_nest_and_small_files_may_stand_in_their_address() -> None:
    inline = Cid(1, RAW, bytes([IDENTITY, 5]) + b"hello")
    inner = node(1, [("deep.txt", inline)])
    root = node(1, [("a", inner.cid)])
    assert read_file(held(root, inner), root.cid, ("a", "deep.txt"), 99) == b"hello"


def test_bytes_of_a_node_stand_before_those_of_its_children() -> None:
    child = leaf(b"-child")
    root = node(2, [("", child.cid), ("", child.cid)], b"own")
    assert read_file(held(root, child), root.cid, (), 99) == b"own-child-child"


@pytest.mark.parametrize("kind", [1, 3, 4, 5, 9])
def test_what_is_no_file_is_told(kind: int) -> None:
    root = node(kind, data=b"target")
    with pytest.raises(TreeError, match="no file"):
        read_file(held(root), root.cid, (), 99)


def test_a_file_is_no_folder_and_no_other_codec_is_read() -> None:
    art = leaf(b"art")
    for cid in (art.cid, node(2, data=b"x").cid, Cid.of(0x71, b"\xa0")):
        with pytest.raises(TreeError):
            read_file(held(art, node(2, data=b"x"), Block(Cid.of(0x71, b"\xa0"), b"\xa0")), cid, ("a",), 99)


def test_a_block_that_is_not_its_address_is_forged() -> None:
    blocks, root = single(b"x" * 2500)
    with pytest.raises(ForgedBlock):
        read_blocks(car(root, blocks) + section(leaf(b"a").cid, b"b"))


def test_every_changed_byte_is_noticed_or_harmless() -> None:
    """Harmless are the header, which is not asked for, and the codec of a block, which its links tell again."""
    data = random.Random(5).randbytes(2500)
    blocks, root = single(data)
    good = car(root, blocks)
    noticed = 0
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1 + at % 255
        try:
            assert read_file(read_blocks(bytes(bad)), root, (), 9999) == data
        except TreeError:
            noticed += 1
    assert noticed >= len(good) - good.index(bytes(blocks[0].cid)) - len(blocks)


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_give_another_error(data: bytes, is_archive: bool) -> None:
    cid = Cid.of(DAG_PB, data)
    try:
        found = b"".join(read_blocks(data)) if is_archive else read_file({cid.multihash: data}, cid, (), 99)
    except TreeError:
        return
    assert len(found) <= len(data)


# --- trees made to keep a reader busy -----------------------------------------------------------------


def refused_soon(blocks: dict[bytes, bytes], root: Cid, path: tuple[str, ...] = ()) -> None:
    start = time.process_time()
    with pytest.raises(TreeError):
        read_file(blocks, root, path, 10_000_000)
    assert time.process_time() - start < 10


def test_a_small_tree_that_unfolds_without_end_is_refused() -> None:
    blocks = [node(2)]
    for _ in range(60):
        blocks.append(node(2, [("", blocks[-1].cid)] * 2))
    refused_soon(held(*blocks), blocks[-1].cid)
    blocks[0] = node(2, data=b"x" * 1000)
    grown = [blocks[0]]
    for _ in range(60):
        grown.append(node(2, [("", grown[-1].cid)] * 2))
    refused_soon(held(*grown), grown[-1].cid)


def test_shards_that_unfold_without_end_are_refused() -> None:
    blocks = [node(5, fanout=256)]
    for _ in range(60):
        blocks.append(node(5, [("AA", blocks[-1].cid), ("BB", blocks[-1].cid)], fanout=256))
    refused_soon(held(*blocks), blocks[-1].cid, ("name",))


def test_a_node_of_countless_empty_fields_is_refused() -> None:
    data = encode_node([], b"\x08\x02" + b"\x18\x00" * 1_000_000)
    bad = Block(Cid.of(DAG_PB, data), data)
    root = node(2, [("", bad.cid)] * 50)
    refused_soon(held(bad, root), root.cid)


def test_a_huge_fanout_is_no_effort() -> None:
    root = node(5, [("AAname", leaf(b"").cid)], fanout=2**62)
    refused_soon(held(root), root.cid, ("name",))


def test_a_section_longer_than_its_archive_is_refused_unread() -> None:
    with pytest.raises(TreeError):
        read_blocks(encode_varint(2**40) + b"x")
