"""Damage to pictures, the same for the same seed: bytes, lengths, chunks, ends, and files mixed with each other."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from PIL import Image

from .drawings import drawing, encoded
from .specimens import (
    chunk,
    frames,
    giant_gif,
    giant_png,
    giant_webp,
    heic,
    png,
    svg,
    swapped_icc,
    without_adobe,
    ycck,
)

Dice = random.Random
Mutation = Callable[[bytearray, Dice], None]

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
HEAD = 64  # half of all damage is done so near to the beginning


@cache
def specimens() -> tuple[tuple[str, bytes], ...]:
    """Whole pictures of every kind, with the name of their kind."""
    picture = drawing(5, 168, 150)
    exif = Image.Exif()
    exif[0x0112] = 6
    clear = picture.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(picture.size))
    deep = np.asarray(picture).astype(np.uint16) * 257
    cmyk = picture.convert("CMYK")
    return (
        ("jpeg", encoded(picture, "JPEG", exif=exif, icc_profile=swapped_icc(), comment=b"drawn")),
        ("jpeg", encoded(picture, "JPEG", progressive=True, subsampling=0)),
        ("jpeg", encoded(picture.convert("L"), "JPEG", restart_marker_rows=1)),
        ("jpeg", encoded(cmyk, "JPEG")),
        ("jpeg", without_adobe(encoded(cmyk, "JPEG"))),
        ("jpeg", ycck(cmyk)),
        ("png", encoded(picture, "PNG", exif=exif, icc_profile=swapped_icc())),
        ("png", encoded(clear, "PNG")),
        ("png", encoded(picture.convert("P"), "PNG", transparency=3)),
        ("png", encoded(picture.convert("1"), "PNG")),
        ("png", png(deep, 16, 2, chunk(b"tRNS", struct.pack(">3H", *deep[0, 0])), chunk(b"gAMA", bytes(4)))),
        ("png", giant_png()),
        ("png", frames("PNG")),
        ("webp", encoded(picture, "WEBP", exif=exif, icc_profile=swapped_icc())),
        ("webp", encoded(clear, "WEBP", lossless=True)),
        ("webp", encoded(clear, "WEBP", quality=50)),
        ("webp", giant_webp()),
        ("webp", frames("WEBP")),
        ("gif", encoded(picture, "GIF")),
        ("gif", encoded(picture.convert("P"), "GIF", transparency=3, interlace=1, comment=b"drawn")),
        ("gif", giant_gif()),
        ("gif", frames("GIF")),
        ("svg", svg()),
        ("tiff", encoded(picture, "TIFF", compression="tiff_lzw")),
        ("heic", heic()),
        ("avif", encoded(picture, "AVIF")),
    )


def damaged(seed: int) -> Iterator[tuple[str, bytes]]:
    """Pictures without end, each with the name of what it was; nearly all of them are damaged."""
    dice = Dice(seed)
    whole = specimens()
    kinds = sorted({kind for kind, _ in whole})
    while True:
        kind = dice.choice(kinds)  # not of specimens: each kind as often as the others
        data = bytearray(dice.choice([one for name, one in whole if name == kind]))
        for _ in range(min(1 + int(dice.expovariate(0.7)), 8)):
            dice.choice(MUTATIONS)(data, dice)
        if data.startswith(PNG_SIGNATURE) and dice.random() < 0.7:
            data = _with_true_checksums(data)  # else nothing behind the first one would ever be read
        yield kind, bytes(data)


def _place(data: bytearray, dice: Dice) -> int:
    top = len(data) if dice.random() < 0.5 else min(len(data), HEAD)
    return dice.randrange(top) if top else 0


def _length(dice: Dice) -> int:
    return min(int(dice.expovariate(1 / 40)) + 1, 5000)


def flip(data: bytearray, dice: Dice) -> None:
    if data:
        data[_place(data, dice)] ^= 1 << dice.randrange(8)


def overwrite(data: bytearray, dice: Dice) -> None:
    at = _place(data, dice)
    data[at : at + 4] = dice.randbytes(len(data[at : at + 4]))


def extreme_number(data: bytearray, dice: Dice) -> None:
    at, size = _place(data, dice), dice.choice((1, 2, 4))
    number = dice.choice(EXTREMES) & (256**size - 1)
    data[at : at + size] = number.to_bytes(size, dice.choice(("big", "little")))[: len(data[at : at + size])]


def insert(data: bytearray, dice: Dice) -> None:
    at = _place(data, dice)
    data[at:at] = dice.randbytes(_length(dice))


def remove(data: bytearray, dice: Dice) -> None:
    at = _place(data, dice)
    del data[at : at + _length(dice)]


def repeat(data: bytearray, dice: Dice) -> None:
    at = _place(data, dice)
    data[at:at] = bytes(data[at : at + _length(dice)]) * dice.randint(1, 20)


def move(data: bytearray, dice: Dice) -> None:
    at = _place(data, dice)
    part = bytes(data[at : at + _length(dice)])
    del data[at : at + len(part)]
    to = _place(data, dice)
    data[to:to] = part


def truncate(data: bytearray, dice: Dice) -> None:
    del data[_place(data, dice) :]


def zero(data: bytearray, dice: Dice) -> None:
    at = _place(data, dice)
    data[at : at + 64] = bytes(len(data[at : at + 64]))


def splice(data: bytearray, dice: Dice) -> None:
    """Put a part of another picture in, or all of it behind."""
    _, other = dice.choice(specimens())
    if dice.random() < 0.5:
        data += other
    else:
        at, start = _place(data, dice), dice.randrange(len(other))
        data[at:at] = other[start : start + _length(dice) * 5]


def announce(data: bytearray, dice: Dice) -> None:
    """Another size in the header of a PNG, JPEG or GIF, often just within the limit."""
    width, height = dice.choice(
        ((6000, 6600), (1, 1), (0, 9), (65_000, 600), (40_000_000, 1), (16_383, 2440), (169, 150))
    )
    if data.startswith(PNG_SIGNATURE) and len(data) > 24:
        data[16:24] = struct.pack(">II", width, height)
    elif data.startswith(b"GIF") and len(data) > 10:
        data[6:10] = struct.pack("<HH", width & 0xFFFF, height & 0xFFFF)
    elif data.startswith(b"\xff\xd8"):
        at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
        if 0 < at < len(data) - 9:
            data[at + 5 : at + 9] = struct.pack(">HH", height & 0xFFFF, width & 0xFFFF)


MUTATIONS: tuple[Mutation, ...] = (
    flip,
    overwrite,
    extreme_number,
    insert,
    remove,
    repeat,
    move,
    truncate,
    zero,
    splice,
    announce,
)


def _with_true_checksums(data: bytearray) -> bytearray:
    made, at = bytearray(PNG_SIGNATURE), len(PNG_SIGNATURE)
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        end = at + 8 + length
        if end + 4 > len(data):
            break
        made += data[at:end] + struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return made + data[at:]
