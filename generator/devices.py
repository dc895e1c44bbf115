"""Devices by name: which there are, and what each computes fast in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import torch

AUTO: Final = "auto"


def pick_device(name: str | torch.device) -> torch.device:
    """The device of a name that torch knows; "auto" is the first accelerator that is there, else the CPU."""
    import torch

    if name != AUTO:
        return torch.device(name)
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return found or torch.device("cpu")


def pick_precision(name: str, device: torch.device) -> str:
    """A precision as a recipe names it; "auto" is the fastest that the device computes in without emulation."""
    if name != AUTO:
        return name
    if device.type == "cpu":
        return "bf16" if _cpu_has_bf16() else "fp32"
    if device.type == "cuda":
        return "bf16" if _cuda_has_bf16(device) else "fp16"
    return "fp16" if device.type == "mps" else "fp32"


def _cpu_has_bf16() -> bool:
    """Whether the CPU multiplies bf16 in hardware (AVX-512 BF16 or AMX); torch names the checks with a low line."""
    import torch

    checks = (getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile"))
    return any(check() for check in checks if check)


def _cuda_has_bf16(device: torch.device) -> bool:
    """Whether the GPU has bf16 units: compute capability 8 (Ampere) and later; ROCm builds report 9 and up."""
    import torch

    return torch.cuda.get_device_capability(device)[0] >= 8
