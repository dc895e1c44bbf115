from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.judges.embed import embed_pictures
from generator.judges.realism import as_images
from generator.mini.load import load_mini
from generator.perceptor import ClipPerceptor, build_perceptor
from generator.preprocess import preprocess
from tests.generator.oracles import clip_weights
from tests.generator.weights.specimens import SMALL_CLIP

from .shown import picture


@pytest.fixture(scope="module")
def clip() -> ClipPerceptor:
    return build_perceptor("clip-vit-b-32", clip_weights(SMALL_CLIP), "cpu", "fp32", SMALL_CLIP)


def test_a_clip_sees_what_openais_preprocessing_makes(clip: ClipPerceptor) -> None:
    wide = np.concatenate([picture(1), picture(2)], axis=1)
    (found,) = embed_pictures(clip, [wide])
    (expected,) = clip.embed_images(preprocess(as_images([wide]), clip.input_size))
    assert found == pytest.approx(expected.numpy(), abs=1e-6)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_a_picture_has_the_same_embedding_in_any_batch(clip: ClipPerceptor) -> None:
    shown = [picture(1), picture(2, 128), picture(3, 48)]
    for perceptor in (clip, load_mini().perceptor):
        together = embed_pictures(perceptor, shown)
        alone = np.concatenate([embed_pictures(perceptor, [one]) for one in shown])
        assert np.array_equal(together, alone)
    assert embed_pictures(clip, []).shape == (0, 0)


def test_no_gradient_is_kept(clip: ClipPerceptor) -> None:
    with torch.enable_grad():
        assert embed_pictures(clip, [picture()]).dtype == np.float32
