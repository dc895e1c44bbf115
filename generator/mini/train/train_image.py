"""Trains an image tower against the locked texts; a later stage on pictures changed against it.

The adversarial part (Madry et al. 2018, arXiv 1706.06083; one step in L2) makes the tower's gradients look like things:
a picture that follows them shows the prompt to other eyes too (Santurkar et al. 2019, arXiv 1906.09453).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.perceptor import IMAGE_SIZE, ImageTower
from generator.mini.train.balance import balance
from generator.mini.train.item import CATEGORIES, Item
from generator.mini.train.painting.composites import Extras, paint_extras
from generator.mini.train.painting.views import Views
from generator.mini.train.plans import ImagePlan
from generator.mini.train.prepare import load_images, load_items
from generator.mini.train.progress import Stage
from generator.mini.train.texts import NOTHING, Texts, item_texts, load_texts
from generator.mini.train.train_vqgan import load_vqgan, training_grounds, training_numbers
from generator.models import Vqgan

LARGEST_SCALE = 40.0
NO_CATEGORY = -1


class ImageTraining:
    """Tower, optimizer and data of one run."""

    def __init__(self, work: Path, plan: ImagePlan, images: NDArray[np.uint8], items: list[Item], texts: Texts,
                 extras: Extras, vqgan: Vqgan | None = None) -> None:  # fmt: skip
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.tower = ImageTower(plan.widths).to(memory_format=torch.channels_last)  # type: ignore[call-overload] # stub lacks it
        self.scale = nn.ParameterDict({"scale": nn.Parameter(torch.tensor(math.log(14.0)))})
        self.targets = texts.targets
        every = [*items, *extras.items]
        self.numbers = training_numbers(every)
        self.weights = balance([every[n] for n in self.numbers.tolist()], plan.shares)
        known = texts.numbers()
        self.captions = [torch.tensor(_known(item, known)) for item in every]
        self.categories = torch.tensor([CATEGORIES.index(i.category) if i.category else NO_CATEGORY for i in every])
        self.prompts = torch.stack([torch.tensor([known[t] for t in PROMPTS[c]]) for c in CATEGORIES])
        self.nothing = torch.tensor([known[t] for t in NOTHING])
        self.views = Views(images, training_grounds(items), extras, plan, vqgan)
        self.rng = self.views.rng
        parameters = [*self.tower.parameters(), *self.scale.parameters()]
        self.optimizer = torch.optim.AdamW(parameters, plan.learning_rate, betas=(0.9, 0.98), weight_decay=0.05)
        parts = {"tower": self.tower, "scale": self.scale, "optimizer": self.optimizer}
        self.stage = Stage(plan.name, work, plan.steps, parts, self.rng)

    def start(self, trained: Path) -> None:
        """Begin with the tower of another stage, unless this one has begun already."""
        if not self.stage.path.exists():
            saved = torch.load(trained, weights_only=True)
            self.tower.load_state_dict(saved["tower"])
            self.scale.load_state_dict(saved["scale"])

    def run(self) -> None:
        """Train to the end, from wherever the last run stopped."""
        self.stage.resume()
        self.stage.run(self.step)

    def step(self, number: int) -> Mapping[str, float]:
        """One step; returns its losses."""
        self.optimizer.param_groups[0]["lr"] = self._rate(number)
        images, captions, categories = self._draw()
        candidates = torch.cat([captions, self._negatives()])
        if self.plan.attacked:
            images = self._attack(images, captions, categories, candidates)
        losses = self.losses(images, captions, categories, candidates)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        self.optimizer.step()
        return {key: float(value.detach()) for key, value in losses.items()}

    def losses(self, images: Tensor, captions: Tensor, categories: Tensor, candidates: Tensor) -> dict[str, Tensor]:
        """Both directions of the contrastive loss, and the category by a random prompt of each."""
        vectors, scale = self._embed(images), self._scale()
        likeness = captions @ candidates[: len(captions)].T / self.plan.softness
        back = F.cross_entropy(scale * captions @ vectors.T, likeness.softmax(1))
        return {"back": back / 2, **self._forward_losses(vectors, captions, categories, candidates)}

    def _forward_losses(
        self, vectors: Tensor, captions: Tensor, categories: Tensor, candidates: Tensor
    ) -> dict[str, Tensor]:
        """What each picture can be asked alone: its caption among many, its category among five."""
        scale = self._scale()
        likeness = captions @ candidates.T / self.plan.softness
        toward = F.cross_entropy(scale * vectors @ candidates.T, likeness.softmax(1))
        chosen = torch.randint(0, self.prompts.shape[1], (len(CATEGORIES),), generator=self.rng)
        classes = self.targets[self.prompts[torch.arange(len(CATEGORIES)), chosen]]
        named = F.cross_entropy(scale * vectors @ classes.T, categories, ignore_index=NO_CATEGORY, reduction="sum")
        named = named / (categories != NO_CATEGORY).sum().clamp_min(1)  # a batch may hold nothing of the five
        return {"toward": toward / 2, "category": self.plan.category * named}

    def _embed(self, images: Tensor) -> Tensor:
        with torch.autocast(images.device.type, torch.bfloat16):
            vectors = self.tower(images)
        return F.normalize(vectors.float(), dim=1)

    def _scale(self) -> Tensor:
        scale: Tensor = self.scale["scale"].exp().clamp_max(LARGEST_SCALE)
        return scale

    def _rate(self, number: int) -> float:
        warm = min(1.0, (number + 1) / self.plan.warmup)
        return self.plan.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * number / self.plan.steps)))

    def _draw(self) -> tuple[Tensor, Tensor, Tensor]:
        chosen = torch.multinomial(self.weights, self.plan.batch, replacement=True, generator=self.rng)
        numbers = self.numbers[chosen]
        images = self.views.draw_mixed(numbers)
        texts = torch.stack([self._one_of(self.captions[n]) for n in numbers.tolist()])
        categories = self.categories[numbers]
        places = torch.randperm(len(numbers), generator=self.rng)[: max(1, self.plan.batch // 25)]
        images[places] = self._blank(len(places))
        texts[places] = torch.stack([self._one_of(self.nothing) for _ in places])
        categories[places] = NO_CATEGORY
        return images.contiguous(memory_format=torch.channels_last), self.targets[texts], categories

    def _blank(self, count: int) -> Tensor:
        """Plain shades and noise, so that nothing has a name too."""
        shades = torch.rand(count, 3, 1, 1, generator=self.rng)
        noise = torch.randn(count, 3, IMAGE_SIZE, IMAGE_SIZE, generator=self.rng)
        return (shades + noise * shades[:, :1]).clamp(0, 1)

    def _one_of(self, choices: Tensor) -> Tensor:
        # The square leans to the front: the best captions come first.
        place = torch.rand(1, generator=self.rng).square() * len(choices)
        return choices[int(place)]

    def _negatives(self) -> Tensor:
        chosen = torch.randint(0, len(self.numbers), (self.plan.negatives,), generator=self.rng)
        return self.targets[torch.stack([self._one_of(self.captions[n]) for n in self.numbers[chosen].tolist()])]

    def _attack(self, images: Tensor, captions: Tensor, categories: Tensor, candidates: Tensor) -> Tensor:
        """A share of the pictures, moved a step of fixed length toward a larger loss."""
        count = int(self.plan.attacked * len(images))
        chosen = torch.randperm(len(images), generator=self.rng)[:count]
        picked = images[chosen].contiguous(memory_format=torch.channels_last).requires_grad_(True)
        losses = self._forward_losses(self._embed(picked), captions[chosen], categories[chosen], candidates)
        (gradient,) = torch.autograd.grad(losses["toward"] + losses["category"], picked)
        length = gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
        images[chosen] = (picked.detach() + self.plan.epsilon * gradient / length).clamp(0, 1)
        return images


def _known(item: Item, known: Mapping[str, int]) -> list[int]:
    """Numbers of what an item may be called; what is painted later may have captions that no text was made for."""
    found = [known[text] for text in item_texts(item) if text in known]
    return found or [known[prompt] for prompt in PROMPTS[item.category or ""]]


def train_image(work: Path, plan: ImagePlan) -> None:
    """Train, or go on training, an image tower of a work folder."""
    vqgan = load_vqgan(work, plan.vqgan) if plan.vqgan else None
    items, images, extras = load_items(work), load_images(work), paint_extras(plan.seed)
    training = ImageTraining(work, plan, images, items, load_texts(work), extras, vqgan)
    if plan.start:
        training.start(work / f"{plan.start}.pt")
    training.run()
