"""A whole step of true, small models on a device that does not exist: `python -m tests.generator.fake_device`.

Tensors are fake (shapes, types and devices without numbers) on torch's private-use device, renamed. Any operation that
mixes devices fails, as it would on a GPU, and so does any that would wait for the device to answer. A process of its
own runs it: the renamed device stays for the life of a process, and torch then believes in an accelerator.

Prints one JSON line a case: {"case": ..., "error": null or what failed}.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from generator.cutouts import cut, whole
from generator.discriminator import PREFIX, DiscriminatorConfig, PatchDiscriminator, build_discriminator
from generator.dream import _Dream
from generator.levers import levers_for
from generator.losses import prompt_match
from generator.memory import ladder
from generator.models import Pair
from generator.nouns import OPTIMIZERS, PRECISIONS, ImagePrompt, Prompt, Recipe
from generator.optimizers import UPDATES, no_moments
from generator.perceptor import ClipConfig, ClipPerceptor, build_perceptor
from generator.preprocess import preprocess
from generator.vqgan import VqganConfig, VqganModel, build_vqgan

DEVICE = "fakegpu"
KINDS = ("cpu", "cuda", "mps")  # whose levers are tried: none of these devices is touched
SIZE = 64
IMAGE = "ab" * 32
CUTOUTS = 6
VQGAN = VqganConfig(
    ch=32, ch_mult=(1, 2), num_res_blocks=1, attn_resolutions=(128,), z_channels=16, embed_dim=16, n_embed=48
)
CLIP = ClipConfig(64, 32, 16, 128, 1, 64, 1)
MOVES = {torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default}

Break = Callable[[VqganModel, ClipPerceptor], None]


class OneDevice(TorchDispatchMode):
    """Fails on what torch lets pass: a tensor on the device indexed by one on the CPU, a copy and a wait each time."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        lists = [part if isinstance(part, list | tuple) else (part,) for part in (*args, *(kwargs or {}).values())]
        kinds = {one.device.type for parts in lists for one in parts if isinstance(one, Tensor) and one.ndim} - {"meta"}
        if len(kinds) > 1 and func not in MOVES:
            raise RuntimeError(f"{func} mixes {sorted(kinds)}")
        return func(*args, **(kwargs or {}))


def weights_like(module: torch.nn.Module) -> dict[str, Tensor]:
    """Fake weights on the device for a module on "meta"."""
    return {key: torch.empty(like.shape, dtype=like.dtype, device=DEVICE) for key, like in module.state_dict().items()}


def build(kind: str, precision: str) -> tuple[VqganModel, ClipPerceptor]:
    """Both models as they are built for devices of this kind."""
    with torch.device("meta"):
        vqgan, perceptor = VqganModel(VQGAN), ClipPerceptor(CLIP)
    levers = levers_for(kind, precision)
    return (
        build_vqgan(VQGAN, weights_like(vqgan), DEVICE, precision, levers),
        build_perceptor("clip-small", weights_like(perceptor), DEVICE, precision, CLIP, levers),
    )


def recipe_for(precision: str, **changes: Any) -> Recipe:
    """A recipe that asks for everything that a step can do."""
    return Recipe(
        **{
            "generator": "small",
            "weights": (),
            "perceptor": "clip-small",
            "prompts": (Prompt("a painting of an animal"), Prompt("noise", -0.5)),
            "images": (ImagePrompt(IMAGE),),
            "size": SIZE,
            "iterations": 3,
            "cutouts": CUTOUTS,
            "learning_rate": 0.1,
            "losses": (("fidelity", 0.5), ("total_variation", 0.1)),
            "precision": precision,
            **changes,
        }
    )


def step(kind: str, recipe: Recipe, rung: int = 0, broken: Break | None = None) -> None:
    """Encode, look, update and score, as a dream does; z comes back as it went in, so one step stands for all."""
    vqgan, perceptor = build(kind, recipe.precision)
    if broken:
        broken(vqgan, perceptor)
    source = torch.rand(1, 3, SIZE, SIZE).to(DEVICE)
    run = _Dream.begin(Pair(vqgan, perceptor, ()), source, recipe, 5, {}, {IMAGE: source})
    before = run.start(None, rung)
    seen = run._look(before)
    after = run._update(before, seen)
    for tensor in (seen.gradient, after.z, after.moments.first, after.moments.second):
        same(tensor, before.z, torch.float32)
    with torch.no_grad():
        views = torch.cat([whole(seen.image, CLIP.image_size), cut(seen.image, run.fresh)])
        vectors = perceptor.embed_images(views)
        score = prompt_match(vectors[1:], run.goal.wanted, run.goal.weights)
    same(before.z, torch.empty(1, VQGAN.embed_dim, SIZE // 2, SIZE // 2, device=DEVICE), torch.float32)
    same(seen.image, source, torch.float32)
    same(vectors, torch.empty(9, CLIP.embed_dim, device=DEVICE), torch.float32)
    for number in (score, *seen.losses.values()):
        same(number, torch.empty((), device=DEVICE), torch.float32)


def frugal(kind: str) -> None:
    """A step on the lowest rung of the memory ladder, with the other method of cutouts."""
    step(kind, recipe_for("bf16", cutout_method="peers"), len(ladder(CUTOUTS)) - 1)


def update(name: str) -> None:
    """One update of z by an optimizer."""
    z = torch.rand(1, 4, 2, 2).to(DEVICE)
    new, moments = UPDATES[name](z, torch.ones_like(z), no_moments(z), 0.1)
    for tensor in (new, moments.first, moments.second):
        same(tensor, z, torch.float32)


def judge(precision: str) -> None:
    """The discriminator and the preprocessing of pictures of any size."""
    with torch.device("meta"):
        plain = PatchDiscriminator(DiscriminatorConfig((8, 16, 32)))
    model = build_discriminator({PREFIX + key: w for key, w in weights_like(plain).items()}, DEVICE, precision)
    logits = model.discriminate(preprocess(torch.rand(1, 3, 50, 80).to(DEVICE), SIZE))
    same(logits, torch.empty(1, 1, 14, 14, device=DEVICE), torch.float32)


def same(tensor: Tensor | None, like: Tensor, dtype: torch.dtype) -> None:
    """Raise unless a tensor has the shape and the device of another, and this type."""
    found = None if tensor is None else (tensor.shape, tensor.device, tensor.dtype)
    if found != (like.shape, like.device, dtype):
        raise RuntimeError(f"found {found}, expected {(like.shape, like.device, dtype)}")


def normalization_on_the_cpu(_vqgan: VqganModel, perceptor: ClipPerceptor) -> None:
    """What a constant made without `.to(device)` would be."""
    perceptor.mean = torch.zeros(1, 3, 1, 1)


def codebook_on_the_cpu(vqgan: VqganModel, _perceptor: ClipPerceptor) -> None:
    """A weight that was left behind."""
    vqgan.quantize.embedding.weight = torch.nn.Parameter(torch.zeros(48, 16), requires_grad=False)


def index_on_the_cpu(_vqgan: VqganModel, perceptor: ClipPerceptor) -> None:
    """An index made without `.to(device)`, which fake tensors alone let pass."""
    embed = perceptor.embed_images
    perceptor.embed_images = lambda images: embed(images)[torch.arange(len(images))]  # type: ignore[method-assign]


def waiting_for_the_device(_vqgan: VqganModel, perceptor: ClipPerceptor) -> None:
    """A look at a number in the middle of a step."""
    embed = perceptor.embed_images
    perceptor.embed_images = lambda images: embed(images) * float(images.mean())  # type: ignore[method-assign]


BROKEN: tuple[Break, ...] = (normalization_on_the_cpu, codebook_on_the_cpu, index_on_the_cpu, waiting_for_the_device)


Cases = dict[str, Callable[[], None]]


def usual_cases() -> Cases:
    """The cases of every run, by name: what a GPU and Apple's would get, one for the CPU, and the broken ones."""
    found: Cases = {}
    for precision in PRECISIONS:
        found[f"step cuda {precision}"] = lambda p=precision: step("cuda", recipe_for(p))
        found[f"judge {precision}"] = lambda p=precision: judge(p)
    for kind, precision in (("mps", "fp32"), ("mps", "fp16"), ("cpu", "bf16")):
        found[f"step {kind} {precision}"] = lambda k=kind, p=precision: step(k, recipe_for(p))
    found["frugal cuda"] = lambda: frugal("cuda")
    for name in OPTIMIZERS:
        found[f"optimizer {name}"] = lambda n=name: update(n)
    for broken in BROKEN:
        found[f"broken {broken.__name__}"] = lambda b=broken: step("cuda", recipe_for("fp32"), broken=b)
    return found


def other_cases() -> Cases:
    """What is left of every precision, every kind of device and every rung of the memory ladder."""
    found: Cases = {}
    for kind in KINDS:
        for precision in PRECISIONS:
            found[f"step {kind} {precision}"] = lambda k=kind, p=precision: step(k, recipe_for(p))
        found[f"frugal {kind}"] = lambda k=kind: frugal(k)
        for rung in range(len(ladder(CUTOUTS))):
            found[f"rung {rung} {kind}"] = lambda k=kind, r=rung: step(k, recipe_for("bf16"), r)
    return found


def main() -> None:
    """Run the usual cases, or with `others` those; the exit is abrupt: the device's threads would abort another."""
    _setup_privateuseone_for_python_backend(DEVICE)
    backend = getattr(torch, DEVICE)
    backend.get_amp_supported_dtype = lambda: [torch.bfloat16, torch.float16]  # activation checkpointing asks for it
    torch.set_num_threads(1)
    for name, run in (other_cases() if "others" in sys.argv[1:] else usual_cases()).items():
        error = None
        try:
            with FakeTensorMode(), OneDevice():
                run()
        except Exception as failure:  # noqa: BLE001 # whatever fails is the result
            last = traceback.extract_tb(failure.__traceback__)
            own = [
                f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in last if "torch" not in frame.filename
            ]
            error = f"{type(failure).__name__} at {' '.join(own[-3:])}: {str(failure)[:300]}"
        print(json.dumps({"case": name, "error": error}), flush=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
