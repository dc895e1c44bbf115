"""Pictures in and out: PNG bytes and tensors."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import numpy as np
import torch
from PIL import Image, PngImagePlugin
from torch import Tensor

from generator.decoded import Pixels
from generator.errors import BadPicture

PNG_COMPRESSION = 1  # a dream writes a picture a step: level 6 takes 5 times as long for 10 % of the bytes


def read_work(png: bytes, device: torch.device | str = "cpu") -> Tensor:
    """A square RGB PNG, as intake makes it, to [1,3,S,S] in 0..1; `BadPicture` on anything else."""
    return torch.from_numpy(read_pixels(png)).to(device).permute(2, 0, 1)[None].float() / 255


def read_pixels(png: bytes) -> Pixels:
    """A square RGB PNG, as intake makes it, to [S,S,3]; `BadPicture` on anything else."""
    try:
        with Image.open(BytesIO(png), formats=("PNG",)) as picture:
            pixels = np.array(picture)
            mode = picture.mode
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadPicture(f"the work is not a PNG that can be read ({error}): hand over intake's") from error
    if mode != "RGB" or pixels.shape[0] != pixels.shape[1]:
        height, width = pixels.shape[:2]
        raise BadPicture(
            f"the work is {width}x{height} {mode}, it must be square RGB: hand over intake's",
            width=width,
            height=height,
            mode=mode,
        )
    return pixels


def write_png(image: Tensor, texts: Mapping[str, str]) -> bytes:
    """[1,3,H,W] in 0..1 to PNG bytes with the texts as UTF-8 chunks; the same input gives the same bytes."""
    pixels = (image.detach()[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
    chunks = PngImagePlugin.PngInfo()
    for key, text in sorted(texts.items()):
        chunks.add_itxt(key, text)
    out = BytesIO()
    Image.fromarray(pixels.cpu().numpy()).save(out, "PNG", compress_level=PNG_COMPRESSION, pnginfo=chunks)
    return out.getvalue()
