"""The parts of `tests.bench.dream_speed`, each run in a process of its own: `main_child` is what that process runs."""

from __future__ import annotations

import json
import os
import statistics
import time
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from generator.models import Pair
    from generator.nouns import Recipe

SEED = 20_260_301
PROMPT = "a painting of an animal"
WIDTH = 3.0  # of z and of the codes


@dataclass(frozen=True, slots=True)
class Measured:
    """One variant at one size; `seconds` are of the processor, an iteration; memory in GB, losses from step 1 on."""

    variant: str
    size: int
    seconds: float
    peak: float
    start: float
    losses: list[float]


def make_weights(folder: Path) -> None:
    """Random weights of a sane scale, converted and recorded as published ones are."""
    import torch
    from safetensors.torch import save_file

    from generator.perceptor import CONFIGS, ClipPerceptor
    from generator.vqgan import VqganConfig, VqganModel
    from generator.weights import convert

    torch.manual_seed(SEED)
    vqgan = VqganModel(VqganConfig()).state_dict()
    # What the encoder gives is 0.2 wide, one step of Adam 0.1: nearly every code would change at once, and rounding
    # would decide which. Peers let z wander for hundreds of such steps: codes are made wide enough for that.
    for key in ("quant_conv.weight", "quant_conv.bias"):
        vqgan[key].mul_(WIDTH / 0.2)
    vqgan["post_quant_conv.weight"].div_(WIDTH / 0.2)
    vqgan["quantize.embedding.weight"].mul_(WIDTH)
    for name, tensors in (
        ("wikiart_16384", vqgan),
        ("clip-vit-b-32", ClipPerceptor(CONFIGS["clip-vit-b-32"]).state_dict()),
    ):
        file = folder / f"random-{name}.safetensors"
        save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, file)
        convert(file, folder, name, accepted=True, accept_unknown=True)
        file.unlink()


def load_pair(folder: Path, variant: str) -> Pair:
    """The pair of a variant: as the program loads it, with one lever the other way, or with every lever off."""
    import torch

    from generator.full import load_full
    from generator.levers import PLAIN, levers_for
    from generator.models import Pair
    from generator.perceptor import build_perceptor
    from generator.presets import preset
    from generator.vqgan import VqganConfig, build_vqgan
    from generator.weights import find, load
    from tests.bench import dream_plain

    device = torch.device("cpu")
    words = variant.split()
    if len(words) == 2 and words[0] != "plain":
        return load_full(preset("wikiart"), device, words[0], folder)
    precision, levers = "fp32", PLAIN
    if words[0] == "plain":
        dream_plain.as_published()
    else:
        precision, levers = words[0], levers_for(device, words[0])
        levers = replace(levers, **{words[3]: not getattr(levers, words[3])})
    vqgan = build_vqgan(VqganConfig(), load(find(folder, "wikiart_16384")), device, precision, levers)
    tensors = load(find(folder, "clip-vit-b-32"))
    return Pair(vqgan, build_perceptor("clip-vit-b-32", tensors, device, precision, levers=levers), ())


def recipe_of(variant: str, size: int, steps: int, cutouts: int) -> Recipe:
    """What a variant dreams."""
    from generator.nouns import Prompt
    from generator.presets import preset, recipe_for

    precision, method = variant.split()[:2]
    settings = replace(
        preset("wikiart"),
        size=size,
        cutouts=cutouts,
        precision="fp32" if precision == "plain" else precision,
        cutout_method=method,
    )
    return recipe_for(settings, (Prompt(PROMPT),), (), steps)


def source_of(size: int, seed: int = SEED) -> torch.Tensor:
    """A smooth random picture [1,3,size,size]."""
    import torch

    coarse = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(seed % 2**31))
    return torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic").clamp(0, 1)


def run_one(folder: Path, variant: str, size: int, steps: int, cutouts: int, begun: float) -> Measured:
    """Dream in this process; `begun` is the time of day at which it was started."""
    import resource

    import torch

    from generator.dream import dream
    from tests.bench import dream_plain

    torch.set_num_threads(1)
    pair = load_pair(folder, variant)
    recipe, source = recipe_of(variant, size, steps, cutouts), source_of(size)
    plain = variant.startswith("plain")
    iterates: Any = (dream_plain.dream if plain else dream)(pair, source, recipe, SEED)
    start = time.time() - begun
    clock, losses = [time.process_time()], []
    for step in iterates:
        clock.append(time.process_time())
        losses.append(step if plain else step.losses["total"])
    between = [later - sooner for sooner, later in pairwise(clock[1:-1])]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return Measured(variant, size, statistics.median(between), peak, start, losses)


def run_many(folder: Path, size: int, steps: int, cutouts: int, pictures: int) -> dict[str, list[float]]:
    """CPU seconds of each of several dreams with one load, and the memory (GB) that is held behind each."""
    import torch

    from generator.dream import dream

    torch.set_num_threads(1)
    pair = load_pair(folder, "bf16 grid")
    recipe = recipe_of("bf16 grid", size, steps, cutouts)
    seconds, held = [], []
    for number in range(pictures):
        begun = time.process_time()
        for _ in dream(pair, source_of(size, SEED + number), recipe, SEED + number):
            pass
        seconds.append(time.process_time() - begun)
        held.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**30)
    return {"seconds": seconds, "held": held}


def run_peaks() -> dict[str, dict[str, float]]:
    """Highest rates of this core, GFLOP/s, by precision: over the step's own shapes, `convolution` and `product`."""
    import torch

    from generator.allocator import keep_memory
    from generator.linear import linear

    torch.set_num_threads(1)
    keep_memory()
    found = {}
    with torch.no_grad():
        for name, kind in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
            rates: dict[str, list[float]] = {"convolution": [], "product": []}
            for channels, side in ((128, 512), (128, 256), (256, 128), (512, 64)):
                x = torch.randn(1, channels, side, side).to(kind, memory_format=torch.channels_last)
                w = torch.randn(channels, channels, 3, 3).to(kind, memory_format=torch.channels_last)
                least = _least(lambda x=x, w=w: torch.nn.functional.conv2d(x, w, padding=1))
                rates["convolution"].append(2 * 9 * channels**2 * side**2 / least / 1e9)
            for inner, outer in ((768, 768), (768, 2304), (768, 3072), (3072, 768)):
                rows, weight = torch.randn(1600, inner).to(kind), torch.randn(outer, inner).to(kind)
                least = _least(lambda x=rows, w=weight: linear(x, w, None, onednn=True))
                rates["product"].append(2 * 1600 * inner * outer / least / 1e9)
            found[name] = {what: max(all_of_them) for what, all_of_them in rates.items()}
    return found


def _least(work: Any) -> float:
    times = []
    for _ in range(6):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def run_flops(size: int, cutouts: int) -> dict[str, dict[str, float]]:
    """TFLOP of an iteration, counted on shapes alone: as the levers compute it, and as the plain loop does."""
    import torch

    from generator.levers import PLAIN, levers_for

    ours = replace(levers_for("cpu", "bf16"), onednn_linear=False, kept_memory=False, hand_norm=False)
    return {name: _count(size, cutouts, levers, torch) for name, levers in (("levers", ours), ("plain", PLAIN))}


def _count(size: int, cutouts: int, levers: Any, torch: Any) -> dict[str, float]:
    from torch.utils.flop_counter import FlopCounterMode

    from generator.perceptor import CONFIGS, ClipPerceptor, build_perceptor
    from generator.vqgan import VqganConfig, VqganModel, build_vqgan
    from tests.bench import dream_plain

    with torch.device("meta"):
        vqgan = build_vqgan(VqganConfig(), VqganModel(VqganConfig()).state_dict(), "meta", "fp32", levers)
        plain = ClipPerceptor(CONFIGS["clip-vit-b-32"])
        perceptor = build_perceptor("clip-vit-b-32", plain.state_dict(), "meta", "fp32", levers=levers)
        z = torch.empty(1, 256, size // 16, size // 16, requires_grad=True)
        seen = torch.empty(cutouts, 3, 224, 224, requires_grad=True)
        with FlopCounterMode(display=False) as counter:
            vqgan.decode(vqgan.quantize(z)[0]).sum().backward()
            perceptor.embed_images(seen).sum().backward()
            perceptor.embed_images(torch.empty(1 + dream_plain.FRESH, 3, 224, 224))  # the scores
    by_kind = {"convolution": 0.0, "product": 0.0}
    for operation, count in counter.get_flop_counts()["Global"].items():
        by_kind["convolution" if "convolution" in str(operation) else "product"] += count / 1e12
    return by_kind


def main_child(what: dict[str, Any]) -> None:
    """Run one part and print what it found as a line of JSON."""
    begun, part = what.pop("begun"), what.pop("part")
    if "folder" in what:
        what["folder"] = Path(what["folder"])
    if part == "one":
        found: Any = asdict(run_one(**what, begun=begun))
    else:
        found = {"many": run_many, "peaks": run_peaks, "flops": run_flops, "weights": make_weights}[part](**what)
    print(json.dumps(found))
