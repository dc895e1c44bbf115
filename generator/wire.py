"""What the process that decodes and the one that asks it say to each other over two pipes.

A request is two lengths, the limits as JSON and the picture's bytes; an answer two lengths, the verdict as JSON
and the pixels. The asking side takes an answer for foreign bytes too: what it was decoded from may have taken
its process over.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import Any, BinaryIO, Final

import numpy as np

from generator.decoded import Decoded, printable
from generator.limits import IntakeLimits
from generator.nouns import Verdict

READY: Final = b"R"
OUT_OF_MEMORY: Final = 12  # exit code of a process whose memory did not suffice to say so
LENGTHS: Final = struct.Struct(">IQ")
MOST_WORDS: Final = 8192
CHUNK: Final = 2**20


class Broken(Exception):
    """The other side's words end early, or make no sense."""


def send_ready(sink: BinaryIO) -> None:
    """Say that everything is loaded."""
    sink.write(READY)
    sink.flush()


def send_request(sink: BinaryIO, data: bytes, limits: IntakeLimits) -> None:
    """Ask for a picture."""
    words = json.dumps(asdict(limits)).encode()
    write_all(sink, LENGTHS.pack(len(words), len(data)) + words)
    write_all(sink, data)


def read_request(source: BinaryIO) -> tuple[bytes, IntakeLimits] | None:
    """What is asked; None where the asking side has gone."""
    opening = source.read(LENGTHS.size)
    if len(opening) < LENGTHS.size:
        return None
    words, count = LENGTHS.unpack(opening)
    limits = IntakeLimits(**json.loads(source.read(words)))
    data = source.read(count)
    return (data, limits) if len(data) == count else None


def send_answer(sink: BinaryIO, found: Decoded) -> None:
    """Say what was found; pixels go row by row, so that turned ones are never copied whole."""
    words = json.dumps(
        {"verdict": asdict(found.verdict), "format": found.format, "width": found.width, "height": found.height}
    ).encode()
    pixels = found.pixels
    sink.write(LENGTHS.pack(len(words), 0 if pixels is None else pixels.size) + words)
    if pixels is not None:
        step = max(1, CHUNK // max(1, pixels.shape[1] * 3))
        for top in range(0, len(pixels), step):
            sink.write(np.ascontiguousarray(pixels[top : top + step]).data)
    sink.flush()


def read_answer(source: BinaryIO, limits: IntakeLimits) -> Decoded:
    """What the other side found. Raises `Broken`."""
    words, count = LENGTHS.unpack(read_exactly(source, LENGTHS.size))
    if words > MOST_WORDS:
        raise Broken(f"{words} bytes of words")
    try:
        told = json.loads(read_exactly(source, words))
        found = _checked(told, limits, count)
    except (ValueError, TypeError, KeyError) as error:
        raise Broken(f"no answer: {error}") from error
    if not found.verdict.ok:
        return found
    pixels = np.frombuffer(read_exactly(source, count), dtype=np.uint8).reshape(found.height, found.width, 3)
    return Decoded(found.verdict, found.format, found.width, found.height, pixels)


def _checked(told: dict[str, Any], limits: IntakeLimits, count: int) -> Decoded:
    said = told["verdict"]
    verdict = Verdict("decode", bool(said["ok"]), _word(said["reason"]), _value(said["value"]), _value(said["limit"]))
    width, height = int(told["width"]), int(told["height"])
    due = width * height * 3 if verdict.ok else 0
    if min(width, height) < int(verdict.ok) or count != due or due > limits.max_pixels * 3:
        raise ValueError(f"{count} bytes for {width} x {height} pixels")
    return Decoded(verdict, None if told["format"] is None else _word(told["format"]), width, height)


def _word(told: object) -> str:
    return printable(str(told))


def _value(told: object) -> float | str | None:
    return told if told is None or isinstance(told, int | float) else printable(str(told))


def read_exactly(source: BinaryIO, count: int) -> bytearray:
    """So many bytes. Raises `Broken` where they end early."""
    whole = bytearray(count)
    rest = memoryview(whole)
    while rest:
        got = source.readinto(rest)  # type: ignore[attr-defined] # every raw and buffered reader has it
        if not got:
            raise Broken("it ended early")
        rest = rest[got:]
    return whole


def write_all(sink: BinaryIO, data: bytes) -> None:
    """All of them, also to a raw pipe. Raises OSError where nobody reads any more."""
    rest = memoryview(data)
    while rest:
        rest = rest[sink.write(rest) :]
