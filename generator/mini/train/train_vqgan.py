"""Trains the VQGAN: first to reconstruct, then also to please a perceptor's eye and a patch discriminator."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.perceptor import IMAGE_SIZE, ImageTower
from generator.mini.train.codebook import CodebookAverages, commitment
from generator.mini.train.item import Item
from generator.mini.train.painting.batches import Batches
from generator.mini.train.prepare import load_images, load_items
from generator.mini.train.progress import Stage
from generator.mini.vqgan import CODE_SIZE, MiniVqgan


@dataclass(frozen=True, slots=True)
class VqganPlan:
    """Steps of a stage, and how strongly each loss counts."""

    name: str
    steps: int
    learning_rate: float
    seed: int
    start: str = ""  # the stage whose VQGAN this one goes on with
    eye: str = ""  # the stage whose image tower compares features
    free_steps: int = 0  # without quantization, so that k-means finds a settled space
    judge_steps: int = 0  # at the start, the discriminator learns alone
    batch: int = 24
    warmup: int = 100
    discriminator_rate: float = 3e-4
    perceptual: float = 0.15
    adversarial: float = 0.02


BASE = VqganPlan("vqgan", steps=5000, learning_rate=1e-3, seed=1, free_steps=300)
POLISH = VqganPlan("polish", steps=1200, learning_rate=2.5e-4, seed=5, start=BASE.name, eye="image", judge_steps=200)


GROUNDS = ("landscapes", "photos")


def training_grounds(items: list[Item]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Numbers of the landscapes and photographs of the training split: grounds to place drawings on."""
    return np.array([n for n, item in enumerate(items) if item.source in GROUNDS and not item.held_out])


def training_numbers(items: list[Item]) -> Tensor:
    """Numbers of the items of the training split."""
    return torch.tensor([n for n, item in enumerate(items) if not item.held_out])


class VqganTraining:
    """Model, optimizers and data of one run."""

    def __init__(self, work: Path, plan: VqganPlan, images: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
                 items: list[Item]) -> None:  # fmt: skip
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.vqgan = MiniVqgan()
        self.averages = CodebookAverages(self.vqgan.codebook)
        self.numbers = training_numbers(items)
        self.batches = Batches(images, training_grounds(items), plan.seed)
        coder = [*self.vqgan.encoder.parameters(), *self.vqgan.decoder.parameters()]
        self.optimizer = torch.optim.AdamW(coder, plan.learning_rate, betas=(0.9, 0.98), weight_decay=1e-4)
        judge = self.vqgan.discriminator.parameters()
        self.judge_optimizer = torch.optim.AdamW(judge, plan.discriminator_rate, betas=(0.5, 0.98))
        self.eye = load_eye(work, plan.eye) if plan.eye else None
        parts = {
            "vqgan": self.vqgan,
            "averages": self.averages,
            "optimizer": self.optimizer,
            "judge": self.judge_optimizer,
        }
        self.stage = Stage(plan.name, work, plan.steps, parts, self.batches.rng)

    def start(self, trained: Path) -> None:
        """Begin with the VQGAN and codebook of another stage, unless this one has begun already."""
        if not self.stage.path.exists():
            saved = torch.load(trained, weights_only=True)
            self.vqgan.load_state_dict(saved["vqgan"])
            self.averages.load_state_dict(saved["averages"])

    def run(self) -> None:
        """Train to the end, from wherever the last run stopped."""
        self.stage.resume()
        self.stage.run(self.step)

    def step(self, number: int) -> Mapping[str, float]:
        """One step; returns its losses."""
        rate = self._rate(number)
        self.optimizer.param_groups[0]["lr"] = rate
        images = self._images(number)
        if self.plan.free_steps and number == self.plan.free_steps:
            self._start_codebook()
        with torch.autocast("cpu", torch.bfloat16):
            z = self.vqgan.encode(images)
        z = z.float()
        zq, codes = self.vqgan.quantize(z) if number >= self.plan.free_steps else (z, None)
        with torch.autocast("cpu", torch.bfloat16):
            painted = self.vqgan.decode_raw(zq)
        painted = painted.float()
        losses = reconstruction_losses(painted, images)
        if codes is not None:
            losses["commit"] = 0.25 * commitment(z, self.vqgan.codebook, codes)
        if self.eye is not None and number >= self.plan.judge_steps:
            losses |= self._seen_losses(self.eye, painted, images)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        torch.nn.utils.clip_grad_norm_(self.optimizer.param_groups[0]["params"], 1.0)
        self.optimizer.step()
        if codes is not None:
            vectors = z.detach().permute(0, 2, 3, 1).reshape(-1, CODE_SIZE)
            self.averages.update(vectors, codes.flatten(), self.batches.rng)
        if self.eye is not None:
            losses["judge"] = self._train_judge(painted.detach(), images)
        return {key: float(value.detach()) for key, value in losses.items()}

    def _rate(self, number: int) -> float:
        warm = min(1.0, (number + 1) / self.plan.warmup)
        return self.plan.learning_rate * warm * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * number / self.plan.steps)))

    def _images(self, number: int) -> Tensor:
        large = number % 4 == 3
        count, side = (self.plan.batch * 4 // 9, 96) if large else (self.plan.batch, 64)
        chosen = torch.randint(0, len(self.numbers), (count,), generator=self.batches.rng)
        views = self.batches.draw(self.numbers[chosen], side, (0.7, 2.2), rough=0.25)
        return views.contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def _start_codebook(self) -> None:
        vectors = [self.vqgan.encode(self._images(0)).permute(0, 2, 3, 1).reshape(-1, CODE_SIZE) for _ in range(12)]
        self.averages.start(torch.cat(vectors), self.batches.rng)

    def _seen_losses(self, eye: ImageTower, painted: Tensor, images: Tensor) -> dict[str, Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            seen = feature_distance(eye, painted, images)
            logits = self.vqgan.discriminate(painted)
        return {"seen": self.plan.perceptual * seen, "fool": -self.plan.adversarial * logits.float().mean()}

    def _train_judge(self, painted: Tensor, images: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            real, fake = self.vqgan.discriminate(images).float(), self.vqgan.discriminate(painted).float()
        loss = F.relu(1 - real).mean() + F.relu(1 + fake).mean()
        self.judge_optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.judge_optimizer.step()
        return loss.detach()


def reconstruction_losses(painted: Tensor, images: Tensor) -> dict[str, Tensor]:
    """Absolute, squared and edge differences."""
    edges = sum((F.l1_loss(painted.diff(dim=dim), images.diff(dim=dim)) for dim in (2, 3)), start=torch.zeros(()))
    return {"l1": F.l1_loss(painted, images), "mse": 2 * F.mse_loss(painted, images), "edges": 0.5 * edges}


def feature_distance(eye: ImageTower, painted: Tensor, images: Tensor) -> Tensor:
    """Distance of unit feature maps at the first three stages (after LPIPS, Zhang et al. 2018, arXiv 1801.03924)."""
    side = min(IMAGE_SIZE, images.shape[-1])
    ours, theirs = (eye.features(F.interpolate(x, size=side, mode="area"))[:3] for x in (painted, images))
    parts = [
        (F.normalize(a.float(), dim=1) - F.normalize(b.float(), dim=1)).square().sum(1).mean()
        for a, b in zip(ours, theirs, strict=True)
    ]
    return torch.stack(parts).mean()


def load_eye(work: Path, stage: str) -> ImageTower:
    """The image tower of a finished stage, to compare features with."""
    eye = ImageTower().eval().requires_grad_(False)
    eye.load_state_dict(torch.load(work / f"{stage}.pt", weights_only=True)["tower"])
    return eye


def load_vqgan(work: Path, stage: str) -> MiniVqgan:
    """The VQGAN of a finished stage."""
    vqgan = MiniVqgan().eval().requires_grad_(False)
    vqgan.load_state_dict(torch.load(work / f"{stage}.pt", weights_only=True)["vqgan"])
    return vqgan


def train_vqgan(work: Path, plan: VqganPlan) -> None:
    """Train, or go on training, the VQGAN of a work folder."""
    training = VqganTraining(work, plan, load_images(work), load_items(work))
    if plan.start:
        training.start(work / f"{plan.start}.pt")
    training.run()
