"""Embedded color profiles (ICC.1:2022): from a picture's own colors to sRGB, where the profile can be trusted."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

Transform = ImageCms.ImageCmsTransform

SRGB: Final = ImageCms.createProfile("sRGB")
MODES: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # a profile's color space, in Pillow's words
MOST_BYTES: Final = 4 * 2**20  # printers' profiles have 0.5 to 3 MB
MIDDLE: Final = 128


def to_srgb(icc: bytes, own: str) -> Transform | None:
    """How colors of mode `own` (L, RGB or CMYK) become sRGB by a profile; None where they are sRGB already.

    An RGB profile is good for a gray picture too. Raises ValueError, in words, for a profile that is damaged,
    meant for other colors, or makes white dark or black light.
    """
    if len(icc) > MOST_BYTES:
        raise ValueError(f"{len(icc)} bytes, the limit is {MOST_BYTES}")
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        mode = MODES.get(profile.profile.xcolor_space.strip(), "")
        if mode != own and (own, mode) != ("L", "RGB"):
            raise ValueError(f"it is for {mode or 'no'} colors, the picture's are {own}")
        transform = ImageCms.buildTransform(profile, SRGB, mode, "RGB")
        return None if _changes_nothing(transform) else transform
    except (ImageCms.PyCMSError, OSError, TypeError) as error:
        raise ValueError(str(error)) from error


def _changes_nothing(transform: Transform) -> bool:
    mode = str(transform.input_mode)
    probe = _probe(mode)
    before, after = (np.asarray(one).astype(int)[0] for one in (probe.convert("RGB"), transform.apply(probe)))
    if after[0].min() < MIDDLE or after[1].max() > MIDDLE:
        raise ValueError("it makes white dark or black light")
    return mode != "CMYK" and bool(np.abs(after - before).max() <= 1)


def _probe(mode: str) -> Pillow.Image:
    """White, black and a grid of colors between them, in one row."""
    channels = len(mode)
    levels = np.linspace(0, 255, 6).astype(np.uint8)
    grid = np.stack(np.meshgrid(*[levels] * channels), axis=-1).reshape(-1, channels)
    ends = [[0] * channels, [255] * channels]
    row = np.concatenate([np.array(ends if mode == "CMYK" else ends[::-1], dtype=np.uint8), grid])
    return Pillow.frombytes(mode, (len(row), 1), row.tobytes())
