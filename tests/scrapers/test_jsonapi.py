"""Reading JSON answers: exact numbers, lenient fields, named errors, whatever comes."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import BadMoney, ShapeChanged, Truncated, UnreadablePage, WrongContentType
from scrapers.jsonapi import Node, dollars, exact, in_base, in_units, read_json
from scrapers.money import Money

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@dataclass(frozen=True)
class Answer:
    content: str
    url: str = "https://api.example/x"
    status: int = 200
    content_type: str = "application/json"

    @property
    def body(self) -> bytes:
        return self.content.encode("utf-8", "surrogatepass")

    def text(self) -> str:
        return self.content


@pytest.mark.parametrize(
    ("value", "base"),
    [
        ("1500000", 1_500_000),
        (1_500_000, 1_500_000),
        (Decimal("1.5E+6"), 1_500_000),
        ("1.5e6", 1_500_000),
        ("1234567890123456789012345", 1234567890123456789012345),
        (Decimal("1500000.000"), 1_500_000),
    ],
)
def test_smallest_units_are_read_exactly(value: object, base: int) -> None:
    assert in_base(value, "XTZ") == Money(base, 6, "XTZ")


@pytest.mark.parametrize(
    "value", ["7e-17", "0.5", "-1", "1e999", "9" * 120, "NaN", "Infinity", " ", "0x10", "1,5", True, 1.5, [], {}]
)
def test_what_is_no_whole_number_of_units_is_bad_money(value: object) -> None:
    with pytest.raises(BadMoney):
        in_base(value, "XTZ")


@pytest.mark.parametrize("value", [None, "", 0, "0", "0.00", "0e9", Decimal(0), "000"])
def test_no_price_and_a_price_of_zero_are_none(value: object) -> None:
    assert in_base(value, "XTZ") is None
    assert in_units(value, "XTZ") is None
    assert dollars(value) is None


def test_whole_units_keep_their_decimals() -> None:
    assert str(in_units("7e-17", "ETH")) == "0.00000000000000007 ETH"
    assert in_units(Decimal("0.1"), "ETH") == Money.parse("0.1", "ETH")


def test_dollars_are_scaled_without_loss() -> None:
    assert dollars("3800000", decimals=6) == Decimal("3.8")
    assert dollars("1234567890123456789012345.123456789") == Decimal("1234567890123456789012345.123456789")
    for odd in ("-1", "x", "1e99", "NaN", True, 1.5):
        assert dollars(odd) is None


@given(VALUES)
def test_no_value_crashes_or_becomes_a_float(value: Any) -> None:
    for read in (lambda: in_base(value, "ETH"), lambda: in_units(value, "ETH"), lambda: exact(value)):
        try:
            found = read()
        except BadMoney:
            continue
        assert found is None or isinstance(found, Money | Decimal)
    usd = dollars(value)
    assert usd is None or (isinstance(usd, Decimal) and usd > 0)


@given(st.decimals(min_value=0, max_value=10**30, places=12, allow_nan=False, allow_infinity=False))
def test_the_magnitude_of_an_amount_is_kept(amount: Decimal) -> None:
    for written in (str(amount), f"{amount:f}", amount):
        money = in_units(written, "ETH")
        assert (money.amount if money else Decimal(0)) == amount


@given(JSON_VALUES)
def test_every_json_value_is_read_and_every_question_answered(value: Any) -> None:
    node = read_json(Answer(json.dumps(value)))
    for one in (node, node.at("a"), node.at("a").at("b"), *node.rows(), *node.rows("a")):
        assert one.whole("a") is None or type(one.whole("a")) is int
        assert one.text("a", "b") is None or isinstance(one.text("a", "b"), str)
        assert one.flag("a") in (None, True, False)
        assert one.moment("a") is None or one.moment("a").tzinfo is UTC  # type: ignore[union-attr]
        json.dumps(one.excerpt("a", "b"))
        assert len(one.digest()) == 20


@given(st.text())
def test_text_that_is_no_json_is_a_named_error(text: str) -> None:
    with suppress(Truncated, UnreadablePage, WrongContentType):
        read_json(Answer(text))


@given(JSON_VALUES.filter(lambda value: isinstance(value, dict | list) and value), st.data())
def test_json_that_was_cut_is_truncated_and_never_half_read(value: Any, data: st.DataObject) -> None:
    whole = json.dumps(value)
    cut = whole[: data.draw(st.integers(min_value=1, max_value=len(whole) - 1))]
    with pytest.raises(Truncated):
        read_json(Answer(cut))


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2022-06-01T08:30:00+02:00", datetime(2022, 6, 1, 6, 30, tzinfo=UTC)),
        ("2022-06-01T08:30:00Z", datetime(2022, 6, 1, 8, 30, tzinfo=UTC)),
        ("2022-06-01T08:30:00", datetime(2022, 6, 1, 8, 30, tzinfo=UTC)),
        ("2022-06-01T08:30:00.123456789Z", datetime(2022, 6, 1, 8, 30, 0, 123456, tzinfo=UTC)),
        (1_654_072_200, datetime(2022, 6, 1, 8, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        (10**20, None),
        (True, None),
        ("soon", None),
        (None, None),
    ],
)
def test_times_are_in_utc_or_none(value: object, moment: datetime | None) -> None:
    assert Node({"at": value}, "", "u").moment("at") == moment


def test_a_field_that_must_be_there_names_its_path() -> None:
    node = Node({"rows": [{"deep": {}}]}, "data", "https://api.example/x")
    with pytest.raises(ShapeChanged) as caught:
        node.rows("rows")[0].at("deep").need("id", "key")
    assert caught.value.path == "data.rows[0].deep.id or key"
    assert caught.value.url == "https://api.example/x"


def test_evidence_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(50):
        deep = {"inner": [deep] * 2}
    node = Node({"a": deep, "b": ["y" * 5000] * 500, "c": Decimal("0.1"), "d": 10**30}, "", "u")
    text = json.dumps(node.excerpt("a", "b", "c", "d", "missing"))
    assert len(text) < 60_000
    assert '"c": "0.1"' in text
