"""A picture of any size becomes the square that CLIP was trained on (Radford et al. 2021, OpenAI's preprocessing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.errors import BadPicture

if TYPE_CHECKING:
    from torch import Tensor


def preprocess(images: Tensor, side: int) -> Tensor:
    """[N,3,H,W] in 0..1 to [N,3,side,side]: the short side resized (bicubic, without aliasing), the middle cut out.

    Agrees with OpenAI's to the rounding of 8-bit pixels. Normalization is the perceptor's. Raises `BadPicture` for a
    picture so long that its resized form would have more than a hundred times the square's pixels.
    """
    from torch.nn import functional

    height, width = images.shape[-2:]
    short = min(height, width)
    size = (side * height // short, side * width // short)
    if max(size) > 100 * side:
        raise BadPicture(
            f"the picture is {width}x{height}, its sides may differ at most a hundredfold: cut a part out of it",
            width=width,
            height=height,
        )
    resized = functional.interpolate(images, size=size, mode="bicubic", antialias=True, align_corners=False)
    top, left = (round((length - side) / 2) for length in size)
    return resized[..., top : top + side, left : left + side].clamp(0, 1)
