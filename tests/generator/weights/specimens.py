"""Files of weights as others publish them, small but of the true key layout, and files that mean harm."""

from __future__ import annotations

import argparse
import itertools
import os
import pathlib
import pickle
import re
import sys
import types
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from generator.perceptor import ClipConfig
from generator.vqgan import VqganConfig
from tests.generator.oracles import clip_weights, vqgan_weights

SMALL_VQGAN = VqganConfig(
    ch=32, ch_mult=(1, 2), num_res_blocks=1, attn_resolutions=(128,), z_channels=16, embed_dim=16, n_embed=8
)
SMALL_CLIP = ClipConfig(
    embed_dim=64,
    image_size=32,
    patch_size=16,
    image_width=64,
    image_layers=2,
    text_width=64,
    text_layers=2,
    context_length=8,
    vocabulary_size=50,
)


@cache
def vqgan() -> Mapping[str, Tensor]:
    """A small VQGAN with the discriminator that taming keeps beside it."""
    return dict(vqgan_weights(SMALL_VQGAN)) | discriminator()


def discriminator() -> dict[str, Tensor]:
    """A patch discriminator's keys as taming has them, with the counters of its normalization."""
    found: dict[str, Tensor] = {}
    widths = (3, 8, 16, 16)
    for place, (before, after) in zip((0, 2, 5), itertools.pairwise(widths), strict=True):
        found[f"loss.discriminator.main.{place}.weight"] = _numbers(after, before, 4, 4)
        if place:
            norm = f"loss.discriminator.main.{place + 1}"
            found |= {f"{norm}.{name}": _numbers(after) for name in ("weight", "bias", "running_mean")}
            found[f"{norm}.running_var"] = _numbers(after).abs()
            found[f"{norm}.num_batches_tracked"] = torch.tensor(1234)
    found["loss.discriminator.main.0.bias"] = _numbers(8)
    found["loss.discriminator.main.8.weight"] = _numbers(1, 16, 4, 4)
    found["loss.discriminator.main.8.bias"] = _numbers(1)
    return found


@cache
def clip() -> Mapping[str, Tensor]:
    """A small CLIP with OpenAI's keys."""
    return clip_weights(SMALL_CLIP)


def head(width: int = 512) -> dict[str, Tensor]:
    """LAION's linear head."""
    return {"weight": _numbers(1, width), "bias": _numbers(1)}


def deep_head() -> dict[str, Tensor]:
    """The improved predictor's five layers."""
    sizes, places = (768, 1024, 128, 64, 16, 1), (0, 2, 4, 6, 7)
    found: dict[str, Tensor] = {}
    for place, before, after in zip(places, sizes, sizes[1:], strict=False):
        found |= {f"layers.{place}.weight": _numbers(after, before), f"layers.{place}.bias": _numbers(after)}
    return found


def upscaler(blocks: int = 2, width: int = 8, grow: int = 4) -> dict[str, Tensor]:
    """An RRDBNet with basicsr's keys."""
    sides = dict.fromkeys(("conv_body", "conv_up1", "conv_up2", "conv_hr"), (width, width))
    sides |= {"conv_first": (width, 3), "conv_last": (3, width)}
    for block in range(blocks):
        for dense in (1, 2, 3):
            for conv in (1, 2, 3, 4, 5):
                out = width if conv == 5 else grow
                sides[f"body.{block}.rdb{dense}.conv{conv}"] = (out, width + (conv - 1) * grow)
    found: dict[str, Tensor] = {}
    for name, (after, before) in sides.items():
        found |= {f"{name}.weight": _numbers(after, before, 3, 3), f"{name}.bias": _numbers(after)}
    return found


def esrgan_first(tensors: Mapping[str, Tensor], blocks: int = 2) -> dict[str, Tensor]:
    """The same with the numbered places of ESRGAN's first release."""
    sides = {"conv_first": "0", "conv_body": f"1.sub.{blocks}", "conv_up1": "3", "conv_up2": "6"}
    sides |= {"conv_hr": "8", "conv_last": "10"}
    found = {}
    for key, tensor in tensors.items():
        name, _, end = key.rpartition(".")
        dense = re.fullmatch(r"body\.(\d+)\.rdb(\d)\.conv(\d)", name)
        place = f"1.sub.{dense[1]}.RDB{dense[2]}.conv{dense[3]}.0" if dense else sides[name]
        found[f"model.{place}.{end}"] = tensor
    return found


def esrgan_second(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same with the names of ESRGAN's second release."""
    names = (("body", "RRDB_trunk"), ("rdb", "RDB"), ("conv_hr", "HRconv"), ("conv_body", "trunk_conv"))
    names += (("conv_up", "upconv"),)
    found = {}
    for key, tensor in tensors.items():
        new = key
        for ours, theirs in names:
            new = re.sub(rf"(^|\.){ours}(?=[\d.])", rf"\1{theirs}", new)
        found[new] = tensor
    return found


def timm_style(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A CLIP as open_clip saves one whose image tower is timm's and whose text tower stands apart."""
    places = {
        "visual.class_embedding": "visual.trunk.cls_token",
        "visual.positional_embedding": "visual.trunk.pos_embed",
        "visual.conv1.weight": "visual.trunk.patch_embed.proj.weight",
        "visual.proj": "visual.head.proj.weight",
        "logit_scale": "logit_scale",
    }
    found: dict[str, Tensor] = {}
    for key, tensor in tensors.items():
        name = places.get(key, key)
        if key.startswith("visual.") and name == key:
            name = key.replace("visual.ln_pre", "visual.trunk.norm_pre").replace("visual.ln_post", "visual.trunk.norm")
            name = name.replace("visual.transformer.resblocks", "visual.trunk.blocks").replace(".ln_", ".norm")
            name = name.replace("attn.in_proj_", "attn.qkv.").replace("attn.out_proj", "attn.proj")
            name = name.replace("mlp.c_fc", "mlp.fc1").replace("mlp.c_proj", "mlp.fc2")
        elif name == key:
            name = f"text.{key}"
        turned = tensor.T.contiguous() if key == "visual.proj" else tensor
        found[name] = (
            turned[None, None] if name.endswith("cls_token") else turned[None] if "pos_embed" in name else turned
        )
    return found


def _numbers(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


# --- what a training leaves in a file ------------------------------------------------------------


@contextmanager
def training_programs() -> Iterator[types.SimpleNamespace]:
    """Classes under the names of training programs, importable while the block lasts, gone when the file is read."""
    made = {
        "pytorch_lightning.callbacks.model_checkpoint": type("ModelCheckpoint", (), {}),
        "pytorch_lightning.utilities.parsing": type("AttributeDict", (dict,), {}),
        "omegaconf.dictconfig": type("DictConfig", (), {}),
    }
    modules = {part for name in made for part in _prefixes(name)}
    for name in modules:
        sys.modules[name] = types.ModuleType(name)
    for name, cls in made.items():
        cls.__module__ = name
        setattr(sys.modules[name], cls.__name__, cls)
    try:
        yield types.SimpleNamespace(**{cls.__name__: cls for cls in made.values()})
    finally:
        for name in modules:
            del sys.modules[name]


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def lightning(path: Path, tensors: Mapping[str, Tensor], **saving: object) -> Path:
    """A checkpoint as pytorch-lightning writes one: weights, perceptual loss, optimizer, callbacks, settings."""
    with training_programs() as programs:
        settings = programs.AttributeDict(n_embed=8, lr=4.5e-6, path=pathlib.PurePosixPath("logs"))
        config = programs.DictConfig()
        config.content = {"target": "taming.models.vqgan.VQModel"}
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        by_name["epochs"].append(3)
        state = OrderedDict(tensors) | {
            "loss.perceptual_loss.net.slice1.0.weight": torch.ones(64, 3, 3, 3),
            "model_ema.decay": torch.tensor(0.99),
        }
        content = {
            "epoch": 3,
            "global_step": 8_145_600,
            "pytorch-lightning_version": "1.0.8",
            "callbacks": {programs.ModelCheckpoint: {"best_model_score": np.float64(0.25), "dirpath": "logs"}},
            "optimizer_states": [{"state": {0: {"exp_avg": torch.ones(1000), "step": 3}}, "param_groups": [{"lr": 1}]}],
            "lr_schedulers": [],
            "state_dict": state,
            "hparams_name": "kwargs",
            "hyper_parameters": settings,
            "config": config,
            "arguments": argparse.Namespace(seed=23, base=["x"]),
            "counts": by_name,
        }
        torch.save(content, path, **saving)  # type: ignore[arg-type]
    return path


# --- harm ----------------------------------------------------------------------------------------


class Call:
    """Pickles as a call of a function: whoever unpickles it without care, runs it."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def hostile_calls(marker: Path) -> dict[str, Call]:
    """Calls that leave a file at `marker`, each by another way."""
    import importlib
    import subprocess

    code = f"open({str(marker)!r}, 'w').close()"
    numpy_runs = importlib.import_module("numpy.testing._private.utils").runstring
    return {
        "os.system": Call(os.system, f"touch {marker}"),
        "subprocess": Call(subprocess.check_call, ["touch", str(marker)]),
        "exec": Call(exec, code),
        "eval": Call(eval, f"open({str(marker)!r}, 'w')"),
        "open": Call(open, str(marker), "w"),
        "numpy": Call(numpy_runs, code, {}),
        "torch": Call(torch.save, {}, str(marker)),
    }


def hostile(path: Path, call: Call, **saving: object) -> Path:
    """A file of weights that makes this call when it is read."""
    torch.save(dict(head()) | {"extra": call}, path, **saving)  # type: ignore[arg-type]
    return path


def torchscript(path: Path) -> Path:
    """A program of TorchScript, as OpenAI publishes CLIP."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that it will go away
        torch.jit.save(torch.jit.script(torch.nn.Linear(512, 1)), str(path))  # type: ignore[no-untyped-call]
    return path


def repacked(source: Path, target: Path, pickled: bytes | None = None, method: int = zipfile.ZIP_STORED) -> Path:
    """The same zip file with another pickle, or packed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, pickled if pickled is not None and name.endswith("/data.pkl") else data)
    return target


def modern_pickle(call: Call) -> bytes:
    """The call in protocol 4, which names what it imports by strings on the stack."""
    return pickle.dumps({"weight": call}, protocol=4)
