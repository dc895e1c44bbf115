"""Which column of a table is which field, and what to say of a table whose columns cannot be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Final

from scrapers.errors import ShapeChanged
from scrapers.rows import FIELDS, SEED_COLUMNS, SEED_HEADER
from scrapers.text import clean

_NEEDED: Final = ("id", "title")
_SHOWN: Final = 20
# What such columns are called elsewhere, the likeliest first.
_LIKELY: Final = {
    "id": ("no", "no.", "nr", "nr.", "number", "token_id", "token id", "tokenid", "sku", "key", "name", "title"),
    "title": ("name", "work", "artwork", "nft name", "item name", "nft", "item"),
}


def columns_of(header: Sequence[str], chosen: Mapping[str, str], file: str) -> tuple[bool, dict[str, int]]:
    """Whether it is the dataset of 2021, and the place of each field's column: as `chosen`, else those of its name.

    Raises ShapeChanged, which tells the file, its columns, and what to do.
    """
    if not any(header):
        raise _unusable(file, "a header", "has no header: its first line names the columns")
    places = {name.casefold(): place for place, name in reversed(list(enumerate(header)))}
    seed = not chosen and set(places) >= SEED_HEADER
    wanted = SEED_COLUMNS if seed else chosen or {name: name for name in FIELDS if name in places}
    columns: dict[str, int] = {}
    for field, column in wanted.items():
        place = places.get(clean(column, 100).casefold())
        if place is None:
            missing = f"column {clean(column, 100)!r} (for {field})"
            raise _unusable(file, missing, f"has no {missing}: its columns are {_listed(header)}")
        columns[field] = place
    if not seed and (lacking := [field for field in _NEEDED if field not in columns]):
        told = f"has the columns {_listed(header)}, and none is named {' or '.join(lacking)}: say which it is"
        raise _unusable(file, f"columns for {' and '.join(lacking)}", f"{told}, {_example(lacking, header)}")
    return seed, columns


def _unusable(file: str, missing: str, told: str) -> ShapeChanged:
    name = clean(file, 200)
    return ShapeChanged(missing, name, f"{name} {told}")


def _listed(header: Sequence[str]) -> str:
    names = [clean(name, 40) for name in header if name]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _example(fields: Sequence[str], header: Sequence[str]) -> str:
    """What to write, with columns of this file that are likely the ones."""
    by_name = {name.casefold(): clean(name, 40) for name in header}
    likely = {field: next((by_name[one] for one in _LIKELY[field] if one in by_name), "NAME") for field in fields}
    options = " ".join(f"--column {quote(f'{field}={name}')}" for field, name in likely.items())
    return f"such as {options} (in a configuration: options.columns)"
