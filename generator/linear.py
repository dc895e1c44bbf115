"""Matrix products with frozen weights, by oneDNN where that is asked for and there.

torch gives fp32 products to MKL, which takes code of a generation ago on processors that are not Intel's: half the
speed of what oneDNN reaches for the same product. Products in bf16 go to oneDNN by themselves, but the bias is laid out
over the result first: a tenth of the time for the shapes of CLIP.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional as F

SERVED: Final = (torch.float32, torch.bfloat16)


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(weight)
        return _onednn(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (weight,) = ctx.saved_tensors
        return _onednn(gradients[0], weight.T, None), None, None


def linear(x: Tensor, weight: Tensor, bias: Tensor | None, onednn: bool) -> Tensor:
    """x [...,in] times weight [out,in] plus bias; `onednn` gives a gradient to x only and falls back where it must."""
    if not (onednn and x.dtype in SERVED and x.device.type == "cpu" and has_onednn()):
        return F.linear(x, weight, bias)
    out: Tensor = _Product.apply(x, weight, bias)  # type: ignore[no-untyped-call] # torch leaves `apply` untyped
    return out


def has_onednn() -> bool:
    """Whether this build of torch has oneDNN's product."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def _onednn(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    out: Tensor = torch.ops.mkldnn._linear_pointwise(x.contiguous(), weight, bias, "none", [], "")
    return out
