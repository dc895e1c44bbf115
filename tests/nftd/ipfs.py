"""Trees of blocks as an author and a gateway make them, with any chunker; and a gateway on loopback."""

import io
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from publisher.car import write_car
from publisher.cid import UNIXFS_V1_2025, Block, Node, Profile, collect, directory, file_blocks
from publisher.multiformats import DAG_PB, RAW, Cid, encode_varint
from publisher.unixfs import Link, encode_node
from tests.nftd.http_server import Handler, Route, Site

ODD = Profile("odd", 1, True, 1000, 3)  # nobody's default: only blocks can prove such a file


def tree(files: Mapping[str, bytes], profile: Profile = ODD) -> tuple[list[Block], Cid]:
    """The blocks of a folder of files, its root last."""
    blocks: list[Block] = []
    nodes: dict[str, Node] = {}
    for name, data in files.items():
        made, nodes[name] = collect(file_blocks(io.BytesIO(data), profile))
        blocks += made
    root, node = directory(nodes, UNIXFS_V1_2025)
    return [*blocks, root], node.cid


def single(data: bytes, profile: Profile = ODD) -> tuple[list[Block], Cid]:
    blocks, node = collect(file_blocks(io.BytesIO(data), profile))
    return blocks, node.cid


def node(kind: int, links: Sequence[tuple[str, Cid]] = (), data: bytes = b"", fanout: int | None = None) -> Block:
    """One UnixFS node of any type (https://specs.ipfs.tech/unixfs/), 1 a folder, 2 a file, 4 a link, 5 a shard."""
    payload = bytes([0x08, kind]) + (b"\x12" + encode_varint(len(data)) + data if data else b"")
    payload += b"" if fanout is None else b"\x30" + encode_varint(fanout)
    body = encode_node([Link(cid, name, 0) for name, cid in links], payload)
    return Block(Cid.of(DAG_PB, body), body)


def leaf(data: bytes) -> Block:
    return Block(Cid.of(RAW, data), data)


def car(root: Cid, blocks: Sequence[Block]) -> bytes:
    out = io.BytesIO()
    write_car(out, [root], blocks)
    return out.getvalue()


def section(cid: Cid, data: bytes) -> bytes:
    """A section of an archive, also of bytes that are not those of the address."""
    return encode_varint(len(bytes(cid)) + len(data)) + bytes(cid) + data


class Gateway(Site):
    """A path gateway: `files` are served by path, `cars` by path where the request asks for one."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.cars: dict[str, bytes] = {}
        self.asked: list[str] = []

    def serve(self, path: str, file: bytes | None = None, archive: bytes | None = None) -> None:
        if file is not None:
            self.files[path] = file
        if archive is not None:
            self.cars[path] = archive
        self.route("/ipfs/" + path, self._route(path))

    def _route(self, path: str) -> Route:
        def route(handler: Handler) -> None:
            wants_car = "format=car" in handler.path
            self.asked.append("car" if wants_car else "file")
            found = (self.cars if wants_car else self.files).get(unquote(path))
            kind = "application/vnd.ipld.car; version=1; order=dfs; dups=n" if wants_car else "image/png"
            if found is None:
                handler.send(406 if wants_car else 504, b"no", {"Content-Type": "text/plain"})
            else:
                handler.send(200, found, {"Content-Type": kind})

        return route
