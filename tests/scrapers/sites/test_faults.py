"""What goes wrong on the way, for every source alike: the run ends with a named error, or it goes on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from nftd.http import HttpSession
from scrapers import errors
from scrapers.errors import ScraperError
from scrapers.listing import Listing
from scrapers.sites import make_source
from scrapers.source import Source, listings, nothing_known
from tests.nftd import http_server as server
from tests.nftd.http_server import Route
from tests.scrapers.servers import nftshowroom, objkt, opensea, rarible, teztok
from tests.scrapers.servers.api import CUT_SHORT, HTML_PAGE, KEY, Api, raw
from tests.scrapers.sites.reading import read, works


@dataclass(frozen=True)
class Market:
    """One market on loopback, with 25 works and ten a page."""

    api: Api
    source: Source


def _opensea() -> opensea.OpenSeaApi:
    api = opensea.OpenSeaApi({"apes": [opensea.listing(number) for number in range(25)]})
    api.nfts = {str(number): opensea.nft(number) for number in range(25)}
    return api


MARKETS: dict[str, tuple[Callable[[], Api], str, dict[str, object]]] = {
    "nftshowroom": (lambda: nftshowroom.NftShowroomApi([nftshowroom.series(n) for n in range(25)]), "", {}),
    "teztok": (lambda: teztok.TezTokApi([teztok.token(n) for n in range(25)]), "/v1/graphql", {}),
    "objkt": (lambda: objkt.ObjktApi([objkt.token(n) for n in range(25)]), "/v3/graphql", {}),
    "rarible": (lambda: rarible.RaribleApi([rarible.item(n) for n in range(25)]), "/v0.1", {"key": KEY}),
    "opensea": (_opensea, "/api/v2", {"key": KEY, "collections": ["apes"]}),
}


@pytest.fixture(params=sorted(MARKETS))
def market(request: pytest.FixtureRequest) -> Iterator[Market]:
    make, path, options = MARKETS[request.param]
    with ExitStack() as opened:
        api = opened.enter_context(make())
        given = {"start": api.url + path, "page_size": 10, **options}
        yield Market(api, make_source(request.param, request.param, given))


@pytest.mark.parametrize(
    ("fault", "kind", "permanent"),
    [
        (server.status(429, Retry_After="120"), errors.Blocked, False),
        (server.status(403), errors.Blocked, False),
        (server.status(404), errors.Gone, True),
        (server.truncated, errors.Truncated, False),
        (server.drip_body, errors.TimedOut, False),
        (server.hang, errors.TimedOut, False),
        (server.status(503), errors.ServerError, False),
        (CUT_SHORT, errors.Truncated, False),
        (HTML_PAGE, errors.WrongContentType, True),
        (raw(""), errors.Truncated, False),
        (raw("[" * 200_000), errors.FetchError, None),
        (raw('{"a": 1}}'), errors.UnreadablePage, True),
        (raw("null"), errors.ShapeChanged, True),
        (raw("[]"), None, None),
        (raw('{"data": null, "items": null, "listings": 7}'), errors.ShapeChanged, True),
        (raw("\ufeff{}"), errors.ShapeChanged, True),
        (raw('"text"'), errors.ShapeChanged, True),
        (raw("NaN"), errors.ShapeChanged, True),
        (raw("9" * 5000), errors.ShapeChanged, True),
    ],
)
def test_a_fault_is_a_named_error(
    market: Market, session: HttpSession, fault: Route, kind: type[ScraperError] | None, permanent: bool | None
) -> None:
    market.api.faults = [fault] * 3  # as often as a session tries
    if kind is None:  # an empty list is the end of one market, and no answer of the others
        if market.source.name == "nftshowroom":
            assert works(read(market.source, session)) == []
            return
        kind = errors.ShapeChanged
    with pytest.raises(kind) as caught:
        read(market.source, session)
    assert permanent in (None, caught.value.permanent)
    assert KEY not in f"{caught.value} {caught.value.evidence}"


def test_a_wait_that_was_asked_for_is_passed_on(market: Market, session: HttpSession) -> None:
    market.api.faults = [server.status(429, Retry_After="120")]
    with pytest.raises(errors.Blocked) as caught:
        read(market.source, session)
    assert caught.value.retry_after == 120
    assert market.api.asked == [], "nothing more is asked"


@pytest.mark.parametrize("fault", [server.status(502), server.truncated])
def test_a_fault_that_passes_is_tried_again(market: Market, session: HttpSession, fault: Route) -> None:
    market.api.faults = [fault, fault]
    assert len({work.market_id for work in works(read(market.source, session))}) == 25


def test_what_was_read_before_a_fault_is_kept_and_reading_goes_on_behind_it(
    market: Market, session: HttpSession
) -> None:
    pages = market.source.pages(session, None, nothing_known)
    read_before = [next(pages)]
    market.api.faults = [server.status(500)] * 3
    with pytest.raises(errors.ServerError):
        next(pages)
    assert len(works(read_before)) == 10
    rest = read(market.source, session, read_before[-1].cursor)
    assert len({work.market_id for work in works([*read_before, *rest])}) == 25


def test_listings_are_the_works_and_problems_up_to_a_limit(market: Market, session: HttpSession) -> None:
    found = list(listings(market.source, session))
    assert len({one.market_id for one in found if isinstance(one, Listing)}) == 25
    assert len(list(listings(market.source, session, limit=3))) == 3
    assert list(listings(market.source, session, limit=0)) == []


def test_the_address_of_a_page_is_told_and_no_key_with_it(market: Market, session: HttpSession) -> None:
    for page in read(market.source, session):
        assert page.page
        assert page.page.startswith(market.api.url)
        assert KEY not in f"{page}"


def test_no_source_of_an_interface_is_under_the_rules_for_pages(market: Market) -> None:
    assert market.source.html is False
