"""The configuration of a model, read off the shapes of its weights: a checkpoint needs no configuration file beside it.

Where the shapes are those of no such model, `BadCheckpoint` names the first key that says so. Shapes come from
strangers' files, so nothing is built that the file does not have the keys for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from generator.strict import Shape, bad_key, require_shapes, shapes_of

if TYPE_CHECKING:
    from generator.perceptor import ClipConfig
    from generator.vqgan import VqganConfig

VQGAN: Final = "a VQGAN"
CLIP: Final = "a CLIP"
BESIDE: Final = "loss."  # what a VQGAN was trained with may lie beside it in its file
RESOLUTION: Final = 256  # of the training pictures of every published model; shapes do not tell it


def vqgan_config_of(shapes: Mapping[str, Shape]) -> VqganConfig:
    """The configuration of taming's VQGAN with these weights; keys under `loss.` are left alone.

    `attn_resolutions` are those at a resolution of 256, whatever the model was trained at: they say at which depth
    attention stands. Raises `BadCheckpoint` naming the first key that is missing, misshapen or unexpected.
    """
    from generator.vqgan import VqganConfig

    ch, in_channels = _shape(VQGAN, shapes, "encoder.conv_in.weight", 4)[:2]
    widths = [
        _shape(VQGAN, shapes, f"encoder.down.{level}.block.0.conv1.weight", 4)[0]
        for level in range(max(1, _count(shapes, "encoder.down.")))
    ]
    _check_widths(ch, widths)
    attends = [level for level in range(len(widths)) if _count(shapes, f"encoder.down.{level}.attn.")]
    n_embed, embed_dim = _shape(VQGAN, shapes, "quantize.embedding.weight", 2)
    config = VqganConfig(
        ch=ch,
        ch_mult=tuple(width // ch for width in widths),
        num_res_blocks=_count(shapes, "encoder.down.0.block."),
        attn_resolutions=tuple(RESOLUTION >> level for level in reversed(attends)),
        resolution=RESOLUTION,
        z_channels=_shape(VQGAN, shapes, "encoder.conv_out.weight", 4)[0],
        in_channels=in_channels,
        out_ch=_shape(VQGAN, shapes, "decoder.conv_out.weight", 4)[0],
        embed_dim=embed_dim,
        n_embed=n_embed,
    )
    _check_vqgan(config, shapes)
    return config


def clip_config_of(shapes: Mapping[str, Shape]) -> ClipConfig:
    """The configuration of OpenAI's CLIP (vision transformers) with these weights.

    Raises `BadCheckpoint` naming the first key that is missing, misshapen or unexpected.
    """
    from generator.perceptor import ClipConfig
    from generator.transformer import HEAD_WIDTH

    image_width, embed_dim = _shape(CLIP, shapes, "visual.proj", 2)
    patch_size = _shape(CLIP, shapes, "visual.conv1.weight", 4)[2]
    places = _shape(CLIP, shapes, "visual.positional_embedding", 2)[0]
    if places < 2:
        raise bad_key(CLIP, "visual.positional_embedding", f"has {places} places, it must have two at least")
    vocabulary_size, text_width = _shape(CLIP, shapes, "token_embedding.weight", 2)
    for key, width in (("visual.proj", image_width), ("token_embedding.weight", text_width)):
        if width % HEAD_WIDTH:
            raise bad_key(
                CLIP, key, f"({list(shapes[key])}): {width} must be a multiple of {HEAD_WIDTH}, the width of a head"
            )
    config = ClipConfig(
        embed_dim=embed_dim,
        image_size=patch_size * math.isqrt(places - 1),
        patch_size=patch_size,
        image_width=image_width,
        image_layers=_count(shapes, "visual.transformer.resblocks."),
        text_width=text_width,
        text_layers=_count(shapes, "transformer.resblocks."),
        context_length=_shape(CLIP, shapes, "positional_embedding", 2)[0],
        vocabulary_size=vocabulary_size,
    )
    _check_clip(config, shapes)
    return config


def perceptor_name_of(shapes: Mapping[str, Shape]) -> str:
    """The published name of the CLIP with these weights; raises `BadCheckpoint` for one of another size."""
    from generator.perceptor import CONFIGS

    config = clip_config_of(shapes)
    for name, published in CONFIGS.items():
        if config == published:
            return name
    raise bad_key(CLIP, "visual.proj", f"belongs to {config}, known are {', '.join(CONFIGS)}")


def _check_vqgan(config: VqganConfig, shapes: Mapping[str, Shape]) -> None:
    from generator.hollow import hollow
    from generator.vqgan import VqganModel

    with hollow():
        wanted = shapes_of(VqganModel(config).state_dict())
    require_shapes(VQGAN, wanted, {key: shape for key, shape in shapes.items() if not key.startswith(BESIDE)})


def _check_clip(config: ClipConfig, shapes: Mapping[str, Shape]) -> None:
    from generator.hollow import hollow
    from generator.perceptor import ClipPerceptor

    with hollow():
        wanted = shapes_of(ClipPerceptor(config).state_dict())
    require_shapes(CLIP, wanted, shapes)


def _check_widths(ch: int, widths: list[int]) -> None:
    from generator.layers import GROUPS

    for level, width in enumerate(widths):
        if width % ch or width % GROUPS:
            rule = f"makes {width} channels, they must be a multiple of {ch} (`ch`) and of {GROUPS}"
            raise bad_key(VQGAN, f"encoder.down.{level}.block.0.conv1.weight", rule)


def _count(shapes: Mapping[str, Shape], prefix: str) -> int:
    """How many numbers in a row, from 0, follow this prefix in the keys."""
    found = {key[len(prefix) :].partition(".")[0] for key in shapes if key.startswith(prefix)}
    number = 0
    while str(number) in found:
        number += 1
    return number


def _shape(what: str, shapes: Mapping[str, Shape], key: str, rank: int) -> Shape:
    if key not in shapes:
        raise bad_key(what, key, "is missing")
    shape = tuple(shapes[key])
    if len(shape) != rank or min(shape) < 1:
        raise bad_key(what, key, f"is {list(shape)}, it must have {rank} dimensions, none of them empty")
    return shape
