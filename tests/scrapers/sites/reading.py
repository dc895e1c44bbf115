"""How tests read a source: all its pages, and what stood on them by kind."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from scrapers.listing import Listing, Observation, Problem, Rate
from scrapers.money import Money
from scrapers.session import Session
from scrapers.source import Scraped, Source, nothing_known

T = TypeVar("T")


def read(
    source: Source, session: Session, cursor: str | None = None, known: Callable[[str, str], bool] = nothing_known
) -> list[Scraped]:
    return list(source.pages(session, cursor, known))


def of(kind: type[T], pages: list[Scraped]) -> list[T]:
    return [one for page in pages for one in page.found if isinstance(one, kind)]


def works(pages: list[Scraped]) -> list[Listing]:
    return of(Listing, pages)


def seen(pages: list[Scraped], kind: str | None = None) -> list[Observation]:
    return [one for one in of(Observation, pages) if kind in (None, one.kind)]


def codes(pages: list[Scraped]) -> list[str]:
    return [one.code for one in of(Problem, pages)]


def assert_exact(pages: list[Scraped]) -> None:
    """No float anywhere: money is whole numbers, dollars are Decimal, the evidence is JSON without fractions."""
    for one in [*works(pages), *seen(pages)]:
        price = one.ask if isinstance(one, Listing) else one.price
        assert price is None or (type(price) is Money and type(price.base) is int and price.base > 0)
        assert one.usd is None or type(one.usd) is Decimal
        assert not isinstance(one, Listing) or not _has_float(one.raw)
    assert all(type(rate.usd) is Decimal for rate in of(Rate, pages))


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_float(one) for one in value.values())
    return any(_has_float(one) for one in value) if isinstance(value, list) else isinstance(value, float)
