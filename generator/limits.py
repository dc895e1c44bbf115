"""What intake compares with. Light: a configuration may read the defaults without loading OpenCV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from generator.errors import BadLimits

Fit = Literal["crop", "pad", "stretch"]
FITS: Final[tuple[Fit, ...]] = get_args(Fit)

# A WebP, the hungriest format, takes 17 bytes a pixel at the peak of its decoding, Python with Pillow 120 MB.
BYTES_PER_PIXEL: Final = 18
BYTES_BESIDE: Final = 192 * 2**20


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """The work that intake makes (`size` pixels square, by `fit`) and the limits of its gates.

    `max_bytes` and `max_pixels` are asked before a pixel is decoded; `max_seconds` is the time that one picture's
    decoding may take, `max_memory` the address space of the process that does it, in bytes (0 takes what a
    picture of `max_pixels` needs); `min_side` is the shorter side, `max_aspect` the longer over the shorter;
    `min_sharpness` the part (0..1) of an edge's contrast that one pixel's step takes, `max_blocking` the visible
    step between JPEG's blocks in gray levels, `min_entropy` bits a pixel, `max_text_share` the share of the area
    that lines of text cover.
    Raises `BadLimits`.
    """

    size: int = 256
    fit: Fit = "crop"
    max_bytes: int = 32 * 2**20
    max_pixels: int = 40_000_000
    max_seconds: float = 4.5
    max_memory: int = 0
    min_side: int = 128
    max_aspect: float = 3.0
    min_sharpness: float = 0.38
    max_blocking: float = 0.6
    min_entropy: float = 0.3
    max_text_share: float = 0.03

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise BadLimits(f"fit is {self.fit!r}, it must be one of {FITS}", fit=self.fit)
        for name in ("size", "max_bytes", "max_pixels", "min_side"):
            value = getattr(self, name)
            if value < 1:
                raise BadLimits(f"{name} is {value}, it must be at least 1", field=name, value=value)
        if self.max_seconds <= 0:
            raise BadLimits(f"max_seconds is {self.max_seconds}, it must be above 0", field="max_seconds")
        if self.max_memory < 0:
            raise BadLimits(f"max_memory is {self.max_memory}, it must not be negative", field="max_memory")

    @property
    def memory(self) -> int:
        """The address space of the decoding process in bytes."""
        return self.max_memory or BYTES_BESIDE + self.max_bytes + BYTES_PER_PIXEL * self.max_pixels
