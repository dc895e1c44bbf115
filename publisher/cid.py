"""Content addresses of files and folders, computed before anything is uploaded.

The profile is ``unixfs-v1-2025`` (IPIP-499, https://github.com/ipfs/specs/pull/499), which makes the same
address on every implementation: a file up to 1 MiB is one raw block, a larger one a balanced tree of them.
"""

import io
import os
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from publisher.errors import BadDirectory
from publisher.multiformats import DAG_PB, RAW, Cid
from publisher.unixfs import Link, directory_payload, encode_node, file_payload, leaf_payload

__all__ = [
    "UNIXFS_V0_2015",
    "UNIXFS_V1_2025",
    "Block",
    "Cid",
    "Node",
    "Profile",
    "cid_of_bytes",
    "cid_of_file",
    "cid_of_path",
    "collect",
    "directory",
    "file_blocks",
    "file_node",
]


@dataclass(frozen=True, slots=True)
class Profile:
    """The choices that decide a file's address.

    A folder whose block is over ``directory_bytes`` would be cut into shards elsewhere and is refused here.
    """

    name: str
    version: int
    raw_leaves: bool
    chunk_bytes: int
    max_links: int
    directory_bytes: int = 256 * 1024


UNIXFS_V1_2025: Final = Profile("unixfs-v1-2025", 1, True, 1024 * 1024, 1024)
UNIXFS_V0_2015: Final = Profile("unixfs-v0-2015", 0, False, 256 * 1024, 174)


@dataclass(frozen=True, slots=True)
class Block:
    """Some bytes and their address."""

    cid: Cid
    data: bytes


@dataclass(frozen=True, slots=True)
class Node:
    """A file or folder: its address, its content bytes and the bytes of all its blocks (Tsize)."""

    cid: Cid
    size: int
    dag_size: int


def file_blocks(stream: BinaryIO, profile: Profile = UNIXFS_V1_2025) -> Generator[Block, None, Node]:
    """Cut a stream into blocks, children before parents, and return its root.

    Memory is one chunk and one list of links a level, whatever the size of the stream.
    """
    levels: list[list[Node]] = [[]]
    for chunk in _chunks(stream, profile.chunk_bytes):
        block = _leaf(chunk, profile)
        yield block
        levels[0].append(Node(block.cid, len(chunk), len(block.data)))
        depth = 0
        while len(levels[depth]) > profile.max_links:
            yield _lift(levels, depth, profile)
            depth += 1
    depth = 0
    while depth + 1 < len(levels) or len(levels[depth]) > 1:
        while levels[depth]:
            yield _lift(levels, depth, profile)
        depth += 1
    return levels[depth][0]


def _chunks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    chunk = _read(stream, size)
    yield chunk
    while len(chunk) == size and (chunk := _read(stream, size)):
        yield chunk


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes, fewer only at the end: pipes and raw files may answer in pieces."""
    data = stream.read(size)
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def _leaf(chunk: bytes, profile: Profile) -> Block:
    if profile.raw_leaves:
        return Block(Cid.of(RAW, chunk), chunk)
    data = encode_node((), leaf_payload(chunk))
    return Block(Cid.of(DAG_PB, data, profile.version), data)


def _lift(levels: list[list[Node]], depth: int, profile: Profile) -> Block:
    """Put the first nodes of a level under one parent on the next level."""
    children = levels[depth][: profile.max_links]
    del levels[depth][: profile.max_links]
    if depth + 1 == len(levels):
        levels.append([])
    sizes = [child.size for child in children]
    links = [Link(child.cid, "", child.dag_size) for child in children]
    data = encode_node(links, file_payload(sizes))
    block = Block(Cid.of(DAG_PB, data, profile.version), data)
    dag_size = len(data) + sum(child.dag_size for child in children)
    levels[depth + 1].append(Node(block.cid, sum(sizes), dag_size))
    return block


def directory(entries: Mapping[str, Node], profile: Profile = UNIXFS_V1_2025) -> tuple[Block, Node]:
    """Put nodes into a folder, sorted by the bytes of their names; raises BadDirectory for a bad name."""
    for name in entries:
        _check_name(name)
    ordered = sorted(entries.items(), key=lambda entry: entry[0].encode())
    data = encode_node((Link(node.cid, name, node.dag_size) for name, node in ordered), directory_payload())
    if len(data) > profile.directory_bytes:
        raise BadDirectory(
            f"folder of {len(entries)} entries needs {len(data)} bytes, the limit of one block is "
            f"{profile.directory_bytes}: use subfolders",
            bytes=len(data),
            limit=profile.directory_bytes,
        )
    block = Block(Cid.of(DAG_PB, data, profile.version), data)
    nodes = entries.values()
    dag_size = len(data) + sum(node.dag_size for node in nodes)
    return block, Node(block.cid, sum(node.size for node in nodes), dag_size)


def _check_name(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise BadDirectory(f"name {name!r} is not valid Unicode", name=ascii(name)) from error
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise BadDirectory(f"name {name!r} is empty, a dot, or holds a slash or NUL: rename the file", name=name)


def collect(blocks: Generator[Block, None, Node]) -> tuple[list[Block], Node]:
    """Run ``file_blocks`` to its end and keep every block: for small files."""
    kept: list[Block] = []
    while True:
        try:
            kept.append(next(blocks))
        except StopIteration as end:
            return kept, end.value


def file_node(stream: BinaryIO, profile: Profile = UNIXFS_V1_2025) -> Node:
    """Name a stream without keeping its blocks."""
    blocks = file_blocks(stream, profile)
    while True:
        try:
            next(blocks)
        except StopIteration as end:
            node: Node = end.value
            return node


def cid_of_file(path: str | os.PathLike[str], profile: Profile = UNIXFS_V1_2025) -> Cid:
    """Name the file at ``path``, reading it once in constant memory."""
    with open(path, "rb", buffering=0) as stream:
        return file_node(stream, profile).cid


def cid_of_bytes(data: bytes, profile: Profile = UNIXFS_V1_2025) -> Cid:
    """Name some bytes as a file.

    >>> str(cid_of_bytes(b""))
    'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
    """
    return file_node(io.BytesIO(data), profile).cid


def cid_of_path(path: Path, profile: Profile = UNIXFS_V1_2025) -> Cid:
    """Return the CID of a file, or of a folder with all that lies below it, hidden files too.

    Raises BadDirectory below a folder for links and for what is neither file nor folder, OSError for what cannot
    be read.
    """
    return _node_of_path(path, profile).cid


def _node_of_path(path: Path, profile: Profile) -> Node:
    if path.is_dir():
        return directory({child.name: _node_within(child, profile) for child in path.iterdir()}, profile)[1]
    with path.open("rb") as stream:
        return file_node(stream, profile)


def _node_within(path: Path, profile: Profile) -> Node:
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        raise BadDirectory(f"{path} is a link or no plain file: put a copy in its place", name=str(path))
    return _node_of_path(path, profile)
