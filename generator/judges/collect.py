"""Works of a folder of pictures, their plain reconstructions and dreams of them: what reference sets are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch

from generator.categories import CATEGORIES, DREAM_PROMPTS, rule_of
from generator.classify import categorize
from generator.cutouts import whole
from generator.dream import dream
from generator.embeddings import embedding_bytes
from generator.intake import IntakeLimits, examine
from generator.judges.realism import as_images
from generator.nouns import Prompt, derive_seed
from generator.pictures import read_pixels, to_pixels
from generator.presets import Preset, recipe_for

if TYPE_CHECKING:
    from generator.decoded import Pixels
    from generator.models import Pair

EVERY: Final = 4  # steps: neighbors in a dream are nearly alike


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture with its embedding, of which work it was made, and its prompt match if it is a dream."""

    work: str
    pixels: Pixels
    embedding: bytes
    similarity: float = 0.0


class Maker:
    """Turns files into works, reconstructions and dreams by a loaded pair."""

    def __init__(self, settings: Preset, pair: Pair, device: str = "cpu", iterations: int | None = None) -> None:
        self.settings, self.pair, self.device, self.iterations = settings, pair, device, iterations

    def work(self, file: Path) -> Seen | None:
        """The square work in a file, None where intake refuses it."""

        found = examine(file.read_bytes(), IntakeLimits(size=self.settings.size))
        if not found.ok or found.work_png is None:
            return None
        pixels = read_pixels(found.work_png)
        return Seen(file.name, pixels, self.embed(pixels))

    def reconstruction(self, work: Seen) -> Seen:
        """The work encoded, quantized and decoded, without a step of a dream."""

        with torch.no_grad():
            zq, _ = self.pair.vqgan.quantize(self.pair.vqgan.encode(self._image(work.pixels)))
            pixels = to_pixels(self.pair.vqgan.decode(zq))
        return Seen(work.work, pixels, self.embed(pixels))

    def dreams(self, work: Seen, number: int) -> Iterator[Seen]:
        """Every fourth step of a dream toward the prompt of the work's category; without one, that of its number."""

        image = self._image(work.pixels)
        name = categorize(self.pair.perceptor, image, CATEGORIES, rule_of(self.settings.name)).name
        prompt = DREAM_PROMPTS[name or list(DREAM_PROMPTS)[number % len(DREAM_PROMPTS)]]
        recipe = recipe_for(self.settings, [Prompt(prompt)], self.pair.digests, self.iterations)
        seed = derive_seed(hashlib.sha256(work.pixels.tobytes()).hexdigest(), recipe.id, 0)
        for step in dream(self.pair, image, recipe, seed):
            if step.step % EVERY == 0:
                yield Seen(work.work, read_pixels(step.png), step.embedding, step.similarity)

    def embed(self, pixels: Pixels) -> bytes:
        """The embedding of the whole picture, as a dream stores it."""

        perceptor = self.pair.perceptor
        with torch.no_grad():
            return embedding_bytes(perceptor.embed_images(whole(self._image(pixels), perceptor.input_size))[0])

    def _image(self, pixels: Pixels) -> torch.Tensor:
        return as_images([pixels]).to(self.device)


@dataclass(frozen=True, slots=True)
class Collection:
    """Works, their plain reconstructions, and steps of dreams of them."""

    works: tuple[Seen, ...]
    reconstructions: tuple[Seen, ...]
    dreams: tuple[Seen, ...]


def collect(maker: Maker, files: Sequence[Path], say: Callable[[str], None] = print) -> Collection:
    """All that references are made of; `say` hears at which file it is."""
    works: list[Seen] = []
    plain: list[Seen] = []
    dreams: list[Seen] = []
    for number, file in enumerate(files):
        work = maker.work(file)
        say(f"{number + 1}/{len(files)} {'kept' if work else 'refused by intake'}")
        if work:
            works.append(work)
            plain.append(maker.reconstruction(work))
            dreams.extend(maker.dreams(work, number))
    return Collection(tuple(works), tuple(plain), tuple(dreams))
