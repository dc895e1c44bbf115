"""The dream: VQGAN+CLIP (Crowson et al. 2022, arXiv 2204.08583) as a generator of iterates.

The source is encoded to z. Each step quantizes z, decodes it, looks at random cutouts of the picture through
the perceptor, and moves z so that they come nearer to the prompts.

Step k (1..iterations) is the picture after k updates of z. The picture before the first update, the plain
reconstruction, is no iterate and is not yielded. A picture is decoded once: what is saved and scored is the
very picture whose loss drives the next update. Every random number comes from a stream named by seed, purpose
and step, so the state needs no generator, and a resumed dream goes on as the undisturbed one would have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor

from generator.adam import adam_update, no_moments
from generator.cutouts import Views, cut, draw_views, whole
from generator.embeddings import embedding_bytes
from generator.errors import BadPicture, BadRecipe, NonFiniteLoss
from generator.losses import extra_losses, prompt_loss, prompt_match
from generator.models import Pair
from generator.nouns import METHOD, Recipe, Step
from generator.pictures import write_png
from generator.state import State, load_state, save_state
from generator.streams import stream

__all__ = ["Step", "dream"]

FRESH_CUTOUTS: Final = 8
SEEDS: Final = 2**63
NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})


def dream(
    pair: Pair,
    source: Tensor,
    recipe: Recipe,
    seed: int,
    resume: bytes | None = None,
    labels: Mapping[str, str] = NO_LABELS,
) -> Iterator[Step]:
    """Dream on a source [1,3,S,S] in 0..1 (S = `recipe.size`), yielding steps 1..iterations.

    With `resume`, the state of step k, only k+1 and later are yielded: on a CPU in fp32, with the same number
    of threads, bit for bit those of the undisturbed run. `labels` go into each PNG beside recipe, seed and
    step. Raises `BadRecipe`, `BadPicture` or `BadState` before the first step, `NonFiniteLoss` at the step
    concerned.
    """
    _check(pair, source, recipe, seed)
    run = _Dream.begin(pair, source, recipe, seed, labels)
    return run.steps(run.start(resume))


@dataclass(frozen=True, slots=True)
class _Look:
    """What z looks like: its picture, and the loss that drives the next update, with the graph back to z."""

    z: Tensor
    image: Tensor
    total: Tensor
    losses: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Dream:
    pair: Pair
    source: Tensor
    recipe: Recipe
    seed: int
    labels: Mapping[str, str]
    wanted: Tensor
    weights: Tensor
    fresh: Views

    @classmethod
    def begin(cls, pair: Pair, source: Tensor, recipe: Recipe, seed: int, labels: Mapping[str, str]) -> _Dream:
        with torch.no_grad():
            wanted = pair.perceptor.embed_texts([prompt.text for prompt in recipe.prompts])
        weights = torch.tensor([prompt.weight for prompt in recipe.prompts]).to(source.device)
        # Every step is scored on the same fresh cutouts: their luck does not decide which step is best.
        fresh = draw_views(FRESH_CUTOUTS, pair.perceptor.input_size, stream(seed, "fresh cutouts"))
        return cls(pair, source, recipe, seed, labels, wanted, weights, fresh.to(source.device))

    def start(self, resume: bytes | None) -> State:
        with torch.no_grad():
            z = self.pair.vqgan.encode(self.source).contiguous()
        return State(z, no_moments(z)) if resume is None else load_state(resume, self.recipe, self.seed, z)

    def steps(self, state: State) -> Iterator[Step]:
        if state.step == self.recipe.iterations:
            return
        look = self._look(state)
        while state.step < self.recipe.iterations:
            state = self._update(state, look)
            look = self._look(state)
            yield self._report(state, look)

    @torch.enable_grad()
    def _look(self, state: State) -> _Look:
        z = state.z.detach().requires_grad_()
        quantized, _ = self.pair.vqgan.quantize(z)
        image = self.pair.vqgan.decode(quantized)
        side = self.pair.perceptor.input_size
        views = draw_views(self.recipe.cutouts, side, stream(self.seed, "cutouts", state.step))
        seen = self.pair.perceptor.embed_images(cut(image, views.to(image.device)))
        parts = {"prompt": prompt_loss(seen, self.wanted, self.weights)}
        weights = {"prompt": 1.0, **dict(self.recipe.losses)}
        parts |= extra_losses(image, self.source, [name for name, _ in self.recipe.losses])
        total = torch.stack([weights[name] * part for name, part in parts.items()]).sum()
        return _Look(z, image, total, self._numbers(state.step, {"total": total, **parts}))

    def _numbers(self, step: int, parts: Mapping[str, Tensor]) -> dict[str, float]:
        losses = {name: float(part.detach()) for name, part in parts.items()}
        if not all(math.isfinite(value) for value in losses.values()):
            raise NonFiniteLoss(
                f"the loss of step {step} is {losses}, it must be finite: lower the learning rate "
                f"({self.recipe.learning_rate}) or look at the weights",
                step=step,
                losses=losses,
                recipe=self.recipe.id,
                seed=self.seed,
            )
        return losses

    def _update(self, state: State, look: _Look) -> State:
        (gradient,) = torch.autograd.grad(look.total, look.z)
        # One memory layout at every step, as in a state that was read back: layouts round differently.
        z, moments = adam_update(state.z, gradient.contiguous(), state.moments, self.recipe.learning_rate)
        low, high = self.pair.vqgan.codebook_range()
        return State(z.maximum(low).minimum(high), moments)

    @torch.no_grad()
    def _report(self, state: State, look: _Look) -> Step:
        image = look.image.detach()
        side = self.pair.perceptor.input_size
        vectors = self.pair.perceptor.embed_images(torch.cat([whole(image, side), cut(image, self.fresh)]))
        texts = {"recipe": self.recipe.id, "seed": str(self.seed), "step": str(state.step), **self.labels}
        return Step(
            step=state.step,
            png=write_png(image, texts),
            embedding=embedding_bytes(vectors[0]),
            losses=look.losses,
            similarity=float(prompt_match(vectors[1:], self.wanted, self.weights)),
            state=save_state(state, self.recipe, self.seed),
        )


def _check(pair: Pair, source: Tensor, recipe: Recipe, seed: int) -> None:
    if recipe.method != METHOD:
        raise BadRecipe(f"recipe method is {recipe.method!r}, this version dreams by {METHOD!r}: start a new run")
    if recipe.perceptor != pair.perceptor.name:
        raise BadRecipe(f"recipe asks for perceptor {recipe.perceptor!r}, {pair.perceptor.name!r} is loaded")
    if not 0 <= seed < SEEDS:
        raise BadRecipe(f"seed is {seed}, it must be 0..2^63-1: use derive_seed for a random one", seed=seed)
    if recipe.size % pair.vqgan.stride:
        raise BadRecipe(f"size is {recipe.size}, it must be a multiple of {pair.vqgan.stride}", size=recipe.size)
    if source.shape != (1, 3, recipe.size, recipe.size):
        raise BadPicture(
            f"the work is {list(source.shape)}, the recipe wants [1, 3, {recipe.size}, {recipe.size}]: "
            "let intake resize it",
            shape=list(source.shape),
        )
