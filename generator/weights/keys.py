"""The many names of the same tensors: what publishers call them, to what the models here call them.

VQGAN keeps taming's keys, CLIP gets OpenAI's (from those of transformers and of open_clip with timm's vision tower),
an upscaler basicsr's (from both older styles of ESRGAN), an aesthetic head keeps its own. Whatever else a training
left in the file (optimizer, perceptual loss, averages, counters) is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from generator.errors import BadCheckpoint
from generator.weights.manifest import Kind

if TYPE_CHECKING:
    from torch import Tensor

Tensors = Mapping[str, "Tensor"]
Rules = tuple[tuple[str, str], ...]

_VQGAN: Final = ("encoder.", "decoder.", "quantize.", "quant_conv.", "post_quant_conv.", "loss.discriminator.")
_CLIP_COUNTERS: Final = re.compile(
    r"input_resolution|context_length|vocab_size|(.*\.)?(position_ids|attn_mask)|logit_bias"
)

# transformers' names (CLIPModel) to OpenAI's. The three projections of attention are joined afterwards.
_TRANSFORMERS: Final[Rules] = (
    (r"text_model\.embeddings\.token_embedding\.weight", "token_embedding.weight"),
    (r"text_model\.embeddings\.position_embedding\.weight", "positional_embedding"),
    (r"text_model\.final_layer_norm\.", "ln_final."),
    (r"text_model\.encoder\.layers\.", "transformer.resblocks."),
    (r"text_projection\.weight", "text_projection"),
    (r"vision_model\.embeddings\.class_embedding", "visual.class_embedding"),
    (r"vision_model\.embeddings\.patch_embedding\.weight", "visual.conv1.weight"),
    (r"vision_model\.embeddings\.position_embedding\.weight", "visual.positional_embedding"),
    (r"vision_model\.pre_layrnorm\.", "visual.ln_pre."),  # spelled so by its publishers
    (r"vision_model\.post_layernorm\.", "visual.ln_post."),
    (r"vision_model\.encoder\.layers\.", "visual.transformer.resblocks."),
    (r"visual_projection\.weight", "visual.proj"),
    (r"(resblocks\.\d+)\.self_attn\.", r"\1.attn."),
    (r"(resblocks\.\d+)\.layer_norm([12])\.", r"\1.ln_\2."),
    (r"(resblocks\.\d+)\.mlp\.fc1\.", r"\1.mlp.c_fc."),
    (r"(resblocks\.\d+)\.mlp\.fc2\.", r"\1.mlp.c_proj."),
)
# timm's names of a vision transformer inside of open_clip, and open_clip's prefix of a text tower of its own.
_TIMM: Final[Rules] = (
    (r"^text\.", ""),
    (r"visual\.trunk\.cls_token", "visual.class_embedding"),
    (r"visual\.trunk\.pos_embed", "visual.positional_embedding"),
    (r"visual\.trunk\.patch_embed\.proj\.weight", "visual.conv1.weight"),
    (r"visual\.trunk\.norm_pre\.", "visual.ln_pre."),
    (r"visual\.trunk\.norm\.", "visual.ln_post."),
    (r"visual\.(trunk\.head|head\.proj)\.weight", "visual.proj"),
    (r"visual\.trunk\.blocks\.", "visual.transformer.resblocks."),
    (r"(resblocks\.\d+)\.attn\.qkv\.", r"\1.attn.in_proj_"),
    (r"(resblocks\.\d+)\.attn\.proj\.", r"\1.attn.out_proj."),
    (r"(resblocks\.\d+)\.norm([12])\.", r"\1.ln_\2."),
    (r"(resblocks\.\d+)\.mlp\.fc1\.", r"\1.mlp.c_fc."),
    (r"(resblocks\.\d+)\.mlp\.fc2\.", r"\1.mlp.c_proj."),
)
# ESRGAN's first names (numbered places in nested sequences) and its second ones to basicsr's.
_ESRGAN: Final[Rules] = (
    (r"^model\.0\.", "conv_first."),
    (r"^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.", r"body.\1.rdb\2.conv\3."),
    (r"^model\.1\.sub\.\d+\.(weight|bias)$", r"conv_body.\1"),
    (r"^model\.3\.", "conv_up1."),
    (r"^model\.6\.", "conv_up2."),
    (r"^model\.8\.", "conv_hr."),
    (r"^model\.10\.", "conv_last."),
    (r"^RRDB_trunk\.(\d+)\.RDB(\d)\.", r"body.\1.rdb\2."),
    (r"^trunk_conv\.", "conv_body."),
    (r"^upconv([12])\.", r"conv_up\1."),
    (r"^HRconv\.", "conv_hr."),
)


def kind_of(tensors: Tensors) -> Kind | None:
    """What kind of model has these keys; None where it is none of ours."""
    for kind, signs in _SIGNS:
        if any(sign in tensors for sign in signs):
            return kind
    is_head = len(tensors) <= 20 and all(re.fullmatch(r"(.*\.)?(weight|bias)", key) for key in tensors)
    return "head" if is_head and any(tensor.shape[:1] == (1,) for tensor in tensors.values()) else None


def translated(kind: Kind, tensors: Tensors) -> dict[str, Tensor]:
    """The tensors of a model under the keys that are used here; raises `BadCheckpoint` naming a key that lacks."""
    return _TRANSLATORS[kind](tensors)


_SIGNS: Final[tuple[tuple[Kind, tuple[str, ...]], ...]] = (
    ("vqgan", ("quantize.embedding.weight", "decoder.conv_in.weight", "encoder.conv_in.weight")),
    (
        "clip",
        (
            "visual.proj",
            "visual.conv1.weight",
            "visual.trunk.cls_token",
            "text_model.embeddings.token_embedding.weight",
            "vision_model.embeddings.class_embedding",
            "text_projection",
        ),
    ),
    ("upscaler", ("conv_first.weight", "model.0.weight", "RRDB_trunk.0.RDB1.conv1.weight", "conv_last.weight")),
)


def _vqgan(tensors: Tensors) -> dict[str, Tensor]:
    return {key: tensor for key, tensor in tensors.items() if key.startswith(_VQGAN)}


def _clip(tensors: Tensors) -> dict[str, Tensor]:
    kept = {key: tensor for key, tensor in tensors.items() if not _CLIP_COUNTERS.fullmatch(key)}
    if any(key.startswith(("text_model.", "vision_model.")) for key in kept):
        return _joined(_turned(_renamed(kept, _TRANSFORMERS), ("visual.proj", "text_projection")))
    if any(key.startswith("visual.trunk.") for key in kept):
        return _flattened(_turned(_renamed(kept, _TIMM), ("visual.proj",)))
    return kept


def _upscaler(tensors: Tensors) -> dict[str, Tensor]:
    return _renamed(tensors, _ESRGAN)


def _renamed(tensors: Tensors, rules: Rules) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for old, tensor in tensors.items():
        key = old
        for pattern, name in rules:
            key = re.sub(pattern, name, key)
        if key in found:
            raise BadCheckpoint(f"{old[:200]!r} is there twice, under two names of {key[:200]!r}", key=old[:200])
        found[key] = tensor
    return found


def _turned(tensors: dict[str, Tensor], keys: tuple[str, ...]) -> dict[str, Tensor]:
    """Matrices of linear layers, [out, in], as the bare matrices that OpenAI multiplies by from the right."""
    return {key: tensor.T if key in keys and tensor.ndim == 2 else tensor for key, tensor in tensors.items()}


def _flattened(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """timm's class token [1,1,w] and places [1,n,w] without the dimensions of one."""
    shapes = {"visual.class_embedding": -1, "visual.positional_embedding": -2}
    for key, start in shapes.items():
        if key in tensors:
            tensors[key] = tensors[key].reshape(tensors[key].shape[start:])
    return tensors


def _joined(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """q, k and v of each attention as one matrix, in this order."""
    import torch

    found: dict[str, Tensor] = {}
    for key, tensor in tensors.items():
        part = re.fullmatch(r"(.*\.attn\.)([qkv])_proj\.(weight|bias)", key)
        if part is None:
            found[key] = tensor
        elif part[2] == "q":
            names = [f"{part[1]}{letter}_proj.{part[3]}" for letter in "qkv"]
            if lacking := [name for name in names if name not in tensors]:
                raise BadCheckpoint(f"{lacking[0][:200]!r} is missing beside {key[:200]!r}", key=lacking[0][:200])
            if len({tensors[name].shape for name in names}) != 1:
                raise BadCheckpoint(f"{key[:200]!r} and its k and v differ in shape", key=key[:200])
            found[f"{part[1]}in_proj_{part[3]}"] = torch.cat([tensors[name] for name in names])
    return found


_TRANSLATORS: Final[dict[Kind, Callable[[Tensors], dict[str, Tensor]]]] = {
    "vqgan": _vqgan,
    "clip": _clip,
    "head": dict,
    "upscaler": _upscaler,
}
