"""Enlargement of an iterate to the size of a print: ESRGAN where its weights are installed, else Lanczos.

A network enlarges four times, as often as it takes to reach the wanted side, and the result is made smaller by
averaging areas. What was done is written into the picture, beside the texts that it came with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import cv2
import numpy as np

from generator.errors import BadRecipe
from generator.pictures import read_pixels, read_texts, write_png

if TYPE_CHECKING:
    from torch import Tensor

    from generator.decoded import Pixels
    from generator.upscaler import Upscaler

Method = Literal["esrgan", "lanczos"]

TEXT: Final = "enlarged"  # the key of the text that says what was done
MOST_SIDE: Final = 8192  # 67 million pixels: above 89 million common readers warn of a decompression bomb


@dataclass(frozen=True, slots=True)
class Enlarged:
    """A larger picture as PNG, and how it was made.

    `source_side` and `side` are pixels. By "lanczos" there are neither weights nor tiles, and all from `weights` on is
    None or empty; by "esrgan" `digest` is the SHA-256 of the installed `weights`, `tile` the side that tiles were
    limited to and `tiles` their number in the last of `passes`, `too_large` the tiles that ran out of memory.
    """

    png: bytes
    source_side: int
    side: int
    method: Method
    weights: str | None = None
    digest: str | None = None
    precision: str | None = None
    passes: int = 0
    tile: int | None = None
    tiles: int = 0
    too_large: tuple[int, ...] = ()

    @property
    def factor(self) -> float:
        """How many times as long a side became."""
        return self.side / self.source_side

    def facts(self) -> dict[str, object]:
        """All but the picture, as JSON takes it."""
        return {
            "method": self.method,
            "from": self.source_side,
            "to": self.side,
            "factor": round(self.factor, 4),
            "weights": self.weights,
            "digest": self.digest,
            "precision": self.precision,
            "passes": self.passes,
            "tile": self.tile,
            "tiles": self.tiles,
            "too_large": list(self.too_large),
        }


def enlarge(png: bytes, side: int, upscaler: Upscaler | None, tile: int | None = None) -> Enlarged:
    """A square PNG made `side` pixels wide and high, by `upscaler`, or by Lanczos where there is none.

    `tile` limits the tiles, else memory does. The PNG keeps the texts of its source; `TEXT` says what was done. The
    same bytes, side, weights, precision and tile give the same bytes on one kind of device.

    Raises `BadPicture` for what is no square RGB PNG, `BadRecipe` for a side that is not above the source's or above
    `MOST_SIDE`, `OutOfMemory` where the smallest tile does not fit.
    """
    pixels = read_pixels(png)
    source_side = pixels.shape[0]
    _check_side(side, source_side)
    if upscaler is None:
        made = Enlarged(b"", source_side, side, "lanczos")
        return _written(made, png, lanczos(pixels, side))
    image, made = _by_network(pixels, side, upscaler, tile)
    return _written(made, png, image)


def lanczos(pixels: Pixels, side: int) -> Pixels:
    """[S,S,3] to [side,side,3] by OpenCV's Lanczos kernel of eight taps."""
    return _bytes(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_LANCZOS4))


def _by_network(pixels: Pixels, side: int, upscaler: Upscaler, tile: int | None) -> tuple[Pixels, Enlarged]:
    import torch

    from generator.upscaler import magnify

    image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    passes, too_large = 0, list[int]()
    while image.shape[-1] < side:
        made = magnify(image, upscaler, tile)
        image, passes = made.image, passes + 1
        too_large += made.too_large
    return _reduced(image, side), Enlarged(
        b"",
        pixels.shape[0],
        side,
        "esrgan",
        upscaler.name,
        upscaler.digest,
        upscaler.precision,
        passes,
        made.tile,
        made.tiles,
        tuple(too_large),
    )


def _reduced(image: Tensor, side: int) -> Pixels:
    """[1,3,S,S] in 0..1 to [side,side,3], `side` at most S; each pixel is the mean of the area that it covers."""
    large = np.ascontiguousarray(image[0].permute(1, 2, 0).numpy())
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) if side < large.shape[0] else large
    return _bytes(np.rint(np.asarray(small) * 255).clip(0, 255))


def _written(made: Enlarged, source: bytes, pixels: Pixels) -> Enlarged:
    """With the PNG of these pixels; an earlier enlargement stays on record inside of the new one's text."""
    texts = read_texts(source)
    facts = made.facts() | ({"before": texts[TEXT]} if TEXT in texts else {})
    return replace(made, png=write_png(pixels, texts | {TEXT: json.dumps(facts, sort_keys=True)}))


def _check_side(side: int, source_side: int) -> None:
    if not source_side < side <= MOST_SIDE:
        raise BadRecipe(
            f"side is {side}, it must be above the picture's {source_side} and at most {MOST_SIDE}: "
            + ("take a larger one" if side <= source_side else "take a smaller one"),
            side=side,
            source_side=source_side,
        )


def _bytes(array: cv2.typing.MatLike) -> Pixels:
    return np.asarray(array).astype(np.uint8)
