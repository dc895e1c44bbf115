"""Embeds whole pictures as each perceptor was trained to see them: what judges of embeddings are fed with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from generator.cutouts import whole
from generator.judges.port import Vectors
from generator.judges.realism import as_images
from generator.perceptor import CONFIGS
from generator.preprocess import preprocess

if TYPE_CHECKING:
    from generator.decoded import Pixels
    from generator.models import Perceptor


@torch.no_grad()
def embed_pictures(perceptor: Perceptor, pictures: Sequence[Pixels], device: torch.device | str = "cpu") -> Vectors:
    """RGB pictures [H,W,3] of any sizes to unit vectors [N,D] of the perceptor, which is on `device`.

    A CLIP gets OpenAI's preprocessing (bicubic, the middle square), since heads were trained on what it makes; any
    other the whole picture, resized. One at a time: a value does not depend on the batch. Raises `BadPicture` for one
    a hundred times as long as wide.
    """
    side = perceptor.input_size
    fit = preprocess if perceptor.name in CONFIGS else whole
    rows = [perceptor.embed_images(fit(as_images([one]).to(device), side))[0].float().cpu() for one in pictures]
    found: Vectors = np.stack([row.numpy() for row in rows]) if rows else np.zeros((0, 0), dtype=np.float32)
    return found
