"""What tiles cost in likeness, by their overlap: `python -m tests.bench.upscale_seams [FOLDER]`.

Works of the bundled gallery at 192 px are enlarged by the network in one piece, and in four tiles that share so many
pixels; printed is the PSNR of the second against the first, in 8 bits over the whole picture, and the largest
difference of a pixel in levels. FOLDER is one of weights with `real-esrgan-x4` or `esrgan-x4`; without it weights are
random.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from generator.rrdbnet import RrdbNet, build_rrdbnet
from generator.tiling import tiled
from generator.upscaler import FADE, OVERLAP, best_installed, load_upscaler

PICTURES = Path(__file__).parents[2] / "nftd/sample/site/images"
NAMES = ("034-classical-harp.jpg", "021-teiera-tazza.webp", "006-blossom-meadow.jpg", "057-woman-reading.jpg")
SIDE = 192
OVERLAPS = (16, 32, 48, 64)


def picture(name: str) -> Tensor:
    """[1,3,192,192] in 0..1."""
    with Image.open(PICTURES / name) as opened:
        pixels = np.asarray(opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)).copy()
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255


def network_of(folder: Path | None) -> tuple[str, RrdbNet]:
    """An installed network, else one of the published size with random weights."""
    from tests.generator.vectors.rrdbnet import FULL, weights

    name = best_installed(folder) if folder else None
    if folder and name:
        return name, load_upscaler(name, folder, "cpu", "fp32").network
    return "random weights", build_rrdbnet(weights(FULL, 4), "cpu", "fp32")


def compare(found: Tensor, wanted: Tensor) -> tuple[float, float]:
    """PSNR in dB and the largest difference, in 8 bits."""
    one, other = ((image.clamp(0, 1) * 255).round() for image in (found, wanted))
    error = float(((one - other) ** 2).mean())
    return 20 * math.log10(255) - 10 * math.log10(max(error, 1e-12)), float((one - other).abs().max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    torch.set_num_threads(1)
    name, network = network_of(parser.parse_args().folder)
    print(f"{name}, fp32; dB and largest difference; the overlap in use is {OVERLAP}")
    for file in NAMES:
        image = picture(file)
        whole = network(image)
        line = []
        for overlap in OVERLAPS:
            features = tiled(image, network.extract, 1, (SIDE + overlap) // 2, overlap, overlap * FADE // OVERLAP)
            decibels, most = compare(network.reconstruct(features), whole)
            line.append(f"{overlap}: {decibels:.1f} dB, {most:.0f}")
        print(f"{file:<28}" + "   ".join(line), flush=True)


if __name__ == "__main__":
    main()
