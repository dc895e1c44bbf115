"""The baseline of `tests.bench.dream_speed`: the loop of VQGAN+CLIP as the published programs have it.

The codes come from a one-hot matrix times the codebook, the picture to be saved is decoded a second time, the picture
is pooled anew for each cutout, memory comes from the allocator as the system has it, SiLU is two steps, and the models
are the plain ones.
The cutouts' random numbers are those of `generator.peers`. Taking the largest of near-equal pixels, as these do, turns
the last digit of a picture into the sign of a gradient, and Adam's first steps are signs. Losses to be compared digit
by digit come from this loop with the cutouts of `generator.cutouts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from generator.cutouts import Views, cut, draw_views, whole
from generator.losses import prompt_loss
from generator.models import Pair
from generator.nouns import Recipe
from generator.peers import tint
from generator.streams import stream

FRESH = 8


def as_published() -> None:
    """For the rest of this process SiLU is x sigmoid(x) in two steps, as taming-transformers writes it."""
    F.silu = lambda x: x * torch.sigmoid(x)  # type: ignore[assignment]


def quantize(z: Tensor, codebook: Tensor) -> Tensor:
    """The nearest codes by a one-hot matrix; the gradient passes unchanged."""
    flat = z.permute(0, 2, 3, 1)
    distances = flat.square().sum(-1, keepdim=True) + codebook.square().sum(1) - 2 * flat @ codebook.T
    codes = F.one_hot(distances.argmin(-1), codebook.shape[0]).to(z.dtype) @ codebook
    return z + (codes.permute(0, 3, 1, 2) - z).detach()


def cut_each(image: Tensor, views: Views) -> Tensor:
    """Cutouts [n,3,side,side]: each pools the picture for itself and is warped as a picture of its own."""
    assert views.shown is not None
    assert views.tints is not None
    side = views.grid.shape[1]
    average, largest = nn.AdaptiveAvgPool2d((side, side)), nn.AdaptiveMaxPool2d((side, side))
    pooled = torch.cat([(average(image) + largest(image)) / 2 for _ in views.grid])
    warped = F.grid_sample(pooled, views.grid, padding_mode="zeros", align_corners=False)
    return tint(warped, views.tints) * views.shown + views.noise


def dream(pair: Pair, source: Tensor, recipe: Recipe, seed: int) -> Iterator[float]:
    """Dream for `recipe.iterations` steps; yields the loss of each iterate, once that is saved and scored."""
    side = pair.perceptor.input_size
    with torch.no_grad():
        z = pair.vqgan.encode(source).contiguous()
        wanted = pair.perceptor.embed_texts([prompt.text for prompt in recipe.prompts])
    weights = torch.tensor([prompt.weight for prompt in recipe.prompts])
    fresh = draw_views(FRESH, side, stream(seed, "fresh cutouts"))
    low, high = pair.vqgan.codebook.amin(0).view(1, -1, 1, 1), pair.vqgan.codebook.amax(0).view(1, -1, 1, 1)
    z.requires_grad_()
    optimizer = torch.optim.Adam([z], lr=recipe.learning_rate)
    for step in range(recipe.iterations + 1):
        image = pair.vqgan.decode(quantize(z, pair.vqgan.codebook))
        views = draw_views(recipe.cutouts, side, stream(seed, "cutouts", step), recipe.cutout_method)
        cutouts = cut(image, views) if views.shown is None else cut_each(image, views)
        loss = prompt_loss(pair.perceptor.embed_images(cutouts), wanted, weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        _save_and_score(pair, z, fresh)
        if step:
            yield float(loss.detach())
        optimizer.step()
        with torch.no_grad():
            z.copy_(z.maximum(low).minimum(high))


@torch.no_grad()
def _save_and_score(pair: Pair, z: Tensor, fresh: Views) -> None:
    image = pair.vqgan.decode(quantize(z, pair.vqgan.codebook))
    pixels = (image[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
    Image.fromarray(pixels.numpy()).save(BytesIO(), "PNG")
    pair.perceptor.embed_images(torch.cat([whole(image, pair.perceptor.input_size), cut(image, fresh)]))
