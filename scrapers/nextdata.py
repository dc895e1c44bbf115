"""The state that a Next.js page carries in its `__NEXT_DATA__` script, and dotted paths into it.

Source: vercel/next.js, packages/next/src/pages/_document.tsx (NextScript prints the script with id
`__NEXT_DATA__` and type application/json). What is inside belongs to each site, so rules name the paths.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from scrapers.markup import Element, scripts

Scalar = str | int | Decimal | bool

ANY: Final = "*"
MAX_STEPS: Final = 32
MAX_VALUES: Final = 5_000
_ID: Final = "__NEXT_DATA__"


def next_data(root: Element) -> object:
    """The page's state with exact numbers; None where there is none, or it is broken."""
    for _, name, text in scripts(root):
        if name == _ID:
            return _load(text)
    return None


def values_at(data: object, path: str) -> Iterator[object]:
    """What stands at a dotted path ("props.works.0.title"); `*` is every member of a list or object.

    At most 5,000 values; a path that leads nowhere yields nothing.
    """
    for count, value in enumerate(_walk(data, split_path(path)), 1):
        yield value
        if count == MAX_VALUES:
            return


def value_at(data: object, path: str) -> Scalar | None:
    """The first text, number or truth value at the path."""
    for value in values_at(data, path):
        if isinstance(value, str | int | Decimal):
            return value
    return None


def split_path(path: str) -> list[str]:
    """The steps of a path; raises ValueError for an empty step, or more than 32."""
    steps = path.split(".")
    if not all(steps) or len(steps) > MAX_STEPS:
        raise ValueError(f"{path[:80]!r} is no path: write 1 to {MAX_STEPS} names with a dot between two")
    return steps


def _walk(value: object, steps: list[str]) -> Iterator[object]:
    if not steps:
        yield value
        return
    for member in _members(value, steps[0]):
        yield from _walk(member, steps[1:])


def _members(value: object, step: str) -> list[object]:
    if isinstance(value, dict):
        return list(value.values()) if step == ANY else [value[step]] if step in value else []
    if isinstance(value, list):
        if step == ANY:
            return value
        return value[int(step) :][:1] if step.isascii() and step.isdigit() and len(step) < 10 else []
    return []


def _load(text: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=str, strict=False)
    except (ValueError, ArithmeticError, RecursionError):
        return None
