"""What a pair is measured by: reconstruction, retrieval, categories."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from generator.mini.train.heldout import PAINTED, PHOTOGRAPHS, HeldOut
from generator.mini.train.item import CATEGORIES, Item, fixed_hash
from generator.mini.vqgan import CODES
from generator.models import Pair, Perceptor

RETRIEVED_AMONG = 500
RECONSTRUCTED = 600


@torch.no_grad()
def reconstruction(pair: Pair, test: HeldOut) -> dict[str, float]:
    """Peak signal-to-noise ratios in dB (mean over pictures), and how the codes are used."""
    drawn = _sample(test, lambda source: source not in (*PAINTED, *PHOTOGRAPHS))
    small = F.interpolate(drawn, size=64, mode="area")
    codes = torch.cat([pair.vqgan.quantize(pair.vqgan.encode(part))[1].flatten() for part in torch.split(drawn, 32)])
    shares = torch.bincount(codes, minlength=CODES).float() / len(codes)
    return {
        "psnr_drawings_128": _psnr(pair, drawn),
        "psnr_drawings_64": _psnr(pair, small),
        "psnr_scenes_128": _psnr(pair, _sample(test, lambda source: source == "landscapes")),
        "psnr_figures_128": _psnr(pair, _sample(test, lambda source: source in PAINTED and source != "landscapes")),
        "psnr_photographs_128": _psnr(pair, _sample(test, lambda source: source in PHOTOGRAPHS)),
        "psnr_drawings_mean_color": float(_decibels(drawn.mean((2, 3), keepdim=True), drawn).mean()),
        "codes_used": float((shares > 0).sum()),
        "code_perplexity": float(torch.special.entr(shares).sum().exp()),
    }


def _sample(test: HeldOut, wanted: Callable[[str], bool]) -> Tensor:
    """At most 600 pictures [N, 3, 128, 128] of the wanted sources, by a fixed hash."""
    numbers = [n for n, item in enumerate(test.items) if wanted(item.source)]
    return test.images[sorted(numbers, key=lambda n: fixed_hash(f"psnr{test.items[n].concept}{n}"))[:RECONSTRUCTED]]


def _psnr(pair: Pair, images: Tensor) -> float:
    parts = [_decibels(round_trip(pair, part), part) for part in torch.split(images, 32)]
    return float(torch.cat(parts).mean())


def round_trip(pair: Pair, images: Tensor) -> Tensor:
    """Pictures [N, 3, H, W] encoded, quantized and decoded."""
    return pair.vqgan.decode(pair.vqgan.quantize(pair.vqgan.encode(images))[0])


def _decibels(ours: Tensor, theirs: Tensor) -> Tensor:
    return -10 * (ours - theirs).square().mean((1, 2, 3)).clamp_min(1e-6).log10()


@torch.no_grad()
def embed_all(perceptor: Perceptor, images: Tensor) -> Tensor:
    """Unit vectors [N, 256] of pictures [N, 3, H, W] of any size, brought to the perceptor's."""
    size = perceptor.input_size
    return torch.cat(
        [perceptor.embed_images(F.interpolate(part, size=size, mode="area")) for part in torch.split(images, 64)]
    )


@torch.no_grad()
def retrieval(perceptor: Perceptor, items: Sequence[Item], vectors: Tensor) -> dict[str, float]:
    """How often the right caption is first, or among the first ten, of 500 pictures' captions."""
    order = sorted(range(len(items)), key=lambda n: fixed_hash(f"{items[n].source}{items[n].concept}{n}"))
    chosen = order[:RETRIEVED_AMONG]
    captions = [items[n].captions[0] for n in chosen]
    likeness = vectors[chosen] @ perceptor.embed_texts(captions).T
    same = torch.tensor([[a == b for b in captions] for a in captions])
    best = likeness.masked_fill(~same, -math.inf).amax(1, keepdim=True)
    rank = ((likeness > best) & ~same).sum(1)
    return {
        "retrieval_r1": float((rank < 1).float().mean()),
        "retrieval_r10": float((rank < 10).float().mean()),
    }


@torch.no_grad()
def class_vectors(perceptor: Perceptor, prompts: Mapping[str, Sequence[str]]) -> Tensor:
    """One unit vector a category [5, 256]: the mean of its prompts."""
    means = [perceptor.embed_texts(list(prompts[category])).mean(0) for category in CATEGORIES]
    return F.normalize(torch.stack(means), dim=1)


def categories(vectors: Tensor, classes: Tensor, items: Sequence[Item]) -> dict[str, float]:
    """Accuracy over the pictures with a certain category, and the mean of the five recalls."""
    known = [n for n, item in enumerate(items) if item.category]
    truth = torch.tensor([CATEGORIES.index(items[n].category or "") for n in known])
    right = (vectors[known] @ classes.T).argmax(1) == truth
    recalls = {name: float(right[truth == n].float().mean()) for n, name in enumerate(CATEGORIES)}
    return {
        "accuracy": float(right.float().mean()),
        "balanced": sum(recalls.values()) / len(recalls),
        "majority": float(torch.bincount(truth).max() / len(truth)),
        **{f"recall_{name}": value for name, value in recalls.items()},
    }
