"""Rarible's union interface against a server that behaves as it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from nftd.http import HttpSession
from scrapers.errors import BadRule, Blocked, ShapeChanged
from scrapers.listing import Rate
from scrapers.sites import make_source
from scrapers.source import Source
from tests.scrapers.servers.api import KEY
from tests.scrapers.servers.rarible import CONTRACT, NOUGHT, RaribleApi, item, order, sold
from tests.scrapers.sites.reading import assert_exact, codes, of, read, seen, works


@pytest.fixture
def market() -> Iterator[RaribleApi]:
    with RaribleApi([item(number) for number in range(25)]) as running:
        yield running


def source(market: RaribleApi, **options: object) -> Source:
    return make_source("rarible", "union", {"start": f"{market.url}/v0.1", "key": KEY, "page_size": 10, **options})


def test_all_pages_are_read_and_every_field_has_its_place(market: RaribleApi, session: HttpSession) -> None:
    pages = read(source(market), session)
    assert [page.cursor for page in pages] == ["10_x", "20_x", None]
    assert [work.token_id for work in works(pages)] == [str(number) for number in range(25)]
    work = works(pages)[3]
    assert work.key == ("union", f"ETHEREUM:{CONTRACT}:3")
    assert (work.title, work.creator, work.series, work.supply, work.year) == (
        "Shore 3", "ETHEREUM:0xartist", "Shores", 1, 2021,
    )  # fmt: skip
    assert (str(work.ask), work.usd, work.likes) == ("0.75 ETH", Decimal("1820.5"), None)
    assert (work.rights.decision, work.rights.license) == ("allow", "CC0-1.0")
    assert work.media
    assert (work.media.url, work.media.mime, work.media.kind) == ("ipfs://QmShore3/image.png", "image/png", "photo")
    assert (work.chain, work.contract, work.url) == ("ethereum", CONTRACT, f"https://rarible.com/token/{CONTRACT}:3")
    assert_exact(pages)


def test_the_question_is_the_one_that_the_specification_describes(market: RaribleApi, session: HttpSession) -> None:
    read(source(market, blockchains=["ETHEREUM"], sort="HIGHEST_SELL", max_pages=1), session)
    path, body = market.asked[0]
    assert path == "/v0.1/items/search"
    wanted = {"deleted": False, "onSale": True, "blockchains": ["ETHEREUM"]}
    assert body == {"size": 10, "filter": wanted, "sort": "HIGHEST_SELL"}


def test_orders_and_activities_are_dated_prices(market: RaribleApi, session: HttpSession) -> None:
    bid = {"@type": "BID", "id": "ETHEREUM:bid-9", "date": "2023-09-09T09:09:09Z", "hash": "x",
           "maker": "ETHEREUM:0xbidder", "price": "7e-17",
           "make": {"type": {"@type": "ERC20", "contract": "ETHEREUM:0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"}},
           "take": sold(1, 1)["nft"]}  # fmt: skip
    market.items = [item(1, bestBidOrder=order(1, "0.25", "bid", maker="ETHEREUM:0xhope"))]
    market.activities = [sold(1, 1), sold(2, 1), bid, sold(3, 1, reverted=True), sold(4, 2)]
    pages = read(source(market), session)
    (ask,) = seen(pages, "ask")
    assert (str(ask.price), ask.usd, ask.seller, ask.event) == (
        "0.75 ETH", Decimal("1820.5"), "ETHEREUM:0xmaker", "ETHEREUM:0xsell1",
    )  # fmt: skip
    assert ask.at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    bids = {one.event: (str(one.price), one.buyer) for one in seen(pages, "bid")}
    assert bids == {
        "ETHEREUM:0xbid1": ("0.25 ETH", "ETHEREUM:0xhope"),
        "ETHEREUM:bid-9": ("0.00000000000000007 ETH", "ETHEREUM:0xbidder"),
    }
    sales = {one.event: (str(one.price), one.usd, one.buyer, one.seller) for one in seen(pages, "sale")}
    assert set(sales) == {"ETHEREUM:sale-1", "ETHEREUM:sale-2"}
    assert sales["ETHEREUM:sale-1"] == ("0.5 ETH", Decimal("950.25"), "ETHEREUM:0xbuyer", "ETHEREUM:0xseller")
    assert [given["filter"]["items"] for path, given in market.asked if "activities" in path] == [[item(1)["id"]]] * 2
    assert_exact(pages)


def test_rates_are_asked_for_days_without_dollars_once_each(market: RaribleApi, session: HttpSession) -> None:
    market.rates[f"ETHEREUM:{NOUGHT}"] = {"symbol": "ethereum", "rate": "1890.123456789012345678"}
    token = {"type": {"@type": "ERC20", "contract": "POLYGON:0xABCDEF"}, "value": "9"}
    market.items = [item(1), item(2)]
    market.activities = [
        sold(1, 1, priceUsd=None),
        sold(2, 2, priceUsd=None),
        sold(3, 1, priceUsd="0"),
        sold(4, 1, priceUsd=None, payment=token),
    ]
    pages = read(source(market), session)
    assert of(Rate, pages) == [Rate("ETH", date(2023, 5, 6), Decimal("1890.123456789012345678"), "rarible")]
    asked = [(path, given) for path, given in market.asked if "currencies" in path]
    assert [given["at"] for _, given in asked] == ["2023-05-06T12:00:00Z"] * 2
    assert "polygon:0xabcdef" in {one.price.asset for one in seen(pages, "sale")}


def test_known_works_cost_no_question_about_activities(market: RaribleApi, session: HttpSession) -> None:
    marks = {(work.market_id, work.mark) for work in works(read(source(market), session))}
    market.asked.clear()
    pages = read(source(market), session, None, lambda market_id, mark: (market_id, mark) in marks)
    assert [path for path, _ in market.asked] == ["/v0.1/items/search"]
    assert pages[-1].cursor is None
    market.asked.clear()
    by_price = source(market, sort="HIGHEST_SELL")
    read(by_price, session, None, lambda market_id, mark: (market_id, mark) in marks)
    assert len(market.asked) == 3, "in an order by price, known works say nothing about those behind them"


def test_odd_values_are_none_or_a_problem(market: RaribleApi, session: HttpSession) -> None:
    market.items = [
        item(0, bestSellOrder=order(0, "1234567890123456789012345")),
        item(1, bestSellOrder=order(1, "0", makePriceUsd="0")),
        item(2, bestSellOrder=order(2, "1e-40")),
        item(3, bestSellOrder=order(3, "1,5")),
        item(4, bestSellOrder=order(4, 0.1, status="CANCELLED")),
        item(5, bestSellOrder=None, meta={"name": "Bare"}, creators=None, supply="1" * 25, mintedAt="1e9"),
        item(6, meta=None),
        item(7, id="ETHEREUM"),
        item(8, bestSellOrder=order(8, 0.1, makePriceUsd="-5")),
        item(9, suspicious=True),
        item(10, bestSellOrder=order(10, "1", take={"type": {"@type": "ERC721", "tokenId": "5"}})),
    ]
    pages = read(source(market, page_size=50), session)
    asks = {work.token_id: (work.ask and str(work.ask), work.usd) for work in works(pages)}
    assert asks == {
        "0": ("1234567890123456789012345 ETH", Decimal("1820.5")),
        "1": (None, None),
        "2": (None, None),
        "3": (None, None),
        "4": (None, None),
        "5": (None, None),
        "8": ("0.1 ETH", None),
        "10": (None, None),
    }
    assert sorted(codes(pages)) == ["bad_money", "bad_money", "bad_money", "flagged", "shape_changed", "shape_changed"]
    bare = next(work for work in works(pages) if work.token_id == "5")
    assert (bare.media, bare.creator, bare.supply, bare.year) == (None, None, None, None)
    assert_exact(pages)


def test_works_of_other_chains_keep_their_names(market: RaribleApi, session: HttpSession) -> None:
    solana = "SOLANA:7GCihgDB8fe6KNjn2MYtkzZcRjQy3t9GHdC8uHYmW2hr"
    market.items = [item(1, id=solana), item(2, id="TEZOS:KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton:7")]
    first, second = works(read(source(market), session))
    assert (first.market_id, first.chain, first.token_id) == (solana, "solana", None)
    assert second.url == "https://rarible.com/token/tezos/KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton:7"


def test_a_page_of_nothing_that_can_be_read_has_changed_shape(market: RaribleApi, session: HttpSession) -> None:
    market.items = [{"identifier": number} for number in range(3)]
    with pytest.raises(ShapeChanged, match=r"items\[0\]\.id"):
        read(source(market), session)


def test_a_cursor_that_repeats_for_ever_ends(market: RaribleApi, session: HttpSession) -> None:
    market.stuck = True
    pages = read(source(market), session)
    assert codes(pages) == ["paging_loop"]
    assert (pages[-1].cursor, pages[-1].unfinished) == (None, True)


def test_without_a_key_nothing_is_asked_and_a_wrong_one_is_not_shown(market: RaribleApi, session: HttpSession) -> None:
    with pytest.raises(BadRule, match="rarible_api_key") as missing:
        make_source("rarible", "union", {})
    assert missing.value.evidence["option"] == "key"
    with pytest.raises(BadRule, match="did you mean 'sort'") as wrong:
        make_source("rarible", "union", {"sorts": "LATEST"})
    assert wrong.value.evidence["option"] == "sorts", "a missing key hides no other fault"
    with pytest.raises(Blocked) as refused:
        read(source(market, key="s3cret-and-wrong"), session)
    assert "s3cret" not in f"{refused.value}{refused.value.evidence}"
    with pytest.raises(BadRule):
        make_source("rarible", "union", {"key": "line\r\nbreak"})


def test_rates_that_cannot_be_had_do_not_end_the_run(market: RaribleApi, session: HttpSession) -> None:
    market.items = [item(1, bestSellOrder=order(1, "1", makePriceUsd=None))]
    for answer in ({"rate": "many"}, {"rate": "-1"}, {"rate": None}, {"rate": "5", "date": "never"}):
        market.rates[f"ETHEREUM:{NOUGHT}"] = answer
        pages = read(source(market), session)
        assert (len(works(pages)), of(Rate, pages)) == (1, [])
