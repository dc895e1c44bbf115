"""The two messages that UnixFS is made of, as exact bytes.

A dag-pb node (https://ipld.io/specs/codecs/dag-pb/spec/) is links and a payload; the payload says file or
folder (https://specs.ipfs.tech/unixfs/). Both are protobuf; only the few fields in use are written, in
canonical order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from publisher.errors import BadBlock, BadCid, BadVarint
from publisher.multiformats import Cid, decode_varint, encode_varint

_DIRECTORY: Final = 1
_FILE: Final = 2
_VARINT_WIRE: Final = 0
_BYTES_WIRE: Final = 2


@dataclass(frozen=True, slots=True)
class Link:
    """A child of a node: its address, its name (none in files) and the bytes of all its blocks (Tsize)."""

    cid: Cid
    name: str
    dag_size: int


def _number(field: int, value: int) -> bytes:
    return encode_varint(field << 3 | _VARINT_WIRE) + encode_varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return encode_varint(field << 3 | _BYTES_WIRE) + encode_varint(len(value)) + value


def encode_node(links: Iterable[Link], payload: bytes) -> bytes:
    """Write a dag-pb block: links first, then the payload."""
    return b"".join(_bytes(2, _encode_link(link)) for link in links) + _bytes(1, payload)


def _encode_link(link: Link) -> bytes:
    return _bytes(1, bytes(link.cid)) + _bytes(2, link.name.encode()) + _number(3, link.dag_size)


def file_payload(sizes: Sequence[int]) -> bytes:
    """Say "file", with the content bytes below each link in order."""
    return _number(1, _FILE) + _number(3, sum(sizes)) + b"".join(_number(4, size) for size in sizes)


def leaf_payload(data: bytes) -> bytes:
    """Say "file", with the content itself (profiles without raw leaves)."""
    return _number(1, _FILE) + (_bytes(2, data) if data else b"") + _number(3, len(data))


def directory_payload() -> bytes:
    """Say "folder"."""
    return _number(1, _DIRECTORY)


def linked_cids(block: bytes) -> tuple[Cid, ...]:
    """Read the children of a dag-pb block; raises BadBlock when it is not one."""
    try:
        return tuple(_link_cid(value) for field, value in _fields(block) if field == 2)
    except (BadVarint, BadCid) as error:
        raise BadBlock(f"block of {len(block)} bytes is not dag-pb: {error}", length=len(block)) from error


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(message):
        tag, at = decode_varint(message, at)
        value, end = decode_varint(message, at)
        if tag & 7 == _BYTES_WIRE:
            at, end = end, end + value
        elif tag & 7 != _VARINT_WIRE:
            raise BadBlock(f"wire type {tag & 7} at byte {at} is not used by dag-pb", wire=tag & 7)
        if end > len(message):
            raise BadBlock(f"field at byte {at} runs {end - len(message)} bytes over the block", offset=at)
        yield tag >> 3, message[at:end]
        at = end


def _link_cid(link: bytes) -> Cid:
    hashes = [value for field, value in _fields(link) if field == 1]
    if len(hashes) != 1:
        raise BadBlock(f"a link has {len(hashes)} addresses, expected 1", count=len(hashes))
    return Cid.decode(hashes[0])
