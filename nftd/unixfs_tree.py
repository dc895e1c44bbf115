"""A file out of the blocks of its tree, each block checked against its address.

What is read here needs no trust in whoever sent it, whatever chunker or layout its author used. Formats: CARv1
(https://ipld.io/specs/transport/car/carv1/), dag-pb (https://ipld.io/specs/codecs/dag-pb/spec/), UnixFS
(https://specs.ipfs.tech/unixfs/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nftd.errors import NftdError
from publisher.errors import BadBlock, BadCid, BadVarint
from publisher.multiformats import DAG_PB, IDENTITY, RAW, Cid, decode_varint

_RAW_NODE, _FOLDER, _FILE, _SHARD = 0, 1, 2, 5  # UnixFS DataType
_MOST_NODES: Final = 65_536  # a few small nodes that link to each other many times over make an endless file
_MOST_FIELDS: Final = 2_000_000  # about two seconds

Blocks = Mapping[bytes, bytes]  # multihash -> the bytes that hash to it


class TreeError(NftdError):
    """The blocks hold no such file: not an archive, a block is missing, no UnixFS, no such name, or too large."""

    code = "bad_tree"


class ForgedBlock(TreeError):
    """A block is not what its address says: its sender is wrong or lies."""

    code = "forged_block"


@dataclass(frozen=True, slots=True)
class _Node:
    """A UnixFS node; links are (name, address) in order."""

    kind: int
    data: bytes
    fanout: int
    links: tuple[tuple[bytes, Cid], ...]


def read_blocks(archive: bytes) -> dict[bytes, bytes]:
    """The blocks of a CAR by their multihash; its roots are not asked for, what comes twice is taken once.

    Raises ForgedBlock for one that does not hash to its address, TreeError for bytes that are no archive.
    """
    blocks: dict[bytes, bytes] = {}
    try:
        sections = iter(_sections(archive))
        next(sections)  # the header: version and roots
        for section in sections:
            cid, start = Cid.decode_at(section)
            if not cid.matches(section[start:]):
                raise ForgedBlock(f"{len(section) - start} bytes do not hash to {cid}")
            blocks[cid.multihash] = section[start:]
    except (BadCid, BadVarint, BadBlock, StopIteration) as error:
        raise TreeError(f"{len(archive)} bytes are no readable CAR: {error}") from error
    return blocks


def _sections(archive: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(archive):
        size, at = decode_varint(archive, at)
        if not 0 < size <= len(archive) - at:
            raise TreeError(f"a section of {size} bytes in a CAR that has {len(archive) - at} left")
        yield archive[at : at + size]
        at += size


def read_file(blocks: Blocks, root: Cid, path: Sequence[str], max_bytes: int) -> bytes:
    """The bytes of the file at `path` below `root`; raises TreeError."""
    tree = _Tree(blocks)
    cid = root
    for name in path:
        cid = tree.child(cid, name.encode())
    return tree.file(cid, max_bytes)


class _Tree:
    """Blocks as files and folders, within an effort that no honest tree needs."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._fields_left = _MOST_FIELDS

    def file(self, root: Cid, max_bytes: int) -> bytes:
        body, waiting, left = bytearray(), [root], _MOST_NODES
        while waiting:
            one, left = waiting.pop(), left - 1
            if one.codec == RAW:
                body += self._block(one)
            else:
                node = self._node(one)
                if node.kind not in (_RAW_NODE, _FILE):
                    raise TreeError(f"{one} is no file (UnixFS type {node.kind})")
                body += node.data
                waiting += [link for _, link in reversed(node.links)]
            if len(body) > max_bytes or left < len(waiting):
                raise TreeError(f"the file {root} has more than {max_bytes} bytes or {_MOST_NODES} nodes")
        return bytes(body)

    def child(self, folder: Cid, name: bytes) -> Cid:
        """The entry of a folder, which may be cut into shards (a HAMT: names start with their place in hexadecimal).

        Of the shards only those on the way to the entry need to be among the blocks.
        """
        waiting = [folder]
        while waiting:
            node = self._node(waiting.pop())
            if node.kind not in (_FOLDER, _SHARD):
                raise TreeError(f"{folder} is no folder (UnixFS type {node.kind})")
            place = len(f"{node.fanout - 1:x}") if node.kind == _SHARD else 0
            for link_name, cid in node.links:
                if link_name[place:] == name:
                    return cid
                if place and len(link_name) == place and cid.multihash in self._blocks:
                    waiting.append(cid)
        raise TreeError(f"folder {folder} has no entry {name.decode()!r} in the blocks that came")

    def _block(self, cid: Cid) -> bytes:
        data = cid.digest if cid.hash_code == IDENTITY else self._blocks.get(cid.multihash)
        if data is None:
            raise TreeError(f"block {cid} is missing")
        return data

    def _node(self, cid: Cid) -> _Node:
        if cid.codec != DAG_PB:
            raise TreeError(f"{cid} has codec {cid.codec:#x}, which holds no files")
        try:
            fields = self._fields(self._block(cid))
            links = tuple(self._link(value) for number, value in fields if number == 2 and isinstance(value, bytes))
            payload = next((value for number, value in fields if number == 1 and isinstance(value, bytes)), b"")
            values = dict(self._fields(payload))  # of a field that comes twice the last counts, as protobuf has it
        except (BadVarint, BadCid) as error:
            raise TreeError(f"block {cid} is no dag-pb node: {error}") from error
        kind, data, fanout = values.get(1), values.get(2, b""), values.get(6, 256)
        if not isinstance(kind, int) or not isinstance(data, bytes) or not isinstance(fanout, int):
            raise TreeError(f"block {cid} is no UnixFS node")
        return _Node(kind, data, max(2, fanout), links)

    def _link(self, message: bytes) -> tuple[bytes, Cid]:
        values = dict(self._fields(message))
        address, name = values.get(1), values.get(2, b"")
        if not isinstance(address, bytes) or not isinstance(name, bytes):
            raise TreeError("a link without an address")
        return name, Cid.decode(address)

    def _fields(self, message: bytes) -> list[tuple[int, int | bytes]]:
        """The fields of a protobuf message: numbers and bytes, which are all that these formats use."""
        fields: list[tuple[int, int | bytes]] = []
        at = 0
        while at < len(message):
            tag, at = decode_varint(message, at)
            value, at = decode_varint(message, at)
            is_bytes = tag & 7 == 2
            if tag & 7 not in (0, 2) or (is_bytes and value > len(message) - at) or self._fields_left == 0:
                raise TreeError(f"a field of wire type {tag & 7} does not fit, or there are over {_MOST_FIELDS}")
            fields.append((tag >> 3, message[at : at + value] if is_bytes else value))
            at += value if is_bytes else 0
            self._fields_left -= 1
        return fields
