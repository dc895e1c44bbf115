"""Our CLIP computes what `transformers` CLIPModel computes with the same weights: embeddings, gradients, preprocessing.

Weights are noise of the true architecture. The small model differs from the published ones in every size, so that no
size is read from the wrong place; the published ones are whole, the largest cut to one layer but for the slow test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

import generator.transformer
from generator.bpe import tokenize
from generator.levers import PLAIN, Levers, levers_for
from generator.perceptor import CONFIGS, ClipConfig, ClipPerceptor, build_perceptor
from generator.preprocess import preprocess

from .oracles import clip_oracle, clip_weights

if TYPE_CHECKING:
    from transformers import CLIPModel

SMALL = ClipConfig(96, 48, 16, 128, 3, 192, 2, context_length=20)
LARGE = replace(CONFIGS["clip-vit-l-14"], image_layers=1, text_layers=1)
LEVERS = {"plain": PLAIN} | {f"those of {kind}": levers_for(kind, "fp32") for kind in ("cpu", "cuda", "mps")}
TEXTS = ["a cat", "a painting of an animal in the style of the old masters, it's 1650", ""]


def picture(config: ClipConfig, count: int = 1) -> Tensor:
    shape = (count, 3, config.image_size, config.image_size)
    return torch.rand(shape, generator=torch.Generator().manual_seed(4))


def both(config: ClipConfig, name: str = "clip-small", levers: Levers | None = None) -> tuple[ClipPerceptor, CLIPModel]:
    weights = clip_weights(config)
    return build_perceptor(name, weights, "cpu", "fp32", config, levers), clip_oracle(config, weights)


def their_images(model: CLIPModel, images: Tensor) -> Tensor:
    from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (OPENAI_CLIP_MEAN, OPENAI_CLIP_STD))
    seen = model.get_image_features(pixel_values=(images - mean) / deviation).pooler_output
    return functional.normalize(seen, dim=1)


def their_texts(model: CLIPModel, texts: list[str], length: int) -> Tensor:
    numbers = tokenize(texts, length)
    return functional.normalize(model.get_text_features(input_ids=numbers).pooler_output, dim=1)


def compare(ours: ClipPerceptor, theirs: CLIPModel) -> None:
    config = ours.config
    images = picture(config)
    seen, wanted = ours.embed_images(images), their_images(theirs, images)
    said, meant = ours.embed_texts(TEXTS), their_texts(theirs, TEXTS, config.context_length)
    assert seen.shape == (1, config.embed_dim)
    assert torch.allclose(seen, wanted, atol=1e-5)
    assert torch.allclose(said, meant, atol=1e-5)
    assert float((said[0] - said[1]).norm()) > 0.1  # noise, but noise that tells texts apart


@pytest.mark.parametrize("levers", LEVERS.values(), ids=LEVERS.keys())
def test_a_small_model_agrees_on_images_texts_and_gradients(levers: Levers) -> None:
    ours, theirs = both(SMALL, levers=levers)
    compare(ours, theirs)
    images = picture(SMALL, 3).requires_grad_()
    aim = torch.randn(3, SMALL.embed_dim, generator=torch.Generator().manual_seed(6))
    (gradient,) = torch.autograd.grad((ours.embed_images(images) * aim).sum(), images)
    (wanted,) = torch.autograd.grad((their_images(theirs, images) * aim).sum(), images)
    assert torch.allclose(gradient, wanted, atol=1e-5 * float(wanted.abs().max()))


def test_the_comparison_sees_another_activation(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = both(SMALL)
    monkeypatch.setattr(generator.transformer, "quick_gelu", lambda x, _by_hand: functional.gelu(x))
    images = picture(SMALL)
    assert not torch.allclose(ours.embed_images(images), their_images(theirs, images), atol=1e-4)


@pytest.mark.parametrize("name", ["clip-vit-b-32", "clip-vit-b-16"])
def test_a_published_size_agrees(name: str) -> None:
    compare(*both(CONFIGS[name], name))


def test_one_layer_of_the_largest_size_agrees() -> None:
    compare(*both(LARGE))


@pytest.mark.slow
def test_the_largest_size_agrees() -> None:
    compare(*both(CONFIGS["clip-vit-l-14"], "clip-vit-l-14"))


@pytest.mark.parametrize(("precision", "tolerance"), [("bf16", 0.02), ("fp16", 0.003)])
@pytest.mark.parametrize("levers", LEVERS.values(), ids=LEVERS.keys())
def test_half_precision_stays_near(precision: str, tolerance: float, levers: Levers) -> None:
    weights = clip_weights(SMALL)
    ours = build_perceptor("clip-small", weights, "cpu", precision, SMALL, levers)
    theirs = clip_oracle(SMALL, weights)
    images = picture(SMALL)
    assert (ours.embed_images(images) - their_images(theirs, images)).norm() < tolerance
    assert (ours.embed_texts(TEXTS) - their_texts(theirs, TEXTS, 20)).norm(dim=1).max() < tolerance


@pytest.mark.parametrize(("width", "height"), [(224, 224), (300, 200), (97, 501), (640, 480), (31, 224)])
def test_a_picture_of_any_size_is_prepared_alike(width: int, height: int) -> None:
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    coarse = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(8))
    smooth = functional.interpolate(coarse, size=(height, width), mode="bicubic").clamp(0, 1)
    pixels = (smooth * 255).round().to(torch.uint8)
    theirs = CLIPImageProcessorPil()(Image.fromarray(pixels[0].permute(1, 2, 0).numpy()), return_tensors="np")
    ours = build_perceptor("clip-small", clip_weights(SMALL), "cpu", "fp32", SMALL)
    prepared = (preprocess(pixels / 255, 224) - ours.mean) / ours.deviation
    levels = np.abs(prepared.numpy() - theirs["pixel_values"]) * ours.deviation.numpy() * 255
    assert levels.max() <= 2  # Pillow rounds to whole levels after either direction
    assert levels.mean() < 0.5
