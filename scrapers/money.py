"""Amounts as whole numbers of an asset's smallest unit; never a float, never a number without its asset."""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from scrapers.errors import BadMoney

MAX_DECIMALS: Final = 36
MAX_DIGITS: Final = 78  # a uint256 has at most 78 decimal digits
MAX_BITS: Final = 512  # holds MAX_DIGITS before and MAX_DECIMALS behind the point
MAX_TEXT: Final = 200
DEFAULT_DECIMALS: Final = 18

ALIASES: Final = {
    "WETH": "ETH",
    "Ξ": "ETH",
    "MATIC": "POL",
    "WMATIC": "POL",
    "WPOL": "POL",
    "SWAP.HIVE": "HIVE",
    "OXTZ": "XTZ",
    "TEZ": "XTZ",
    "Ꜩ": "XTZ",
    "WBTC": "BTC",
    "€": "EUR",
    "£": "GBP",
}
DECIMALS: Final = {
    "ADA": 6, "APE": 18, "AVAX": 18, "BNB": 18, "BTC": 8, "DAI": 18, "DOT": 10, "ETH": 18, "FLOW": 8,
    "HBD": 3, "HIVE": 3, "POL": 18, "SOL": 9, "USDC": 6, "USDT": 6, "XTZ": 6,
    "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2,
    "ILS": 2, "INR": 2, "JPY": 0, "KRW": 0, "MXN": 2, "NOK": 2, "NZD": 2, "PLN": 2, "SEK": 2, "SGD": 2,
    "TWD": 2, "USD": 2, "ZAR": 2,
}  # fmt: skip

_EXACT = Context(prec=200)  # more digits than any amount has
_PLAIN = re.compile(r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
# "1,234.50" and "1,234,567" can be read in one way only; "1,234" could be a decimal comma, so it is refused.
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,15}|[ΞꜨ€£]")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9\-]{0,31}:[A-Za-z0-9._\-]{1,128}")


@dataclass(frozen=True, slots=True)
class Money:
    """`base` units of `asset`, of which 10**`decimals` make one; `asset` is a symbol or "chain:contract".

    Equal amounts of one asset compare equal when they come from `parse`, which uses the asset's own number of
    decimals and more only where the amount needs them.
    """

    base: int
    decimals: int
    asset: str

    def __post_init__(self) -> None:
        if type(self.base) is not int or type(self.decimals) is not int:
            raise BadMoney(f"money needs whole numbers, got {self.base!r} and {self.decimals!r}")
        if self.base.bit_length() > MAX_BITS or self.base < 0 or not 0 <= self.decimals <= MAX_DECIMALS:
            raise BadMoney(
                f"{self.base:#x} at {self.decimals} decimals: money is not negative, "
                f"has at most {MAX_BITS} bits and 0 to {MAX_DECIMALS} decimals"
            )

    @classmethod
    def parse(cls, amount: str | int | Decimal, asset: str) -> "Money":
        """Read an amount in whole units of the asset ("0.091", "7e-17", 5), exactly.

        Raises BadMoney for negative, not finite or ambiguous amounts ("1,234"), floats, more than 36 decimals
        or 78 digits, and for an asset that is neither a symbol nor "chain:contract".
        """
        asset = asset_id(asset)
        digits, exponent = _exact(amount)
        decimals = max(DECIMALS.get(asset, DEFAULT_DECIMALS), -exponent)
        if decimals > MAX_DECIMALS or len(str(digits)) + exponent > MAX_DIGITS:
            raise BadMoney(
                f"{str(amount)[:60]!r} {asset} is over {MAX_DIGITS} digits or {MAX_DECIMALS} decimals",
                amount=str(amount)[:100],
                asset=asset,
            )
        return cls(digits * 10 ** (decimals + exponent), decimals, asset)

    @classmethod
    def from_base(cls, base: int, asset: str, decimals: int | None = None) -> "Money":
        """Take a whole number of the smallest units (wei, cents); `decimals` where the market names them."""
        asset = asset_id(asset)
        return cls(base, DECIMALS.get(asset, DEFAULT_DECIMALS) if decimals is None else decimals, asset)

    @property
    def amount(self) -> Decimal:
        """The exact amount in whole units, whatever the decimal context."""
        return _EXACT.scaleb(Decimal(self.base), -self.decimals)

    def __str__(self) -> str:
        whole, fraction = divmod(self.base, 10**self.decimals)
        tail = f"{fraction:0{self.decimals}d}".rstrip("0") if fraction else ""
        return f"{whole}{'.' if tail else ''}{tail} {self.asset}"


def asset_id(asset: str) -> str:
    """The canonical asset: a symbol in capitals with aliases resolved (WETH is ETH), or "chain:contract"."""
    name = asset.strip()
    if _TOKEN.fullmatch(name):
        chain, _, contract = name.partition(":")
        return f"{chain}:{contract.lower()}" if contract[:2] in {"0x", "0X"} else name
    symbol = name.upper()
    if not _SYMBOL.fullmatch(symbol):
        raise BadMoney(f"{asset[:60]!r} is no asset: give a symbol such as ETH, or chain:contract", asset=asset[:100])
    return ALIASES.get(symbol, symbol)


def _exact(amount: str | int | Decimal) -> tuple[int, int]:
    """Digits and exponent with amount = digits * 10**exponent and no trailing zero after the point."""
    number = _decimal(amount)
    sign, digits, exponent = number.as_tuple()
    if len(digits) > MAX_TEXT:
        raise BadMoney(f"an amount of {len(digits)} digits is refused, at most {MAX_TEXT} are read")
    if not isinstance(exponent, int) or (sign and any(digits)):
        raise BadMoney(f"{str(amount)[:60]!r}: an amount is finite and not negative", amount=str(amount)[:100])
    whole = int("".join(map(str, digits)))
    if whole == 0:
        return 0, 0
    while exponent < 0 and whole % 10 == 0:
        whole, exponent = whole // 10, exponent + 1
    return whole, exponent


def _decimal(amount: str | int | Decimal) -> Decimal:
    if isinstance(amount, Decimal):
        return amount
    if isinstance(amount, bool) or not isinstance(amount, str | int):
        raise BadMoney(f"{amount!r}: an amount is text, int or Decimal; a float has already lost digits")
    if isinstance(amount, int):
        return _whole(amount)
    text = amount.strip()
    if len(text) > MAX_TEXT:
        raise BadMoney(f"an amount of {len(text)} characters is refused, at most {MAX_TEXT} are read")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        raise BadMoney(
            f"{amount[:60]!r} is no amount: write digits with a point, without other separators",
            amount=text[:100],
        )
    return Decimal(text)


def _whole(amount: int) -> Decimal:
    if abs(amount) >= 10**MAX_DIGITS:
        raise BadMoney(f"an amount of more than {MAX_DIGITS} digits is refused")
    return Decimal(amount)
