"""How often each training picture is drawn: by category and, within each, nearly evenly over styles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from generator.mini.train.item import CATEGORIES, Item

BY_ITEM = 0.25  # share of the draws that every picture gets alike
LEAN = 0.4  # a style's share of a category grows with this power of its pictures: some are small but wanted
MANY = 400
STYLES = {
    **dict.fromkeys(("noto", "noto-v1", "fxemoji", "fluent-emoji", "fluent-emoji-flat", "emojione", "twemoji",
                     "streamline-emojis"), "emoji"),
    **dict.fromkeys(("flat-color-icons", "streamline-ultimate-color"), "icons"),
    **dict.fromkeys(("photos", "photo-subjects"), "photographs"),
}  # fmt: skip


def balance(items: Sequence[Item], wanted: Sequence[float]) -> Tensor:
    """Weights [N] to draw by: a share by item, the rest by category and style.

    `wanted` is the share of each category, in their order, and last that of what is none of them for certain. Emoji
    are many and look alike; without the styles, what is drawn like clipart is an object.
    """
    cells = [(item.category, STYLES.get(item.source, item.source)) for item in items]
    counts = Counter(cells)
    leans = {cell: min(count, MANY) ** LEAN for cell, count in counts.items()}
    totals: dict[str | None, float] = {}
    for (category, _), lean in leans.items():
        totals[category] = totals.get(category, 0.0) + lean
    shares = {name: share for name, share in zip((*CATEGORIES, None), wanted, strict=True) if name in totals}
    even = torch.tensor([leans[c] / totals[c[0]] / counts[c] * shares[c[0]] / sum(shares.values()) for c in cells])
    return BY_ITEM / len(items) + (1 - BY_ITEM) * even
