"""CARv1 archives: blocks and their roots in one file, written deterministically and read with suspicion.

Format: https://ipld.io/specs/transport/car/carv1/. The reader is stricter than the format: an archive must
hold the whole tree below its roots, each block once, and nothing else, so that a cut at any byte is noticed.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final

from publisher.cid import Block
from publisher.errors import (
    BadBlock,
    BadCar,
    BadCid,
    BadVarint,
    MissingRoot,
    StrayBytes,
    TruncatedCar,
    WrongBlock,
)
from publisher.multiformats import DAG_PB, IDENTITY, RAW, Cid, decode_varint, encode_varint
from publisher.unixfs import linked_cids

_HEADER_LIMIT: Final = 64 * 1024
_BLOCK_LIMIT: Final = 4 * 1024 * 1024
_ROOTS_KEY: Final = b"\x65roots"
_VERSION_PAIR: Final = b"\x67version\x01"
_CID_TAG: Final = b"\xd8\x2a"
_TWO_PAIRS: Final = b"\xa2"


def write_car(out: BinaryIO, roots: Sequence[Cid], blocks: Iterable[Block]) -> None:
    """Write an archive; a repeated block is kept once, where it first came.

    Same roots and blocks give the same bytes. Memory is one block and the set of addresses.
    Raises MissingRoot when a root was not among the blocks: what was written is then worthless.
    """
    header = _encode_header(roots)
    out.write(encode_varint(len(header)) + header)
    written: set[Cid] = set()
    for block in blocks:
        if block.cid not in written:
            written.add(block.cid)
            _write_section(out, block)
    _require_roots(roots, written)


def _write_section(out: BinaryIO, block: Block) -> None:
    name = bytes(block.cid)
    out.write(encode_varint(len(name) + len(block.data)) + name)
    out.write(block.data)


def _encode_header(roots: Sequence[Cid]) -> bytes:
    # dag-cbor of {"roots": [..], "version": 1}: shorter keys first; a link is tag 42 of zero and the CID.
    links = (b"\0" + bytes(root) for root in roots)
    array = _cbor_head(4, len(roots)) + b"".join(_CID_TAG + _cbor_head(2, len(link)) + link for link in links)
    return _TWO_PAIRS + _ROOTS_KEY + array + _VERSION_PAIR


def _cbor_head(major: int, value: int) -> bytes:
    """Write a CBOR type and its length in the shortest form (RFC 8949, section 4.2.1)."""
    if value < 24:
        return bytes([major << 5 | value])
    size = 1 if value < 1 << 8 else 2 if value < 1 << 16 else 4
    return bytes([major << 5 | 24 + size.bit_length() - 1]) + value.to_bytes(size, "big")


def read_car(stream: BinaryIO) -> tuple[tuple[Cid, ...], Iterator[Block]]:
    """Read the roots at once and the blocks as they are asked for.

    Each block is hashed before it is handed on; that the tree is whole is known when the iterator ends
    without an error. Raises BadCar (TruncatedCar, WrongBlock, MissingRoot, StrayBytes), or BadBlock for a
    codec or hash function that is not known.
    """
    header = _read_section(stream, _HEADER_LIMIT)
    if header is None:
        raise TruncatedCar("archive is empty")
    roots = _decode_header(header)
    if not roots:
        raise MissingRoot("archive names no root")
    return roots, _read_blocks(stream, roots)


def verify_car(stream: BinaryIO) -> tuple[Cid, ...]:
    """Check a whole archive in constant memory and return its roots."""
    roots, blocks = read_car(stream)
    for _ in blocks:
        pass
    return roots


def _read_blocks(stream: BinaryIO, roots: tuple[Cid, ...]) -> Iterator[Block]:
    seen: set[Cid] = set()
    linked: set[Cid] = set(roots)
    while (section := _read_section(stream, _BLOCK_LIMIT)) is not None:
        block = _decode_section(section)
        if block.cid in seen:
            raise StrayBytes(f"block {block.cid} comes twice", cid=str(block.cid))
        seen.add(block.cid)
        linked.update(_children(block))
        yield block
    _require_roots(roots, seen)
    # An identity address holds its bytes itself and needs no block.
    if missing := {cid for cid in linked - seen if cid.hash_code != IDENTITY}:
        raise TruncatedCar(f"{len(missing)} linked blocks are not in the archive", missing=_some(missing))
    if stray := seen - linked:
        raise StrayBytes(f"{len(stray)} blocks belong to no root", stray=_some(stray))


def _require_roots(roots: Sequence[Cid], held: set[Cid]) -> None:
    if not roots or not held.issuperset(roots):
        missing = sorted(str(root) for root in roots if root not in held)
        raise MissingRoot(f"no block for root {', '.join(missing) or '(none named)'}", missing=missing)


def _some(cids: set[Cid]) -> list[str]:
    return sorted(map(str, cids))[:10]


def _children(block: Block) -> tuple[Cid, ...]:
    if block.cid.codec == RAW:
        return ()
    if block.cid.codec == DAG_PB:
        return linked_cids(block.data)
    raise BadBlock(f"codec {block.cid.codec:#x} of {block.cid} is not raw or dag-pb", codec=block.cid.codec)


def _decode_section(section: bytes) -> Block:
    try:
        cid, start = Cid.decode_at(section)
    except (BadCid, BadVarint) as error:
        raise StrayBytes(f"{len(section)} bytes do not start with an address: {error}") from error
    data = section[start:]
    if not cid.matches(data):
        raise WrongBlock(f"{len(data)} bytes do not hash to {cid}", cid=str(cid), length=len(data))
    return Block(cid, data)


def _read_section(stream: BinaryIO, limit: int) -> bytes | None:
    size = _read_length(stream)
    if size is None:
        return None
    if not 0 < size <= limit:
        raise StrayBytes(f"section of {size} bytes, expected 1..{limit}", length=size, limit=limit)
    data = stream.read(size)
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    if len(data) < size:
        raise TruncatedCar(f"section ends after {len(data)} of {size} bytes", length=len(data), expected=size)
    return data


def _read_length(stream: BinaryIO) -> int | None:
    raw = stream.read(1)
    if not raw:
        return None
    while raw[-1] & 0x80:
        more = stream.read(1)
        if not more:
            raise TruncatedCar("archive ends inside a length")
        raw += more
        if len(raw) > 9:
            raise StrayBytes("a length is over 9 bytes")
    try:
        return decode_varint(raw)[0]
    except BadVarint as error:
        raise StrayBytes(f"a length cannot be read: {error}") from error


def _decode_header(header: bytes) -> tuple[Cid, ...]:
    """Read the roots by finding them, then demand that writing them again gives the same bytes."""
    try:
        roots = _scan_roots(header)
    except (BadCid, BadVarint, IndexError) as error:
        raise BadCar(f"header of {len(header)} bytes cannot be read: {error}") from error
    if _encode_header(roots) != header:
        raise BadCar("header is not {roots, version: 1} in canonical dag-cbor", length=len(header))
    return roots


def _scan_roots(header: bytes) -> tuple[Cid, ...]:
    body = header[len(_TWO_PAIRS + _ROOTS_KEY) :]
    count, at = _cbor_length(body, 0)
    roots = []
    for _ in range(min(count, len(body))):
        size, at = _cbor_length(body, at + len(_CID_TAG))
        roots.append(Cid.decode(body[at + 1 : at + size]))
        at += size
    return tuple(roots)


def _cbor_length(data: bytes, at: int) -> tuple[int, int]:
    short = data[at] & 0x1F
    if short < 24:
        return short, at + 1
    size = 1 << (short - 24 & 3)
    return int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size
