"""TezTok against a server that reads its questions as the real one does."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from nftd.http import HttpSession
from scrapers.errors import BadRule, ServerError, ShapeChanged
from scrapers.listing import Problem, Rate
from scrapers.queries import RIGHTS
from scrapers.rights import read_rights
from scrapers.sites import make_source
from scrapers.source import Scraped, Source, nothing_known
from tests.scrapers.servers.api import raw
from tests.scrapers.servers.teztok import COLUMNS, CONTRACT, TIME, TezTokApi, sale, token
from tests.scrapers.sites.reading import assert_exact, codes, of, read, seen, works


@pytest.fixture
def market() -> Iterator[TezTokApi]:
    with TezTokApi([token(number) for number in range(25)], [sale(1, 3), sale(2, 3), sale(3, 20)]) as running:
        yield running


def source(market: TezTokApi, **options: object) -> Source:
    return make_source("teztok", "tezos", {"start": f"{market.url}/v1/graphql", "page_size": 10, **options})


def once(pages: list[Scraped]) -> list[str | None]:
    """The tokens that were read, each once: the last of a page comes again with the next."""
    return list(dict.fromkeys(work.token_id for work in works(pages)))


def test_all_pages_are_read_and_every_field_has_its_place(market: TezTokApi, session: HttpSession) -> None:
    pages = read(source(market), session)
    assert [page.cursor for page in pages] == [f"{token(15)[TIME]}|0", f"{token(6)[TIME]}|0", None]
    assert once(pages) == [str(number) for number in reversed(range(25))]
    work = works(pages)[-4]
    assert work.key == ("tezos", f"{CONTRACT}:3")
    assert (work.title, work.creator, work.supply, work.year) == (
        "Dune 3",
        "tz1UBZUkXpKGhYsP5KtzDNqLLchwF4uHrGjw",
        10,
        2022,
    )
    assert (str(work.ask), work.royalty_bps, work.likes, work.nsfw) == ("1.5 XTZ", 1000, None, None)
    assert (work.rights.decision, work.rights.license) == ("allow", "CC-BY-4.0")
    assert work.media
    assert (work.media.url, work.media.kind, work.media.mime) == ("ipfs://QmArtifact3", "photo", "image/png")
    assert (work.chain, work.contract, work.url) == ("tezos", CONTRACT, "https://teia.art/objkt/3")
    assert_exact(pages)


def test_sales_come_with_their_day_their_dollars_and_both_sides(market: TezTokApi, session: HttpSession) -> None:
    pages = read(source(market), session)
    first = next(one for one in seen(pages, "sale") if one.event == "event-1")
    assert first.market_id == f"{CONTRACT}:3"
    assert (str(first.price), first.at) == ("2 XTZ", datetime(2022, 6, 1, 8, 30, tzinfo=UTC))
    assert (first.usd, first.rate_source) == (Decimal("3.8"), "teztok")
    assert first.buyer != first.seller
    assert sorted({one.event or "" for one in seen(pages, "sale")}) == ["event-1", "event-2", "event-3"]
    assert set(of(Rate, pages)) == {Rate("XTZ", date(2022, 6, 1), Decimal("1.9"), "teztok")}


def test_a_rate_comes_from_a_sale_that_is_large_enough_to_tell_it(market: TezTokApi, session: HttpSession) -> None:
    market.tokens = [token(1)]
    market.events = [
        sale(1, 1, price="900", price_in_usd="1"),
        sale(2, 1, price=3_000_000, price_in_usd=5_000_000),
        sale(3, 1, price=3_000_000, price_in_usd=9_000_000),
        sale(4, 1, timestamp="2022-06-02T00:00:00Z", price_in_usd=None),
        sale(5, 1, timestamp="2022-06-03T00:00:00Z", price_in_usd="9" * 30),
        sale(6, 1, timestamp="2022-06-04T00:00:00Z", price="9" * 30),
    ]
    rates = of(Rate, read(source(market), session))
    assert rates == [Rate("XTZ", date(2022, 6, 1), Decimal("1.666667"), "teztok")]


def test_offers_are_dated_bids_and_the_cheapest_listing_a_dated_ask(market: TezTokApi, session: HttpSession) -> None:
    offers = [
        {"type": "OBJKT_OFFER", "price": "900000", "currency": "OTEZ", "created_at": "2022-11-11T11:11:11.5+01:00",
         "offer_id": 77, "buyer_address": "tz1Bidder"},
        {"type": "OBJKT_OFFER", "price": "0", "created_at": "2022-11-11T00:00:00Z", "offer_id": 78},
        {"type": "OBJKT_OFFER", "price": "5", "currency": "USDT", "created_at": "2022-11-11T00:00:00Z"},
        {"type": "OBJKT_OFFER", "price": "5", "created_at": "soon", "offer_id": 79},
    ]  # fmt: skip
    market.tokens = [token(1, offers=offers)]
    pages = read(source(market), session)
    (bid,) = seen(pages, "bid")
    assert (str(bid.price), bid.buyer, bid.event) == ("0.9 XTZ", "tz1Bidder", "bid:OBJKT_OFFER:77")
    assert bid.at == datetime(2022, 11, 11, 10, 11, 11, 500_000, tzinfo=UTC)
    (ask,) = seen(pages, "ask")
    assert (ask.event, ask.seller, ask.at.year) == ("ask:TEIA_SWAP:4001", works(pages)[0].creator, 2022)
    assert codes(pages) == ["bad_money", "shape_changed"]


def test_only_licensed_works_are_asked_for_where_rights_are_chosen(market: TezTokApi, session: HttpSession) -> None:
    market.tokens = [
        token(1, rights="CC0"),
        token(2, rights="CC-BY-4.0 (Attribution)"),
        token(3, rights="CC BY-NC 4.0 (Attribution-NonCommercial)"),
        token(4, rights="None (All rights reserved)"),
        token(5, rights=None),
        token(6, rights="CC BY-SA 4.0 (Attribution ShareAlike)"),
    ]
    pages = read(source(market, rights=["CC0", "CC BY", "CC BY-SA"]), session)
    assert [work.token_id for work in works(pages)] == ["6", "2", "1"]
    assert all(work.rights.decision == "allow" for work in works(pages))
    assert "rights" in market.asked[0][1]["variables"]["where"]
    assert [work.token_id for work in works(read(source(market, rights=["CC0"]), session))] == ["1"]


@pytest.mark.parametrize("label", [label for labels in RIGHTS.values() for label in labels])
def test_every_label_that_is_asked_for_is_one_that_the_gate_allows(label: str) -> None:
    assert read_rights(label, None).decision == "allow"


def test_works_can_be_chosen_by_contract_artist_and_price(market: TezTokApi, session: HttpSession) -> None:
    market.tokens = [token(1), token(2, artist_address="tz1Other"), token(3, price=None, listings=[])]
    assert [work.token_id for work in works(read(source(market, artists=["tz1Other"]), session))] == ["2"]
    assert [work.token_id for work in works(read(source(market, listed=True), session))] == ["2", "1"]
    assert works(read(source(market, contracts=["KT1Other"]), session)) == []


def test_rows_of_one_time_are_read_once_over_pages(market: TezTokApi, session: HttpSession) -> None:
    market.tokens = [token(number, **{TIME: "2023-01-01T00:00:00+00:00"}) for number in range(25)]
    pages = read(source(market), session)
    assert sorted(int(work.token_id or "") for work in works(pages)) == list(range(25))
    assert [page.cursor for page in pages[:-1]] == ["2023-01-01T00:00:00+00:00|10", "2023-01-01T00:00:00+00:00|20"]


def test_rows_that_change_while_reading_hide_no_other(market: TezTokApi, session: HttpSession) -> None:
    found = []
    for number, page in enumerate(source(market).pages(session, None, nothing_known)):
        found.append(page)
        if number == 0:  # works of both pages jump to the front
            for row in market.tokens[5:18]:
                row[TIME] = "2024-01-01T00:00:00+00:00"
    assert {int(work.token_id or "") for work in works(found)} == set(range(5)) | set(range(15, 25))
    again = read(source(market), session)
    assert {int(work.token_id or "") for work in works(again[:2])} >= set(range(5, 18)), "and are read first next time"


def test_a_run_goes_on_where_its_cursor_stands(market: TezTokApi, session: HttpSession) -> None:
    whole = once(read(source(market), session))
    first = next(iter(source(market).pages(session, None, nothing_known)))
    rest = read(source(market), session, first.cursor)
    assert once([first, *rest]) == whole


def test_known_works_cost_no_question_about_sales(market: TezTokApi, session: HttpSession) -> None:
    marks = {(work.market_id, work.mark) for work in works(read(source(market), session))}
    market.asked.clear()
    pages = read(source(market), session, None, lambda market_id, mark: (market_id, mark) in marks)
    assert (len(market.asked), pages[-1].cursor, len(pages)) == (1, None, 1)
    market.tokens[3]["price"] = "1"
    market.tokens[3][TIME] = "2025-01-01T00:00:00+00:00"
    pages = read(source(market), session, None, lambda market_id, mark: (market_id, mark) in marks)
    asked = [
        given["variables"]["where"]["_or"] for _, given in market.asked[1:] if "_or" in given["variables"]["where"]
    ]
    assert [one[0]["token_id"] for one in asked] == [{"_eq": "3"}]


def test_odd_values_are_none_or_a_problem(market: TezTokApi, session: HttpSession) -> None:
    market.events = [
        sale(1, 1, price="1234567890123456789012345"),
        sale(2, 1, price="7e-17"),
        sale(3, 1, price=None),
        sale(4, 1, price_in_usd="NaN"),
        sale(5, 1, timestamp=None),
        sale(6, 1, id=None),
        sale(7, 999),
    ]
    market.tokens = [
        token(1, listings=[], price="0", editions="9" * 25, royalties_total="1e30", minted_at="yesterday"),
        token(2, name=None),
        token(3, fa2_address="0xabc"),
        token(4, rights=["CC0"], mime_type=None, artifact_uri=None, teia_meta={"content_rating": "mature"}),
    ]
    pages = read(source(market), session)
    one, four = sorted(works(pages), key=lambda work: work.market_id)
    assert (one.ask, one.supply, one.royalty_bps, one.year) == (None, None, None, None)
    assert (four.nsfw, four.rights.reason, four.media and four.media.url) == (True, "none_stated", "ipfs://QmDisplay4")
    prices = {sale.event: (str(sale.price), sale.usd) for sale in seen(pages, "sale")}
    assert prices["event-1"] == ("1234567890123456789.012345 XTZ", Decimal("3.8"))
    assert prices["event-4"] == ("2 XTZ", None)
    assert sorted(codes(pages)) == ["bad_money", *["shape_changed"] * 4]
    assert_exact(pages)


def test_a_field_that_the_server_no_longer_has_is_told(market: TezTokApi, session: HttpSession) -> None:
    market.columns = COLUMNS - {"right_uri"}
    with pytest.raises(ShapeChanged, match="right_uri"):
        read(source(market), session)


def test_a_field_that_is_left_out_is_told_with_its_path(market: TezTokApi, session: HttpSession) -> None:
    market.tokens = [token(1), {name: value for name, value in token(2).items() if name != "name"}]
    (problem,) = of(Problem, read(source(market), session))
    assert "data.tokens[0].name" in problem.message
    market.tokens = market.tokens[1:]
    with pytest.raises(ShapeChanged, match=r"data\.tokens\[0\]\.name"):
        read(source(market), session)


def test_another_fault_of_the_server_is_worth_another_try(market: TezTokApi, session: HttpSession) -> None:
    told = '{"errors": [{"message": "time limit\\u0000 exceeded", "extensions": {"code": "time-limit-exceeded"}}]}'
    market.faults = [raw(told)]
    with pytest.raises(ServerError, match="time limit exceeded") as caught:
        read(source(market), session)
    assert not caught.value.permanent


def test_a_server_that_ignores_the_cursor_ends(market: TezTokApi, session: HttpSession) -> None:
    market.stuck = True
    pages = read(source(market), session)
    assert codes(pages) == ["paging_loop"]
    assert (len(pages), pages[-1].unfinished) == (2, True)


def test_a_work_whose_price_cannot_be_read_is_kept_without_it(market: TezTokApi, session: HttpSession) -> None:
    def asked(**changes: object) -> list[dict[str, object]]:
        return [token(1)["listings"][0] | changes]

    market.tokens = [
        token(1, listings=asked(currency="USDT")),
        token(2, listings=asked(price="7e-17")),
        token(3, listings=[], price="many"),
        token(4),
    ]
    pages = read(source(market), session)
    assert {work.token_id: work.ask and str(work.ask) for work in works(pages)} == {
        "1": None, "2": None, "3": None, "4": "1.5 XTZ",
    }  # fmt: skip
    assert codes(pages) == ["bad_money"] * 3, "each is told once"
    assert {one.url.rpartition("/")[2] for one in of(Problem, pages)} == {"1", "2", "3"}
    assert len(seen(pages, "ask")) == 1


def test_very_many_sales_are_cut_and_it_is_said(
    market: TezTokApi, session: HttpSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapers.sites.teztok.SALES_PAGE", 5)
    market.tokens = [token(1)]
    market.events = [sale(number, 1) for number in range(70)]
    pages = read(source(market), session)
    assert len(seen(pages, "sale")) == 50
    assert codes(pages) == ["sale_limit"]


def test_an_unknown_license_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadRule, match="'CC BY'") as caught:
        make_source("teztok", "tezos", {"rights": ["CC-BY"]})
    assert caught.value.evidence["option"] == "rights"
