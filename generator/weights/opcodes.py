"""What a pickle would do, found by reading its instructions (pickletools) without following one."""

from __future__ import annotations

import pickletools
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Iterator
from typing import IO, Any, Final

_STRINGS: Final = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"})
_TUPLES: Final = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"})
_HEAVIEST: Final = 100_000


class TooHeavy(ValueError):
    """A tuple of tuples of the same tuples: small in the file, and without end for whoever looks at all of it."""


def imports_of(file: IO[bytes]) -> Iterator[str]:
    """The names that one pickle imports, as Python 3 calls them; raises `TooHeavy`, ValueError or IndexError."""
    last = ["", ""]
    weights = _Weights()
    for code, argument, _ in pickletools.genops(file):
        weights.follow(code, argument)
        if code.name in _STRINGS:
            last = [last[1], str(argument)]
        elif code.name in {"GLOBAL", "INST"}:
            module, _, name = str(argument).partition(" ")
            yield ".".join(NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name)))
        elif code.name == "STACK_GLOBAL":
            yield ".".join(last)
        elif code.name.startswith("EXT"):
            yield f"copyreg.extension {argument}"


class _Weights:
    """The stack of the pickle machine with the size of each object, written out, in its place.

    A tuple that is a key of a mapping is hashed with all that is in it: thirty times two of the last one are a
    billion. Lists and mappings cannot be keys, so they weigh one.
    """

    def __init__(self) -> None:
        self.stack: list[int | None] = []  # None is a mark
        self.memo: dict[Any, int] = {}

    def follow(self, code: pickletools.OpcodeInfo, argument: Any) -> None:
        name = code.name
        if "PUT" in name or name == "MEMOIZE":
            self.memo[len(self.memo) if argument is None else int(argument)] = self._top()
        elif "GET" in name:
            self.stack.append(self.memo[int(argument)])
        elif name == "DUP":
            self.stack.append(self._top())
        else:
            taken = self._take(code)
            weight = 1 + sum(taken) if name in _TUPLES or name in {"REDUCE", "NEWOBJ"} else 1
            if weight > _HEAVIEST:
                raise TooHeavy("it unfolds into far more than it holds")
            self.stack += [None if kind is pickletools.markobject else weight for kind in code.stack_after]

    def _top(self) -> int:
        return self.stack[-1] or 1

    def _take(self, code: pickletools.OpcodeInfo) -> list[int]:
        """Pop what the instruction uses up."""
        taken: list[int] = []
        fixed = [kind for kind in code.stack_before if kind not in (pickletools.markobject, pickletools.stackslice)]
        if pickletools.markobject in code.stack_before:
            while (weight := self.stack.pop()) is not None:
                taken.append(weight)
        return taken + [self.stack.pop() or 1 for _ in fixed]
