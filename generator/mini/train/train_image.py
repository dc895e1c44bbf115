"""Trains the image tower against the locked texts; the second half on pictures changed against it.

The adversarial half (Madry et al. 2018, arXiv 1706.06083; one step of length 1 in L2) makes the tower's gradients look
like things: a picture that follows them shows the prompt to other eyes too (Santurkar et al. 2019, arXiv 1906.09453).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.perceptor import IMAGE_SIZE, ImageTower
from generator.mini.train.batches import Batches
from generator.mini.train.item import CATEGORIES, Item
from generator.mini.train.prepare import load_images, load_items
from generator.mini.train.progress import Stage
from generator.mini.train.texts import NOTHING, Texts, item_texts, load_texts
from generator.mini.train.train_vqgan import training_grounds, training_numbers

LARGEST_SCALE = 40.0
NO_CATEGORY = -1


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """Steps, sizes and weights of the losses."""

    name: str = "image"
    steps: int = 1600
    adversarial_from: float = 0.5
    epsilon: float = 1.0
    batch: int = 128
    negatives: int = 1024
    learning_rate: float = 2e-3
    warmup: int = 100
    category: float = 0.5
    softness: float = 0.06  # temperature of the teacher's own likeness of captions, the soft targets
    seed: int = 2


class ImageTraining:
    """Tower, optimizer and data of one run."""

    def __init__(self, work: Path, plan: ImagePlan, images: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
                 items: list[Item], texts: Texts, batches: Batches | None = None) -> None:  # fmt: skip
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.tower = ImageTower().to(memory_format=torch.channels_last)  # type: ignore[call-overload] # stub lacks it
        self.scale = nn.ParameterDict({"scale": nn.Parameter(torch.tensor(math.log(14.0)))})
        self.items, self.targets = items, texts.targets
        self.numbers = training_numbers(items)
        self.weights = balance([items[n] for n in self.numbers.tolist()])
        known = texts.numbers()
        self.captions = [torch.tensor(_known(item, known)) for item in items]
        self.categories = torch.tensor([CATEGORIES.index(i.category) if i.category else NO_CATEGORY for i in items])
        self.prompts = torch.stack([torch.tensor([known[t] for t in PROMPTS[c]]) for c in CATEGORIES])
        self.nothing = torch.tensor([known[t] for t in NOTHING])
        self.batches = batches or Batches(images, training_grounds(items), plan.seed)
        parameters = [*self.tower.parameters(), *self.scale.parameters()]
        self.optimizer = torch.optim.AdamW(parameters, plan.learning_rate, betas=(0.9, 0.98), weight_decay=0.05)
        parts = {"tower": self.tower, "scale": self.scale, "optimizer": self.optimizer}
        self.stage = Stage(plan.name, work, plan.steps, parts, self.batches.rng)

    def run(self) -> None:
        """Train to the end, from wherever the last run stopped."""
        self.stage.resume()
        self.stage.run(self.step)

    def step(self, number: int) -> Mapping[str, float]:
        """One step; returns its losses."""
        self.optimizer.param_groups[0]["lr"] = self._rate(number)
        images, captions, categories = self._draw()
        negatives = self._negatives()
        if number >= self.plan.adversarial_from * self.plan.steps:
            images = self._attack(images, captions, categories, negatives)
        losses = self.losses(images, captions, categories, negatives)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        self.optimizer.step()
        return {key: float(value.detach()) for key, value in losses.items()}

    def losses(self, images: Tensor, captions: Tensor, categories: Tensor, negatives: Tensor) -> dict[str, Tensor]:
        """Both directions of the contrastive loss, and the category by a random prompt of each."""
        with torch.autocast("cpu", torch.bfloat16):
            vectors = self.tower(images)
        vectors = F.normalize(vectors.float(), dim=1)
        scale = self.scale["scale"].exp().clamp_max(LARGEST_SCALE)
        candidates = torch.cat([captions, negatives])
        likeness = captions @ candidates.T / self.plan.softness
        toward = F.cross_entropy(scale * vectors @ candidates.T, likeness.softmax(1))
        back = F.cross_entropy(scale * captions @ vectors.T, likeness[:, : len(captions)].softmax(1))
        chosen = torch.randint(0, self.prompts.shape[1], (len(CATEGORIES),), generator=self.batches.rng)
        classes = self.targets[self.prompts[torch.arange(len(CATEGORIES)), chosen]]
        named = F.cross_entropy(scale * vectors @ classes.T, categories, ignore_index=NO_CATEGORY)
        return {"toward": toward / 2, "back": back / 2, "category": self.plan.category * named}

    def _rate(self, number: int) -> float:
        warm = min(1.0, (number + 1) / self.plan.warmup)
        return self.plan.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * number / self.plan.steps)))

    def _draw(self) -> tuple[Tensor, Tensor, Tensor]:
        rng, count = self.batches.rng, self.plan.batch
        numbers = self.numbers[torch.multinomial(self.weights, count, replacement=True, generator=rng)]
        images = self.views(numbers)
        texts = torch.stack([self._one_of(self.captions[n]) for n in numbers.tolist()])
        categories = self.categories[numbers]
        blank = max(1, count // 25)
        shades = torch.rand(blank, 3, 1, 1, generator=rng)
        images[:blank] = (shades + torch.randn(blank, 3, IMAGE_SIZE, IMAGE_SIZE, generator=rng) * shades[:, :1]).clamp(
            0, 1
        )
        texts[:blank] = torch.stack([self._one_of(self.nothing) for _ in range(blank)])
        categories[:blank] = NO_CATEGORY
        return images.contiguous(memory_format=torch.channels_last), self.targets[texts], categories

    def views(self, numbers: Tensor) -> Tensor:
        """What the tower gets to see of the pictures with these numbers."""
        return self.batches.draw(numbers, IMAGE_SIZE, (0.5, 1.9), rough=0.4)

    def _one_of(self, choices: Tensor) -> Tensor:
        # The square leans to the front: the best captions come first.
        place = torch.rand(1, generator=self.batches.rng).square() * len(choices)
        return choices[int(place)]

    def _negatives(self) -> Tensor:
        rng = self.batches.rng
        numbers = self.numbers[torch.randint(0, len(self.numbers), (self.plan.negatives,), generator=rng)]
        return self.targets[torch.stack([self._one_of(self.captions[n]) for n in numbers.tolist()])]

    def _attack(self, images: Tensor, captions: Tensor, categories: Tensor, negatives: Tensor) -> Tensor:
        images = images.requires_grad_(True)
        loss = torch.stack(list(self.losses(images, captions, categories, negatives).values())).sum()
        (gradient,) = torch.autograd.grad(loss, images)
        length = gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
        attacked: Tensor = (images + self.plan.epsilon * gradient / length).clamp(0, 1)
        return attacked.detach()


def _known(item: Item, known: Mapping[str, int]) -> list[int]:
    """Numbers of what an item may be called; what is painted later may have captions that no text was made for."""
    found = [known[text] for text in item_texts(item) if text in known]
    return found or [known[prompt] for prompt in PROMPTS[item.category or ""]]


def balance(items: list[Item]) -> Tensor:
    """Weights to draw by: half of the draws by item, half evenly over the categories (and what has none)."""
    counts: dict[str | None, int] = {}
    for item in items:
        counts[item.category] = counts.get(item.category, 0) + 1
    return torch.tensor([0.5 / len(items) + 0.5 / len(counts) / counts[item.category] for item in items])


def train_image(work: Path, plan: ImagePlan | None = None) -> None:
    """Train, or go on training, the image tower of a work folder."""
    ImageTraining(work, plan or ImagePlan(), load_images(work), load_items(work), load_texts(work)).run()
