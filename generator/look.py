"""One look at z: the picture that it decodes to, what the prompts make of it, and where they want z to go.

Pure tensors on whatever device z is on, without a decision that would wait for the device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from generator.cutouts import Views, cut, whole
from generator.losses import extra_losses, prompt_loss
from generator.memory import Rung
from generator.models import Pair

# Gradients of a mean over cutouts and pixels are too small for fp16: a power of two lifts them and rounds nothing.
LIFT: Final[Mapping[str, float]] = {"fp16": 1024.0}


@dataclass(frozen=True, slots=True)
class Goal:
    """What a dream moves toward: `wanted` [M,D] unit vectors with `weights` [M], `source` [1,3,S,S] and `terms`, the
    weights of the losses beside the prompts'."""

    wanted: Tensor
    weights: Tensor
    source: Tensor
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """`image` [1,3,S,S] in 0..1; `losses`, 0-dim, by name with their `total`; `gradient` of the total in z, like z."""

    image: Tensor
    losses: dict[str, Tensor]
    gradient: Tensor | None


@torch.enable_grad()
def look(
    pair: Pair,
    z: Tensor,
    goal: Goal,
    views: Views,
    rung: Rung,
    precision: str,
    moves: bool = True,
    shown: Callable[[Tensor], None] | None = None,
) -> Look:
    """Look at z [1,d,h,w] through `views`; without `moves` no gradient is wanted and None comes back.

    `shown` is handed the picture as soon as it is decoded, so that it is encoded while the perceptor looks. Cutouts
    are seen a few at a time, as the rung says: their gradients add up in the picture, which alone is led back through
    the decoder.
    """
    z = z.detach().requires_grad_(moves)
    quantized, _ = pair.vqgan.quantize(z)
    image = pair.vqgan.decode(quantized, frugal=rung.frugal)
    seen = image.detach().requires_grad_(moves)
    if shown:
        shown(seen)
    lift = LIFT.get(precision, 1.0)
    losses: dict[str, Tensor] = {}
    for name, weight, part in _parts(pair, seen, goal, views, rung):
        if moves:
            (weight * lift * part).backward()
        losses[name] = losses[name] + part.detach() if name in losses else part.detach()
    weights = {"prompt": 1.0, **dict(goal.terms)}
    total = torch.stack([weights[name] * part for name, part in losses.items()]).sum()
    gradient = _led_back(image, z, seen.grad) / lift if seen.grad is not None else None
    return Look(image.detach(), {"total": total, **losses}, gradient)


def _led_back(image: Tensor, z: Tensor, gradient: Tensor) -> Tensor:
    """The gradient in the picture as one in z, through a sum: handing it to autograd would load a computer algebra."""
    (found,) = torch.autograd.grad((image * gradient).sum(), z)
    return found


def _parts(pair: Pair, seen: Tensor, goal: Goal, views: Views, rung: Rung) -> Iterator[tuple[str, float, Tensor]]:
    """Name, weight and value of each part of the loss; the prompts' comes in shares that add up to it."""
    count = views.grid.shape[0]
    for start in range(0, count, rung.at_a_time):
        some = views.part(start, min(count, start + rung.at_a_time))
        embedded = pair.perceptor.embed_images(cut(seen, some))
        share = embedded.shape[0] / count
        yield "prompt", 1.0, prompt_loss(embedded, goal.wanted, goal.weights) * share
    for name, weight in goal.terms:
        yield name, weight, extra_losses(seen, goal.source, [name])[name]


@torch.no_grad()
def embed_goal(pair: Pair, texts: Sequence[str], images: Sequence[Tensor]) -> Tensor:
    """Prompts as unit vectors [M,D], texts first; image prompts [1,3,S,S] are seen whole."""
    side = pair.perceptor.input_size
    vectors = [pair.perceptor.embed_texts(texts)] if texts else []
    vectors += [pair.perceptor.embed_images(whole(image, side)) for image in images]
    return torch.cat([vector.float() for vector in vectors])
