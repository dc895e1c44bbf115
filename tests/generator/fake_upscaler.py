"""A whole enlargement on a device that does not exist: `python -m tests.generator.fake_upscaler`.

As `tests.generator.fake_device`: shapes without numbers on a device where mixing devices fails. Prints one JSON line a
case, {"case": ..., "error": null or what failed}.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from generator.hollow import hollow
from generator.levers import levers_for
from generator.rrdbnet import RrdbNet, build_rrdbnet
from generator.upscaler import Upscaler, in_tiles

from .fake_device import DEVICE, OneDevice, same, weights_like
from .vectors.rrdbnet import SMALL

TILE = 136
KINDS = (("cuda", "fp32"), ("cuda", "bf16"), ("cuda", "fp16"), ("mps", "fp16"), ("cpu", "bf16"))


def network(kind: str, precision: str) -> RrdbNet:
    """As it is built for devices of this kind."""
    with hollow():
        plain = RrdbNet(SMALL)
    return build_rrdbnet(weights_like(plain), DEVICE, precision, levers_for(kind, precision))


def enlarge(kind: str, precision: str, broken: bool = False) -> None:
    """A picture of six tiles, from the CPU by way of the device."""
    made = network(kind, precision)
    if broken:
        made.conv_hr.weight = torch.nn.Parameter(torch.zeros(8, 8, 3, 3), requires_grad=False)
    image: Tensor = torch.rand(1, 3, 150, 250)
    upscaler = Upscaler("small", "00" * 32, made, torch.device(DEVICE), precision)
    painted = in_tiles(image, upscaler, TILE)
    if isinstance(painted, str):
        raise RuntimeError(painted)
    same(painted, torch.empty(1, 3, 600, 1000), torch.float32)


def main() -> None:
    """Run all cases; the exit is abrupt: the device's threads would abort another."""
    _setup_privateuseone_for_python_backend(DEVICE)
    torch.set_num_threads(1)
    cases: dict[str, Callable[[], None]] = {"broken": lambda: enlarge("cuda", "fp32", broken=True)}
    for kind, precision in KINDS:
        cases[f"{kind} {precision}"] = lambda k=kind, p=precision: enlarge(k, p)  # type: ignore[misc]
    for name, run in cases.items():
        error = None
        try:
            with FakeTensorMode(), OneDevice():
                run()
        except Exception as failure:  # noqa: BLE001 # whatever fails is the result
            error = f"{type(failure).__name__}: {str(failure)[:300]}"
        print(json.dumps({"case": name, "error": error}), flush=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
