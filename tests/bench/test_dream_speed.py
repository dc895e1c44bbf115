"""A dream at full size against the plain loop; the whole comparison is `python -m tests.bench.dream_speed`."""

from __future__ import annotations

import pytest
import torch

from generator.dream import dream
from generator.levers import PLAIN, Levers, levers_for
from generator.models import Pair
from generator.nouns import Prompt, Recipe
from generator.perceptor import ClipConfig, ClipPerceptor, build_perceptor
from generator.vqgan import VqganConfig, VqganModel, build_vqgan
from tests.bench import dream_plain, dream_speed
from tests.bench.dream_parts import source_of

VQGAN = VqganConfig(
    ch=32,
    ch_mult=(1, 2),
    num_res_blocks=1,
    attn_resolutions=(16,),
    resolution=32,
    z_channels=16,
    embed_dim=16,
    n_embed=64,
)
CLIP = ClipConfig(64, 32, 16, 128, 2, 64, 1)


def pair_with(levers: Levers) -> Pair:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        vqgan, clip = VqganModel(VQGAN).state_dict(), ClipPerceptor(CLIP).state_dict()
    perceptor = build_perceptor("clip-small", clip, "cpu", "fp32", CLIP, levers)
    return Pair(build_vqgan(VQGAN, vqgan, "cpu", "fp32", levers), perceptor, ())


@pytest.mark.parametrize("method", ["grid", "peers"])
def test_a_small_dream_has_the_losses_of_the_plain_loop(method: str) -> None:
    recipe = Recipe(
        generator="small",
        weights=(),
        perceptor="clip-small",
        prompts=(Prompt("a painting of an animal"),),
        size=64,
        iterations=10,
        cutouts=8,
        learning_rate=0.1,
        cutout_method=method,
    )
    source = source_of(64)
    plain = list(dream_plain.dream(pair_with(PLAIN), source, recipe, 7))
    ours = [step.losses["total"] for step in dream(pair_with(levers_for("cpu", "fp32")), source, recipe, 7)]
    assert ours == pytest.approx(plain, rel=dream_speed.DIGITS)
    assert len({round(loss, 4) for loss in ours}) > 3  # losses that never move would agree as well


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_limits_of_speed_and_memory_hold_at_256_px() -> None:
    arguments = [
        "--sizes",
        "256",
        "--variants",
        "plain peers",
        "plain grid",
        "fp32 grid",
        "bf16 grid",
        "--pictures",
        "0",
        "--steps",
        "5",
    ]
    assert dream_speed.main(arguments) == 0
