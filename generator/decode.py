"""Foreign bytes to pixels: the header is read and judged before a pixel is decoded; damage is a verdict."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
from PIL import GifImagePlugin, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL import Image as Pillow

from generator.limits import IntakeLimits
from generator.nouns import Verdict

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

# Everything that Pillow's readers were seen to raise on damaged files; a new kind would end the work,
# visibly.
DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    EOFError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Pillow.DecompressionBombError,
)

# The plugins' own classes, for Pillow's `open` would judge the pixel count by a limit of the whole process.
READERS: Final[dict[str, Callable[..., ImageFile.ImageFile]]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}
WHITE: Final = (255, 255, 255, 255)
FIRST_BYTES: Final = 512


@dataclass(frozen=True, slots=True)
class Decoded:
    """The decode gate's verdict with the header's facts, and pixels [H,W,3] RGB if it is ok."""

    verdict: Verdict
    format: str | None = None
    width: int = 0
    height: int = 0
    pixels: Pixels | None = None


def sniff(data: bytes) -> str | None:
    """The format by the first bytes: PNG, JPEG, WEBP, GIF, or None."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return "GIF" if data.startswith((b"GIF87a", b"GIF89a")) else None


def decode(data: bytes, limits: IntakeLimits) -> Decoded:
    """Decode to upright RGB on white. Never raises for what the bytes hold: read the verdict."""
    if len(data) > limits.max_bytes:
        return _refused("too_many_bytes", float(len(data)), float(limits.max_bytes))
    name = sniff(data)
    if name is None:
        return _refused(_stranger(data), _opening(data), ", ".join(sorted(READERS)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in foreign bytes, the verdict speaks
        return _read(data, name, limits)


def _read(data: bytes, name: str, limits: IntakeLimits) -> Decoded:
    try:
        with READERS[name](BytesIO(data)) as picture:
            return _judge(picture, name, limits)
    except DAMAGE as error:
        return _refused(_reason(error, "unreadable_header"), _words(error), None, name)


def _judge(picture: ImageFile.ImageFile, name: str, limits: IntakeLimits) -> Decoded:
    width, height = picture.size
    if width * height > limits.max_pixels:
        return _refused("too_many_pixels", float(width * height), float(limits.max_pixels), name, picture.size)
    if getattr(picture, "is_animated", False):
        return _refused("animated", float(getattr(picture, "n_frames", 2)), 1.0, name, picture.size)
    try:
        pixels = _to_rgb(picture)
    except DAMAGE as error:
        return _refused(_reason(error, "damaged"), _words(error), None, name, picture.size)
    verdict = Verdict("decode", ok=True, reason="decoded", value=float(width * height), limit=float(limits.max_pixels))
    return Decoded(verdict, name, pixels.shape[1], pixels.shape[0], pixels)


def _to_rgb(picture: ImageFile.ImageFile) -> Pixels:
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith(("I", "F")):
        upright = _to_eight_bits(upright)
    if upright.has_transparency_data:
        ground = Pillow.new("RGBA", upright.size, WHITE)
        upright = Pillow.alpha_composite(ground, upright.convert("RGBA"))
    return np.asarray(upright.convert("RGB"))


def _to_eight_bits(picture: Pillow.Image) -> Pillow.Image:
    # Pillow would cut 16-bit values off at 255; only 16-bit gray PNGs come in these modes.
    values = np.asarray(picture).astype(np.float64)
    return Pillow.fromarray(np.clip(values / 257, 0, 255).round().astype(np.uint8))


def _stranger(data: bytes) -> str:
    if not data:
        return "empty"
    first = data[:FIRST_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if first.startswith((b"<svg", b"<?xml")):
        return "vector_or_xml"
    return "html" if first.startswith((b"<!doctype", b"<html", b"<head", b"<!--")) else "unknown_format"


def _reason(error: Exception, otherwise: str) -> str:
    if isinstance(error, Pillow.DecompressionBombError):
        return "too_many_pixels"
    return "truncated" if "truncat" in str(error).lower() else otherwise


def _opening(data: bytes) -> str:
    return data[:8].hex()


def _words(error: Exception) -> str:
    words = f"{type(error).__name__}: {error}"[:200]
    return "".join(letter for letter in words if letter.isprintable())


def _refused(
    reason: str,
    value: float | str | None,
    limit: float | str | None,
    name: str | None = None,
    size: tuple[int, int] = (0, 0),
) -> Decoded:
    return Decoded(Verdict("decode", ok=False, reason=reason, value=value, limit=limit), name, *size)
