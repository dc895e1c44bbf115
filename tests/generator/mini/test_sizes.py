"""The shipped VQGAN is fully convolutional: any picture from 64 to 512 px, whole codes, a judgment for each patch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.load import load_mini
from generator.mini.vqgan import CODE_SIZE, CODES, MiniVqgan

SIZES = [(64, 64), (96, 96), (256, 256), (512, 512), (64, 512), (104, 72), (264, 120)]


@pytest.fixture(scope="module")
def vqgan() -> MiniVqgan:
    torch.set_num_threads(1)
    found = load_mini().vqgan
    assert isinstance(found, MiniVqgan)
    return found


def smooth(count: int, height: int, width: int) -> Tensor:
    coarse = torch.rand(count, 3, 5, 5, generator=torch.Generator().manual_seed(height * 1000 + width))
    return F.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=True)


@torch.no_grad()
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_picture_of_any_size_is_encoded_quantized_and_painted_again(
    vqgan: MiniVqgan, height: int, width: int
) -> None:
    image = smooth(1, height, width)
    z = vqgan.encode(image)
    zq, codes = vqgan.quantize(z)
    painted = vqgan.decode(zq)
    assert z.shape == zq.shape == (1, CODE_SIZE, height // 8, width // 8)
    assert codes.shape == (1, height // 8, width // 8)
    assert 0 <= int(codes.min()) <= int(codes.max()) < CODES
    assert painted.shape == image.shape
    assert 0 <= float(painted.min()) <= float(painted.max()) <= 1
    # Better than one color for the whole picture: it is this picture that came back.
    assert float((painted - image).square().mean()) < 0.25 * float((image - image.mean((2, 3), True)).square().mean())


@torch.no_grad()
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_discriminator_judges_each_patch_of_any_picture(vqgan: MiniVqgan, height: int, width: int) -> None:
    logits = vqgan.discriminate(smooth(2, height, width))
    assert logits.shape == (2, 1, height // 8, width // 8)
    assert bool(logits.isfinite().all())
    assert float(logits.std()) > 0


@torch.no_grad()
def test_a_part_is_painted_alike_whatever_surrounds_it(vqgan: MiniVqgan) -> None:
    image = smooth(1, 256, 256)
    part = vqgan.decode_raw(vqgan.encode(image[:, :, :192, :192]))[:, :, :64, :64]
    assert torch.allclose(vqgan.decode_raw(vqgan.encode(image))[:, :, :64, :64], part, atol=1e-4)
