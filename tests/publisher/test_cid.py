"""Addresses of files and folders, against the JavaScript reference implementation."""

import hashlib
import io
import os
import tracemalloc
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.cid import (
    UNIXFS_V0_2015,
    UNIXFS_V1_2025,
    Block,
    Node,
    Profile,
    cid_of_bytes,
    cid_of_file,
    cid_of_path,
    collect,
    directory,
    file_blocks,
    file_node,
)
from publisher.errors import BadBlock, BadDirectory
from publisher.multiformats import RAW, Cid
from publisher.unixfs import linked_cids
from tests.publisher.known import UNIXFS, is_file, pattern

TINY = Profile("tiny", 1, True, 4, 3)
MEBIBYTE = bytes(1024 * 1024)
PROFILES = {profile.name: profile for profile in (UNIXFS_V0_2015, UNIXFS_V1_2025)}


class Zeros(io.BytesIO):
    """A stream of zero bytes that needs no room."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size

    def read(self, size: int | None = -1) -> bytes:
        page = MEBIBYTE[: min(self.left, size or 0)]
        self.left -= len(page)
        return page


class Trickle(io.BytesIO):
    """A stream that answers three bytes at a time, as a pipe may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(3, size) if size and size > 0 else size)


def name_tree(tree: Mapping[str, Any], profile: Profile) -> Node:
    entries = {}
    for name, node in tree.items():
        if is_file(node):
            entries[name] = file_node(io.BytesIO(pattern(node["size"], node["seed"])), profile)
        else:
            entries[name] = name_tree(node, profile)
    return directory(entries, profile)[1]


@pytest.mark.parametrize("vector", UNIXFS["files"], ids=lambda vector: f"{vector['size']} bytes")
def test_files_have_the_addresses_that_other_implementations_give(vector: dict[str, Any], tmp_path: Path) -> None:
    data = pattern(vector["size"], vector["seed"])
    path = tmp_path / "file"
    path.write_bytes(data)
    assert str(cid_of_file(path)) == str(cid_of_bytes(data)) == vector["v1"]
    assert str(cid_of_file(path, UNIXFS_V0_2015)) == vector["v0"]
    assert {str(Cid.parse(text)) for text in vector["bases"]} == {vector["v1"]}
    assert [cid_of_bytes(data).encode_as(prefix) for prefix in "zkf"] == vector["bases"]
    node = file_node(io.BytesIO(data))
    assert (node.size, node.dag_size) == (len(data), vector["dag_size"])


@pytest.mark.parametrize("vector", UNIXFS["tiny"], ids=lambda vector: f"{vector['size']} bytes")
def test_trees_of_many_levels_are_balanced_as_elsewhere(vector: dict[str, Any]) -> None:
    node = file_node(io.BytesIO(pattern(vector["size"], 9)), TINY)
    assert (str(node.cid), node.size, node.dag_size) == (vector["v1"], vector["size"], vector["dag_size"])


@pytest.mark.parametrize("vector", UNIXFS["zeros"], ids=lambda vector: f"{vector['size']} bytes")
def test_files_of_many_chunks_grow_a_second_level(vector: dict[str, Any]) -> None:
    node = file_node(Zeros(vector["size"]), PROFILES[vector["profile"]])
    assert (str(node.cid), node.size) == (vector["cid"], vector["size"])


@pytest.mark.parametrize("vector", UNIXFS["folders"], ids=lambda vector: str(vector["name"]))
def test_folders_have_the_addresses_that_other_implementations_give(vector: dict[str, Any]) -> None:
    node = name_tree(vector["tree"], UNIXFS_V1_2025)
    assert (str(node.cid), node.dag_size) == (vector["v1"], vector["dag_size"])
    assert str(name_tree(vector["tree"], UNIXFS_V0_2015).cid) == vector["v0"]


def test_addresses_that_everybody_knows() -> None:
    assert str(cid_of_bytes(b"hello world\n")) == "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"
    assert str(cid_of_bytes(b"hello world\n", UNIXFS_V0_2015)) == "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
    empty = directory({})[1].cid
    assert str(empty) == "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
    assert str(directory({}, UNIXFS_V0_2015)[1].cid) == "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"


@given(st.binary(max_size=1000))
def test_a_small_file_is_named_by_its_sha256(data: bytes) -> None:
    name = cid_of_bytes(data)
    assert (name.codec, name.digest) == (RAW, hashlib.sha256(data).digest())


@given(st.binary(max_size=200))
def test_blocks_link_back_to_the_whole_file(data: bytes) -> None:
    blocks, root = collect(file_blocks(io.BytesIO(data), TINY))
    held = {block.cid: block.data for block in blocks}
    assert read_back(root.cid, held) == data
    assert blocks[-1].cid == root.cid
    assert all(block.cid.matches(block.data) for block in blocks)
    assert root.dag_size == tree_bytes(root.cid, held)


def read_back(name: Cid, held: Mapping[Cid, bytes]) -> bytes:
    if name.codec == RAW:
        return held[name]
    return b"".join(read_back(child, held) for child in linked_cids(held[name]))


def tree_bytes(name: Cid, held: Mapping[Cid, bytes]) -> int:
    children = () if name.codec == RAW else linked_cids(held[name])
    return len(held[name]) + sum(tree_bytes(child, held) for child in children)


@given(st.binary(max_size=60))
def test_a_stream_that_answers_in_pieces_is_read_whole(data: bytes) -> None:
    assert file_node(Trickle(data), TINY) == file_node(io.BytesIO(data), TINY)


def test_a_large_file_is_named_in_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    path.touch()
    os.truncate(path, 96 * 1024 * 1024)
    tracemalloc.start()
    cid_of_file(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * 1024 * 1024


def test_a_folder_does_not_depend_on_the_order_it_was_filled_in() -> None:
    file = file_node(io.BytesIO(b"x"))
    assert directory({"a": file, "b": file}) == directory({"b": file, "a": file})


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "\ud800"])
def test_a_name_that_no_folder_can_hold_is_refused(name: str) -> None:
    with pytest.raises(BadDirectory):
        directory({name: file_node(io.BytesIO(b""))})


def test_a_folder_too_large_for_one_block_is_refused_with_the_limit() -> None:
    file = file_node(io.BytesIO(b""))
    with pytest.raises(BadDirectory, match="262144") as caught:
        directory({f"{number:0200}": file for number in range(2000)})
    assert caught.value.evidence["limit"] == 262144


@given(st.binary(max_size=60))
def test_any_bytes_are_dag_pb_or_a_typed_refusal(data: bytes) -> None:
    with suppress(BadBlock):
        assert all(isinstance(name, Cid) for name in linked_cids(data))


def test_a_block_is_its_address_and_its_bytes() -> None:
    block, node = directory({})
    assert block == Block(node.cid, bytes.fromhex("0a020801"))


def test_a_folder_on_disk_has_the_address_of_its_tree(tmp_path: Path) -> None:
    (tmp_path / "art" / "deep").mkdir(parents=True)
    (tmp_path / "art" / "image.png").write_bytes(b"picture")
    (tmp_path / "art" / "deep" / "metadata.json").write_bytes(b"{}")
    deep = directory({"metadata.json": file_node(io.BytesIO(b"{}"))})[1]
    expected = directory({"image.png": file_node(io.BytesIO(b"picture")), "deep": deep})[1]
    assert cid_of_path(tmp_path / "art") == expected.cid
    assert cid_of_path(tmp_path / "art" / "image.png") == cid_of_bytes(b"picture")


def test_a_link_below_a_folder_is_refused_rather_than_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(BadDirectory, match="link"):
        cid_of_path(tmp_path)
