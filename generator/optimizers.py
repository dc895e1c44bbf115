"""The optimizers that move z, each a function from values to values; nothing is changed in place.

`torch.optim` imports torch's compiler: 0.9 s and 75 MB that a dream of a few seconds need not pay. All but sgd keep
Adam's two moments; the tests hold each against `torch.optim`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor

BETA1: Final = 0.9
BETA2: Final = 0.999
EPSILON: Final = 1e-8
DECAY: Final = 0.01
MOMENTUM: Final = 0.9


@dataclass(frozen=True, slots=True)
class Moments:
    """First and second moment of the gradient after `updates` updates; tensors shaped like z."""

    first: Tensor
    second: Tensor
    updates: int


Moved = tuple[Tensor, Moments]
Update = Callable[[Tensor, Tensor, Moments, float], Moved]


def no_moments(z: Tensor) -> Moments:
    """The moments before the first update."""
    return Moments(torch.zeros_like(z), torch.zeros_like(z), 0)


def _averages(gradient: Tensor, moments: Moments) -> Moments:
    first = torch.lerp(moments.first, gradient, 1 - BETA1)
    second = moments.second * BETA2 + (1 - BETA2) * gradient * gradient
    return Moments(first, second, moments.updates + 1)


def adam_update(z: Tensor, gradient: Tensor, moments: Moments, learning_rate: float) -> Moved:
    """Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1): the new z and the new moments."""
    new = _averages(gradient, moments)
    spread = new.second.sqrt() / math.sqrt(1 - BETA2**new.updates) + EPSILON
    return z - learning_rate / (1 - BETA1**new.updates) * new.first / spread, new


def adamw_update(z: Tensor, gradient: Tensor, moments: Moments, learning_rate: float) -> Moved:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101)."""
    return adam_update(z * (1 - learning_rate * DECAY), gradient, moments, learning_rate)


def adamax_update(z: Tensor, gradient: Tensor, moments: Moments, learning_rate: float) -> Moved:
    """Adamax (arXiv 1412.6980, algorithm 2): the second moment is the largest gradient seen, decayed."""
    first = torch.lerp(moments.first, gradient, 1 - BETA1)
    second = torch.maximum(moments.second * BETA2, gradient.abs() + EPSILON)
    new = Moments(first, second, moments.updates + 1)
    return z - learning_rate / (1 - BETA1**new.updates) * first / second, new


def radam_update(z: Tensor, gradient: Tensor, moments: Moments, learning_rate: float) -> Moved:
    """Rectified Adam (Liu et al. 2020, arXiv 1908.03265, algorithm 2): plain momentum until the variance is known."""
    new = _averages(gradient, moments)
    left = BETA2**new.updates
    most = 2 / (1 - BETA2) - 1
    known = most - 2 * new.updates * left / (1 - left)
    step = learning_rate / (1 - BETA1**new.updates) * new.first
    if known <= 5:
        return z - step, new
    rectified = math.sqrt((known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known))
    return z - step * rectified * math.sqrt(1 - left) / (new.second.sqrt() + EPSILON), new


def sgd_update(z: Tensor, gradient: Tensor, moments: Moments, learning_rate: float) -> Moved:
    """Gradient descent with momentum (Sutskever et al. 2013)."""
    first = moments.first * MOMENTUM + gradient
    return z - learning_rate * first, Moments(first, moments.second, moments.updates + 1)


UPDATES: Final[Mapping[str, Update]] = MappingProxyType(
    {
        "adam": adam_update,
        "adamw": adamw_update,
        "adamax": adamax_update,
        "radam": radam_update,
        "sgd": sgd_update,
    }
)
