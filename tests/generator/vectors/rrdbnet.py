"""Vectors of RRDBNet made by spandrel 0.4.2 (MIT, by the chaiNNer team), for `tests/generator/test_rrdbnet_parity.py`.

Spandrel declares torchvision, so it is no dependency of the tests: they compare with these stored answers. To make them
again, unpack spandrel's wheel into a folder and name it; its network is imported without the rest of the package:

    pip download --no-deps spandrel==0.4.2 && unzip spandrel-0.4.2-*.whl -d FOLDER
    python -m tests.generator.vectors.rrdbnet FOLDER

`rrdbnet.safetensors` holds, at half precision for its numbers to be small, the weights of a network of one block under
the keys of ESRGAN's first release, a picture, and in fp32 what spandrel made of it; and of a network of the published
size (23 blocks, 16.7 million weights that `numbers` makes anew) a picture and the answer.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from generator.hollow import hollow
from generator.rrdbnet import RrdbConfig, RrdbNet

FILE = Path(__file__).with_name("rrdbnet.safetensors")
SMALL = RrdbConfig(blocks=1, width=8, growth=32)  # spandrel's blocks always grow by 32
FULL = RrdbConfig()
GAIN = 0.5  # of He's initialization: answers stay within a few times the input


def numbers(shape: tuple[int, ...], bits: np.random.PCG64) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Numbers in -1..1 from the raw bits of a generator whose stream NumPy guarantees."""
    raw = bits.random_raw(int(np.prod(shape))) >> np.uint64(40)
    return (raw.astype(np.float64) / 2**23 - 1).reshape(shape)


def weights(config: RrdbConfig, seed: int) -> dict[str, Tensor]:
    """Random weights of a sane scale under basicsr's keys, the same everywhere."""
    bits = np.random.PCG64(seed)
    with hollow():
        shapes = {key: tuple(tensor.shape) for key, tensor in RrdbNet(config).state_dict().items()}
    return {key: torch.from_numpy(numbers(shape, bits) * _scale(shape)).float() for key, shape in shapes.items()}


def picture(height: int, width: int, seed: int) -> Tensor:
    """[1,3,H,W] of noise in 0..1."""
    return torch.from_numpy(numbers((1, 3, height, width), np.random.PCG64(seed)) / 2 + 0.5).float()


def _scale(shape: tuple[int, ...]) -> float:
    """Of uniform numbers in -1..1 with the variance of He et al. 2015 (1502.01852), times `GAIN`."""
    return GAIN * float(np.sqrt(6 / np.prod(shape[1:]))) if len(shape) == 4 else 0.05


def spandrel_network(folder: Path, config: RrdbConfig, first: Mapping[str, Tensor]) -> torch.nn.Module:
    """Spandrel's RRDBNet from an unpacked wheel, with weights under the keys of ESRGAN's first release."""
    root = folder / "spandrel"
    for name in ("spandrel", "spandrel.architectures", "spandrel.architectures.ESRGAN"):
        package = types.ModuleType(
            name
        )  # stands for the package without running its `__init__`, which wants torchvision
        package.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    network = importlib.import_module("spandrel.architectures.ESRGAN.__arch.RRDB").RRDBNet(
        num_filters=config.width, num_blocks=config.blocks
    )
    network.load_state_dict(dict(first), strict=True)
    return network.eval()


def main() -> None:
    from safetensors.torch import save_file

    from tests.generator.weights.specimens import esrgan_first

    folder = Path(sys.argv[1])
    found: dict[str, Tensor] = {}
    with torch.inference_mode():
        small = {key: tensor.half() for key, tensor in weights(SMALL, 1).items()}
        first = esrgan_first(small, SMALL.blocks)
        found |= {f"small.{key}": tensor for key, tensor in first.items()}
        image = picture(11, 14, 2)
        wide = {key: tensor.float() for key, tensor in first.items()}
        found |= {"small.image": image, "small.answer": spandrel_network(folder, SMALL, wide)(image)}
        image = picture(12, 10, 3)
        full = esrgan_first(weights(FULL, 4), FULL.blocks)
        found |= {"full.image": image, "full.answer": spandrel_network(folder, FULL, full)(image)}
    for name in ("small", "full"):
        answer = found[f"{name}.answer"]
        print(name, tuple(answer.shape), float(answer.mean()), float(answer.std()))
    save_file({key: tensor.contiguous() for key, tensor in found.items()}, FILE, {"origin": "spandrel 0.4.2"})
    print(FILE.name, FILE.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
