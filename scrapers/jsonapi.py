"""Answers of JSON interfaces, read leniently: numbers stay exact, nothing raises but what has a name here.

Real answers differ from their published schemas: numbers come as text of 25 digits or as "7e-17", a price is "0",
a required field is missing. What is optional reads as None then; what cannot be done without names its path.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from scrapers.errors import BadMoney, ShapeChanged, Truncated, UnreadablePage, WrongContentType
from scrapers.money import MAX_DIGITS, Money
from scrapers.session import Page
from scrapers.text import clean, clean_or_none

_NUMBER: Final = re.compile(r"[0-9]{1,100}(?:\.[0-9]{0,100})?(?:[eE][+-]?[0-9]{1,4})?")
_HTML: Final = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)\b", re.IGNORECASE)
_MAX_COUNT: Final = 2**53
_MAX_DOLLARS: Final = 30  # digits before the point
_MAX_DEPTH: Final = 5
_MAX_ENTRIES: Final = 50


class Node:
    """One value of an answer with its place: `path` is what an error names, `url` where it was read."""

    __slots__ = ("path", "url", "value")

    def __init__(self, value: object, path: str, url: str) -> None:
        self.value = value
        self.path = path
        self.url = url

    def get(self, name: str) -> object:
        return self.value.get(name) if isinstance(self.value, dict) else None

    def at(self, name: str) -> "Node":
        """The field as a node; one that is missing is an empty node."""
        return Node(self.get(name), f"{self.path}.{name}" if self.path else name, self.url)

    def rows(self, name: str | None = None) -> list["Node"]:
        """The objects of a list, of the field `name` or the node itself; what is no list has none."""
        place = self if name is None else self.at(name)
        values = place.value if isinstance(place.value, list) else []
        return [Node(value, f"{place.path}[{number}]", self.url) for number, value in enumerate(values)]

    def need_rows(self, name: str | None = None) -> list["Node"]:
        """`rows` of a list that must be there; raises ShapeChanged."""
        place = self if name is None else self.at(name)
        if not isinstance(place.value, list):
            raise self.moved(name)
        return self.rows(name)

    def text(self, *names: str, limit: int = 500) -> str | None:
        """The first of the fields that holds text or a whole number, cleaned; None without one."""
        for name in names:
            value = self.get(name)
            if type(value) is int:
                value = str(value)
            if found := clean_or_none(value, limit):
                return found
        return None

    def need(self, *names: str, limit: int = 500) -> str:
        """`text` that must be there; raises ShapeChanged."""
        found = self.text(*names, limit=limit)
        if found is None:
            raise self.moved(" or ".join(names))
        return found

    def whole(self, name: str) -> int | None:
        """A count from 0 to 2**53, also as text; None for anything else."""
        try:
            number = exact(self.get(name))
        except BadMoney:
            return None
        if number is None or number > _MAX_COUNT or number != number.to_integral_value():
            return None
        return int(number)

    def flag(self, name: str) -> bool | None:
        value = self.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> datetime | None:
        """A time in UTC, from ISO 8601 (without an offset it is UTC already) or seconds since 1970."""
        value = self.get(name)
        try:
            if isinstance(value, str) and len(value) < 60:
                found = datetime.fromisoformat(value.strip())
                return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
            return datetime.fromtimestamp(value, UTC) if type(value) is int else None
        except (ValueError, OverflowError, OSError):
            return None

    def need_moment(self, name: str) -> datetime:
        found = self.moment(name)
        if found is None:
            raise self.moved(name)
        return found

    def moved(self, name: str | None = None) -> ShapeChanged:
        return ShapeChanged(self.at(name).path if name else self.path or "the answer", self.url)

    def excerpt(self, *names: str) -> dict[str, object]:
        """The named fields that are there, bounded and JSON-able: the evidence kept with a listing."""
        return {name: _plain(self.get(name), 0) for name in names if self.get(name) is not None}

    def digest(self) -> str:
        """20 hex digits that change when anything in the value does."""
        text = json.dumps(self.value, sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def read_json(page: Page) -> Node:
    """The page's JSON value.

    Raises WrongContentType for a web page in place of JSON, Truncated where the text ends inside the value, else
    UnreadablePage.
    """
    text = page.text()
    if _HTML.match(text):
        raise WrongContentType(f"{page.url} is a web page, JSON was asked for", page.url, got=page.content_type)
    try:
        value = json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=str, strict=False)
    except json.JSONDecodeError as error:
        rest = text.rstrip()
        kind = Truncated if error.pos >= len(rest) or rest[-1] not in "}]" else UnreadablePage
        raise kind(f"{page.url} is no whole JSON ({clean(error.msg, 80)} at {error.pos})", page.url) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise UnreadablePage(f"{page.url} is no JSON that can be read ({type(error).__name__})", page.url) from error
    return Node(value, "", page.url)


def exact(value: object) -> Decimal | None:
    """A number from a JSON number or from text; None where none is given, BadMoney for what is no number >= 0."""
    if value is None or value == "":
        return None
    if type(value) is int:
        value = Decimal(value)
    elif isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if not isinstance(value, Decimal) or not value.is_finite() or (value.is_signed() and value):
        raise BadMoney(f"{clean(str(value), 60)!r} is no amount", amount=clean(str(value), 100))
    return value


def in_units(value: object, asset: str) -> Money | None:
    """A price in whole units of the asset ("0.091", "7e-17"); None for a missing one and for zero."""
    number = exact(value)
    return Money.parse(number, asset) if number else None


def in_base(value: object, asset: str, decimals: int | None = None) -> Money | None:
    """A price in the asset's smallest units; None for a missing one and for zero, BadMoney for a fraction."""
    number = exact(value)
    if not number:
        return None
    if number.adjusted() > MAX_DIGITS or number != number.to_integral_value():
        raise BadMoney(f"{clean(str(value), 60)!r} is no whole number of smallest units", amount=str(value)[:100])
    return Money.from_base(int(number), asset, decimals)


def dollars(value: object, decimals: int = 0) -> Decimal | None:
    """A market's own figure in US dollars, given in 10**-`decimals` of one; None for what is none, and for zero."""
    try:
        number = exact(value)
    except BadMoney:
        return None
    if not number or abs(number.adjusted()) > _MAX_DOLLARS:
        return None
    sign, digits, exponent = number.as_tuple()
    return Decimal((sign, digits, int(exponent) - decimals))


def _number(text: str) -> object:
    return Decimal(text) if len(text) <= 400 else text


def _integer(text: str) -> object:
    return int(text) if len(text) <= 400 else text


def _plain(value: object, depth: int) -> object:
    if isinstance(value, str):
        return clean(value, 1000)
    if isinstance(value, Mapping):
        items = list(value.items())[:_MAX_ENTRIES] if depth < _MAX_DEPTH else []
        return {clean(str(name), 100): _plain(item, depth + 1) for name, item in items}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value[:_MAX_ENTRIES]] if depth < _MAX_DEPTH else []
    if type(value) is int and abs(value) > _MAX_COUNT:
        return str(value)
    return value if value is None or isinstance(value, bool | int) else clean(str(value), 400)
