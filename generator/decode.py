"""Foreign bytes to pixels: the header is read and judged before a pixel is decoded; damage is a verdict.

What runs here runs in a process of its own (`generator.decoder` starts it, `generator.child` is its inside).
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import GifImagePlugin, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL import Image as Pillow

from generator.colors import upright_rgb
from generator.decoded import Decoded, Pixels, check_header, decoded, printable, refused
from generator.header import Header, read_header, sniff
from generator.limits import IntakeLimits

__all__ = ["Decoded", "Pixels", "decode", "sniff"]

# Everything that Pillow's readers were seen to raise on damaged files; a new kind would end the process,
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


def decode(data: bytes, limits: IntakeLimits) -> Decoded:
    """Decode to upright sRGB on white. Never raises for what the bytes hold: read the verdict."""
    name = sniff(data)
    found = check_header(data, limits)
    if found or name is None:
        return found or refused("unknown_format")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in foreign bytes, the verdict speaks
        try:
            return _read(data, name, limits)
        except MemoryError:
            return refused("too_much_memory", None, float(limits.memory), name)


def _read(data: bytes, name: str, limits: IntakeLimits) -> Decoded:
    try:
        with READERS[name](BytesIO(data)) as picture:
            return _judge(picture, name, limits, read_header(data, name))
    except DAMAGE as error:
        return refused(_reason(error, "unreadable_header"), _words(error), None, name)


def _judge(picture: ImageFile.ImageFile, name: str, limits: IntakeLimits, header: Header) -> Decoded:
    width, height = size = picture.size
    if width * height > limits.max_pixels:
        return refused("too_many_pixels", float(width * height), float(limits.max_pixels), name, size)
    if getattr(picture, "is_animated", False):
        return refused("animated", float(getattr(picture, "n_frames", 2)), 1.0, name, size)
    try:
        pixels, notes = upright_rgb(picture)
    except DAMAGE as error:
        return refused(_reason(error, "damaged"), _words(error), None, name, size)
    if header.trailing:
        notes.append(f"{header.trailing} bytes behind its end were not read")
    return decoded(pixels, name, limits, notes)


def _reason(error: Exception, otherwise: str) -> str:
    if isinstance(error, Pillow.DecompressionBombError):
        return "too_many_pixels"
    return "truncated" if "truncat" in str(error).lower() else otherwise


def _words(error: Exception) -> str:
    return printable(f"{type(error).__name__}: {error}")
