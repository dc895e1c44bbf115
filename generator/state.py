"""The state of a dream between two steps, as safetensors bytes: no pickle, nothing that could be executed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from generator.errors import BadState
from generator.nouns import Recipe
from generator.optimizers import Moments


@dataclass(frozen=True, slots=True)
class State:
    """z [1,d,h,w] after `moments.updates` updates, and the rung of the memory ladder that the dream is on.

    Random streams are named, not kept.
    """

    z: Tensor
    moments: Moments
    rung: int = 0

    @property
    def step(self) -> int:
        """How many updates z has seen."""
        return self.moments.updates


def save_state(state: State, recipe: Recipe, seed: int) -> bytes:
    """The state with the name of its run, as bytes; the same state gives the same bytes."""
    parts = {"z": state.z, "first": state.moments.first, "second": state.moments.second}
    tensors = {name: part.detach().cpu().contiguous() for name, part in parts.items()}
    # safetensors writes its metadata in random order, so the names are tensors too.
    tensors["step"] = torch.tensor(state.step)
    tensors["rung"] = torch.tensor(state.rung)
    tensors["seed"] = torch.tensor(seed)
    tensors["recipe"] = torch.tensor(list(bytes.fromhex(recipe.id)), dtype=torch.uint8)
    return save(tensors)


def load_state(data: bytes, recipe: Recipe, seed: int, like: Tensor) -> State:
    """Read a state for this recipe and seed, shaped like z `like` and on its device; else `BadState`."""
    try:
        tensors = load(data)
        owner = (bytes(tensors["recipe"].tolist()).hex(), int(tensors["seed"]))
        step, rung = int(tensors["step"]), int(tensors.get("rung", torch.tensor(0)))
        z, first, second = (tensors[name] for name in ("z", "first", "second"))
    except (SafetensorError, KeyError, ValueError, RuntimeError, TypeError) as error:
        raise BadState(f"the saved state cannot be read ({error}): start the run anew") from error
    if owner != (recipe.id, seed):
        raise BadState(
            f"the saved state is of recipe {owner[0][:10]} and seed {owner[1]}, "
            f"this run has {recipe.id[:10]} and {seed}: give the run its own state",
            found=owner,
            wanted=(recipe.id, seed),
        )
    _check_tensors((z, first, second), like)
    if not 0 <= step <= recipe.iterations:
        raise BadState(f"the saved state is of step {step}, the recipe has {recipe.iterations}", step=step)
    return State(z.to(like.device), Moments(first.to(like.device), second.to(like.device), step), max(0, rung))


def _check_tensors(tensors: tuple[Tensor, ...], like: Tensor) -> None:
    for name, tensor in zip(("z", "first", "second"), tensors, strict=True):
        if tensor.shape != like.shape or tensor.dtype != like.dtype or not bool(tensor.isfinite().all()):
            raise BadState(
                f"{name} of the saved state is {tensor.dtype} {list(tensor.shape)}, it must be finite "
                f"{like.dtype} {list(like.shape)}: start the run anew",
                tensor=name,
            )
