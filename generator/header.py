"""What a picture's header announces, read without a decoder: format, pixels, frames, and where the picture ends.

Plain arithmetic on bytes, so that the process that works on may ask it of anything. What it cannot make out it
leaves at 0: then the decoder, in its own process, has the say. After the specifications: PNG 3 (W3C 2025), JPEG
(ITU-T T.81), GIF89a (CompuServe 1990), WebP container (RFC 9649).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
FIRST_BYTES: Final = 4096  # that far the root element of XML, or the first tag of HTML, is looked for
MOST_BLOCKS: Final = 1_000_000  # of a GIF; a picture of 32 MB has 130,000

# A marker in entropy-coded JPEG data is any but a stuffed zero, a restart or a fill byte.
NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})

# Brands of ISO base media files (ISO/IEC 14496-12 and MIAF): what else begins with `ftyp` is a film.
BRANDS: Final = {b"avif": "avif", b"avis": "avif", b"mif1": "heic", b"msf1": "heic", b"hei": "heic", b"hev": "heic"}
STRANGERS: Final = (
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "pdf"),
    (b"8BPS", "psd"),
    (b"\x00\x00\x00\x0cjP  ", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"\x00\x00\x00\x0cJXL ", "jpegxl"),
    (b"\xff\x0a", "jpegxl"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"BM", "bmp"),
    (b"\x00\x00\x01\x00", "ico"),
)


@dataclass(frozen=True, slots=True)
class Header:
    """Pixels as announced (0 where unknown), frames, bytes behind the end, and what is wrong with its checksums."""

    width: int = 0
    height: int = 0
    frames: int = 1
    trailing: int = 0
    fault: str = ""


def sniff(data: bytes) -> str | None:
    """The format by the first bytes: PNG, JPEG, WEBP, GIF, or None."""
    if data.startswith(PNG_SIGNATURE):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return "GIF" if data.startswith((b"GIF87a", b"GIF89a")) else None


def stranger(data: bytes) -> str:
    """What bytes are that are no accepted picture, in one word: svg, tiff, heic, html, empty, unknown_format, ..."""
    if not data:
        return "empty"
    if data[4:8] == b"ftyp":
        return BRANDS.get(data[8:12], BRANDS.get(data[8:11], "video"))
    for signature, name in STRANGERS:
        if data.startswith(signature):
            return name
    return _markup(data[:FIRST_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower())


def _markup(first: bytes) -> str:
    if first.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "html"
    if first.startswith(b"<") and b"<svg" in first:
        return "svg"
    if first.startswith(b"<?xml"):
        return "xml"
    return "html" if first.startswith((b"<!doctype", b"<!--")) else "unknown_format"


def read_header(data: bytes, name: str) -> Header:
    """The header of a picture that `sniff` gave this name. Never raises."""
    return READERS[name](data)


def _png(data: bytes) -> Header:
    width = height = frames = 0
    at = len(PNG_SIGNATURE)
    whole = memoryview(data)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        critical = not kind[0] & 0x20
        if critical and zlib.crc32(whole[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            return Header(width, height, max(frames, 1), 0, f"the checksum of {_letters(kind)} is wrong")
        if kind == b"IHDR" and length == 13 and not width:
            width, height = struct.unpack_from(">II", data, at + 8)
        elif kind == b"acTL" and length == 8:
            frames = struct.unpack_from(">I", data, at + 8)[0]
        elif kind == b"IEND":
            return Header(width, height, max(frames, 1), len(data) - end)
        at = end
    return Header(width, height, max(frames, 1))


def _letters(kind: bytes) -> str:
    return kind.decode("ascii", "replace") if kind.isalpha() else kind.hex()


def _jpeg(data: bytes) -> Header:
    width = height = 0
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            return Header(width, height, trailing=len(data) - at - 2)
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker in START_OF_FRAME and at + 9 <= len(data):
            rows, columns = struct.unpack_from(">HH", data, at + 5)
            width, height = max(width, columns), max(height, rows)
        at += 2 + length
        if marker == 0xDA:
            following = NEXT_MARKER.search(data, at)
            if following is None:
                break
            at = following.start()
    return Header(width, height)


def _gif(data: bytes) -> Header:
    if len(data) < 13:
        return Header()
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _table(flags)
    frames, left = 0, MOST_BLOCKS
    while at < len(data) and left > 0:
        if data[at] == 0x2C and at + 10 <= len(data):
            x, y, w, h, flags = struct.unpack_from("<HHHHB", data, at + 1)
            width, height = max(width, x + w), max(height, y + h)
            frames += 1
            at, left = _skip(data, at + 11 + _table(flags), left)
        elif data[at] == 0x21:
            at, left = _skip(data, at + 2, left)
        else:
            trailing = len(data) - at - 1 if data[at] == 0x3B else 0
            return Header(width, height, max(frames, 1), trailing)
    return Header(width, height, max(frames, 1))


def _table(flags: int) -> int:
    """The bytes of a color table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip(data: bytes, at: int, left: int) -> tuple[int, int]:
    """Behind a chain of sub-blocks, and how many blocks may still be walked."""
    while at < len(data) and data[at] and left > 0:
        at += 1 + data[at]
        left -= 1
    return at + 1, left - 1


def _webp(data: bytes) -> Header:
    width = height = frames = 0
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    at = 12
    while at + 8 <= min(end, len(data)):
        kind, length = struct.unpack_from("<4sI", data, at)
        w, h = _webp_size(kind, data[at + 8 : at + 18])
        width, height = max(width, w), max(height, h)
        frames += kind == b"ANMF"
        at += 8 + length + length % 2
    return Header(width, height, max(frames, 1), max(0, len(data) - end - end % 2))


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int]:
    if len(body) < 10:
        return 0, 0
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        w, h = struct.unpack_from("<HH", body, 6)
        return w & 0x3FFF, h & 0x3FFF
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return 0, 0


READERS: Final[dict[str, Callable[[bytes], Header]]] = {"PNG": _png, "JPEG": _jpeg, "WEBP": _webp, "GIF": _gif}
