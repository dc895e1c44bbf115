"""The precisions that a model can compute in, by the names that a recipe uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import torch

from generator.errors import BadRecipe

DTYPES: Final[Mapping[str, torch.dtype]] = MappingProxyType(
    {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
)


def dtype_of(precision: str) -> torch.dtype:
    """The data type of a precision; raises `BadRecipe` for a name that is none."""
    if precision not in DTYPES:
        raise BadRecipe(f"precision is {precision!r}, it must be one of {', '.join(DTYPES)}", precision=precision)
    return DTYPES[precision]
