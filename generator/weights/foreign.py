"""Weights as others publish them: whichever file it is, a mapping from keys to sound tensors comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.errors import BadCheckpoint
from generator.weights.manifest import printable
from generator.weights.pickles import LEGACY, ZIP, read_pickled
from generator.weights.tensors import DTYPES

if TYPE_CHECKING:
    from torch import Tensor

_WRAPPERS: Final = ("state_dict", "params_ema", "params")  # lightning's; basicsr's averaged weights, then its raw ones
_STRANGERS: Final = (
    (b"version https://git-lfs", "is a pointer of Git LFS, not the file it stands for: download the file itself"),
    (b"<!doctype", "is a web page, not weights: the address shows a page about the file"),
    (b"<html", "is a web page, not weights: the address shows a page about the file"),
    (b"\x89HDF", "is an HDF5 file: weights of PyTorch are wanted"),
    (b"GGUF", "is a GGUF file: weights of PyTorch are wanted"),
)


def read_foreign(path: Path) -> dict[str, Tensor]:
    """The tensors of a .ckpt, .pt, .pth, .bin or .safetensors file, told by its bytes, not by its name.

    Nothing in the file is run. Raises `BadCheckpoint` for one that is damaged, hostile or no weights at all.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(64)
    except OSError as error:
        raise BadCheckpoint(f"{path} cannot be read ({error.strerror}): check the path and its rights") from None
    if start.startswith((ZIP, LEGACY)):
        return _tensors(path, _unwrap(read_pickled(path)))
    if start[8:9] == b"{":
        return _tensors(path, _read_safetensors(path))
    told = next((what for mark, what in _STRANGERS if start.lower().lstrip().startswith(mark.lower())), None)
    what = told or f"is no file of weights that nftd reads (it begins with {start[:8].hex(' ') or 'nothing'})"
    raise BadCheckpoint(f"{path.name} {what}", file=path.name)


def _read_safetensors(path: Path) -> Mapping[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, ValueError, KeyError) as error:  # the latter two: a type of number that torch lacks
        reason = printable(" ".join(str(error).split())[:160])
        raise BadCheckpoint(
            f"{path.name} ({path.stat().st_size:,} bytes) is cut off or damaged ({reason}): fetch it again",
            file=path.name,
        ) from None


def _unwrap(content: object) -> object:
    """The state dict inside of what a training program saved."""
    for name in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(name), Mapping):
            return content[name]
    return content


def _tensors(path: Path, content: object) -> dict[str, Tensor]:
    if not isinstance(content, Mapping) or not content:
        raise BadCheckpoint(f"{path.name} holds no state dict but a {type(content).__name__}", file=path.name)
    found = {}
    for key, value in content.items():
        if not isinstance(key, str):
            raise BadCheckpoint(f"{path.name} holds no state dict: a key is a {type(key).__name__}", file=path.name)
        if is_tensor(value):
            found[key.removeprefix("module.")] = value.detach()
    if not found:
        raise BadCheckpoint(f"{path.name} holds no tensors: its keys are {_few(content)}", file=path.name)
    return found


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor, of whatever kind."""
    import torch

    return isinstance(value, torch.Tensor)


def require_sound(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Raise `BadCheckpoint` naming the first tensor that is not what weights are made of: plain finite numbers.

    A small file can claim a tensor of any size by naming the same numbers again and again; such a one is refused.
    """
    for key, tensor in tensors.items():
        if fault := _fault(tensor):
            raise BadCheckpoint(f"{path.name}: {key[:200]!r} {fault}", file=path.name, key=key[:200])


def _fault(tensor: Tensor) -> str | None:
    import torch

    if type(tensor) is not torch.Tensor or tensor.layout != torch.strided or tensor.device.type != "cpu":
        return f"is no plain tensor but {type(tensor).__name__}, {tensor.layout} on {tensor.device}"
    if str(tensor.dtype).removeprefix("torch.") not in DTYPES:
        return f"is of {tensor.dtype}: {', '.join(DTYPES)} are read"
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        return f"claims {list(tensor.shape)} numbers, the file has {tensor.untyped_storage().nbytes():,} bytes for them"
    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        return "holds numbers that are not finite: the file is damaged, or its training failed"
    return None


def _few(content: Mapping[Any, Any]) -> str:
    return ", ".join(repr(str(key)[:40]) for key in list(content)[:5])
