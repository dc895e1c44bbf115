"""Whether tensors are the model that they are said to be; where not, `BadCheckpoint` names the first key at fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from generator.errors import BadCheckpoint
from generator.weights.manifest import Kind

Shapes = Mapping[str, tuple[int, ...]]
_SIDES: Final = ("conv_first", "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last")
_MOST_BLOCKS: Final = 200


def require_architecture(kind: Kind, shapes: Shapes) -> None:
    """Raise unless these are the keys and shapes of a model of this kind, whole and with nothing beside it."""
    _CHECKS[kind](shapes)


def require_likeness(name: str, wanted: Shapes, shapes: Shapes) -> None:
    """Raise unless the tensors by which the manifest tells this model have the shapes that it says."""
    for key, shape in wanted.items():
        if shapes.get(key) != shape:
            found = list(shapes[key]) if key in shapes else "missing"
            raise BadCheckpoint(
                f"this is another model than {name}: {key!r} is {found}, of {name} it is {list(shape)}",
                key=key,
                name=name,
            )


def _vqgan(shapes: Shapes) -> None:
    from generator.architecture import vqgan_config_of

    vqgan_config_of(shapes)


def _clip(shapes: Shapes) -> None:
    from generator.architecture import clip_config_of

    clip_config_of(shapes)


def _head(shapes: Shapes) -> None:
    """A chain of linear layers, from an embedding to one number."""
    layers = sorted((key for key in shapes if key.endswith("weight")), key=_place)
    width = shapes[layers[0]][-1] if layers and shapes[layers[0]] else 0
    for key in layers:
        bias = key.removesuffix("weight") + "bias"
        if len(shapes[key]) != 2 or shapes[key][1] != width:
            raise _bad(key, shapes, f"must be [?, {width}], since {width} numbers come in")
        width = shapes[key][0]
        if shapes.get(bias) != (width,):
            raise _bad(bias, shapes, f"must be [{width}]")
    if width != 1:
        raise _bad(layers[-1] if layers else "weight", shapes, "must end in one number")


def _upscaler(shapes: Shapes) -> None:
    """RRDBNet x4 (Wang et al. 2018, arXiv 1809.00219): residual-in-residual dense blocks between six convolutions."""
    first = shapes.get("conv_first.weight", ())
    grow = shapes.get("body.0.rdb1.conv1.weight", ())
    if len(first) != 4 or len(grow) != 4:
        key = "body.0.rdb1.conv1.weight" if len(first) == 4 else "conv_first.weight"
        raise _bad(key, shapes, "must be the weights of a convolution")
    wanted = _rrdb(_blocks(shapes), first[0], grow[0], first[1])
    for key, shape in wanted.items():
        if shapes.get(key) != shape:
            raise _bad(key, shapes, f"must be {list(shape)}")
    for key in shapes:
        if key not in wanted:
            raise _bad(key, shapes, "is unexpected, an RRDBNet has no such key")


def _blocks(shapes: Shapes) -> int:
    count = 0
    while f"body.{count}.rdb1.conv1.weight" in shapes and count < _MOST_BLOCKS:
        count += 1
    return count


def _rrdb(blocks: int, width: int, grow: int, channels: int) -> dict[str, tuple[int, ...]]:
    sides = dict.fromkeys(_SIDES, (width, width)) | {"conv_first": (width, channels), "conv_last": (3, width)}
    for block in range(blocks):
        for dense in (1, 2, 3):
            for conv in range(1, 6):
                out = width if conv == 5 else grow
                sides[f"body.{block}.rdb{dense}.conv{conv}"] = (out, width + (conv - 1) * grow)
    weights: dict[str, tuple[int, ...]] = {f"{key}.weight": (*sizes, 3, 3) for key, sizes in sides.items()}
    return weights | {f"{key}.bias": sizes[:1] for key, sizes in sides.items()}


def _place(key: str) -> list[int]:
    """Layers stand in the order of the numbers in their keys."""
    return [int(number) for number in re.findall(r"\d{1,9}", key)]


def _bad(key: str, shapes: Shapes, rule: str) -> BadCheckpoint:
    found = f"is {list(shapes[key])}, it " if key in shapes else "is missing, it "
    text = found + rule if rule.startswith("must") else rule
    return BadCheckpoint(f"{key[:200]!r} {text}", key=key[:200])


_CHECKS: Final[dict[Kind, Callable[[Shapes], None]]] = {
    "vqgan": _vqgan,
    "clip": _clip,
    "head": _head,
    "upscaler": _upscaler,
}
