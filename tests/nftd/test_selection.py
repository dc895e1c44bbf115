"""Selection from store to store: what is read, what is stored of every listing, and when a listing is judged again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from nftd import cycle
from nftd.config import OptOutSettings, SelectionSettings, Settings
from nftd.explain import explain
from nftd.store import history, listings, observations, valuation_input, valuations, work
from nftd.store.database import Store
from nftd.store.tables import appraisal, comparables, listing, valuation
from scrapers.listing import Observation
from scrapers.money import Money
from tests.nftd import rooms

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


def fill(store: Store, *changes: dict[str, Any]) -> list[str]:
    """Listings g-1, g-2, ... of different creators and without likes, as far as not said; their ids."""
    with store.write() as connection:
        for number, one in enumerate(changes, start=1):
            plain = {"creator": f"Creator {number}", "likes": None, "ask": None}
            listings.save(connection, "g", rooms.listing(number, **{**plain, **one}), demo=False)
    return [listings.listing_id("gallery", f"g-{number}") for number in range(1, len(changes) + 1)]


def observe(store: Store, number: int, price: str, days: int = -20, **changes: Any) -> None:
    fields: dict[str, Any] = {"kind": "sale", "usd": None, "rate_source": None, "buyer": "b", "seller": "s"} | changes
    at, asked = rooms.NOON + days * DAY, Money.parse(price, "ETH")
    with store.write() as connection:
        observations.save(connection, [Observation("gallery", f"g-{number}", at, price=asked, **fields)])


def judge(store: Store, optout: OptOutSettings | None = None, **selection: Any) -> dict[str, Any]:
    settings = Settings(selection=SelectionSettings(**selection), optout=optout or OptOutSettings())
    return cycle.select_only(store, settings).summary["listings"]


def said(store: Store, identifier: str) -> dict[str, Any]:
    with store.read() as connection:
        found = valuations.of(connection, identifier)
        assert found is not None
        row = listings.get(connection, identifier)
    assert (row["state"], row["reason"], row["rank"]) == (found["state"], found["reason"], found["rank"])
    return found


def events(store: Store, identifier: str) -> list[tuple[str, str]]:
    with store.read() as connection:
        return [(one["new"], one["reason"]) for one in history.of(connection, identifier)]


def words(store: Store, identifier: str) -> str:
    with store.read() as connection:
        steps = explain(connection, identifier)["steps"]
    return next(step["reason"] for step in steps if step["stage"] == "select")


def test_every_listing_keeps_its_evidence_comparables_and_score(store: Store) -> None:
    ask = Money.parse("9", "ETH")
    ids = fill(store, {"ask": ask, "likes": 7}, {}, {}, {"media": None})
    observe(store, 1, "4", -30, usd=Decimal("8000"), buyer="b1")
    observe(store, 1, "6", -29, usd=Decimal("9000"), buyer="b2")
    observe(store, 2, "2", buyer="x", seller="x")
    assert judge(store, top_share=0.4) == {"seen": 0, "new": 0, "selected": 1, "passed": 3}
    found = said(store, ids[0])
    assert (found["state"], found["reason"], found["rank"]) == ("selected", "selected", 1)
    assert (found["tier"], found["value"], found["asset"], found["usd"]) == ("sales", 5.0, "ETH", 8500.0)
    assert (found["sales"], found["buyers"], found["washed"], found["ask"]) == (2, 2, 0, 9.0)
    assert (found["deviation"], found["likes"]) == (0.0, 7)
    assert (found["comparables"]["rows"], found["comparables"]["period"]) == (1, "2026Q1")
    assert found["comparables"]["widened"] == "asset"
    assert found["score"] == pytest.approx(0.5)
    assert found["run"]["rule"]["likes_weight"] == 0.3
    assert (said(store, ids[1])["washed"], said(store, ids[1])["reason"]) == (1, "no_evidence")
    assert said(store, ids[3])["reason"] == "no_picture"
    assert said(store, ids[3])["score"] is None
    with store.read() as connection:
        assert work.find(connection, "fetch", ids[0])["priority"] == -1
        assert connection.execute(select(func.count()).select_from(valuation)).scalar_one() == 4
        assert connection.execute(select(comparables.c.kind).order_by(comparables.c.id)).scalars().all() == [
            "trades",
            "likes",
        ]


def test_explain_says_it_in_words_and_values(store: Store) -> None:
    ids = fill(store, {"ask": Money.parse("4.5", "ETH"), "likes": 7}, {})
    observe(store, 1, "4", -30, usd=Decimal("8000"), buyer="b1")
    observe(store, 1, "6", -29, usd=Decimal("9000"), buyer="b2")
    observe(store, 2, "2", buyer="x", seller="x")
    observe(store, 2, "3")
    judge(store)
    told = words(store, ids[0])
    for part in (
        "worth 4.5 ETH by the median of its last 2 clean sales, to 2 known buyers, but no more than its own ask",
        "+0.67 deviations from the median 3.67423 ETH of 2 values (all markets and times, since gallery in 2026Q1 has",
        "only 2; still fewer than 30",
        "7 likes, percentile 0.50 among 1 works of gallery of age 5+ years",
        "= 1 for such evidence x (0.7 x 0.61 + 0.3 x 0.50); the lowest selected of 2 has",
    ):
        assert part in told
    assert "1 sales look like wash trades and do not count" in words(store, ids[1])
    with store.read() as connection:
        values = explain(connection, ids[0])["steps"][1]["values"]
    assert values["comparables"]["median"] == pytest.approx(13.5**0.5)
    assert values["rule"]["trust"]["sales"] == 1.0
    judged = fill(store, {}, {}, *[{"ask": Money.parse(str(price), "ETH")} for price in range(1, 22)])
    judge(store, policy="report")
    told = words(store, judged[5])
    assert "price 4 ETH, kept between 2 and 20 of 21 works; 16 of 17 by price, at least 15 is needed" in told


def test_a_work_that_was_passed_over_is_selected_when_a_sale_or_bid_gives_reason(store: Store) -> None:
    ids = fill(store, {}, {}, {})
    observe(store, 1, "2")
    observe(store, 2, "1")
    assert judge(store, top_share=0.3)["selected"] == 1
    assert said(store, ids[2])["reason"] == "no_evidence"
    assert judge(store, top_share=0.3) == {"seen": 0, "new": 0, "selected": 0, "passed": 0}
    observe(store, 3, "50", -5)
    observe(store, 2, "1", -6, buyer="c", seller="b")
    assert judge(store, top_share=1) == {"seen": 0, "new": 0, "selected": 2, "passed": 0}
    assert events(store, ids[2]) == [
        ("passed", "no_evidence"),
        ("selected", "selected: a sale or bid was added since it was passed over"),
    ]
    assert said(store, ids[2])["value"] == 50.0
    with store.read() as connection:
        assert work.find(connection, "fetch", ids[2]) is not None
        assert [one["id"] for one in listings.judged_in(connection, said(store, ids[2])["run"]["cycle"])] == [
            ids[2][:12],
            ids[1][:12],
        ]


def test_one_that_stays_passed_over_gets_a_new_valuation_and_no_event(store: Store) -> None:
    ids = fill(store, {}, {})
    observe(store, 1, "9")
    judge(store, top_share=0.5)
    before = events(store, ids[1])
    observe(store, 2, "1", buyer="x", seller="x")
    assert judge(store, top_share=0.5) == {"seen": 0, "new": 0, "selected": 0, "passed": 0}
    assert said(store, ids[1])["washed"] == 1
    assert events(store, ids[1]) == before


def test_a_new_ask_or_like_is_no_new_evidence(store: Store) -> None:
    ids = fill(store, {}, {"likes": 1})
    judge(store, top_share=0.5)
    with store.write() as connection:
        later = rooms.listing(1, creator="Creator 1", likes=500, seen_at=rooms.NOON + DAY)
        listings.save(connection, "g", later, demo=False)
    with store.read() as connection:
        assert not valuation_input.due(connection)
    assert judge(store, top_share=0.5)["selected"] == 0
    assert said(store, ids[0])["state"] == "passed"


def test_what_an_earlier_version_passed_over_is_judged_once_more_where_it_was_sold(store: Store) -> None:
    ids = fill(store, {}, {})
    observe(store, 1, "3")
    with store.write() as connection:
        for one in ids:
            row = {"id": one, "state": "passed", "reason": "price_below_share", "rank": None, "selection": {"price": 1}}
            listings.judge(connection, [row])
    assert judge(store)["selected"] == 1
    assert said(store, ids[0])["tier"] == "sale"
    assert words(store, ids[1]) == "price_below_share"
    assert judge(store)["selected"] == 0


def test_what_is_imported_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    other = rooms.new_store(tmp_path / "other")
    for one, times in ((store, 1), (other, 3)):
        for _ in range(times):
            ids = fill(one, *({"likes": number} for number in range(5)))
            for number in range(1, 6):
                observe(one, number, str(number), -30, buyer="b1")
                observe(one, number, str(number), -29, event=f"e{number}", buyer="b2")
        judge(one, top_share=0.4)
    facts = ("state", "rank", "tier", "value", "sales", "score")
    assert [[said(one, name)[fact] for fact in facts] for one in (store, other) for name in ids[:1]] == [
        [said(store, ids[0])[fact] for fact in facts]
    ] * 2
    assert [said(store, name)["score"] for name in ids] == [said(other, name)["score"] for name in ids]


def test_what_a_market_flags_is_left_out(store: Store) -> None:
    flagged = [{"raw": {"suspicious": True}}, {"raw": {"is_suspicious": True}}, {"raw": {"is_disabled": True}}]
    harmless = [{"raw": {"suspicious": False}}, {"raw": {"suspicious": "true"}}, {"raw": {"text": "is_disabled"}}]
    ids = fill(store, *({"likes": 3} | one for one in (*flagged, *harmless, {"nsfw": True})))
    judge(store, top_share=1)
    assert [said(store, one)["reason"] for one in ids] == ["suspicious"] * 3 + ["selected"] * 3 + ["nsfw"]


def test_a_work_on_the_opt_out_list_is_compared_with_nothing(store: Store) -> None:
    ids = fill(store, {"likes": 3}, {"likes": 30, "creator": "Leave Me"}, {"likes": 1})
    observe(store, 2, "9")
    assert judge(store, OptOutSettings(creators=["leave me"]), top_share=1)["selected"] == 2
    assert said(store, ids[0])["band"]["rows"] == 2
    with store.read() as connection:
        assert listings.get(connection, ids[1])["reason"] == "opted_out"
        assert valuations.of(connection, ids[1]) is None
    observe(store, 2, "99", -1)
    assert judge(store, OptOutSettings(creators=["leave me"]), top_share=1)["selected"] == 0
    with store.read() as connection:
        assert listings.get(connection, ids[1])["state"] == "passed"


def test_an_empty_store_is_judged_without_a_word(store: Store) -> None:
    with store.write() as connection:
        work.enqueue(connection, "select", "listings")
    assert judge(store) == {"seen": 0, "new": 0, "selected": 0, "passed": 0}
    with store.read() as connection:
        assert connection.execute(select(appraisal.c.compared, appraisal.c.floor)).all() == [(0, None)]


def test_hostile_names_are_compared_as_text(store: Store) -> None:
    names = ["'; DROP TABLE listing;--", "%s {0} \x00", "0", "nan", "None"]
    ids = fill(store, *({"creator": name, "series": name, "likes": 5} for name in names))
    assert judge(store, top_share=1)["selected"] == len(names)
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(listing)).scalar_one() == len(ids)
