from __future__ import annotations

import random
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from generator.decode import decode, sniff
from generator.limits import IntakeLimits

from .drawings import drawing, encoded

LIMITS = IntakeLimits()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def giant_png(side: int = 20_000) -> bytes:
    """A true PNG of side x side black pixels in a few kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(side // 8 + 1)
    data = bytes(b"".join(packer.compress(row) for _ in range(side)) + packer.flush())
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def frames(kind: str) -> bytes:
    return encoded(drawing(1), kind, save_all=True, append_images=[drawing(2), drawing(3)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_format_is_known_by_its_content(kind: str) -> None:
    data = encoded(drawing(), kind)
    found = decode(data, LIMITS)
    assert sniff(data) == kind
    assert found.verdict.ok
    assert (found.format, found.width, found.height) == (kind, 320, 280)
    assert found.pixels is not None
    difference = np.abs(found.pixels.astype(int) - np.asarray(drawing()).astype(int)).mean()
    assert difference < (8 if kind == "GIF" else 4)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><title>404</title>", "html"),
        (b"\xef\xbb\xbf \n<HTML><body>", "html"),
        (b'<?xml version="1.0"?><svg/>', "vector_or_xml"),
        (b"BM" + bytes(60), "unknown_format"),
        (b"%PDF-1.7", "unknown_format"),
        (b"\x89PNG\r\n\x1a\n", "unreadable_header"),
        (b"\xff\xd8\xff", "unreadable_header"),
        (b"GIF89a", "unreadable_header"),
        (b"RIFF\x00\x00\x00\x00WEBP", "unreadable_header"),
        (giant_png(), "too_many_pixels"),
        (frames("GIF"), "animated"),
        (frames("WEBP"), "animated"),
        (frames("PNG"), "animated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_a_work_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    found = decode(data, LIMITS)
    assert (found.verdict.gate, found.verdict.ok, found.verdict.reason) == ("decode", False, reason)
    assert found.pixels is None


def test_a_giant_png_is_refused_by_its_header_alone() -> None:
    data = giant_png()
    before = time.perf_counter()
    found = decode(data, LIMITS)
    assert time.perf_counter() - before < 0.5
    assert (found.verdict.value, found.verdict.limit) == (400_000_000.0, 40_000_000.0)
    assert (found.width, found.height) == (20_000, 20_000)


def test_too_many_bytes_are_refused_unread() -> None:
    found = decode(encoded(drawing()), IntakeLimits(max_bytes=100))
    assert (found.verdict.reason, found.verdict.limit) == ("too_many_bytes", 100.0)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_picture_is_refused(kind: str, share: float) -> None:
    data = encoded(drawing(), kind)
    verdict = decode(data[: int(len(data) * share)], LIMITS).verdict
    assert not verdict.ok
    assert verdict.reason in {"truncated", "damaged", "unreadable_header"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_damaged_pictures_never_raise(kind: str) -> None:
    dice = random.Random(kind)
    data = encoded(drawing(width=96, height=80), kind)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            damaged[min(int(dice.expovariate(1 / 60)), len(data) - 1)] = dice.randrange(256)
        found = decode(bytes(damaged), LIMITS)
        assert found.verdict.ok == (found.pixels is not None)


def test_a_compressed_text_bomb_in_a_png_is_harmless() -> None:
    plain = encoded(drawing())
    bomb = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(80_000_000), 9))
    found = decode(plain[:33] + bomb + plain[33:], LIMITS)
    assert found.verdict.ok or found.verdict.reason == "unreadable_header"


def test_orientation_is_applied() -> None:
    picture = drawing(width=200, height=140)
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise to show
    found = decode(encoded(picture, "PNG", exif=exif), LIMITS)
    assert (found.width, found.height) == (140, 200)
    assert found.pixels is not None
    assert np.array_equal(found.pixels, np.asarray(picture.rotate(-90, expand=True)))


def test_transparency_becomes_white() -> None:
    picture = Image.new("RGBA", (200, 200), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (50, 50, 150, 150))
    for image in (picture, picture.convert("P"), picture.convert("LA")):
        pixels = decode(encoded(image), LIMITS).pixels
        assert pixels is not None
        assert pixels[0, 0].tolist() == [255, 255, 255]
        assert pixels[100, 100].max() < 256
        assert pixels[100, 100].tolist() != [255, 255, 255]


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGB", "YCbCr"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"
    found = decode(encoded(drawing().convert(mode), kind), LIMITS)
    assert found.pixels is not None
    assert found.pixels.shape == (280, 320, 3)
    assert found.pixels.dtype == np.uint8


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (200, 1))
    found = decode(encoded(Image.fromarray(ramp)), LIMITS)
    assert found.pixels is not None
    assert found.pixels[0, :, 0].tolist() == pytest.approx(np.arange(256).tolist(), abs=1)
