"""The types of sources, found through the entry-point group `nftd.scrapers`: ours and those of other packages.

A package adds one with

    [project.entry-points."nftd.scrapers"]
    my-market = "my_package.my_market:MyMarket"

in its pyproject.toml. A type is imported when a source of it is made, so a broken package troubles no other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from scrapers.errors import ScraperError, UnknownSource
from scrapers.source import Source
from scrapers.text import clean

__all__ = ["GROUP", "Source", "make_source", "source_types"]

GROUP: Final = "nftd.scrapers"
_OURS: Final = "nftd"
_CHECKOUT: Final = Path(__file__).parents[2] / "pyproject.toml"


def make_source(kind: str, name: str, options: Mapping[str, object]) -> Source:
    """Build the source of type `kind`; raises UnknownSource, or BadRule where an option cannot work.

    UnknownSource also stands for a package whose type cannot be loaded: the message names the package.
    """
    types = source_types()
    if kind not in types:
        near = get_close_matches(kind, types, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(types))}"
        raise UnknownSource(f"no source of type {clean(kind, 60)!r}: {hint}", type=kind)
    point = types[kind]
    try:
        source: Source = point.load().from_options(name, options)
    except ScraperError:
        raise
    except Exception as error:
        reason = clean(f"{type(error).__name__}: {error}", 300)
        package = _owner(point)
        raise UnknownSource(
            f"source type {kind!r} of package {package} cannot be used ({reason}): update or remove that package",
            type=kind,
            package=package,
        ) from error
    return source


def source_types() -> dict[str, EntryPoint]:
    """All registered types by name; raises UnknownSource where two packages claim one name."""
    found = {point.name: point for point in _of_checkout()}
    for point in entry_points(group=GROUP):
        other = found.get(point.name)
        if other is not None and other.value != point.value:
            owners = sorted({_owner(one) for one in (other, point)})
            if owners == [_OURS]:
                continue  # the checkout is newer than its installed metadata
            raise UnknownSource(
                f"source type {point.name!r} is registered twice, by {' and '.join(owners)}: remove one package",
                type=point.name,
            )
        found[point.name] = point
    return found


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else _OURS


def _of_checkout() -> list[EntryPoint]:
    """Our own table where the program runs from a checkout, whose installed metadata may be older than it."""
    try:
        project = tomllib.loads(_CHECKOUT.read_text(encoding="utf-8"))["project"]
        table = project["entry-points"][GROUP] if project["name"] == _OURS else {}
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return [EntryPoint(name, value, GROUP) for name, value in table.items()]
