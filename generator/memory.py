"""Memory: what a dream will need, what a device has, and the ladder that a dream climbs down when it does not fit.

The ladder is fixed: fewer cutouts at a time with accumulated gradients, then activations computed twice. Both give the
same picture as the first rung up to the rounding of sums. A smaller picture is another recipe: that is the caller's
choice, and `OutOfMemory` says which size would fit.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generator.errors import OutOfMemory
from generator.ram import available_ram

if TYPE_CHECKING:
    import torch

    from generator.nouns import Recipe

BYTES: Final = {"fp32": 4, "bf16": 2, "fp16": 2}
SHARE: Final = 0.95  # of what is free: an estimate is one, and others live on this machine too
FEW: Final = 2  # cutouts at a time on the lowest rungs
DOUBT: Final = 1.2  # an estimate that is this much too high is still tried
GIB: Final = 2**30

_SAID: Final = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "std::bad_alloc",
    "could not create a primitive",  # oneDNN's word for it
)


@dataclass(frozen=True, slots=True)
class Rung:
    """How a step is computed: so many cutouts at a time; `frugal` keeps few activations of the decoder."""

    at_a_time: int
    frugal: bool = False

    def __str__(self) -> str:
        return f"{self.at_a_time} cutouts at a time" + (", activations computed twice" if self.frugal else "")


def ladder(cutouts: int) -> tuple[Rung, ...]:
    """The rungs for so many cutouts, from the hungriest to the most frugal."""
    counts = sorted({cutouts, *(max(min(FEW, cutouts), cutouts // part) for part in (4, 16))}, reverse=True)
    return (*(Rung(count) for count in counts), Rung(counts[-1], frugal=True))


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a pair of models takes, in bytes at fp32, measured (`tests/bench/memory_use.py`).

    `runtime` is the process with torch and nothing else, `weights` the parameters, `pixel` the activations of the
    decoder and of what follows it for each pixel of the picture, `pixel_frugal` the same on a frugal rung, `code` the
    square of the number of codes (attention), `cutout` the perceptor's activations for one cutout.
    """

    runtime: int
    weights: int
    pixel: float
    pixel_frugal: float
    cutout: float
    code: float = 0.0
    stride: int = 8

    def estimate(self, size: int, precision: str, rung: Rung) -> int:
        """Bytes at the peak of a step of `size` pixels a side."""
        pixel = self.pixel_frugal if rung.frugal else self.pixel
        codes = (size // self.stride) ** 2
        activations = pixel * size**2 + self.cutout * rung.at_a_time + self.code * codes**2
        return self.runtime + int((self.weights + activations) * BYTES[precision] / 4)


@dataclass(frozen=True, slots=True)
class Plan:
    """The rung to begin on, and in bytes what it is estimated to take and what there is; `fits`: whether any does."""

    rung: int
    needed: int
    available: int | None
    fits: bool


def plan(footprint: Footprint, size: int, cutouts: int, precision: str, available: int | None) -> Plan:
    """The first rung whose estimate fits into what is available; None means that nobody knows."""
    rungs = ladder(cutouts)
    needs = [footprint.estimate(size, precision, rung) for rung in rungs]
    if available is None:
        return Plan(0, needs[0], None, fits=True)
    room = int(available * SHARE)
    fitting = next((number for number, need in enumerate(needs) if need <= room), None)
    chosen = len(rungs) - 1 if fitting is None else fitting
    return Plan(chosen, needs[chosen], available, fits=fitting is not None)


def largest_size(footprint: Footprint, size: int, cutouts: int, precision: str, available: int) -> int | None:
    """The largest picture below `size`, a multiple of the models' stride, that fits on some rung; None if none does."""
    for smaller in range(size - footprint.stride, footprint.stride * 3, -footprint.stride):
        if plan(footprint, smaller, cutouts, precision, available).fits:
            return smaller
    return None


def first_rung(footprint: Footprint, recipe: Recipe, device: torch.device) -> int:
    """The rung to begin a recipe on, by the estimate; asked before the models are loaded.

    Raises `OutOfMemory` where the lowest rung takes clearly more than there is, with `fitting`, the size that would do.
    """
    asked = (footprint, recipe.size, recipe.cutouts, recipe.precision)
    available = available_memory(device)
    found = plan(*asked, available)
    if available is None or found.fits or found.needed <= available * DOUBT:
        return found.rung
    fitting = largest_size(*asked, available)
    raise OutOfMemory(
        f"a dream of {recipe.size} pixels in {recipe.precision} needs about {found.needed / GIB:.1f} GB of memory at "
        f"least, {device} has {available / GIB:.1f}: "
        + (f"set the size to {fitting} or less" if fitting else "use a device with more"),
        size=recipe.size,
        needed=found.needed,
        available=available,
        fitting=fitting,
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out: each kind of device has words of its own for it."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _SAID)


def release(device: torch.device) -> None:
    """Give back what a failed try left behind."""
    import torch

    gc.collect()
    backend = getattr(torch, device.type, None)
    empty: Callable[[], None] | None = getattr(backend, "empty_cache", None)
    if empty is not None:
        empty()


def available_memory(device: torch.device) -> int | None:
    """Bytes that a process may still take on a device, what it holds already included; None where nobody says."""
    import torch

    if device.type == "cpu":
        return available_ram()
    backend: Any = getattr(torch, device.type, None)
    if hasattr(backend, "mem_get_info"):
        free, _total = backend.mem_get_info(device)
        return int(free) + int(backend.memory_reserved(device))
    if hasattr(backend, "recommended_max_memory"):
        return int(backend.recommended_max_memory())
    return None
