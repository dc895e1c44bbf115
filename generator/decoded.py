"""What decoding says of a picture, and what its header alone already decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from generator.header import read_header, sniff, stranger
from generator.limits import IntakeLimits
from generator.nouns import Verdict

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

ACCEPTED: Final = "GIF, JPEG, PNG, WEBP"
MOST_LETTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Decoded:
    """The decode gate's verdict with the header's facts, and pixels [H,W,3] RGB if it is ok."""

    verdict: Verdict
    format: str | None = None
    width: int = 0
    height: int = 0
    pixels: Pixels | None = None


def check_header(data: bytes, limits: IntakeLimits) -> Decoded | None:
    """What can be refused by bytes, format, announced pixels, frames and checksums; None where nothing can."""
    if len(data) > limits.max_bytes:
        return refused("too_many_bytes", float(len(data)), float(limits.max_bytes))
    name = sniff(data)
    if name is None:
        return refused(stranger(data), data[:8].hex(), ACCEPTED)
    header = read_header(data, name)
    size, pixels = (header.width, header.height), header.width * header.height
    if pixels > limits.max_pixels:
        return refused("too_many_pixels", float(pixels), float(limits.max_pixels), name, size)
    if header.frames > 1:
        return refused("animated", float(header.frames), 1.0, name, size)
    return refused("damaged", header.fault, None, name, size) if header.fault else None


def refused(
    reason: str,
    value: float | str | None = None,
    limit: float | str | None = None,
    name: str | None = None,
    size: tuple[int, int] = (0, 0),
) -> Decoded:
    """A refusal of the decode gate."""
    return Decoded(Verdict("decode", ok=False, reason=reason, value=value, limit=limit), name, *size)


def decoded(pixels: Pixels, name: str, limits: IntakeLimits, notes: Sequence[str] = ()) -> Decoded:
    """A picture that is whole; the verdict's value is its pixels, in words where there is more to say."""
    height, width = pixels.shape[:2]
    count = width * height
    value = printable("; ".join([f"{count} pixels", *notes])) if notes else float(count)
    verdict = Verdict("decode", ok=True, reason="decoded", value=value, limit=float(limits.max_pixels))
    return Decoded(verdict, name, width, height, pixels)


def printable(words: str) -> str:
    """Foreign words, cut short, without what moves a cursor."""
    return "".join(letter for letter in words[:MOST_LETTERS] if letter.isprintable())
