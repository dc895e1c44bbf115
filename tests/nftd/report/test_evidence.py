"""Prices over time, likes against value, asks against sales, gates: computed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from nftd.report import refusals
from nftd.report.evidence import agreements, asks_and_sales, courses, likes_and_value
from nftd.report.reading import Market, read_market
from nftd.store import appeals
from nftd.store.database import Store
from tests.nftd.report.market import NOW, add, add_picture, new_store, sale, work


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path)
    yield opened
    opened.close()


def read(store: Store) -> Market:
    with store.read() as connection:
        return read_market(connection)


def test_free_works_and_those_without_a_price_have_no_price(store: Store) -> None:
    with store.write() as connection:
        add(connection, [work(1, "1.5"), work(2, None), work(3, "0")])
    market = read(store)
    assert sorted(market.listings["price"].dropna()) == [1.5]
    assert market.filled["price"] == 2
    assert market.filled["title"] == 3
    assert len(market.prices) == 1


def test_medians_over_time_are_by_kind_and_currency_and_dollars_only_where_known(store: Store) -> None:
    late = NOW + timedelta(days=300)
    with store.write() as connection:
        seen = [
            sale(1, "1", at=NOW),
            sale(1, "3", at=NOW + timedelta(days=1), usd=Decimal(6000), rate_source="market"),
            sale(1, "10", at=late),
        ]
        add(connection, [work(1, "2"), work(2, "5", "XTZ")], seen)
    eth, xtz, dollars = courses(read(store).prices)
    sold = eth.frame[eth.frame["kind"] == "sale"]
    assert (eth.asset, eth.period, eth.rows) == ("ETH", "month", 4)
    assert [*sold["median"]] == [2.0, 10.0]
    assert [*sold["rows"]] == [2, 1]
    assert (xtz.asset, xtz.rows, xtz.period) == ("XTZ", 1, "day")
    assert (dollars.asset, dollars.rows, [*dollars.frame["median"]]) == (None, 1, [6000.0])


def test_an_ask_is_compared_with_sales_of_the_same_work_in_the_same_currency(store: Store) -> None:
    with store.write() as connection:
        works = [work(1, "6"), work(2, "8"), work(3, "9"), work(4, "7")]
        seen = [sale(1, "1"), sale(1, "3"), sale(2, "4"), sale(3, "3"), sale(4, "99", "XTZ")]
        add(connection, works, seen)
    market = read(store)
    both = asks_and_sales(market.listings, market.prices)
    assert sorted(zip(both["ask"], both["sale"], both["sales"], strict=True)) == [(6, 2, 2), (8, 4, 1), (9, 3, 1)]
    (found,) = agreements(both, "ask", "sale", ratio=True)
    # ratios 3, 2, 3; ranks of asks 1 2 3, of sales 1 3 2
    assert (found.asset, found.rows, found.ratio, found.rank) == ("ETH", 3, 3.0, pytest.approx(0.5))


def test_value_is_placed_among_its_own_currency_and_missing_likes_are_no_likes(store: Store) -> None:
    with store.write() as connection:
        works = [work(1, "1", likes=3), work(2, "2", likes=2), work(3, "3", likes=1), work(4, "4", likes=None)]
        add(connection, [*works, work(5, "1000", "XTZ", likes=9)])
    frame = likes_and_value(read(store).listings)
    assert sorted(zip(frame["asset"], frame["place"], frame["likes"], strict=True)) == [
        ("ETH", 0, 3),
        ("ETH", 50, 2),
        ("ETH", 100, 1),
        ("XTZ", 0, 9),
    ]
    assert [one.rank for one in agreements(frame, "likes", "value")] == [pytest.approx(-1.0), None]


def test_every_gate_tells_how_often_it_was_asked_and_refused(store: Store) -> None:
    add_picture(store, work(1, "1"), rights=True, blur=True)
    source = add_picture(store, work(2, "1"), None, rights=True, blur=False)
    add_picture(store, work(3, "1"), None, rights=False)
    with store.write() as connection:
        appeals.add(connection, source, ["blur"], "it is soft on purpose", "somebody")
        appeals.add(connection, source, ["blur"], "once more", "somebody")
    with store.read() as connection:
        found = {gate.name: gate for gate in refusals.gates(connection)}
        assert [*found] == ["rights", "blur"]
        assert refusals.categories(connection) == {"faces": 1}
    assert (found["rights"].asked, found["rights"].refused, found["rights"].overturned) == (3, 1, 0)
    assert (found["blur"].asked, found["blur"].refused, found["blur"].overturned) == (2, 1, 1)
    assert found["blur"].reasons == {"blur_says_no": 1}
