"""How well one picture matches prompts, outside of a dream."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from generator.cutouts import cut, draw_views
from generator.dream import FRESH_CUTOUTS
from generator.losses import prompt_match
from generator.models import Perceptor
from generator.streams import stream


@torch.no_grad()
def prompt_matches(perceptor: Perceptor, image: Tensor, prompts: Mapping[str, str]) -> dict[str, float]:
    """Mean cosine, -1..1, of a picture [1,3,S,S] in 0..1 to each prompt, by the prompts' names.

    Measured as a dream measures its iterates, on the same fresh cutouts each time, so that numbers compare.
    """
    views = draw_views(FRESH_CUTOUTS, perceptor.input_size, stream(0, "fresh cutouts")).to(image.device)
    seen = perceptor.embed_images(cut(image, views))
    wanted = perceptor.embed_texts(list(prompts.values()))
    one = torch.ones(1, device=image.device)
    return {name: float(prompt_match(seen, wanted[i : i + 1], one)) for i, name in enumerate(prompts)}
