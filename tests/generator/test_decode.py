from __future__ import annotations

import gzip
import random
import struct
import time
import zipfile
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from generator.decode import decode, sniff
from generator.limits import IntakeLimits

from .drawings import drawing, encoded
from .specimens import (
    SRGB_ICC,
    chunk,
    cmyk_icc,
    frames,
    giant_gif,
    giant_png,
    giant_webp,
    gray_icc,
    heic,
    png,
    saved,
    svg,
    swapped_icc,
    without_adobe,
    ycck,
)

LIMITS = IntakeLimits()
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    found = decode(data, LIMITS)
    assert found.pixels is not None, found.verdict
    return found.pixels


def apart(one: np.ndarray, other: Image.Image) -> float:
    """The mean difference of two pictures in gray levels."""
    return float(np.abs(one.astype(int) - np.asarray(other.convert("RGB")).astype(int)).mean())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_format_is_known_by_its_content(kind: str) -> None:
    data = encoded(drawing(), kind)
    found = decode(data, LIMITS)
    assert sniff(data) == kind
    assert found.verdict.ok
    assert (found.format, found.width, found.height) == (kind, 320, 280)
    assert apart(pixels(data), drawing()) < (8 if kind == "GIF" else 4)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><title>404</title>", "html"),
        (b"\xef\xbb\xbf \n<HTML><body>", "html"),
        (b"<!doctype html><svg></svg>", "html"),
        (b"<!-- drawn --><svg></svg>", "svg"),
        (svg(), "svg"),
        (b"<svg onload='alert(1)'/>", "svg"),
        (b'<?xml version="1.0"?><rss/>', "xml"),
        (gzip.compress(svg()), "gzip"),
        (gzip.compress(bytes(50_000_000)), "gzip"),
        (encoded(drawing(), "TIFF"), "tiff"),
        (encoded(drawing(), "AVIF"), "avif"),
        (heic(), "heic"),
        (encoded(drawing(), "BMP"), "bmp"),
        (encoded(drawing(), "JPEG2000"), "jpeg2000"),
        (b"%PDF-1.7", "pdf"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(60), "video"),
        (b"PK\x03\x04" + encoded(drawing(), "PNG"), "zip"),
        (b"just words", "unknown_format"),
        (b"\x89PNG\r\n\x1a\n", "unreadable_header"),
        (b"\xff\xd8\xff", "unreadable_header"),
        (b"GIF89a", "unreadable_header"),
        (b"RIFF\x00\x00\x00\x00WEBP", "unreadable_header"),
        (giant_png(), "too_many_pixels"),
        (giant_gif(), "too_many_pixels"),
        (giant_webp(), "too_many_pixels"),
        (frames("GIF"), "animated"),
        (frames("WEBP"), "animated"),
        (frames("PNG"), "animated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_a_work_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    begun = time.perf_counter()
    found = decode(data, LIMITS)
    assert (found.verdict.gate, found.verdict.ok, found.verdict.reason) == ("decode", False, reason)
    assert found.pixels is None
    assert time.perf_counter() - begun < 0.5


def test_a_refused_format_shows_its_first_bytes_and_what_is_accepted() -> None:
    verdict = decode(encoded(drawing(), "TIFF"), LIMITS).verdict
    assert (verdict.value, verdict.limit) == ("49492a0008000000", "GIF, JPEG, PNG, WEBP")


def test_a_giant_png_is_refused_by_its_header_alone() -> None:
    found = decode(giant_png(), LIMITS)
    assert (found.verdict.value, found.verdict.limit) == (400_000_000.0, 40_000_000.0)
    assert (found.width, found.height) == (20_000, 20_000)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_frames_are_counted(kind: str) -> None:
    verdict = decode(frames(kind), LIMITS).verdict
    assert (verdict.value, verdict.limit) == (3.0, 1.0)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_of_one_frame_is_a_picture(kind: str) -> None:
    assert decode(encoded(drawing(), kind, save_all=True), LIMITS).verdict.ok


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


def test_a_png_whose_pixels_were_changed_on_the_way_is_refused() -> None:
    data = bytearray(encoded(drawing(), compress_level=0))
    data[-3000] ^= 1
    verdict = decode(bytes(data), LIMITS).verdict
    assert (verdict.reason, verdict.value) == ("damaged", "the checksum of IDAT is wrong")


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


# --- files that are something else as well -----------------------------------------------------------------


def archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("META-INF/MANIFEST.MF", "Main-Class: Evil")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("behind", [archive(), b"<html><script>alert(1)</script>", encoded(drawing(9), "JPEG")])
def test_what_lies_behind_a_picture_is_not_read_and_told(kind: str, behind: bytes) -> None:
    data = encoded(drawing(), kind)
    plain, found = decode(data, LIMITS), decode(data + behind, LIMITS)
    assert plain.verdict.value == 89600.0
    assert found.verdict.ok
    assert found.verdict.value == f"89600 pixels; {len(behind)} bytes behind its end were not read"
    assert np.array_equal(pixels(data), pixels(data + behind))


def test_a_picture_behind_something_else_is_refused() -> None:
    picture = encoded(drawing(), "JPEG")
    assert decode(b"<html>" + picture, LIMITS).verdict.reason == "html"
    assert decode(archive() + picture, LIMITS).verdict.reason == "zip"


# --- colors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int) -> None:
    picture = drawing(width=200, height=140)
    turned = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_270],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_90],
    }
    upright = picture
    for turn in turned.get(orientation, []):
        upright = upright.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = decode(encoded(picture, "PNG", exif=exif), LIMITS)
    assert (found.width, found.height) == upright.size
    assert np.array_equal(pixels(encoded(picture, "PNG", exif=exif)), np.asarray(upright))


def test_broken_exif_is_ignored_and_told() -> None:
    found = decode(encoded(drawing(), "PNG", exif=b"Exif\x00\x00MM\x00*\xff\xff"), LIMITS)
    assert found.verdict.ok
    odd = decode(encoded(drawing(), "PNG", exif=b"Exif\x00\x00neither order"), LIMITS)
    assert odd.verdict.ok
    assert odd.verdict.value == "89600 pixels; its EXIF data is broken and was ignored"


def test_transparency_becomes_white() -> None:
    picture = Image.new("RGBA", (200, 200), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (50, 50, 150, 150))
    for image in (picture, picture.convert("P"), picture.convert("LA")):
        found = pixels(encoded(image))
        assert found[0, 0].tolist() == [255, 255, 255]
        assert found[100, 100].max() < 256
        assert found[100, 100].tolist() != [255, 255, 255]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_half_transparency_is_mixed_with_white(kind: str) -> None:
    picture = Image.new("RGBA", (64, 64), (200, 0, 0, 128))
    options = {"lossless": True} if kind == "WEBP" else {}
    assert pixels(encoded(picture, kind, **options))[9, 9].tolist() == pytest.approx([227, 127, 127], abs=1)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_may_have_a_transparent_color(kind: str) -> None:
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([*BLUE, *RED])
    picture.paste(1, (0, 0, 20, 40))
    found = pixels(encoded(picture, kind, transparency=0))
    assert (found[5, 5].tolist(), found[5, 30].tolist()) == ([255, 0, 0], [255, 255, 255])


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGB", "YCbCr"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"
    found = pixels(encoded(drawing().convert(mode), kind))
    assert found.shape == (280, 320, 3)
    assert found.dtype == np.uint8


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (200, 1))
    assert pixels(saved(ramp))[0, :, 0].tolist() == pytest.approx(np.arange(256).tolist(), abs=1)


@pytest.mark.parametrize(("channels", "color"), [(1, 0), (3, 2), (2, 4), (4, 6)])
def test_sixteen_bit_pngs_of_every_kind_are_read(channels: int, color: int) -> None:
    values = np.full((6, 5, channels), 30_000)
    if channels in (2, 4):
        values[..., -1] = 65_535
        values[0, 0, -1] = 0
    found = pixels(png(values, 16, color))
    assert np.unique(found[1:]).tolist() == [117]
    assert found[0, 0].tolist() == ([255] * 3 if channels in (2, 4) else [117] * 3)


def test_one_color_of_a_sixteen_bit_png_may_be_transparent() -> None:
    gray, rgb = np.full((4, 4, 1), 30_000), np.full((4, 4, 3), 30_000)
    gray[1, 1], rgb[1, 1] = 7, (65_535, 258, 516)
    clear_gray = png(gray, 16, 0, chunk(b"tRNS", struct.pack(">H", 7)))
    clear_rgb = png(rgb, 16, 2, chunk(b"tRNS", struct.pack(">3H", 65_535, 258, 516)))
    for data in (clear_gray, clear_rgb):
        assert (pixels(data)[1, 1].tolist(), pixels(data)[0, 0].tolist()) == ([255] * 3, [117] * 3)


def test_cmyk_is_read_as_browsers_do_with_and_without_adobes_mark() -> None:
    picture = drawing().convert("CMYK")
    marked = encoded(picture, "JPEG", quality=95)
    assert apart(pixels(marked), picture) < 3
    assert np.array_equal(pixels(without_adobe(marked)), pixels(marked))


def test_ycck_is_read() -> None:
    picture = drawing().convert("CMYK")
    assert apart(pixels(ycck(picture)), picture) < 4


def test_a_printers_profile_says_what_its_inks_look_like() -> None:
    # Cyan ink that prints green, as no formula without the profile would have it.
    icc = cmyk_icc({(0, 0, 0, 0): (100, 0, 0), (1, 0, 0, 0): (60, -70, 60), (0, 0, 0, 1): (0, 0, 0)})
    cyan = Image.new("CMYK", (40, 40), (255, 0, 0, 0))
    assert pixels(encoded(cyan, "JPEG"))[5, 5].tolist() == pytest.approx([0, 255, 255], abs=3)
    red, green, blue = pixels(encoded(cyan, "JPEG", icc_profile=icc))[5, 5].tolist()
    assert green > 100 > max(red, blue)


def test_a_color_profile_is_applied() -> None:
    picture = Image.new("RGB", (40, 40), RED)
    for kind in ("PNG", "JPEG", "WEBP"):
        found = pixels(encoded(picture, kind, icc_profile=swapped_icc()))
        assert found[5, 5].tolist() == pytest.approx(GREEN, abs=4)


def test_a_profile_reaches_palettes_and_what_is_behind_transparency() -> None:
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([*BLUE, *RED])
    assert pixels(encoded(palette, icc_profile=swapped_icc()))[5, 5].tolist() == pytest.approx(GREEN, abs=4)
    half = Image.new("RGBA", (40, 40), (*RED, 128))
    assert pixels(encoded(half, icc_profile=swapped_icc()))[5, 5].tolist() == pytest.approx([127, 255, 127], abs=4)


def test_a_gray_profile_is_applied_and_gray_may_have_an_rgb_one() -> None:
    gray = Image.new("L", (40, 40), 128)
    assert pixels(encoded(gray, icc_profile=gray_icc(1.0)))[5, 5].tolist() == pytest.approx([188] * 3, abs=2)
    assert pixels(encoded(gray, icc_profile=SRGB_ICC))[5, 5].tolist() == [128] * 3


def test_srgbs_own_profile_changes_no_bit() -> None:
    assert np.array_equal(pixels(encoded(drawing(), icc_profile=SRGB_ICC)), np.asarray(drawing()))


@pytest.mark.parametrize(
    ("icc", "why"),
    [
        (b"no profile", "cannot open profile"),
        (SRGB_ICC[:200], "cannot open profile"),
        (swapped_icc()[:140] + bytes(400), "profile"),
        (gray_icc(1.0), "it is for L colors, the picture's are RGB"),
        (cmyk_icc({(0, 0, 0, 0): (100, 0, 0)}), "it is for CMYK colors"),
        (gray_icc(1.0).replace(b"GRAY", b"Lab "), "no colors"),
    ],
)
def test_a_broken_or_strange_profile_is_ignored_and_told(icc: bytes, why: str) -> None:
    found = decode(encoded(drawing(), icc_profile=icc), LIMITS)
    assert found.verdict.ok
    assert str(found.verdict.value).startswith("89600 pixels; its color profile was ignored (")
    assert why in str(found.verdict.value)
    assert np.array_equal(pixels(encoded(drawing(), icc_profile=icc)), np.asarray(drawing()))


def test_a_profile_that_makes_white_dark_is_ignored() -> None:
    icc = cmyk_icc({(0, 0, 0, 0): (10, 0, 0)})
    found = decode(encoded(drawing().convert("CMYK"), "JPEG", icc_profile=icc), LIMITS)
    assert "makes white dark or black light" in str(found.verdict.value)


def test_a_large_picture_is_converted_in_bands_without_a_seam() -> None:
    picture = drawing(4, 1500, 1100).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    whole = Image.alpha_composite(Image.new("RGBA", picture.size, (*WHITE, 255)), picture)
    assert np.abs(pixels(encoded(picture)).astype(int) - np.asarray(whole.convert("RGB"))).max() <= 1
