"""objkt against a server that behaves as its interface: 500 rows, 413, currency numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from nftd.http import HttpSession
from scrapers.errors import BadStatus, Blocked, ShapeChanged
from scrapers.listing import Problem
from scrapers.sites import make_source
from scrapers.source import Source
from tests.nftd.http_server import status
from tests.scrapers.servers.objkt import COLUMNS, CONTRACT, ObjktApi, token
from tests.scrapers.sites.reading import assert_exact, codes, of, read, seen, works


@pytest.fixture
def market() -> Iterator[ObjktApi]:
    with ObjktApi([token(number) for number in range(25)]) as running:
        yield running


def source(market: ObjktApi, **options: object) -> Source:
    return make_source("objkt", "objkt", {"start": f"{market.url}/v3/graphql", "page_size": 10, **options})


def test_all_pages_are_read_and_every_field_has_its_place(market: ObjktApi, session: HttpSession) -> None:
    pages = read(source(market), session)
    assert len(pages) == 3
    assert sorted({int(work.token_id or "") for work in works(pages)}) == list(range(25))
    work = next(work for work in works(pages) if work.token_id == "3")
    assert work.key == ("objkt", f"{CONTRACT}:3")
    assert (work.title, work.creator, work.series, work.supply, work.year) == ("Reef 3", "tz1Artist", "Reefs", 5, 2022)
    assert (str(work.ask), work.royalty_bps, work.nsfw, work.likes) == ("3 XTZ", 1000, None, None)
    assert work.media
    assert (work.media.url, work.media.mime) == ("ipfs://QmReef3", "image/jpeg")
    assert work.url == f"https://objkt.com/tokens/{CONTRACT}/3"
    assert (work.rights.decision, work.rights.reason) == ("deny", "none_stated"), "an address of metadata states none"
    assert_exact(pages)


def test_sales_and_bids_come_with_their_sides(market: ObjktApi, session: HttpSession) -> None:
    bought = {
        "id": 900,
        "marketplace_event_type": "list_buy",
        "price": 4_000_000,
        "currency_id": 1,
        "timestamp": "2023-03-03T03:03:03+00:00",
        "creator": {"address": "tz1Seller"},
        "recipient": {"address": "tz1Buyer"},
    }
    offer = {
        "price": 2_500_000,
        "currency_id": 4,
        "buyer_address": "tz1Bidder",
        "collection_offer": None,
        "bigmap_key": 55,
        "marketplace_contract": "KT1Market",
    }
    market.tokens = [token(1, events=[bought], offers_active=[offer, offer | {"collection_offer": "KT1Reefs"}])]
    pages = read(source(market), session)
    (sale,) = seen(pages, "sale")
    assert (str(sale.price), sale.buyer, sale.seller, sale.event) == ("4 XTZ", "tz1Buyer", "tz1Seller", "900")
    assert sale.at == datetime(2023, 3, 3, 3, 3, 3, tzinfo=UTC)
    assert (sale.usd, sale.rate_source) == (None, None)
    (bid,) = seen(pages, "bid")
    assert (str(bid.price), bid.buyer, bid.event) == ("2.5 XTZ", "tz1Bidder", "bid:KT1Market:55")


def test_an_answer_too_large_halves_the_page(market: ObjktApi, session: HttpSession) -> None:
    market.max_bytes = 4000
    pages = read(source(market), session)
    assert sorted({int(work.token_id or "") for work in works(pages)}) == list(range(25))
    assert {given["variables"]["limit"] for _, given in market.asked} == {10, 5}


def test_a_work_that_fits_no_answer_is_passed_over(market: ObjktApi, session: HttpSession) -> None:
    market.max_bytes = 4000
    market.tokens[12] = token(12, name="x" * 5000)
    pages = read(source(market), session)
    assert sorted({int(work.token_id or "") for work in works(pages)}) == [
        number for number in range(25) if number != 12
    ]
    assert codes(pages) == ["too_large"]


def test_other_refusals_are_not_taken_for_a_size(market: ObjktApi, session: HttpSession) -> None:
    market.faults = [status(418)]
    with pytest.raises(BadStatus):
        read(source(market), session)
    assert market.asked == []


def test_too_many_questions_stop_the_run_with_the_wait(market: ObjktApi, session: HttpSession) -> None:
    market.faults = [status(429, Retry_After="33")]
    with pytest.raises(Blocked) as caught:
        read(source(market), session)
    assert caught.value.retry_after == 33


def test_prices_in_tokens_keep_their_contract_and_decimals(market: ObjktApi, session: HttpSession) -> None:
    market.tokens = [
        token(1, listings_active=[{"id": 1, "price": "1500000000000", "currency_id": 2537}]),
        token(2, listings_active=[{"id": 2, "price": 5, "currency_id": 31337}]),
        token(3, listings_active=[{"id": 3, "price": "0", "currency_id": 1}]),
        token(4, listings_active=[{"id": 4, "price": "7e-17", "currency_id": 1}]),
        token(5, listings_active=[{"id": 5, "price": "1234567890123456789012345", "currency_id": 4}]),
        token(6, listings_active=[]),
    ]
    pages = read(source(market), session)
    asks = {work.token_id: work.ask and str(work.ask) for work in works(pages)}
    assert asks == {
        "1": "1.5 tezos:KT1XRPEPXbZK25r3Htzp2o1x7xdMMmfocKNW",
        "2": None,
        "3": None,
        "4": None,
        "5": "1234567890123456789.012345 XTZ",
        "6": None,
    }
    told = {one.url.rpartition("/")[2]: one.message for one in of(Problem, pages)}
    assert set(told) == {"2", "4"}, "a price that cannot be read is told of its work, and costs nobody the work"
    assert "currency 31337" in told["2"]
    assert_exact(pages)


@pytest.mark.parametrize(
    ("metadata", "decision", "license_id"),
    [
        ({"rights": "CC0"}, "allow", "CC0-1.0"),
        ('{"rights": "CC BY 4.0"}', "allow", "CC-BY-4.0"),
        ({"rightUri": "https://creativecommons.org/licenses/by-sa/4.0/"}, "allow", "CC-BY-SA-4.0"),
        ({"rights": "CC0", "rightUri": "https://creativecommons.org/licenses/by-nc/4.0/"}, "deny", None),
        ('{"rights": ', "deny", None),
        ("ipfs://QmMetadata", "deny", None),
        (17, "deny", None),
        ("{" * 100_000, "deny", None),
    ],
)
def test_rights_are_read_from_metadata_that_is_there(
    market: ObjktApi, session: HttpSession, metadata: object, decision: str, license_id: str | None
) -> None:
    market.tokens = [token(1, metadata=metadata)]
    (work,) = works(read(source(market), session))
    assert (work.rights.decision, work.rights.license) == (decision, license_id)


def test_adult_and_flagged_works_are_told_apart(market: ObjktApi, session: HttpSession) -> None:
    market.tokens = [
        token(1, attributes=[{"attribute": {"name": "__nsfw_", "value": "true"}}]),
        token(2, tags=[{"tag": {"name": "NSFW"}}]),
        token(3, flag="removed"),
        token(4, attributes=None, tags=None, creators=None, royalties=None, flag=None),
    ]
    pages = read(source(market), session)
    assert {work.token_id: work.nsfw for work in works(pages)} == {"1": True, "2": True, "4": None}
    assert codes(pages) == ["flagged"]


def test_a_field_that_the_server_no_longer_has_is_told(market: ObjktApi, session: HttpSession) -> None:
    market.columns = COLUMNS - {"listings_active"}
    with pytest.raises(ShapeChanged, match="listings_active"):
        read(source(market), session)


def test_nothing_new_ends_the_run_after_one_page(market: ObjktApi, session: HttpSession) -> None:
    marks = {(work.market_id, work.mark) for work in works(read(source(market), session))}
    market.asked.clear()
    read(source(market), session, None, lambda market_id, mark: (market_id, mark) in marks)
    assert len(market.asked) == 1
