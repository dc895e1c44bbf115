"""The sources that ship, by the name a configuration gives as `type`; imported when asked for."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Final, Protocol

from scrapers.errors import UnknownSource
from scrapers.listing import Listing, Problem
from scrapers.session import Session

TYPES: Final[Mapping[str, str]] = {"page": "scrapers.sites.page:PageSource"}


class Source(Protocol):
    """One market to read; `name` is the market's name in listings."""

    @property
    def name(self) -> str: ...

    def listings(self, session: Session, limit: int | None = None) -> Iterator[Listing | Problem]:
        """Yield listings and problems as pages come in; raises ScraperError where the run cannot go on."""
        ...


class SourceType(Protocol):
    def from_options(self, name: str, options: Mapping[str, object]) -> Source: ...


def make_source(kind: str, name: str, options: Mapping[str, object]) -> Source:
    """Build the source of type `kind`; raises UnknownSource, or BadRule where an option cannot work."""
    if kind not in TYPES:
        near = get_close_matches(kind, TYPES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(TYPES)}"
        raise UnknownSource(f"no source of type {kind!r}: {hint}", type=kind)
    module, _, attribute = TYPES[kind].partition(":")
    factory: SourceType = getattr(import_module(module), attribute)
    return factory.from_options(name, options)
