"""The executor: a message in, steps out. It loads models once and never sees a database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from generator.errors import WeightsChanged
from generator.nouns import RunOrder, Step
from generator.presets import load_pair, preset

if TYPE_CHECKING:
    import torch

    from generator.models import Pair

__all__ = ["LocalExecutor", "RunOrder", "Step"]


class LocalExecutor:
    """Runs orders in this process, on one device, with the models of one preset.

    `device` is any that torch knows, or "auto": the first accelerator that is there, else the CPU.
    Raises `UnknownPreset`.
    """

    def __init__(self, preset_name: str = "mini", device: str | torch.device = "cpu") -> None:
        self.preset = preset(preset_name)
        self._device = device
        self._pair: Pair | None = None

    @cached_property
    def device(self) -> torch.device:
        """Where the models are; asking loads torch."""
        import torch

        if self._device != "auto":
            return torch.device(self._device)
        found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
        return found or torch.device("cpu")

    @property
    def pair(self) -> Pair:
        """The models, loaded at the first use; `ModelsMissing` where this version has none."""
        if self._pair is None:
            self._pair = load_pair(self.preset.name, self.device)
        return self._pair

    def embed(self, work_png: bytes) -> bytes:
        """The embedding of a whole work as float32 little endian, for critics. Raises `BadPicture`."""
        import torch

        from generator.cutouts import whole
        from generator.embeddings import embedding_bytes
        from generator.pictures import read_work

        perceptor = self.pair.perceptor
        with torch.no_grad():
            return embedding_bytes(
                perceptor.embed_images(whole(read_work(work_png, self.device), perceptor.input_size))[0]
            )

    def run(self, order: RunOrder) -> Iterator[Step]:
        """Dream an order: yields each step once, in order, those behind `order.resume` only.

        Raises `WeightsChanged` when the recipe names other weights than those loaded, `BadPicture`,
        `BadRecipe`, `BadState`, or `NonFiniteLoss` at the step where that happens.
        """
        from generator.dream import dream
        from generator.pictures import read_work

        self._check_weights(order)
        source = read_work(order.source_png, self.device)
        labels = {"run": order.run} if order.run else {}
        yield from dream(self.pair, source, order.recipe, order.seed, order.resume, labels)

    def _check_weights(self, order: RunOrder) -> None:
        loaded = tuple(sorted(self.pair.digests))
        if order.recipe.weights != loaded:
            raise WeightsChanged(
                f"recipe {order.recipe.id[:10]} was made for other weights than those loaded: "
                "start a new run, or put the recipe's weights back",
                recipe=order.recipe.weights,
                loaded=loaded,
            )
