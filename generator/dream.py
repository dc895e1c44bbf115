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
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeVar

import torch
from torch import Tensor

from generator.cutouts import Views, cut, draw_views, whole
from generator.embeddings import embedding_bytes
from generator.errors import BadPicture, BadRecipe, NonFiniteLoss, OutOfMemory
from generator.look import Goal, Look, embed_goal, look
from generator.losses import prompt_match
from generator.memory import is_out_of_memory, ladder, release
from generator.models import Pair
from generator.nouns import METHOD, Recipe, Step
from generator.optimizers import UPDATES, no_moments
from generator.pictures import to_pixels, write_png
from generator.state import State, load_state, save_state
from generator.streams import stream

__all__ = ["Step", "dream"]

FRESH_CUTOUTS: Final = 8
SEEDS: Final = 2**63
NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})
NO_IMAGES: Final[Mapping[str, Tensor]] = MappingProxyType({})

T = TypeVar("T")


def dream(
    pair: Pair,
    source: Tensor,
    recipe: Recipe,
    seed: int,
    resume: bytes | None = None,
    labels: Mapping[str, str] = NO_LABELS,
    images: Mapping[str, Tensor] = NO_IMAGES,
    rung: int = 0,
) -> Iterator[Step]:
    """Dream on a source [1,3,S,S] in 0..1 (S = `recipe.size`), yielding steps 1..iterations.

    With `resume`, the state of step k, only k+1 and later are yielded: on a CPU in fp32, with the same number
    of threads, bit for bit those of the undisturbed run. `labels` go into each PNG beside recipe, seed, step and
    the models' digests. `images` are the recipe's image prompts, like the source, by their digests. `rung` is
    where the memory ladder is begun; a step that runs out of memory is made again on the next one.
    Raises `BadRecipe`, `BadPicture` or `BadState` before the first step, `NonFiniteLoss` at the step concerned,
    `OutOfMemory` when the last rung takes too much.
    """
    _check(pair, source, recipe, seed, images)
    run = _Dream.begin(pair, source, recipe, seed, labels, images)
    return run.steps(run.start(resume, rung))


@dataclass(frozen=True, slots=True)
class _Dream:
    pair: Pair
    recipe: Recipe
    seed: int
    texts: Mapping[str, str]
    goal: Goal
    fresh: Views

    @classmethod
    def begin(
        cls,
        pair: Pair,
        source: Tensor,
        recipe: Recipe,
        seed: int,
        labels: Mapping[str, str],
        images: Mapping[str, Tensor],
    ) -> _Dream:
        pictures = [images[image.digest] for image in recipe.images]
        wanted = embed_goal(pair, [prompt.text for prompt in recipe.prompts], pictures)
        weights = torch.tensor(recipe.weighted).to(source.device)
        # Every step is scored on the same fresh cutouts: their luck does not decide which step is best.
        fresh = draw_views(FRESH_CUTOUTS, pair.perceptor.input_size, stream(seed, "fresh cutouts"))
        digests = {f"model {name}": digest for name, digest in recipe.weights}
        texts = {"recipe": recipe.id, "seed": str(seed), **digests, **labels}
        goal = Goal(wanted, weights, source, recipe.losses)
        return cls(pair, recipe, seed, texts, goal, fresh.to(source.device))

    def start(self, resume: bytes | None, rung: int) -> State:
        with torch.no_grad():
            z = self.pair.vqgan.encode(self.goal.source).contiguous()
        state = State(z, no_moments(z)) if resume is None else load_state(resume, self.recipe, self.seed, z)
        lowest = len(ladder(self.recipe.cutouts)) - 1
        return replace(state, rung=min(max(state.rung, rung), lowest))

    def steps(self, state: State) -> Iterator[Step]:
        if state.step == self.recipe.iterations:
            return
        with ThreadPoolExecutor(1, "png") as encoder:
            state, seen = self._fitting(state, self._look)
            while state.step < self.recipe.iterations:
                state = self._update(state, seen)
                state, (seen, png) = self._fitting(state, lambda now: self._look_and_encode(now, encoder))
                yield self._report(state, seen, png.result())

    def _fitting(self, state: State, do: Callable[[State], T]) -> tuple[State, T]:
        """Do it on the first rung of the ladder that fits, from the state's rung on down."""
        while True:
            try:
                return state, do(state)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                said = str(error)
            state = self._lower(state, said)

    def _lower(self, state: State, said: str) -> State:
        release(state.z.device)
        if state.rung + 1 >= len(ladder(self.recipe.cutouts)):
            raise OutOfMemory(
                f"step {state.step} of {self.recipe.size} pixels does not fit into the memory of {state.z.device} even "
                f"with {ladder(self.recipe.cutouts)[-1]} ({said[:120]}): make the picture smaller, or use a device "
                "with more memory",
                size=self.recipe.size,
                device=str(state.z.device),
                step=state.step,
            )
        return replace(state, rung=state.rung + 1)

    def _look_and_encode(self, state: State, encoder: Executor) -> tuple[Look, Future[bytes]]:
        pending: list[Future[bytes]] = []

        def encode(image: Tensor) -> None:
            pending.append(encoder.submit(write_png, to_pixels(image), {**self.texts, "step": str(state.step)}))

        seen = self._look(state, encode)
        return seen, pending[0]

    def _look(self, state: State, shown: Callable[[Tensor], None] | None = None) -> Look:
        side = self.pair.perceptor.input_size
        dice = stream(self.seed, "cutouts", state.step)
        views = draw_views(self.recipe.cutouts, side, dice, self.recipe.cutout_method).to(state.z.device)
        rung = ladder(self.recipe.cutouts)[state.rung]
        moves = state.step < self.recipe.iterations
        return look(self.pair, state.z, self.goal, views, rung, self.recipe.precision, moves, shown)

    def _update(self, state: State, seen: Look) -> State:
        if seen.gradient is None:
            raise ValueError(f"step {state.step} was looked at without a gradient")
        # One memory layout at every step, as in a state that was read back: layouts round differently.
        update = UPDATES[self.recipe.optimizer]
        z, moments = update(state.z, seen.gradient.contiguous(), state.moments, self.recipe.learning_rate)
        low, high = self.pair.vqgan.codebook_range()
        return replace(state, z=z.maximum(low).minimum(high), moments=moments)

    @torch.no_grad()
    def _report(self, state: State, seen: Look, png: bytes) -> Step:
        losses = self._numbers(state.step, seen.losses)
        side = self.pair.perceptor.input_size
        pictures = torch.cat([whole(seen.image, side), cut(seen.image, self.fresh)])
        vectors = self.pair.perceptor.embed_images(pictures).float()
        return Step(
            step=state.step,
            png=png,
            embedding=embedding_bytes(vectors[0]),
            losses=losses,
            similarity=float(prompt_match(vectors[1:], self.goal.wanted, self.goal.weights)),
            state=save_state(state, self.recipe, self.seed),
            memory=str(ladder(self.recipe.cutouts)[state.rung]),
        )

    def _numbers(self, step: int, parts: Mapping[str, Tensor]) -> dict[str, float]:
        losses = {name: float(part) for name, part in parts.items()}
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


def _check(pair: Pair, source: Tensor, recipe: Recipe, seed: int, images: Mapping[str, Tensor]) -> None:
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
    for image in recipe.images:
        if image.digest not in images:
            raise BadRecipe(f"image prompt {image.digest} is not at hand: hand over its square PNG", image=image.digest)
        if images[image.digest].shape[:2] != (1, 3):
            raise BadPicture(
                f"image prompt {image.digest} is {list(images[image.digest].shape)}, it must be [1, 3, S, S]"
            )
