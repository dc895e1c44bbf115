"""OpenSea's interface against a server that behaves as it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from nftd.http import HttpSession
from scrapers.errors import BadRule, Blocked, Gone, ScraperError, ShapeChanged
from scrapers.listing import Problem
from scrapers.sites import make_source
from scrapers.source import Source, nothing_known
from tests.nftd.http_server import status
from tests.scrapers.servers.api import KEY, Refusal
from tests.scrapers.servers.opensea import CONTRACT, OpenSeaApi, listing, nft, offer, sale
from tests.scrapers.sites.reading import assert_exact, codes, of, read, seen, works


@pytest.fixture
def market() -> Iterator[OpenSeaApi]:
    with OpenSeaApi({"apes": [listing(number) for number in range(25)], "cats": [listing(100)]}) as running:
        running.nfts = {str(number): nft(number) for number in (*range(25), 100)}
        yield running


def source(market: OpenSeaApi, **options: object) -> Source:
    given: dict[str, object] = {"start": f"{market.url}/api/v2", "key": KEY, "collections": ["apes"], "page_size": 10}
    return make_source("opensea", "opensea", given | options)


def test_all_listings_are_read_and_every_field_has_its_place(market: OpenSeaApi, session: HttpSession) -> None:
    pages = read(source(market), session)
    assert [page.cursor for page in pages] == [
        '["apes", "listings", "at-10"]', '["apes", "listings", "at-20"]', '["apes", "events", null]', None,
    ]  # fmt: skip
    assert [work.token_id for work in works(pages)] == [str(number) for number in range(25)]
    work = works(pages)[3]
    assert work.key == ("opensea", f"ethereum:{CONTRACT}:3")
    assert (work.title, work.creator, work.series, work.nsfw) == ("Ape 3", "0xartist", "apes", False)
    assert (str(work.ask), work.rights.decision, work.rights.reason) == ("0.75 ETH", "deny", "none_stated")
    assert work.media
    assert (work.media.url, work.media.kind) == ("ipfs://QmApe/3.png", "photo")
    assert work.url == f"https://opensea.io/item/ethereum/{CONTRACT}/3"
    ask = seen(pages, "ask")[3]
    assert (ask.event, ask.seller, ask.at) == ("0xorder3", "0xseller", datetime.fromtimestamp(1_700_000_000, UTC))
    assert_exact(pages)


def test_events_follow_the_listings_of_each_collection(market: OpenSeaApi, session: HttpSession) -> None:
    market.events["apes"] = [
        sale(1, 3),
        offer(1, 4),
        offer(2, None, order_type="collection_offer"),
        offer(3, 7, order_type="listing"),
        sale(2, 5, quantity=3),
        sale(3, 6, payment=None),
        {"event_type": "transfer", "chain": "ethereum"},
    ]
    pages = read(source(market, collections=["apes", "cats"]), session)
    assert [path.rpartition("/collection/")[2] for path, _ in market.asked if "collection" in path] == [
        "apes/best", "apes/best", "apes/best", "apes", "cats/best", "cats",
    ]  # fmt: skip
    (sold,) = seen(pages, "sale")
    assert (sold.market_id, str(sold.price), sold.buyer, sold.seller) == (
        f"ethereum:{CONTRACT}:3", "1.2 ETH", "0xbuyer", "0xseller",
    )  # fmt: skip
    assert sold.event == "sale:0xtx1:0xsold1:3"
    (bid,) = seen(pages, "bid")
    assert (bid.market_id, str(bid.price), bid.buyer, bid.event) == (
        f"ethereum:{CONTRACT}:4", "0.9 ETH", "0xbidder", "0xoffer1",
    )  # fmt: skip
    asked = next(given for path, given in market.asked if "/events/" in path)
    assert asked["event_type"] == ["sale", "offer"]
    assert int(asked["after"]) > 1_600_000_000


def test_a_run_goes_on_where_its_cursor_stands(market: OpenSeaApi, session: HttpSession) -> None:
    market.events["apes"] = [sale(number, 1) for number in range(12)]
    first = next(iter(source(market).pages(session, None, nothing_known)))
    rest = read(source(market), session, first.cursor)
    assert [work.token_id for work in works([first, *rest])] == [str(number) for number in range(25)]
    assert len(seen(rest, "sale")) == 12
    for cursor in ('["dogs", "listings", null]', "7", "x", '["apes", "bids", null]', "[" * 50_000):
        assert len(works(read(source(market), session, cursor))) == 25, "another configuration's cursor starts anew"


def test_known_listings_need_no_details(market: OpenSeaApi, session: HttpSession) -> None:
    marks = {(work.market_id, work.mark) for work in works(read(source(market), session))}
    market.asked.clear()
    market.listings["apes"][4] = listing(4, "1")
    pages = read(source(market), session, None, lambda market_id, mark: (market_id, mark) in marks)
    assert [str(work.ask) for work in works(pages)] == ["0.000000000000000001 ETH"]
    details = [given["identifiers"] for path, given in market.asked if "batch" in path]
    assert details == [[{"chain": "ethereum", "contract_address": CONTRACT, "token_id": "4"}]]


def test_one_work_with_several_listings_takes_the_cheapest(market: OpenSeaApi, session: HttpSession) -> None:
    market.listings["apes"] = [listing(1, "100"), listing(1, "200") | {"order_hash": "0xother"}]
    (work,) = works(read(source(market), session))
    assert work.ask
    assert work.ask.base == 100


def test_prices_are_in_the_asset_that_the_order_is_paid_in(market: OpenSeaApi, session: HttpSession) -> None:
    def paid_in(number: int, token: str, symbol: str, decimals: int) -> dict[str, object]:
        signed = {"offerer": "0xseller", "consideration": [{"itemType": 1, "token": token}]}
        price = {"current": {"currency": symbol, "decimals": decimals, "value": "5000000"}}
        return listing(number, price=price, protocol_data={"parameters": signed})

    market.listings["apes"] = [
        paid_in(1, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USDC", 6),
        paid_in(2, "0xBADBADBADBADBADBADBADBADBADBADBADBADBADB", "ETH", 6),
        listing(3, protocol_data=None),
        listing(4, protocol_data=None, price={"current": {"currency": "ETH", "decimals": 6, "value": "5000000"}}),
        listing(5, "7e-17"),
        listing(6, "1234567890123456789012345"),
        listing(7, "0"),
        listing(8, remaining_quantity=20),
        listing(9, price={"current": {"currency": "ETH", "value": "1"}}),
    ]
    pages = read(source(market), session)
    assert {work.token_id: work.ask and str(work.ask) for work in works(pages)} == {
        "1": "5 USDC",
        "2": "5 ethereum:0xbadbadbadbadbadbadbadbadbadbadbadbadbadb",
        "3": "0.75 ETH",
        "4": None,
        "5": None,
        "6": "1234567.890123456789012345 ETH",
        "7": None,
        "8": None,
        "9": None,
    }
    assert codes(pages) == ["bad_money", "bad_money", "shape_changed"]
    assert_exact(pages)


def test_flagged_adult_and_unknown_works_are_told_apart(market: OpenSeaApi, session: HttpSession) -> None:
    market.listings["apes"] = [listing(number) for number in range(5)]
    market.nfts = {
        "0": nft(0, is_nsfw=True),
        "1": nft(1, is_disabled=True),
        "2": nft(2, is_suspicious=True),
        "3": nft(3, name=None, is_nsfw=None, creator=None),
    }
    pages = read(source(market), session)
    assert {work.title: work.nsfw for work in works(pages)} == {"Ape 0": True, "apes #3": None}
    assert sorted(codes(pages)) == ["flagged", "flagged", "not_found"]


def test_a_page_of_nothing_that_can_be_read_has_changed_shape(market: OpenSeaApi, session: HttpSession) -> None:
    market.listings["apes"] = [{"hash": number} for number in range(3)]
    with pytest.raises(ShapeChanged, match=r"listings\[0\]"):
        read(source(market), session)


def test_a_cursor_that_repeats_for_ever_ends(market: OpenSeaApi, session: HttpSession) -> None:
    market.stuck = True
    pages = read(source(market), session)
    assert codes(pages) == ["paging_loop"]
    assert (pages[-1].cursor, pages[-1].unfinished) == (None, True)


def test_limits_move_over_the_collections_and_reach_the_last(market: OpenSeaApi, session: HttpSession) -> None:
    """A run goes on where the last one stopped, in listings and in events, and known works end none of them."""
    market.events = {"apes": [sale(number, 1) for number in range(25)], "cats": [sale(100, 100)]}
    market.listings["dogs"] = [listing(number) for number in range(200, 212)]
    market.nfts |= {str(number): nft(number) for number in range(200, 212)}
    chosen = {"collections": ["apes", "cats", "dogs"], "max_pages": 2}
    stored: set[tuple[str, str | None]] = set()

    def known(name: str, mark: str) -> bool:
        return (name, mark) in stored

    for _ in range(2):
        cursor, found, runs = None, [], 0
        while runs == 0 or cursor is not None:
            pages = read(source(market, **chosen), session, cursor, known)
            cursor, runs = pages[-1].cursor, runs + 1
            found += pages
            stored |= {(work.market_id, work.mark) for work in works(pages)}
        assert (runs, len(found), len(seen(found, "sale"))) == (6, 11, 26)
    assert len(stored) == 38
    assert all(page.unfinished is False for page in found)


@pytest.mark.parametrize("fault", ["listings", "events", "shape", "loop"])
def test_a_collection_that_cannot_be_read_hides_no_later_one(
    market: OpenSeaApi, session: HttpSession, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = market.answer

    def broken(method: str, path: str, given: Mapping[str, Any]) -> object:
        if "/apes" in path and fault in path:
            raise Refusal(404 if fault == "listings" else 400)
        if "/listings/collection/apes" in path and fault == "shape":
            return {"orders": []}
        if "/listings/collection/apes" in path and fault == "loop":
            return {**answer(method, path, {"limit": 10}), "next": "at-0"}
        return answer(method, path, given)

    monkeypatch.setattr(market, "answer", broken)
    pages = read(source(market, collections=["apes", "cats"]), session)
    assert works(pages)[-1].token_id == "100"
    wanted = {"listings": "not_found", "events": "bad_status", "shape": "shape_changed", "loop": "paging_loop"}
    assert codes(pages) == [wanted[fault]]
    assert pages[-1].unfinished is (fault == "loop")
    if fault != "loop":
        assert "collection apes" in of(Problem, pages)[0].message
    if fault in {"listings", "shape"}:
        with pytest.raises(ScraperError):
            read(source(market), session)


def test_when_no_collection_can_be_read_the_run_fails(market: OpenSeaApi, session: HttpSession) -> None:
    market.faults = [status(404), status(404)]
    with pytest.raises(Gone):
        read(source(market, collections=["dogs", "owls"]), session)
    market.listings["apes"] = [{"hash": 1}]
    market.listings["cats"] = [{"hash": 2}]
    with pytest.raises(ShapeChanged):
        read(source(market, collections=["apes", "cats"]), session)
    market.listings["cats"] = [listing(100)]
    pages = read(source(market, collections=["apes", "cats"]), session)
    assert [work.token_id for work in works(pages)] == ["100"], "one odd listing is not the market's shape"


def test_key_and_collections_are_needed(market: OpenSeaApi, session: HttpSession) -> None:
    with pytest.raises(BadRule, match="opensea_api_key"):
        make_source("opensea", "x", {"collections": ["apes"]})
    for slugs in ([], ["../etc"], ["a b"], "apes"):
        with pytest.raises(BadRule) as caught:
            make_source("opensea", "x", {"collections": slugs, "key": KEY})
        assert caught.value.evidence["option"] == "collections"
    with pytest.raises(Blocked):
        read(source(market, key="wrong"), session)
