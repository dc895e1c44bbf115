"""What a source of works is: it reads a market page by page, and goes on where an earlier run stopped.

A page is stored as a whole together with its cursor, so a killed run repeats at most one page. A type of source
is a class with `from_options`, registered in the entry-point group `nftd.scrapers` (see `scrapers.sites`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from scrapers.listing import Listing, Observation, Problem, Rate
from scrapers.session import Session

Found = Listing | Observation | Problem | Rate


@dataclass(frozen=True, slots=True)
class Scraped:
    """One page of a market: what stood on it, a listing always before its observations.

    `cursor` is opaque text with which reading goes on behind this page, None at the end; `page` is the address
    that was read, for messages. `unfinished` is True on a last page behind which the market may have more, and no
    way leads there: the next reading begins anew, and takes no known work for a sign that older ones are stored.
    """

    found: tuple[Found, ...]
    cursor: str | None
    page: str | None = None
    unfinished: bool = False


class Known(Protocol):
    """Whether an item needs no detail request: it is stored, and `mark` is the stored digest of its entry.

    The empty id asks for any work of this market with this mark. An attribute `caught_up` that is False says that
    older works may be missing, behind whatever is known: see `is_caught_up`.
    """

    def __call__(self, market_id: str, mark: str, /) -> bool: ...


class Source(Protocol):
    """One market to read; `name` is the market's name in listings.

    `html` is True where robots.txt governs it, False for a documented API, which is used after its terms.
    """

    @property
    def name(self) -> str: ...

    @property
    def html(self) -> bool: ...

    def pages(self, session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:
        """Read on behind `cursor`, from the newest works where it is None, until a page whose cursor is None.

        A bad item is a `Problem` and the run goes on. Raises ScraperError where it cannot: `Blocked`,
        `Unreachable`, or `ShapeChanged` where no item of the first page can be read any more.
        """
        ...


class SourceType(Protocol):
    """What an entry point of the group `nftd.scrapers` names."""

    def from_options(self, name: str, options: Mapping[str, object], /) -> Source:
        """Build from configuration; raises BadRule with the key of the option that cannot work."""
        ...


def is_caught_up(known: Known) -> bool:
    """Whether a page on which all is known may end a reading from the newest works on.

    It may not where an earlier reading was given up between its newest works and what was known before.
    """
    return bool(getattr(known, "caught_up", True))


def nothing_known(market_id: str, mark: str) -> bool:  # noqa: ARG001  # the protocol's parameters
    """A `Known` that knows nothing: every item is read in full."""
    return False


def listings(source: Source, session: Session, limit: int | None = None) -> Iterator[Listing | Problem]:
    """All works from the first page on, at most `limit` of them, with the problems met between them."""
    left = limit
    if left is not None and left < 1:
        return
    for page in source.pages(session, None, nothing_known):
        for one in page.found:
            if isinstance(one, Listing | Problem):
                yield one
            if isinstance(one, Listing) and left is not None:
                left -= 1
                if left == 0:
                    return
