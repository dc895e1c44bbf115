"""What the dream minimizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from torch import Tensor

Term = Callable[[Tensor, Tensor], Tensor]


def spherical_distance(a: Tensor, b: Tensor) -> Tensor:
    """Squared great-circle distance between unit vectors, halved: 2 asin(|a-b|/2)^2 (arXiv 2204.08583).

    [N,D] and [M,D] to [N,M], 0..pi^2/2. Its slope is 0 at equal vectors and finite at opposite ones.
    """
    # |a-b|^2/4 from the cosine: clamped, since the root's slope is infinite at 0 and asin's at 1.
    half = ((1 - a @ b.T) / 2).clamp(1e-7, 1 - 1e-7).sqrt()
    return 2 * half.asin() ** 2


def prompt_loss(seen: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Mean over cutouts [N,D] of the weighted distances to the prompts [M,D], weights [M].

    A negative weight rewards distance. Divided by the weights' sizes, so that a second prompt does not change
    the size of the step.
    """
    distances = spherical_distance(seen, wanted).mean(0)
    return (distances * weights).sum() / weights.abs().sum()


def prompt_match(seen: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean cosine between cutouts and prompts, -1..1: what a critic reads, not what is minimized."""
    return ((seen @ wanted.T).mean(0) * weights).sum() / weights.abs().sum()


def fidelity_loss(image: Tensor, source: Tensor) -> Tensor:
    """Mean squared difference to the source."""
    return (image - source).square().mean()


def total_variation(image: Tensor, _source: Tensor) -> Tensor:
    """Mean squared difference of neighboring pixels (Rudin et al. 1992, the smooth form)."""
    across = (image[..., :, 1:] - image[..., :, :-1]).square().mean()
    down = (image[..., 1:, :] - image[..., :-1, :]).square().mean()
    return across + down


TERMS: Final[Mapping[str, Term]] = MappingProxyType({"fidelity": fidelity_loss, "total_variation": total_variation})


def extra_losses(image: Tensor, source: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
    """The terms of these names, unweighted."""
    return {name: TERMS[name](image, source) for name in names}
