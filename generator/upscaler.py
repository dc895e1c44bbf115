"""An ESRGAN that is installed, on a device: pictures four times as large, in tiles that fit its memory.

The features of a picture are found in one go where memory allows, else in tiles that overlap. The picture is painted
from them in small tiles always: that part takes most of the memory by the pixel and is exact, since it looks two
places far. A tile that does not fit is followed by smaller ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from generator.errors import BadCheckpoint, BadRecipe, OutOfMemory
from generator.memory import BYTES, DOUBT, GIB, SHARE, available_memory, is_out_of_memory, release
from generator.rrdbnet import REACH, SCALE, RrdbNet, build_rrdbnet
from generator.tiling import tile_count, tiled
from generator.weights import find, load, look_up

NAMES: Final = ("real-esrgan-x4", "esrgan-x4")  # of the manifest, the one to prefer first
TILES: Final = (512, 384, 256, 192)  # sides in pixels of the small picture
OVERLAP: Final = 64  # pixels that neighbors share: docs/enlarge.md has what less would cost
FADE: Final = 16
PAINTED: Final = 96  # side of the tiles that are painted

# Bytes at fp32, measured by `python -m tests.bench.upscale_speed`: what the process takes with torch and the weights,
# and for each pixel of the small picture in a tile, and of the small picture as a whole.
RUNTIME: Final = 320 * 2**20
TILE_PIXEL: Final = 3000
PICTURE_PIXEL: Final = 800


@dataclass(frozen=True, slots=True)
class Upscaler:
    """A network that enlarges `SCALE` times; `name` and `digest` are those of its installed weights."""

    name: str
    digest: str
    network: RrdbNet
    device: torch.device
    precision: str


@dataclass(frozen=True, slots=True)
class Magnified:
    """A picture [1,3,H*4,W*4] in 0..1, fp32 on the CPU, and how it was made.

    `tile` is the side that the tiles were limited to, `tiles` how many there were, `too_large` the sides that were
    tried before and ran out of memory.
    """

    image: Tensor
    tile: int
    tiles: int
    too_large: tuple[int, ...] = ()


def best_installed(folder: Path) -> str | None:
    """The name of the upscaler to use from a folder of weights: the first of `NAMES` that is there, None for none."""
    for name in NAMES:
        found = look_up(folder, name)
        if found is not None and found.kind == "upscaler":
            return name
    return None


def load_upscaler(name: str, folder: Path, device: torch.device | str, precision: str) -> Upscaler:
    """The upscaler of this name from a folder of weights, frozen, on a device, computing in `precision`.

    Raises `ModelsMissing` for what is not installed, `BadCheckpoint` naming the key or digest at fault, `BadRecipe`
    for a precision that there is not.
    """
    found = find(folder, name)
    if found.kind != "upscaler":
        raise BadCheckpoint(
            f"the weights {name} are a {found.kind}, to enlarge they must be an upscaler: take {' or '.join(NAMES)}",
            name=name,
            kind=found.kind,
        )
    network = build_rrdbnet(load(found), device, precision)
    return Upscaler(name, found.digest, network, torch.device(device), precision)


def magnify(image: Tensor, upscaler: Upscaler, tile: int | None = None) -> Magnified:
    """[1,3,H,W] in 0..1 four times as large; `tile` sets the largest tile to begin with, else memory does.

    Raises `OutOfMemory` where the smallest tile does not fit, `BadRecipe` for a tile that is too small for its overlap
    and where the precision is too narrow for the weights.
    """
    too_large: list[int] = []
    said = ""
    for side in _ladder(image, upscaler, tile):
        made = in_tiles(image, upscaler, side)
        if not isinstance(made, str):
            count = tile_count(image.shape[2:], side, OVERLAP)
            return Magnified(_sound(made, upscaler), side, count, tuple(too_large))
        release(upscaler.device)
        too_large.append(side)
        said = made
    raise _no_memory(image, upscaler, too_large[-1], f"it said {said!r}")


def estimate(height: int, width: int, tile: int, precision: str) -> int:
    """Bytes at the peak of enlarging a picture of these sides in tiles of this one."""
    pixels = height * width
    inner = min(tile, height) * min(tile, width)
    return RUNTIME + PICTURE_PIXEL * pixels + TILE_PIXEL * inner * BYTES[precision] // 4


def _ladder(image: Tensor, upscaler: Upscaler, tile: int | None) -> Iterator[int]:
    """The tile sizes to try, the largest first; of those that hold the whole picture only the last."""
    height, width = image.shape[2:]
    whole = [side for side in TILES if side >= max(height, width)]
    sides = [*whole[-1:], *(side for side in TILES if side < max(height, width))]
    if tile is not None:
        yield tile
        yield from (side for side in sides if side < min(tile, max(height, width)))
        return
    available = available_memory(upscaler.device)
    needs = {side: estimate(height, width, side, upscaler.precision) for side in sides}
    if available is not None and needs[TILES[-1]] > available * DOUBT:
        numbers = f"about {needs[TILES[-1]] / GIB:.1f} GB, there are {available / GIB:.1f}"
        raise _no_memory(image, upscaler, TILES[-1], numbers, needed=needs[TILES[-1]], available=available)
    fitting = [side for side in sides if available is None or needs[side] <= available * SHARE]
    yield from fitting or TILES[-1:]


def in_tiles(image: Tensor, upscaler: Upscaler, tile: int) -> Tensor | str:
    """The picture [1,3,H*4,W*4], not clamped, on the CPU; what the device said where memory ran out.

    The error ends here: its traceback would hold on to the tensors that filled the memory.
    """
    network = upscaler.network
    try:
        features = tiled(image.to(upscaler.device), network.extract, 1, tile, OVERLAP, FADE)
        return tiled(features, network.reconstruct, SCALE, PAINTED, 2 * REACH, 0).cpu()
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return str(error).partition("\n")[0][:200]


def _sound(image: Tensor, upscaler: Upscaler) -> Tensor:
    """The picture within 0..1; raises `BadRecipe` where numbers are not finite."""
    if not bool(torch.isfinite(image).all()):
        raise BadRecipe(
            f"precision is {upscaler.precision!r}: in it {upscaler.name} gives numbers that are not finite: "
            + ("fetch the weights again" if upscaler.precision == "fp32" else "take 'fp32'"),
            precision=upscaler.precision,
            name=upscaler.name,
        )
    return image.clamp(0, 1)


def _no_memory(image: Tensor, upscaler: Upscaler, tile: int, why: str, **evidence: object) -> OutOfMemory:
    height, width = image.shape[2:]
    return OutOfMemory(
        f"a picture of {width}x{height} does not fit {upscaler.device} in {upscaler.precision} even in tiles of {tile} "
        f"({why}): use a device with more memory, or enlarge without weights",
        tile=tile,
        **evidence,
    )
