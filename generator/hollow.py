"""Models without numbers: made on "meta" to be given weights, without the cost of a first random filling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

# On "meta" these compute nothing, but the first of them imports torch's Python kernels: a second of a start.
FILLING: Final = frozenset({Tensor.uniform_, Tensor.normal_, Tensor.fill_, Tensor.zero_})


class _Unfilled(TorchFunctionMode):
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = {**(kwargs or {})}
        if func in FILLING or getattr(func, "__module__", None) == "torch.nn.init":
            return args[0] if args else given["tensor"]
        return func(*args, **given)


@contextmanager
def hollow() -> Iterator[None]:
    """Modules made in here have shapes on "meta" and no numbers."""
    with torch.device("meta"), _Unfilled():
        yield
