"""Money: exact, never negative, never of a wrong magnitude."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import BadMoney
from scrapers.money import ALIASES, DECIMALS, MAX_DECIMALS, Money, asset_id

SYMBOLS = st.sampled_from([*DECIMALS, *ALIASES, "ASH", "kt1:KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton"])
PLAIN = st.decimals(min_value=0, max_value=Decimal(10) ** 40, places=12, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("amount", "asset", "base", "decimals", "shown"),
    [
        ("0.091", "ETH", 91 * 10**15, 18, "0.091 ETH"),
        ("7e-17", "ETH", 70, 18, "0.00000000000000007 ETH"),
        ("1e-5", "WETH", 10**13, 18, "0.00001 ETH"),
        ("1234567890123456789012345", "XTZ", 1234567890123456789012345 * 10**6, 6, "1234567890123456789012345 XTZ"),
        ("1,234.50", "USD", 123450, 2, "1234.5 USD"),
        ("1,234,567", "USD", 123456700, 2, "1234567 USD"),
        ("0", "XTZ", 0, 6, "0 XTZ"),
        (" 12. ", "hive", 12000, 3, "12 HIVE"),
        (".5", "EUR", 50, 2, "0.5 EUR"),
        ("+3", "JPY", 3, 0, "3 JPY"),
        ("1E3", "USD", 100000, 2, "1000 USD"),
        ("0.1234567", "XTZ", 1234567, 7, "0.1234567 XTZ"),
        ("12.3400000000", "USD", 1234, 2, "12.34 USD"),
        (5, "POL", 5 * 10**18, 18, "5 POL"),
        (Decimal("0.10"), "SWAP.HIVE", 100, 3, "0.1 HIVE"),
    ],
)
def test_amounts_are_read_exactly(
    amount: str | int | Decimal, asset: str, base: int, decimals: int, shown: str
) -> None:
    money = Money.parse(amount, asset)
    assert (money.base, money.decimals, str(money)) == (base, decimals, shown)


@pytest.mark.parametrize(
    "amount",
    ["", " ", "-1", "-0", "NaN", "Infinity", "-inf", "sNaN", "1,234", "1,5", "1.234,50", "12,34,567.0", "1 000",
     "1_000", "0x10", "٣", "½", "1e", "e5", ".", "1.2.3", "$5", "5 ETH", "1e99999", "1e-37", "9" * 80, "0" * 201,
     "1e78", Decimal("NaN"), Decimal("Infinity"), Decimal("-0.1"), Decimal("1e-999999"), -1, 10**78],
)  # fmt: skip
def test_what_is_no_plain_amount_is_refused(amount: str | int | Decimal) -> None:
    with pytest.raises(BadMoney) as caught:
        Money.parse(amount, "ETH")
    assert caught.value.code == "bad_money"
    assert caught.value.permanent


@pytest.mark.parametrize("amount", [0.5, True, None, [1], float("nan")])
def test_floats_and_other_types_are_refused(amount: object) -> None:
    with pytest.raises(BadMoney):
        Money.parse(amount, "ETH")  # type: ignore[arg-type]  # what a caller without types may pass


def test_a_float_cannot_hide_in_the_record_itself() -> None:
    with pytest.raises(BadMoney):
        Money(0.5, 18, "ETH")  # type: ignore[arg-type]  # the record checks what the types promise
    with pytest.raises(BadMoney):
        Money(-1, 18, "ETH")
    with pytest.raises(BadMoney):
        Money(1, MAX_DECIMALS + 1, "ETH")


@pytest.mark.parametrize(
    ("given_name", "asset"),
    [("WETH", "ETH"), ("weth", "ETH"), ("MATIC", "POL"), ("SWAP.HIVE", "HIVE"), ("oXTZ", "XTZ"), ("Ξ", "ETH"),
     ("€", "EUR"), ("ash", "ASH"), ("ethereum:0xAbC0", "ethereum:0xabc0"), ("tezos:KT1abc", "tezos:KT1abc")],
)  # fmt: skip
def test_aliases_are_one_asset(given_name: str, asset: str) -> None:
    assert asset_id(given_name) == asset
    assert Money.parse("1.5", given_name) == Money.parse("1.50", asset)


@pytest.mark.parametrize("asset", ["", " ", "$", "E TH", "ETH\u202e", "<b>", "x" * 17, "a:b:c", "chain:", "№"])
def test_what_names_no_asset_is_refused(asset: str) -> None:
    with pytest.raises(BadMoney):
        Money.parse("1", asset)


def test_base_units_are_taken_as_they_are() -> None:
    assert str(Money.from_base(1_500_000, "XTZ")) == "1.5 XTZ"
    assert str(Money.from_base(150, "ethereum:0xAA", decimals=2)) == "1.5 ethereum:0xaa"


@given(PLAIN, SYMBOLS)
def test_parsing_keeps_the_magnitude_and_prints_what_it_read(amount: Decimal, asset: str) -> None:
    for written in (amount, format(amount, "f"), f"{amount:E}"):
        money = Money.parse(written, asset)
        assert Fraction(money.base, 10**money.decimals) == Fraction(amount)
        assert type(money.base) is int
        assert type(money.amount) is Decimal
        assert Fraction(money.amount) == Fraction(amount)
        shown = str(money).split()[0]
        assert "e" not in shown.lower()
        assert Money.parse(shown, asset) == money


@given(PLAIN, st.integers(1, 8))
def test_the_decimal_context_of_the_caller_changes_nothing(amount: Decimal, precision: int) -> None:
    written = format(amount, "f")
    money = Money.parse(written, "ETH")
    with localcontext() as context:
        context.prec = precision
        assert Money.parse(written, "ETH") == money
        assert Fraction(money.amount) == Fraction(written)


@given(st.text(max_size=40) | st.from_regex(r"[0-9.,eE+\- ]{1,30}", fullmatch=True), st.text(max_size=20) | SYMBOLS)
def test_any_text_is_money_or_bad_money(amount: str, asset: str) -> None:
    try:
        money = Money.parse(amount, asset)
    except BadMoney:
        return
    assert Fraction(money.base, 10**money.decimals) == Fraction(amount.strip().replace(",", ""))


@given(st.integers() | st.decimals(allow_nan=True, allow_infinity=True))
def test_any_number_is_money_or_bad_money(amount: int | Decimal) -> None:
    try:
        money = Money.parse(amount, "ETH")
    except BadMoney:
        return
    assert Fraction(money.base, 10**money.decimals) == Fraction(amount)
