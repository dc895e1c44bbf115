"""Other people's VQGAN and CLIP with our weights in them: `diffusers` VQModel and `transformers` CLIPModel.

Weights are seeded noise of the true architecture's shapes and of a sane scale. The maps from our keys (taming's and
OpenAI's) to theirs are written here by hand, apart from the converters of the product.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from generator.perceptor import ClipConfig, ClipPerceptor
from generator.vqgan import VqganConfig, VqganModel

if TYPE_CHECKING:
    from diffusers.models.autoencoders.vq_model import VQModel
    from transformers.models.clip.modeling_clip import CLIPModel

PERIOD = 1_000_003  # a prime: noise is repeated, since drawing a hundred million numbers takes a second


def noise_weights(module: nn.Module, seed: int = 0) -> dict[str, Tensor]:
    """Weights for every key of a module (which may be on "meta") that keep activations at about their size."""
    draw = torch.randn(PERIOD, generator=torch.Generator().manual_seed(seed))
    return {key: _noise(key, tensor, draw) for key, tensor in module.state_dict().items()}


def _noise(key: str, like: Tensor, draw: Tensor) -> Tensor:
    count = like.numel()
    values = draw.repeat(-(-count // PERIOD))[:count].view(like.shape)
    if key.endswith("bias"):
        return values * 0.02
    if like.ndim < 2:
        return 1 + values * 0.1 if "class_embedding" not in key else values * 0.05
    if "embedding" in key and "quantize" not in key:
        return values * 0.05
    if key in ("text_projection", "visual.proj"):
        return values / math.sqrt(like.shape[0])
    return values / math.sqrt(like[0].numel())


def clip_weights(config: ClipConfig, seed: int = 0) -> dict[str, Tensor]:
    """Noise for a CLIP, with OpenAI's keys."""
    with torch.device("meta"):
        model = ClipPerceptor(config)
    return noise_weights(model, seed)


def vqgan_weights(config: VqganConfig, seed: int = 0) -> dict[str, Tensor]:
    """Noise for a VQGAN, with taming's keys."""
    with torch.device("meta"):
        model = VqganModel(config)
    return noise_weights(model, seed)


def clip_oracle(config: ClipConfig, weights: Mapping[str, Tensor]) -> CLIPModel:
    """`transformers` CLIPModel of the same sizes with the same weights."""
    from transformers.models.clip.configuration_clip import CLIPConfig
    from transformers.models.clip.modeling_clip import CLIPModel

    shared = {"projection_dim": config.embed_dim, "hidden_act": "quick_gelu"}
    text = _tower(config.text_width, config.text_layers) | {
        "vocab_size": config.vocabulary_size,
        "max_position_embeddings": config.context_length,
    }
    image = _tower(config.image_width, config.image_layers) | {
        "image_size": config.image_size,
        "patch_size": config.patch_size,
    }
    theirs = CLIPConfig(text_config=text | shared, vision_config=image | shared, projection_dim=config.embed_dim)
    with torch.device("meta"):
        model = CLIPModel(theirs)
    model.load_state_dict(_clip_keys(weights), strict=True, assign=True)
    for module in (model.text_model.embeddings, model.vision_model.embeddings):
        places = module.position_embedding.num_embeddings
        module.position_ids = torch.arange(places).expand(1, -1)
    return model.eval().requires_grad_(False)


def _tower(width: int, layers: int) -> dict[str, object]:
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": width // 64,
    }


CLIP_NAMES = (
    (r"^visual\.transformer\.resblocks", "vision_model.encoder.layers"),
    (r"^transformer\.resblocks", "text_model.encoder.layers"),
    (r"\.ln_1\.", ".layer_norm1."),
    (r"\.ln_2\.", ".layer_norm2."),
    (r"\.attn\.out_proj\.", ".self_attn.out_proj."),
    (r"\.mlp\.c_fc\.", ".mlp.fc1."),
    (r"\.mlp\.c_proj\.", ".mlp.fc2."),
    (r"^token_embedding", "text_model.embeddings.token_embedding"),
    (r"^positional_embedding$", "text_model.embeddings.position_embedding.weight"),
    (r"^ln_final", "text_model.final_layer_norm"),
    (r"^text_projection$", "text_projection.weight"),
    (r"^visual\.class_embedding$", "vision_model.embeddings.class_embedding"),
    (r"^visual\.positional_embedding$", "vision_model.embeddings.position_embedding.weight"),
    (r"^visual\.conv1\.weight$", "vision_model.embeddings.patch_embedding.weight"),
    (r"^visual\.ln_pre", "vision_model.pre_layrnorm"),
    (r"^visual\.ln_post", "vision_model.post_layernorm"),
    (r"^visual\.proj$", "visual_projection.weight"),
)


def _clip_keys(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for key, tensor in weights.items():
        name = _renamed(key, CLIP_NAMES)
        if ".attn.in_proj_" in name:
            for letter, part in zip("qkv", tensor.chunk(3), strict=True):
                found[name.replace(".attn.in_proj_", f".self_attn.{letter}_proj.")] = part
        else:
            found[name] = tensor.T if name.endswith("projection.weight") else tensor
    return found


def _renamed(key: str, names: tuple[tuple[str, str], ...]) -> str:
    for pattern, name in names:
        key = re.sub(pattern, name, key)
    return key


def vqgan_oracle(config: VqganConfig, weights: Mapping[str, Tensor]) -> VQModel:
    """`diffusers` VQModel of the same sizes with the same weights."""
    from diffusers.models.autoencoders.vq_model import VQModel

    attends = [config.attends(level) for level in range(len(config.ch_mult))]
    with torch.device("meta"):
        model = VQModel(
            down_block_types=tuple("AttnDownEncoderBlock2D" if here else "DownEncoderBlock2D" for here in attends),
            up_block_types=tuple("AttnUpDecoderBlock2D" if here else "UpDecoderBlock2D" for here in reversed(attends)),
            block_out_channels=config.widths(),
            layers_per_block=config.num_res_blocks,
            latent_channels=config.z_channels,
            num_vq_embeddings=config.n_embed,
            vq_embed_dim=config.embed_dim,
        )
    model.load_state_dict(_vqgan_keys(config, weights), strict=True, assign=True)
    return model.eval().requires_grad_(False)


VQGAN_NAMES = (
    (r"\.mid\.block_1\.", ".mid_block.resnets.0."),
    (r"\.mid\.block_2\.", ".mid_block.resnets.1."),
    (r"\.mid\.attn_1\.", ".mid_block.attentions.0."),
    (r"^encoder\.down\.(\d+)\.block\.", r"encoder.down_blocks.\1.resnets."),
    (r"^encoder\.down\.(\d+)\.attn\.", r"encoder.down_blocks.\1.attentions."),
    (r"^encoder\.down\.(\d+)\.downsample\.", r"encoder.down_blocks.\1.downsamplers.0."),
    (r"^decoder\.up\.(\d+)\.block\.", r"decoder.up_blocks.\1.resnets."),
    (r"^decoder\.up\.(\d+)\.attn\.", r"decoder.up_blocks.\1.attentions."),
    (r"^decoder\.up\.(\d+)\.upsample\.", r"decoder.up_blocks.\1.upsamplers.0."),
    (r"\.nin_shortcut\.", ".conv_shortcut."),
    (r"\.norm_out\.", ".conv_norm_out."),
    (r"(attentions\.\d+)\.norm\.", r"\1.group_norm."),
    (r"(attentions\.\d+)\.([qkv])\.", r"\1.to_\2."),
    (r"(attentions\.\d+)\.proj_out\.", r"\1.to_out.0."),
)


def _vqgan_keys(config: VqganConfig, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    deepest = len(config.ch_mult) - 1

    def mirrored(
        found: re.Match[str],
    ) -> str:  # taming counts levels from the finest, diffusers' decoder from the first
        return f"decoder.up_blocks.{deepest - int(found[1])}."

    renamed = {
        re.sub(r"^decoder\.up_blocks\.(\d+)\.", mirrored, _renamed(key, VQGAN_NAMES)): tensor
        for key, tensor in weights.items()
    }
    linear = re.compile(r"attentions\.\d+\.to_.*weight$")  # 1x1 convolutions there, linear layers here
    return {key: tensor.flatten(1) if linear.search(key) else tensor for key, tensor in renamed.items()}
