"""Intake: a downloaded picture in; verdicts, a square work and a perceptual hash out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from generator.decoded import Pixels
from generator.decoder import decode_apart
from generator.gates import quality_verdicts, size_verdict
from generator.header import read_header
from generator.limits import Fit, IntakeLimits
from generator.nouns import Verdict
from generator.phash import phash
from generator.saliency import square_window

if TYPE_CHECKING:
    from generator.text_ocr import TextReader

__all__ = ["Intake", "IntakeLimits", "decode_png", "encode_png", "examine", "shrunken", "square"]

WHITE: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Intake:
    """What intake found; `width` and `height` are the upright picture's, 0 where no header could be read.

    `work_png` (square RGB) and `phash` are there whenever the picture could be decoded and is large enough,
    even if a gate of taste refused it: such a refusal can be appealed.
    """

    verdicts: tuple[Verdict, ...]
    work_png: bytes | None
    phash: int | None
    width: int
    height: int
    format: str | None

    @property
    def ok(self) -> bool:
        """Whether every gate agreed."""
        return all(verdict.ok for verdict in self.verdicts)


def examine(data: bytes, limits: IntakeLimits | None = None, reader: TextReader | None = None) -> Intake:
    """Judge a picture of unknown origin: decode, size, blur, blocking, flat, text, in this order.

    With a `reader` the text is what it can read. Never raises for what the bytes hold: they are decoded in a process
    of their own. Where decode or size refuses, the gates behind it are not asked. Raises `NoDecoder` where no process
    can be started.
    """
    limits = limits or IntakeLimits()
    found = decode_apart(data, limits)
    facts = (found.width, found.height, found.format)
    if found.pixels is None:
        return Intake((found.verdict,), None, None, *facts)
    size = size_verdict(found.width, found.height, limits)
    if not size.ok:
        return Intake((found.verdict, size), None, None, *facts)
    quality = quality_verdicts(found.pixels, limits, reader)
    work = encode_png(square(found.pixels, limits.size, limits.fit))
    return Intake((found.verdict, size, *quality), work, phash(found.pixels), *facts)


def square(image: Pixels, size: int, fit: Fit) -> Pixels:
    """RGB [H,W,3] to [size,size,3]: what draws the eye (`crop`), all on white (`pad`), or squeezed (`stretch`)."""
    if fit == "crop":
        top, left, side = square_window(image)
        image = image[top : top + side, left : left + side]
    elif fit == "pad":
        image = _padded(image, max(image.shape[:2]))
    # Area averaging shrinks without aliasing, cubic enlarges without steps.
    shrinks = image.shape[0] >= size and image.shape[1] >= size
    resized = cv2.resize(
        np.ascontiguousarray(image),
        (size, size),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
    )
    return np.asarray(resized, dtype=np.uint8)


def encode_png(image: Pixels) -> bytes:
    """RGB [H,W,3] as PNG; the same pixels give the same bytes."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return encoded.tobytes()


def decode_png(data: bytes) -> Pixels:
    """What `encode_png` made, as RGB [H,W,3]; for our own bytes only: foreign ones are decoded apart."""
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(picture, dtype=np.uint8)[:, :, ::-1])


def shrunken(work_png: bytes, size: int) -> bytes:
    """A square work of ours at a smaller size; one that is not larger stays as it is."""
    side = read_header(work_png, "PNG").width
    if side <= size:
        return work_png
    return encode_png(_pixels(cv2.resize(decode_png(work_png), (size, size), interpolation=cv2.INTER_AREA)))


def _pixels(array: cv2.typing.MatLike) -> Pixels:
    return np.asarray(array, dtype=np.uint8)


def _padded(image: Pixels, side: int) -> Pixels:
    height, width = image.shape[:2]
    top, left = (side - height) // 2, (side - width) // 2
    ground = np.full((side, side, 3), WHITE, dtype=np.uint8)
    ground[top : top + height, left : left + width] = image
    return ground
