"""Reads Qt's binary resource files (.rcc): a header, a tree of names, and the files' bytes, all big-endian.

Layout as Qt's rcc tool documents and writes it: "qres", version, offsets of tree, data and names; a node of the tree is
the offset of its name, flags, and either the count and first number of its children or language and data offset.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

MAGIC = b"qres"
COMPRESSED, FOLDER, ZSTANDARD = 1, 2, 4
NODE_SIZES = {1: 14, 2: 22, 3: 22}
LARGEST = 50_000_000  # bytes of one file: guards against a forged length


def read_resources(path: Path) -> dict[str, bytes]:
    """Every file of a resource file by its path."""
    blob = path.read_bytes()
    if not blob.startswith(MAGIC):
        raise ValueError(f"{path.name} is no Qt resource file")
    version, *starts = struct.unpack_from(">4I", blob, 4)
    if version not in NODE_SIZES:
        raise ValueError(f"{path.name} is of version {version}, not of {min(NODE_SIZES)} to {max(NODE_SIZES)}")
    files: dict[str, bytes] = {}
    waiting, left = [(0, "")], len(blob) // NODE_SIZES[version]
    while waiting:
        number, folder = waiting.pop()
        place = starts[0] + NODE_SIZES[version] * number
        left -= 1
        name, flags = struct.unpack_from(">IH", blob, place)
        own = f"{folder}/{_name(blob, starts[2] + name)}" if number else folder
        if flags & FOLDER:
            count, first = struct.unpack_from(">II", blob, place + 6)
            if count > left - len(waiting):  # a folder in itself, or a forged count
                raise ValueError(f"{path.name} has a tree that does not fit into it")
            waiting.extend((first + child, own) for child in range(count))
        elif not flags & ZSTANDARD:
            (offset,) = struct.unpack_from(">I", blob, place + 10)
            files[own] = _bytes(blob, starts[1] + offset, flags)
    return files


def _name(blob: bytes, place: int) -> str:
    (length,) = struct.unpack_from(">H", blob, place)
    return blob[place + 6 : place + 6 + 2 * length].decode("utf-16-be")


def _bytes(blob: bytes, place: int, flags: int) -> bytes:
    (length,) = struct.unpack_from(">I", blob, place)
    stored = blob[place + 4 : place + 4 + length]
    # What is compressed begins with its length unpacked, four bytes.
    return zlib.decompressobj().decompress(stored[4:], LARGEST) if flags & COMPRESSED else stored
