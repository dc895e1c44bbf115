"""Any picture that Pillow has read to upright RGB on white: bit depth, color profile, transparency, orientation.

Bands of rows are converted one after the other, so that a large picture needs little memory beside its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image as Pillow
from PIL import ImageFile

from generator.decoded import Pixels
from generator.profile import Transform, to_srgb

Turn = Callable[[Pixels], Pixels]

WHITE: Final = (255, 255, 255)
BAND_PIXELS: Final = 2**20
DEEP_GRAYS: Final = ("I", "I;16", "I;16B", "I;16L", "F")
GRAYS: Final = ("1", "L", "LA", *DEEP_GRAYS)
ORIENTATION: Final = 0x0112
# What EXIF's orientation (CIPA DC-008, tag 274) asks for, so that the picture is shown upright.
TURNS: Final[dict[int, Turn]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}


def upright_rgb(picture: ImageFile.ImageFile) -> tuple[Pixels, list[str]]:
    """RGB [H,W,3] of a picture that is open, and what is to be said of how it came about. Closes the picture.

    A CMYK JPEG is read as browsers read it, its values inverted as Adobe writes them, whether it says so or not.
    Raises what Pillow's readers raise on damage.
    """
    deep = any("16" in str(tile.args) for tile in picture.tile)  # loading forgets the tiles
    picture.load()
    transform, faults = _to_srgb(picture)
    turn, more_faults = _turn(picture)
    clear = _clear_color(picture) if deep else None
    pixels = np.empty((picture.height, picture.width, 3), dtype=np.uint8)
    step = max(1, BAND_PIXELS // picture.width)
    for top in range(0, picture.height, step):
        band = picture.crop((0, top, picture.width, min(top + step, picture.height)))
        pixels[top : top + step] = np.asarray(_flat(band, transform, clear))
    picture.close()
    return turn(pixels), [*faults, *more_faults]


def _flat(band: Pillow.Image, transform: Transform | None, clear: tuple[int, ...] | None) -> Pillow.Image:
    """A band as sRGB on white."""
    mask = None if clear is None else _mask(band, clear)
    if band.mode in DEEP_GRAYS:
        band = _to_eight_bits(band)
    if mask is None and band.has_transparency_data:
        band = band.convert("RGBA")
        mask = band.getchannel("A")
    band.info.pop("transparency", None)
    rgb = transform.apply(band.convert(transform.input_mode)) if transform else band.convert("RGB")
    if mask is None:
        return rgb
    ground = Pillow.new("RGB", band.size, WHITE)
    ground.paste(rgb, mask=mask)
    return ground


def _to_eight_bits(band: Pillow.Image) -> Pillow.Image:
    # Pillow would cut 16-bit values off at 255; only 16-bit gray PNGs come in these modes.
    values = np.asarray(band).astype(np.float32)
    return Pillow.fromarray(np.clip(values / 257, 0, 255).round().astype(np.uint8))


def _clear_color(picture: Pillow.Image) -> tuple[int, ...] | None:
    """The one color of a 16-bit PNG that is see-through. Pillow keeps it in 16 bits and the picture in 8."""
    clear = picture.info.get("transparency")
    if picture.mode == "RGB" and isinstance(clear, tuple):
        return tuple(value >> 8 for value in clear)
    return (clear,) if picture.mode in DEEP_GRAYS and isinstance(clear, int) else None


def _mask(band: Pillow.Image, clear: tuple[int, ...]) -> Pillow.Image:
    values = np.asarray(band).reshape(band.height, band.width, -1)
    return Pillow.fromarray(np.where((values == clear).all(axis=2), 0, 255).astype(np.uint8))


def _to_srgb(picture: Pillow.Image) -> tuple[Transform | None, list[str]]:
    icc = picture.info.get("icc_profile")
    own = "CMYK" if picture.mode == "CMYK" else "L" if picture.mode in GRAYS else "RGB"
    try:
        return (to_srgb(icc, own) if icc else None), []
    except ValueError as error:
        return None, [f"its color profile was ignored ({error})"]


def _turn(picture: Pillow.Image) -> tuple[Turn, list[str]]:
    try:
        orientation, faults = picture.getexif().get(ORIENTATION, 1), []
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - EXIF is a TIFF of its own: its faults are no reason to refuse the picture
        orientation, faults = 1, ["its EXIF data is broken and was ignored"]
    return TURNS.get(orientation, lambda pixels: pixels), faults
