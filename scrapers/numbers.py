"""Amounts as galleries print them, taken apart and made plain; nothing is guessed about their magnitude."""

import re
from decimal import Decimal
from typing import Final, Literal

from scrapers.errors import BadMoney
from scrapers.money import DECIMALS, Money, asset_id

Mark = Literal[".", ","]

_AMOUNT: Final = re.compile(
    r"(?P<before>[^\d\s.,+-]*)\s*"
    r"(?P<amount>[+-]?[\d.,]+(?:[ '\u2019]\d{3}(?!\d))*(?:[.,]\d+)?(?:[eE][+-]?\d+)?)"
    r"\s*(?P<after>\S*)"
)
_DIGITS: Final = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?")  # most prices: nothing to take apart
_MAX_TEXT: Final = 200
# Each sign with the currencies that are written by it; none of them names a currency by itself.
_SIGNS: Final = {
    "$": {"USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "BRL"},
    "US$": {"USD"},
    "A$": {"AUD"},
    "C$": {"CAD"},
    "HK$": {"HKD"},
    "R$": {"BRL"},
    "¥": {"JPY", "CNY"},
    "₹": {"INR"},
    "₩": {"KRW"},
    "₪": {"ILS"},
    "kr": {"SEK", "NOK", "DKK"},
    "zł": {"PLN"},
    "Kč": {"CZK"},
}


def split_price(text: str) -> tuple[str, str | None]:
    """ "0.5 ETH" or "€ 12.50" in amount and symbol; text that is neither comes back whole."""
    found = _AMOUNT.fullmatch(text.strip()) if len(text) <= _MAX_TEXT else None
    if not found or (found["before"] and found["after"]):
        return text, None
    return found["amount"], found["before"] or found["after"] or None


def plain_amount(text: str, mark: Mark | None) -> str:
    """The amount with a point and without separators, where `mark` says what its decimal sign is.

    "1,250" at "." and "1.250,50" at "," have one meaning each; text that does not fit comes back as it is, for
    Money.parse to judge.
    """
    if mark is None:
        return text
    other = "," if mark == "." else "."
    pattern = rf"[0-9]{{1,3}}(?:[{other}'\u2019 ][0-9]{{3}})+(?:[{mark}][0-9]+)?|[0-9]+(?:[{mark}][0-9]+)?"
    if len(text) > _MAX_TEXT or not re.fullmatch(pattern, text):
        if mark == "," and "." in text:
            raise BadMoney(f"{text[:60]!r} is no amount with a decimal comma", amount=text[:100])
        return text
    whole, _, fraction = text.partition(mark)
    return "".join(re.findall(r"[0-9]", whole)) + (f".{fraction}" if fraction else "")


def exact_money(price: str | int | Decimal, currency: str) -> Money:
    """Parse a price, with the sign of its own currency before or behind the amount: "$12.50" in USD."""
    if isinstance(price, str) and not _DIGITS.fullmatch(price):
        amount, symbol = split_price(price)
        if symbol is not None and _names(symbol, currency):
            price = amount
    return Money.parse(price, currency)


def minor_money(price: str | int | Decimal, currency: str) -> Money:
    """Parse a whole number of the currency's smallest unit, which must be known."""
    asset = asset_id(currency)
    text = str(price).strip()
    if asset not in DECIMALS:
        raise BadMoney(f"{asset}: it is not known how many of its smallest unit make one", asset=asset)
    if isinstance(price, bool) or not re.fullmatch(r"[0-9]{1,60}", text):
        raise BadMoney(f"{text[:60]!r}: an amount in the smallest unit is a whole number", amount=text[:100])
    return Money.from_base(int(text), asset)


def _names(symbol: str, currency: str) -> bool:
    try:
        asset = asset_id(currency)
        return asset in _SIGNS.get(symbol, ()) or (symbol not in _SIGNS and asset_id(symbol) == asset)
    except BadMoney:
        return False
