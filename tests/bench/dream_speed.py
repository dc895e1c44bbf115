"""What a dream at full size costs beside the plain loop: `python -m tests.bench.dream_speed`.

True architecture (VQGAN f16 with 16,384 codes, CLIP ViT-B/32), random weights, one core, 32 cutouts, each iterate
saved and scored. Every variant runs in a process of its own, pinned to one core, and tells CPU seconds an iteration
(the median of those between the first and the last), peak memory, and seconds from its start to the first step from
converted weights. Also: whether losses of the same seed agree with plain's in fp32, what 20 pictures cost beside one,
and the bound: the time that the step's convolutions and products would take at the highest rates measured here.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from generator.models import Pair
    from generator.nouns import Recipe

ROOT = Path(__file__).parents[2]
SEED = 20_260_301
PROMPT = "a painting of an animal"
VARIANTS = ("plain", "fp32 peers", "fp32 grid", "bf16 peers", "bf16 grid")
WIDTH = 3.0  # of z and of the codes
COMPARED = 10  # losses that must agree with plain's to 5 digits
DIGITS = 5e-6
MANY = 20
FEWEST = {"fp32": 1.5, "bf16": 4.0}  # times faster than plain
MOST_GB = {"fp32": 6.5, "bf16": 4.5}


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
    """The pair of a variant: as the program loads it, or with every lever off."""
    import torch

    from generator.full import load_full
    from generator.levers import PLAIN
    from generator.models import Pair
    from generator.perceptor import build_perceptor
    from generator.presets import preset
    from generator.vqgan import VqganConfig, build_vqgan
    from generator.weights import find, load
    from tests.bench import dream_plain

    device = torch.device("cpu")
    if variant != "plain":
        return load_full(preset("wikiart"), device, variant.partition(" ")[0], folder)
    dream_plain.as_published()
    vqgan = build_vqgan(VqganConfig(), load(find(folder, "wikiart_16384")), device, "fp32", PLAIN)
    tensors = load(find(folder, "clip-vit-b-32"))
    return Pair(vqgan, build_perceptor("clip-vit-b-32", tensors, device, "fp32", levers=PLAIN), ())


def recipe_of(variant: str, size: int, steps: int, cutouts: int) -> Recipe:
    """What a variant dreams."""
    from generator.nouns import Prompt
    from generator.presets import preset, recipe_for

    precision, _, method = variant.partition(" ")
    settings = replace(
        preset("wikiart"),
        size=size,
        cutouts=cutouts,
        precision="fp32" if variant == "plain" else precision,
        cutout_method=method or "peers",
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
    iterates: Any = (dream_plain.dream if variant == "plain" else dream)(pair, source, recipe, SEED)
    start = time.time() - begun
    clock, losses = [time.process_time()], []
    for step in iterates:
        clock.append(time.process_time())
        losses.append(step if variant == "plain" else step.losses["total"])
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


def child(core: int, **what: Any) -> Any:
    """What one of the functions above finds, in a process of its own on one core."""
    program = (
        "import os, sys, json; "
        f"os.sched_setaffinity(0, {{{core}}}); "
        "from tests.bench.dream_speed import main_child; main_child(json.loads(sys.argv[1]))"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    arguments = [sys.executable, "-c", program, json.dumps(what | {"begun": time.time()})]
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


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


def measure(folder: Path, size: int, variants: tuple[str, ...], steps: int, cutouts: int, core: int) -> list[Measured]:
    """Each variant in turn; those whose losses are compared take as many steps as that needs."""
    found = []
    for variant in variants:
        count = max(steps, COMPARED) if variant in ("plain", "fp32 peers") else steps
        told = child(core, part="one", folder=str(folder), variant=variant, size=size, steps=count, cutouts=cutouts)
        found.append(Measured(**told))
        print(tell(found[-1], found[0]), flush=True)
    return found


def tell(one: Measured, plain: Measured) -> str:
    """A line of the table."""
    ratio = f"{plain.seconds / one.seconds:5.2f}x plain" if plain.variant == "plain" else ""
    agree = f", losses within {apart(one, plain):.1e} of plain's" if one.variant == "fp32 peers" and ratio else ""
    return (
        f"{one.size} px  {one.variant:10}  {one.seconds:6.2f} CPU-s an iteration  {ratio:12}  "
        f"{one.peak:5.2f} GB at most  {one.start:4.1f} s to the first step{agree}"
    )


def apart(one: Measured, other: Measured) -> float:
    """The largest relative difference of losses of the same step."""
    pairs = list(zip(one.losses, other.losses, strict=False))[:COMPARED]
    return max(abs(a - b) / abs(b) for a, b in pairs)


def misses(found: list[Measured]) -> list[str]:
    """Limits of the documentation that were not kept."""
    plain, missed = found[0], []
    for one in found[1:]:
        precision = one.variant.split()[0]
        if plain.seconds / one.seconds < FEWEST[precision]:
            missed.append(
                f"{one.variant} at {one.size} px is {plain.seconds / one.seconds:.2f} times faster than plain"
            )
        if one.peak > MOST_GB[precision]:
            missed.append(f"{one.variant} at {one.size} px takes {one.peak:.2f} GB")
        if one.start > 5:
            missed.append(f"{one.variant} at {one.size} px takes {one.start:.1f} s to its first step")
        if one.variant == "fp32 peers" and apart(one, plain) > DIGITS:
            missed.append(f"losses at {one.size} px are {apart(one, plain):.1e} apart from plain's")
    return missed


def tell_bound(found: list[Measured], size: int, cutouts: int, core: int) -> None:
    """Print the bound of each variant: counted arithmetic at the measured peaks."""
    peaks, flops = child(core, part="peaks"), child(core, part="flops", size=size, cutouts=cutouts)
    for precision, rates in peaks.items():
        bounds = {name: sum(count[kind] / rates[kind] * 1e3 for kind in rates) for name, count in flops.items()}
        print(
            f"{size} px  {precision} peaks: {rates['convolution']:.0f} (convolution), {rates['product']:.0f} (product) "
            f"GFLOP/s; {sum(flops['levers'].values()):.2f} TFLOP (plain: {sum(flops['plain'].values()):.2f}) take"
            f" {bounds['levers']:.2f} s (plain: {bounds['plain']:.2f}) at best",
            flush=True,
        )
        for one in found:
            if one.variant.startswith(precision):
                near, whole = bounds["levers"] / one.seconds, bounds["plain"] / one.seconds
                print(
                    f"{size} px  {one.variant} reaches {near:.0%} of its bound, {whole:.0%} of the plain arithmetic's"
                )


def tell_many(folder: Path, options: argparse.Namespace, core: int) -> list[str]:
    """Print what many pictures cost beside one, and what memory they hold."""
    size, cutouts = options.many_size, options.many_cutouts
    told = child(core, part="many", folder=str(folder), size=size, steps=20, cutouts=cutouts, pictures=options.pictures)
    seconds, held = told["seconds"], told["held"]
    share = sum(seconds) / (len(seconds) * seconds[0]) - 1
    print(
        f"{len(seconds)} pictures x 20 steps at {size} px, {cutouts} cutouts, bf16: {sum(seconds):.1f} CPU-s, "
        f"{share:+.1%} beside {len(seconds)} x the first ({seconds[0]:.1f}); memory {held[0]:.2f} GB behind the first, "
        f"{held[1]:.2f} behind the second, {held[-1]:.2f} behind the last"
    )
    missed = [f"{len(seconds)} pictures cost {share:+.1%} beside as many times one"] if share > 0.05 else []
    return missed + ([f"memory grew from {held[1]:.2f} to {held[-1]:.2f} GB"] if held[-1] > 1.02 * held[1] else [])


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options; the defaults are the documented run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 256], help="sides in pixels")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS, help="plain comes first")
    parser.add_argument("--steps", type=int, default=5, help="steps of those whose losses are not compared")
    parser.add_argument("--cutouts", type=int, default=32)
    parser.add_argument("--pictures", type=int, default=MANY, help="how many in a row; 0 leaves this out")
    parser.add_argument("--many-size", type=int, default=128, help="side of those pictures")
    parser.add_argument("--many-cutouts", type=int, default=8)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core that measures")
    parser.add_argument("--weights", type=Path, help="folder that keeps the random weights from run to run")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measure all and say what is over a limit; 1 if anything is."""
    options = options_of(arguments)
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.weights or Path(scratch)
        if not list(folder.glob("*.safetensors")):
            folder.mkdir(parents=True, exist_ok=True)
            child(options.core, part="weights", folder=str(folder))
        for size in options.sizes:
            found = measure(folder, size, tuple(options.variants), options.steps, options.cutouts, options.core)
            tell_bound(found, size, options.cutouts, options.core)
            missed += misses(found) if found[0].variant == "plain" else []
        if options.pictures:
            missed += tell_many(folder, options, options.core)
    for miss in missed:
        print(f"over the limit: {miss}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
