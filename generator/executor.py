"""The executor: a message in, steps out. It loads models once and never sees a database.

`LocalExecutor` does it in this process; `generator.workers.Workers` in processes of their own, each of which has a
`LocalExecutor` inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from generator.categories import Category
from generator.devices import pick_device
from generator.errors import WeightsChanged
from generator.memory import first_rung
from generator.nouns import RunOrder, Step
from generator.presets import Preset, load_pair, preset, settle_precision

if TYPE_CHECKING:
    import torch

    from generator.models import Pair

__all__ = ["Executor", "LocalExecutor", "RunOrder", "Step"]


class Executor(Protocol):
    """What the stages ask of the models, wherever they are loaded. All raise the errors of `generator.errors`."""

    @property
    def preset(self) -> Preset:
        """The preset whose models these are."""

    def run(self, order: RunOrder) -> Iterator[Step]:
        """Dream an order: each step once, in order, those behind `order.resume` only."""

    def embed(self, work_png: bytes) -> bytes:
        """The embedding of a whole work as float32 little endian."""

    def categorize(self, work_png: bytes, phrases: Mapping[str, Sequence[str]]) -> Category:
        """The category of a work, by the preset's rule."""

    def unsafe_share(self, embedding: bytes) -> float:
        """How much (0..1) an embedded work is like what is not safe for work."""

    def settle(self, wanted: str) -> str:
        """The precision that "auto" means on the device; another name is its own answer."""


class LocalExecutor:
    """Runs orders in this process, on one device, with the models of one preset.

    `device` is any that torch knows, or "auto": the first accelerator that is there, else the CPU. `weights` is the
    folder of installed weights. A run is made in its recipe's precision, all else in `precision`, None the preset's;
    one pair is loaded at a time. Raises `UnknownPreset`.
    """

    def __init__(
        self,
        preset_name: str = "mini",
        device: str | torch.device = "cpu",
        weights: Path | None = None,
        precision: str | None = None,
    ) -> None:
        chosen = preset(preset_name)
        self.preset = replace(chosen, precision=precision or chosen.precision)
        self._device = device
        self._weights = weights
        self._loaded: tuple[str, Pair] | None = None

    @cached_property
    def device(self) -> torch.device:
        """Where the models are; asking loads torch."""
        return pick_device(self._device)

    @property
    def pair(self) -> Pair:
        """The models, loaded at the first use; `ModelsMissing` where they are not installed."""
        return self._pair_in(self.settle(self.preset.precision))

    def settle(self, wanted: str) -> str:
        """See `Executor`; raises `BadRecipe` for what these models cannot compute in."""
        return settle_precision(replace(self.preset, precision=wanted), self.device)

    def _pair_in(self, precision: str) -> Pair:
        if self._loaded is None or self._loaded[0] != precision:
            self._loaded = None  # two at once may be more than the memory holds
            self._loaded = (precision, load_pair(self.preset.name, self.device, precision, self._weights))
        return self._loaded[1]

    def embed(self, work_png: bytes) -> bytes:
        """See `Executor`; raises `BadPicture`."""
        import torch

        from generator.cutouts import whole
        from generator.embeddings import embedding_bytes
        from generator.pictures import read_work

        perceptor = self.pair.perceptor
        with torch.no_grad():
            return embedding_bytes(
                perceptor.embed_images(whole(read_work(work_png, self.device), perceptor.input_size))[0]
            )

    def categorize(self, work_png: bytes, phrases: Mapping[str, Sequence[str]]) -> Category:
        """See `Executor`; raises `BadPicture`, or `BadRecipe` for a category without phrases."""
        from generator.classify import categorize, rule_of
        from generator.pictures import read_work

        picture = read_work(work_png, self.device)
        return categorize(self.pair.perceptor, picture, phrases, rule_of(self.preset.name))

    def unsafe_share(self, embedding: bytes) -> float:
        """See `Executor`."""
        import torch

        from generator.nsfw import unsafe_share

        with torch.no_grad():
            return unsafe_share(embedding, self.pair.perceptor)

    def run(self, order: RunOrder) -> Iterator[Step]:
        """See `Executor`.

        Raises `WeightsChanged` when the recipe names other weights than those loaded, `BadPicture`, `BadRecipe`,
        `BadState`, `OutOfMemory` before anything is loaded where it cannot fit, or `NonFiniteLoss` at the step where
        that happens.
        """
        from generator.dream import dream
        from generator.pictures import read_work

        rung = max(order.rung, first_rung(self.preset.footprint, order.recipe, self.device))
        pair = self._pair_in(order.recipe.precision)
        _check_weights(order, pair)
        source = read_work(order.source_png, self.device)
        images = {digest: read_work(png, self.device) for digest, png in order.images}
        labels = {**({"run": order.run} if order.run else {}), **dict(order.labels)}
        yield from dream(pair, source, order.recipe, order.seed, order.resume, labels, images, rung)


def _check_weights(order: RunOrder, pair: Pair) -> None:
    loaded = tuple(sorted(pair.digests))
    if order.recipe.weights != loaded:
        raise WeightsChanged(
            f"recipe {order.recipe.id[:10]} was made for other weights than those loaded: "
            "start a new run, or put the recipe's weights back",
            recipe=order.recipe.weights,
            loaded=loaded,
        )
