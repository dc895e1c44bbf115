"""What intake compares with. Light: a configuration may read the defaults without loading OpenCV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from generator.errors import BadLimits

Fit = Literal["crop", "pad", "stretch"]
FITS: Final[tuple[Fit, ...]] = get_args(Fit)


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """The work that intake makes (`size` pixels square, by `fit`) and the limits of its gates.

    `max_bytes` and `max_pixels` are asked before a pixel is decoded; `min_side` is the shorter side,
    `max_aspect` the longer over the shorter; `min_sharpness` a variance of the Laplacian (gray levels
    squared), `min_entropy` bits a pixel, `max_text_share` the share of the area that lines of text cover.
    Raises `BadLimits`.
    """

    size: int = 256
    fit: Fit = "crop"
    max_bytes: int = 32 * 2**20
    max_pixels: int = 40_000_000
    min_side: int = 128
    max_aspect: float = 3.0
    min_sharpness: float = 15.0
    min_entropy: float = 0.3
    max_text_share: float = 0.1

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise BadLimits(f"fit is {self.fit!r}, it must be one of {FITS}", fit=self.fit)
        for name in ("size", "max_bytes", "max_pixels", "min_side"):
            value = getattr(self, name)
            if value < 1:
                raise BadLimits(f"{name} is {value}, it must be at least 1", field=name, value=value)
