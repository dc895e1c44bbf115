"""Strict loading: a model gets exactly the tensors it asks for, or an error names the first that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from generator.errors import BadCheckpoint

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Shape = tuple[int, ...]

SHOWN = 200  # characters of a foreign key in a message
ADVICE = "take the file that the manifest names, or import it again"


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, Shape]:
    """The shape of each tensor, by key."""
    return {key: tuple(tensor.shape) for key, tensor in tensors.items()}


def require_shapes(what: str, wanted: Mapping[str, Shape], found: Mapping[str, Shape]) -> None:
    """Raise `BadCheckpoint` naming the first key that is missing, misshapen or unexpected, in this order."""
    for key, shape in wanted.items():
        if key not in found:
            raise bad_key(what, key, f"is missing, it must be {list(shape)}")
        if tuple(found[key]) != shape:
            raise bad_key(what, key, f"is {list(found[key])}, it must be {list(shape)}")
    for key, shape in found.items():
        if key not in wanted:
            raise bad_key(what, key, f"({list(shape)}) is unexpected, this model has no such key")


def bad_key(what: str, key: str, rule: str) -> BadCheckpoint:
    """The error for a key of a checkpoint; keys come from outside, so the message quotes and cuts them."""
    return BadCheckpoint(f"weights of {what}: {key[:SHOWN]!r} {rule}: {ADVICE}", model=what, key=key[:SHOWN])


def give(module: nn.Module, what: str, tensors: Mapping[str, Tensor], device: torch.device, dtype: torch.dtype) -> None:
    """Make `tensors` the frozen parameters of a module, on a device and in a precision; strict, see `require_shapes`.

    The module may have been made on "meta": its parameters are replaced, not copied into, so tensors that already
    fit the device and the precision are shared with the caller.
    """
    wanted = module.state_dict()
    require_shapes(what, shapes_of(wanted), shapes_of(tensors))
    require_kinds(what, wanted, tensors)
    placed = {key: _place(tensors[key], like, device, dtype) for key, like in wanted.items()}
    module.load_state_dict(placed, strict=True, assign=True)
    module.eval().requires_grad_(False)


def require_kinds(what: str, wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> None:
    """Raise `BadCheckpoint` naming the first key whose numbers are whole where they must not be, or the reverse."""
    for key, like in wanted.items():
        if found[key].is_floating_point() != like.is_floating_point():
            raise bad_key(what, key, f"is of {found[key].dtype}, it must be like {like.dtype}")


def _place(tensor: Tensor, like: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    return tensor.detach().to(device=device, dtype=dtype if like.is_floating_point() else like.dtype)
