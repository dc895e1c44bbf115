"""Goes on training the image tower with drawings set into painted pictures, from where the stage `image` ended."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.mini.perceptor import IMAGE_SIZE
from generator.mini.train.composites import Composites, Extras, paint_extras
from generator.mini.train.item import Item
from generator.mini.train.prepare import load_images, load_items
from generator.mini.train.texts import Texts, load_texts
from generator.mini.train.train_image import ImagePlan, ImageTraining
from generator.mini.train.train_vqgan import training_grounds

NAME = "composed"
PLAN = ImagePlan(name=NAME, steps=930, adversarial_from=0.3, learning_rate=8e-4, warmup=30, category=1.0, seed=4)
BY_ITEM = 0.25  # share of the draws that every picture gets alike
LEAN = 0.35  # a style's share of a category grows with this power of its pictures: openclipart is small but wanted
MANY = 300
SHARES = {"animals": 1.0, "faces": 1.2, "people": 1.0, "objects": 1.6, "scenery": 0.9}  # objects are the most diverse
PAINTED = frozenset({"landscapes", "portraits", "people", "scenes"})
PLAIN = 0.3  # share of each batch that stays on plain grounds, so that nothing is forgotten


class ComposedTraining(ImageTraining):
    """The training of the image tower, on composed views and painted extras."""

    def __init__(self, work: Path, plan: ImagePlan, images: NDArray[np.uint8], items: list[Item], texts: Texts,
                 extras: Extras) -> None:  # fmt: skip
        self.composites = Composites(images, training_grounds(items), extras, plan.seed)
        super().__init__(work, plan, images, [*items, *extras.items], texts, self.composites)

        self.weights = balance_styles([self.items[n] for n in self.numbers.tolist()])

    def start(self, trained: Path) -> None:
        """Begin with a trained tower, unless this training has begun already."""
        if not self.stage.path.exists():
            saved = torch.load(trained, weights_only=True)
            self.tower.load_state_dict(saved["tower"])
            self.scale.load_state_dict(saved["scale"])

    def _attack(self, images: Tensor, captions: Tensor, categories: Tensor, negatives: Tensor) -> Tensor:
        """Every other picture is changed against the tower, the rest keeps its view sharp."""
        attacked = super()._attack(images, captions, categories, negatives)
        attacked[::2] = images.detach()[::2]
        return attacked

    def views(self, numbers: Tensor) -> Tensor:
        """Composed views, but for a share on plain grounds."""
        plain = int(PLAIN * len(numbers))
        return torch.cat(
            [self.batches.draw(numbers[:plain], IMAGE_SIZE, (0.5, 1.9), rough=0.4),
             self.composites.compose(numbers[plain:], IMAGE_SIZE)]
        )  # fmt: skip


def balance_styles(items: list[Item]) -> Tensor:
    """Weights to draw by: a share by item, the rest by category and, within each, nearly evenly over styles.

    Emoji are many and look alike; without this, what is drawn like openclipart is an object.
    """
    cells = [(item.category, _style(item)) for item in items]
    counts = Counter(cells)
    leans = {cell: min(count, MANY) ** LEAN for cell, count in counts.items() if cell[0]}
    totals = {category: sum(lean for cell, lean in leans.items() if cell[0] == category) for category, _ in leans}
    shares = {category: SHARES[category] for category in totals if category}
    even = torch.tensor(
        [leans[c] / totals[c[0]] / counts[c] * shares[c[0]] / sum(shares.values()) if c[0] else 0.0 for c in cells]
    )
    return BY_ITEM / len(items) + (1 - BY_ITEM) * even


def _style(item: Item) -> str:
    if item.source in PAINTED:
        return item.source
    return item.source if item.source == "openclipart" else "emoji"


def train_composed(work: Path) -> None:
    """Train, or go on training, the composed stage of a work folder."""
    items = load_items(work)
    training = ComposedTraining(work, PLAN, load_images(work), items, load_texts(work), paint_extras(PLAN.seed))
    training.start(work / "image.pt")
    training.run()
