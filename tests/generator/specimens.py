"""Odd pictures, byte by byte: what no encoder at hand writes."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from .drawings import drawing, encoded

SRGB_ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(values: np.ndarray, depth: int, color: int, *extra: bytes) -> bytes:
    """A PNG of samples [H,W,C] as they are, with chunks before the pixels."""
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], depth, color, 0, 0, 0)
    rows = b"".join(b"\x00" + row.astype(">u2" if depth == 16 else "u1").tobytes() for row in values)
    chunks = chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IEND", b"")


def giant_png(side: int = 20_000) -> bytes:
    """A true PNG of side x side black pixels in a few kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(side // 8 + 1)
    data = bytes(b"".join(packer.compress(row) for _ in range(side)) + packer.flush())
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def giant_gif(side: int = 20_000) -> bytes:
    """A GIF of a few bytes whose one frame is far larger than its own screen says."""
    small = encoded(drawing(width=48, height=48), "GIF")
    at = small.index(b"\x2c\x00\x00\x00\x00\x30\x00\x30\x00")
    return small[: at + 5] + struct.pack("<HH", side, side) + small[at + 9 :]


def giant_webp(side: int = 16_000) -> bytes:
    """A lossless WebP of one color: 256 megapixels in a few hundred bytes."""
    bits = (side - 1) | (side - 1) << 14
    body = b"\x2f" + bits.to_bytes(4, "little") + bytes(16)
    vp8l = b"VP8L" + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(vp8l)) + b"WEBP" + vp8l


def frames(kind: str) -> bytes:
    return encoded(drawing(1), kind, save_all=True, append_images=[drawing(2), drawing(3)])


def without_adobe(jpeg: bytes) -> bytes:
    """A JPEG without its APP14 segment."""
    at = jpeg.index(b"\xff\xee\x00\x0eAdobe")
    return jpeg[:at] + jpeg[at + 16 :]


def ycck(cmyk: Image.Image) -> bytes:
    """A CMYK picture as a YCCK JPEG, which Pillow reads and does not write (Adobe TN 5116)."""
    c, m, y, k = cmyk.split()
    mixed = Image.merge("RGB", (c, m, y)).convert("YCbCr")
    # Pillow turns CMYK values over when it writes them.
    planes = [Image.eval(plane, lambda value: 255 - value) for plane in mixed.split()]
    data = encoded(Image.merge("CMYK", (*planes, k)), "JPEG", quality=98, subsampling=0)
    at = data.index(b"\xff\xee\x00\x0eAdobe") + 15
    return data[:at] + b"\x02" + data[at + 1 :]


# --- color profiles (ICC.1:2022) ------------------------------------------------------------------


def swapped_icc() -> bytes:
    """An RGB profile whose red is sRGB's green and the other way round; white and black are theirs."""
    count = struct.unpack_from(">I", SRGB_ICC, 128)[0]
    entries = {SRGB_ICC[132 + 12 * n : 136 + 12 * n]: 136 + 12 * n for n in range(count)}
    swapped = bytearray(SRGB_ICC)
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    swapped[red : red + 8], swapped[green : green + 8] = SRGB_ICC[green : green + 8], SRGB_ICC[red : red + 8]
    return bytes(swapped)


def gray_icc(gamma: float) -> bytes:
    """A gray profile of one gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return profile(b"GRAY", b"XYZ ", {b"kTRC": curve, b"wtpt": D50})


def cmyk_icc(inks: dict[tuple[int, ...], tuple[float, float, float]]) -> bytes:
    """A printer's profile that knows full inks: L*a*b* by (c, m, y, k) of 0 or 1; where several meet, the darkest."""
    table = bytearray()
    for corner in np.ndindex(2, 2, 2, 2):
        parts = [inks[one] for one in inks if all(c >= o for c, o in zip(corner, one, strict=True))]
        lightness, a, b = min(parts)
        table += bytes((round(lightness * 2.55), round(a + 128), round(b + 128)))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    straight = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + straight * 4 + bytes(table) + straight * 3
    return profile(b"CMYK", b"Lab ", {b"A2B0": lut, b"wtpt": D50}, kind=b"prtr")


D50 = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)


def profile(space: bytes, connection: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr") -> bytes:
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += padded
    rest = struct.pack(">I", len(tags)) + table + body
    header = struct.pack(">I4sI4s4s4s", 128 + len(rest), b"lcms", 0x02400000, kind, space, connection)
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\x00") + rest


def heic() -> bytes:
    """The boxes that a HEIC file begins with, and no picture in them."""
    ftyp = b"ftypheic" + bytes(4) + b"mif1heic"
    handler = b"hdlr" + bytes(8) + b"pict" + bytes(13)
    item = b"infe" + b"\x02\x00\x00\x00\x00\x01\x00\x00hvc1\x00"
    meta = (
        b"meta" + bytes(4) + box(handler) + box(b"pitm" + bytes(4) + b"\x00\x01") + box(b"iinf" + bytes(6) + box(item))
    )
    return box(ftyp) + box(meta) + box(b"mdat" + bytes(range(256)) * 8)


def box(body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 4) + body


def svg() -> bytes:
    rows = "".join(f'<rect x="{n}" y="{n}" width="9" height="9" fill="#{n:06x}"/>' for n in range(60))
    return f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90">{rows}</svg>'.encode()


def saved(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()
