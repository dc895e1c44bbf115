"""Configurations are read off shapes; shapes of no such model are refused by the first key that tells."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from generator.architecture import clip_config_of, perceptor_name_of, vqgan_config_of
from generator.errors import BadCheckpoint
from generator.perceptor import CONFIGS, ClipConfig, ClipPerceptor
from generator.strict import Shape, shapes_of
from generator.vqgan import VqganConfig, VqganModel

SMALL_VQGAN = VqganConfig(
    ch=32, ch_mult=(1, 2), num_res_blocks=1, attn_resolutions=(128,), z_channels=24, embed_dim=16, n_embed=80
)
VQGANS = [
    VqganConfig(),
    VqganConfig(n_embed=1024),
    VqganConfig(ch_mult=(1, 1, 2, 4), attn_resolutions=(32,), z_channels=8, embed_dim=4, n_embed=256),
    replace(SMALL_VQGAN, attn_resolutions=()),
    replace(SMALL_VQGAN, num_res_blocks=3, attn_resolutions=(128, 256)),
]
SMALL_CLIP = ClipConfig(96, 48, 16, 128, 3, 192, 2, context_length=20, vocabulary_size=600)


def vqgan_shapes(config: VqganConfig) -> dict[str, Shape]:
    with torch.device("meta"):
        return shapes_of(VqganModel(config).state_dict())


def clip_shapes(config: ClipConfig) -> dict[str, Shape]:
    with torch.device("meta"):
        return shapes_of(ClipPerceptor(config).state_dict())


@pytest.mark.parametrize("config", VQGANS, ids=str)
def test_a_vqgan_is_known_by_its_shapes(config: VqganConfig) -> None:
    found = vqgan_config_of({**vqgan_shapes(config), "loss.discriminator.main.0.weight": (64, 3, 4, 4)})
    assert set(found.attn_resolutions) == set(config.attn_resolutions)
    assert replace(found, attn_resolutions=config.attn_resolutions) == config


@pytest.mark.parametrize("config", [SMALL_CLIP, *CONFIGS.values()], ids=str)
def test_a_clip_is_known_by_its_shapes(config: ClipConfig) -> None:
    assert clip_config_of(clip_shapes(config)) == config


def test_a_published_clip_is_known_by_name() -> None:
    assert {name: perceptor_name_of(clip_shapes(config)) for name, config in CONFIGS.items()} == {
        name: name for name in CONFIGS
    }
    with pytest.raises(BadCheckpoint, match="known are clip-vit-b-32"):
        perceptor_name_of(clip_shapes(SMALL_CLIP))


def check_without(shapes: dict[str, Shape], key: str, config_of: Callable[[dict[str, Shape]], object]) -> None:
    with pytest.raises(BadCheckpoint, match="is missing") as caught:
        config_of({other: shape for other, shape in shapes.items() if other != key})
    assert caught.value.evidence["key"] == key


@pytest.mark.parametrize("every", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_a_vqgan_that_lacks_any_key_is_refused_by_it(every: int) -> None:
    shapes = vqgan_shapes(SMALL_VQGAN)
    for key in list(shapes)[::every]:
        check_without(shapes, key, vqgan_config_of)


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_clip_that_lacks_any_key_is_refused_by_it(every: int) -> None:
    shapes = clip_shapes(replace(SMALL_CLIP, image_layers=1, text_layers=1))
    for key in list(shapes)[::every]:
        check_without(shapes, key, clip_config_of)


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("encoder.conv_in.weight", (0, 3, 3, 3)),
        ("encoder.conv_in.weight", (32,)),
        ("encoder.conv_in.weight", ()),
        ("encoder.down.0.block.0.conv1.weight", (33, 32, 3, 3)),
        ("encoder.down.1.block.0.conv1.weight", (48, 32, 3, 3)),
        ("quantize.embedding.weight", (80,)),
        ("quantize.embedding.weight", (80, 0)),
        ("quant_conv.weight", (16, 24, 3, 3)),
        ("decoder.up.0.block.1.norm1.bias", (31,)),
        ("decoder.extra", (1,)),
    ],
)
def test_a_vqgan_with_a_wrong_shape_is_refused_by_its_key(key: str, shape: Shape) -> None:
    with pytest.raises(BadCheckpoint) as caught:
        vqgan_config_of({**vqgan_shapes(SMALL_VQGAN), key: shape})
    assert caught.value.evidence["key"] in str(caught.value)


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("visual.proj", (100, 96)),
        ("visual.proj", (0, 96)),
        ("visual.positional_embedding", (11, 128)),
        ("visual.positional_embedding", (1, 128)),
        ("visual.conv1.weight", (128, 3, 16, 8)),
        ("token_embedding.weight", (600, 100)),
        ("positional_embedding", (20, 64)),
        ("logit_scale", (1,)),
        ("input_resolution", ()),
    ],
)
def test_a_clip_with_a_wrong_shape_is_refused_by_its_key(key: str, shape: Shape) -> None:
    with pytest.raises(BadCheckpoint) as caught:
        clip_config_of({**clip_shapes(SMALL_CLIP), key: shape})
    assert caught.value.evidence["key"] in str(caught.value)


@pytest.mark.parametrize(
    ("shapes", "key"),
    [
        ({}, "encoder.conv_in.weight"),
        (clip_shapes(SMALL_CLIP), "encoder.conv_in.weight"),
        ({"quantize.embed.weight": (8192, 256), **vqgan_shapes(SMALL_VQGAN)}, "quantize.embed.weight"),
    ],
    ids=["nothing", "a CLIP", "a Gumbel VQGAN"],
)
def test_another_model_is_no_vqgan(shapes: dict[str, Shape], key: str) -> None:
    with pytest.raises(BadCheckpoint, match="weights of a VQGAN") as caught:
        vqgan_config_of(shapes)
    assert caught.value.evidence["key"] == key


@pytest.mark.parametrize("shapes", [{}, vqgan_shapes(SMALL_VQGAN), {"visual.layer1.0.conv1.weight": (64, 64, 1, 1)}])
def test_another_model_is_no_clip(shapes: dict[str, Shape]) -> None:
    with pytest.raises(BadCheckpoint, match="weights of a CLIP") as caught:
        clip_config_of(shapes)
    assert caught.value.evidence["key"] == "visual.proj"


def test_importing_it_does_not_import_torch() -> None:
    script = "import sys, generator.architecture; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
