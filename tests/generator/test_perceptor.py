"""The perceptor keeps its protocol, and refuses weights that are not its own by the first key that tells."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from generator.errors import BadCheckpoint, BadPicture, BadRecipe, ModelsMissing
from generator.models import Perceptor
from generator.nouns import PRECISIONS
from generator.perceptor import CONFIGS, ClipConfig, ClipPerceptor, build_perceptor
from generator.precision import DTYPES
from generator.preprocess import preprocess

from .oracles import clip_weights

SMALL = ClipConfig(64, 32, 16, 128, 2, 64, 2)


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    return clip_weights(SMALL)


def build(weights: dict[str, Tensor], precision: str = "fp32") -> ClipPerceptor:
    return build_perceptor("clip-small", weights, "cpu", precision, SMALL)


def images(count: int = 2) -> Tensor:
    return torch.rand(count, 3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_embeddings_are_fp32_unit_vectors_at_every_precision(weights: dict[str, Tensor], precision: str) -> None:
    model: Perceptor = build(weights, precision)
    pixels = images(3).requires_grad_()
    seen, said = model.embed_images(pixels), model.embed_texts(["a cat", "a dog"])
    assert (seen.shape, said.shape) == ((3, 64), (2, 64))
    for vectors in (seen, said):
        assert vectors.dtype == torch.float32
        assert torch.allclose(vectors.norm(dim=1), torch.ones(len(vectors)), atol=1e-5)
    (gradient,) = torch.autograd.grad(seen[:, 0].sum(), pixels)
    assert gradient.dtype == torch.float32
    assert bool(gradient.isfinite().all())
    assert float(gradient.abs().max()) > 0


def test_every_precision_of_a_recipe_has_a_type() -> None:
    assert set(DTYPES) == set(PRECISIONS)


def test_the_model_is_frozen_and_its_constants_are_no_weights(weights: dict[str, Tensor]) -> None:
    model = build(weights)
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert set(model.state_dict()) == set(weights)


def test_the_same_weights_give_the_same_vectors(weights: dict[str, Tensor]) -> None:
    assert torch.equal(build(weights).embed_images(images()), build(weights).embed_images(images()))


def test_weights_stay_the_callers(weights: dict[str, Tensor]) -> None:
    before = {key: tensor.clone() for key, tensor in weights.items()}
    build(weights, "bf16").embed_images(images())
    assert all(torch.equal(before[key], tensor) for key, tensor in weights.items())


def test_a_text_means_the_same_alone_and_beside_longer_ones(weights: dict[str, Tensor]) -> None:
    model = build(weights)
    alone = model.embed_texts(["a red house"])
    beside = model.embed_texts(["a red house", "a very long prompt " * 40])[:1]
    assert torch.allclose(alone, beside, atol=1e-5)


def test_no_texts_have_no_vectors(weights: dict[str, Tensor]) -> None:
    assert build(weights).embed_texts([]).shape == (0, 64)


@pytest.mark.parametrize("shape", [(1, 3, 31, 32), (1, 1, 32, 32), (3, 32, 32)])
def test_images_of_another_shape_are_refused(weights: dict[str, Tensor], shape: tuple[int, ...]) -> None:
    with pytest.raises(BadPicture, match=r"sees \[N, 3, 32, 32\]"):
        build(weights).embed_images(torch.zeros(shape))


KEY = "visual.transformer.resblocks.1.attn.in_proj_weight"


def test_a_missing_key_is_named(weights: dict[str, Tensor]) -> None:
    with pytest.raises(BadCheckpoint, match="is missing") as caught:
        build({key: tensor for key, tensor in weights.items() if key != KEY})
    assert caught.value.evidence == {"model": "clip-small", "key": KEY}


def test_an_unexpected_key_is_named_cut_and_quoted(weights: dict[str, Tensor]) -> None:
    with pytest.raises(BadCheckpoint, match=r"'visual\.extra\\x1b\[31m.*is unexpected") as caught:
        build({**weights, "visual.extra\x1b[31m" + "x" * 5000: torch.zeros(3)})
    assert len(str(caught.value)) < 500


def test_a_misshapen_key_is_named_with_both_shapes(weights: dict[str, Tensor]) -> None:
    with pytest.raises(BadCheckpoint, match=r"is \[128, 384\], it must be \[384, 128\]"):
        build({**weights, KEY: weights[KEY].T})


def test_a_key_of_whole_numbers_is_refused(weights: dict[str, Tensor]) -> None:
    with pytest.raises(BadCheckpoint, match="int8"):
        build({**weights, KEY: weights[KEY].to(torch.int8)})


def test_weights_of_another_size_are_refused(weights: dict[str, Tensor]) -> None:
    with pytest.raises(BadCheckpoint, match=r"'positional_embedding' is \[77, 64\], it must be \[77, 512\]"):
        build_perceptor("clip-vit-b-32", weights, "cpu", "fp32")


def test_an_unknown_name_or_precision_is_refused(weights: dict[str, Tensor]) -> None:
    with pytest.raises(ModelsMissing, match="clip-vit-b-32"):
        build_perceptor("clip-rn50", weights, "cpu", "fp32")
    with pytest.raises(BadRecipe, match="fp8"):
        build(weights, "fp8")


def test_the_published_models_have_their_known_numbers_of_parameters() -> None:
    with torch.device("meta"):
        counts = {name: sum(p.numel() for p in ClipPerceptor(config).parameters()) for name, config in CONFIGS.items()}
    assert counts == {"clip-vit-b-32": 151_277_313, "clip-vit-b-16": 149_620_737, "clip-vit-l-14": 427_616_513}


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 100), (7, 9), (224, 224), (1000, 10)])
def test_any_picture_of_sane_sides_is_prepared(width: int, height: int) -> None:
    prepared = preprocess(torch.full((2, 3, height, width), 0.5), 32)
    assert prepared.shape == (2, 3, 32, 32)
    assert torch.allclose(prepared, torch.full((2, 3, 32, 32), 0.5), atol=1e-5)


def test_preparing_stays_within_the_range_of_pixels() -> None:
    checkered = ((torch.arange(40)[:, None] // 5 + torch.arange(40) // 5) % 2).float().expand(1, 3, 40, 40)
    prepared = preprocess(checkered, 64)
    assert (float(prepared.min()), float(prepared.max())) == (0.0, 1.0)


def test_a_picture_as_thin_as_a_thread_is_refused() -> None:
    with pytest.raises(BadPicture, match="1x5000"):
        preprocess(torch.zeros(1, 3, 5000, 1), 224)
