"""Asks, bids, sales and what they were worth: appended, each once, in dollars of their own day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from nftd.explain import explain
from nftd.store import listings, observations, rates
from nftd.store.database import Store
from nftd.store.tables import observation
from scrapers.listing import Observation, Rate
from scrapers.money import Money
from tests.nftd import rooms

DAY = timedelta(days=1)
EXACT = Context(prec=400)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = rooms.new_store(tmp_path)
    with found.write() as connection:
        listings.save(connection, "gallery", rooms.listing(ask=None), demo=False)
    return found


def sale(**changes) -> Observation:
    fields = {
        "market": "gallery",
        "market_id": "g-1",
        "at": rooms.NOON,
        "kind": "sale",
        "price": Money.parse("2", "ETH"),
        "usd": None,
        "rate_source": None,
        "event": "tx-1",
        "buyer": "0xb",
        "seller": "0xs",
    }
    return Observation(**{**fields, **changes})


def save(store: Store, *found: Observation) -> tuple[int, int]:
    with store.write() as connection:
        return observations.save(connection, found)


def rows(store: Store) -> list[dict]:
    with store.read() as connection:
        return [dict(row) for row in connection.execute(select(observation).order_by(observation.c.id)).mappings()]


def test_a_sale_is_kept_with_its_parties_once(store: Store) -> None:
    assert save(store, sale()) == (1, 0)
    assert save(store, sale(), sale(), sale(event="tx-2", kind="bid")) == (1, 0)
    first, second = rows(store)
    assert (first["event"], first["buyer"], first["seller"], first["kind"]) == ("tx-1", "0xb", "0xs", "sale")
    assert (first["base"], first["asset"]) == (str(2 * 10**18), "ETH")
    assert second["event"] == "tx-2"


def test_one_event_of_two_works_is_kept_for_both(store: Store) -> None:
    """A sale of a bundle."""
    with store.write() as connection:
        listings.save(connection, "gallery", rooms.listing(2, ask=None), demo=False)
    assert save(store, sale(), sale(market_id="g-2")) == (2, 0)


def test_without_an_id_the_same_kind_time_and_price_is_the_same(store: Store) -> None:
    plain = sale(event=None)
    assert save(store, plain) == (1, 0)
    assert save(store, plain, sale(event=None, at=rooms.NOON + DAY), sale(event=None, kind="bid")) == (2, 0)


def test_two_alike_on_one_page_are_one(store: Store) -> None:
    with store.write() as connection:
        assert observations.save(connection, [sale(event=None), sale(event=None)]) == (1, 0)


def test_what_is_of_no_stored_work_is_counted_and_left(store: Store) -> None:
    assert save(store, sale(market_id="other"), sale()) == (1, 1)


def test_an_ask_is_appended_only_where_it_changed_and_an_old_reading_changes_nothing(store: Store) -> None:
    with store.write() as connection:
        for hours, price in ((0, "1"), (2, "1"), (4, "2"), (6, "1"), (3, "1"), (5, "2")):
            found = rooms.listing(
                ask=Money.parse(price, "ETH"), seen_at=rooms.NOON + timedelta(hours=hours), likes=hours
            )
            listings.save(connection, "gallery", found, demo=False)
        row = listings.get(connection, listings.listing_id("gallery", "g-1"))
    asked = [(row["at"].hour - 12, row["base"]) for row in rows(store)]
    assert asked == [(0, str(10**18)), (4, str(2 * 10**18)), (6, str(10**18))]
    assert (row["likes"], row["seen_at"].hour) == (6, 18)


def test_a_batch_is_stored_as_its_listings_one_by_one_would_be(store: Store) -> None:
    with store.write() as connection:
        batch = [rooms.listing(number) for number in (1, 2, 3)] + [rooms.listing(2, title="Last word")]
        new = listings.save_all(connection, "gallery", batch, demo=False)
        assert [one.market_id for one in new] == ["g-2", "g-3"]
        assert listings.get(connection, listings.listing_id("gallery", "g-2"))["title"] == "Last word"
        assert listings.save_all(connection, "gallery", batch, demo=False) == []
        assert listings.save_all(connection, "gallery", [], demo=False) == []
    assert len(rows(store)) == 3


def test_a_mark_tells_a_work_that_did_not_change(store: Store) -> None:
    with store.write() as connection:
        listings.save(connection, "gallery", rooms.listing(mark="abc"), demo=False)
        asked = (("g-1", "abc"), ("g-1", "abd"), ("g-2", "abc"))
        known = [listings.is_known(connection, "gallery", one, mark) for one, mark in asked]
    assert known == [True, False, False]


# --- dollars --------------------------------------------------------------------------------------


def put_rates(store: Store, **usd_by_day: str) -> None:
    found = [Rate("ETH", date(2026, 3, int(day[1:])), Decimal(usd), "table") for day, usd in usd_by_day.items()]
    with store.write() as connection:
        rates.save(connection, found)


@pytest.mark.parametrize(
    ("found", "usd", "source"),
    [
        ({"usd": Decimal("3000.5"), "rate_source": "market"}, "3000.5", "market"),
        ({}, "4000.50", "table"),
        ({"at": rooms.NOON + 3 * DAY}, "4000.50", "table"),
        ({"at": rooms.NOON + 4 * DAY}, None, None),
        ({"at": rooms.NOON - DAY}, None, None),
        ({"price": Money.parse("5", "XTZ")}, None, None),
        ({"price": Money.parse("12.50", "USD")}, "12.50", "face value"),
    ],
)
def test_dollars_are_the_markets_own_else_by_a_rate_of_those_days_else_unknown(
    store: Store, found: dict, usd: str | None, source: str | None
) -> None:
    put_rates(store, d1="2000.25")
    save(store, sale(**found))
    (row,) = rows(store)
    assert (row["usd"] and Decimal(row["usd"]), row["rate_source"]) == (usd and Decimal(usd), source)


def test_the_nearest_earlier_rate_counts_and_the_first_word_of_a_day_stands(store: Store) -> None:
    put_rates(store, d1="1000")
    put_rates(store, d1="9999", d3="3000")
    save(store, *(sale(event=str(days), at=rooms.NOON + days * DAY) for days in (0, 1, 2)))
    assert [Decimal(row["usd"]) for row in rows(store)] == [2000, 2000, 6000]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.integers(0, 10**60), decimals=st.integers(0, 36), rate=st.decimals(0, 10**9, places=6))
def test_dollars_are_exact_whatever_the_amount(store: Store, base: int, decimals: int, rate: Decimal) -> None:
    price = Money.from_base(base, "ethereum:0xabc", decimals)
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM rate")
        rates.save(connection, [Rate("ethereum:0xabc", rooms.NOON.date(), rate, "t")])
        found = rates.Rates(connection).worth(price, rooms.NOON)
    assert found is not None
    digits = found.usd.scaleb(decimals + 6, context=EXACT)
    assert digits == base * int(rate.scaleb(6))


def test_the_prices_of_a_work_are_told_with_its_story(store: Store) -> None:
    put_rates(store, d1="2000")
    save(
        store,
        sale(),
        sale(event="tx-2", at=rooms.NOON + DAY, price=Money.parse("3", "ETH")),
        sale(event="b", kind="bid"),
    )
    with store.read() as connection:
        (scraped, *_) = explain(connection, listings.listing_id("gallery", "g-1"))["steps"]
    assert scraped["values"]["sales"] == "2, the last 3 ETH (6000.00 USD) on 2026-03-02"
    assert scraped["values"]["bids"] == "1, the last 2 ETH (4000.00 USD) on 2026-03-01"
    assert "asks" not in scraped["values"]


def test_a_sale_of_the_year_1_has_no_rate_and_breaks_nothing(store: Store) -> None:
    with store.read() as connection:
        worth = rates.Rates(connection).worth(Money.parse("1", "ETH"), datetime(1, 1, 1, tzinfo=UTC))
    assert worth is None


def test_a_work_is_known_by_its_mark_alone_in_its_own_market(store: Store) -> None:
    with store.write() as connection:
        listings.save(connection, "gallery", rooms.listing(1, mark="m"), demo=False)
        asked = [("gallery", "m"), ("gallery", "n"), ("other", "m")]
        assert [listings.is_known(connection, market, "", mark) for market, mark in asked] == [True, False, False]
