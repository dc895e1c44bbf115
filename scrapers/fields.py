"""Single facts of a work, read where a configuration's rules say they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from scrapers.errors import BadMoney
from scrapers.nextdata import Scalar, value_at
from scrapers.numbers import Mark, plain_amount, split_price
from scrapers.selectors import CENTS, NEXT, TEXT, split_rule
from scrapers.text import clean, clean_or_none
from scrapers.work import Work, whole_number, year_of

if TYPE_CHECKING:
    from bs4 import Tag

MAX_TEXT: Final = 20_000
_TRUE: Final = frozenset({"true", "1", "yes", "adult", "mature", "nsfw"})
_FALSE: Final = frozenset({"false", "0", "no"})


class Place:
    """Where rules are followed: an element of the page, and a value of its `__NEXT_DATA__`, each got on demand."""

    def __init__(self, tag: Callable[[], Tag | None], data: Callable[[], object]) -> None:
        self._tag = tag
        self._data = data

    def read(self, rule: str) -> Scalar | None:
        """What the rule finds, text cleaned; None for nothing, null, and what is empty."""
        if rule.startswith(TEXT):
            return clean_or_none(rule.removeprefix(TEXT), MAX_TEXT)
        selector, attribute = split_rule(rule)
        if selector.startswith(NEXT):
            value = value_at(self._data(), selector.removeprefix(NEXT))
            return clean_or_none(value, MAX_TEXT) if isinstance(value, str) else value
        tag = _select(self._tag(), selector)
        return _content(tag, attribute) if tag else None

    def read_all(self, fields: Mapping[str, str]) -> dict[str, Scalar]:
        found = {name: self.read(rule) for name, rule in fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def override(work: Work, chosen: Mapping[str, Scalar], fields: Mapping[str, str], mark: Mark | None) -> None:
    """Put what rules chose in place of what the page's structured data says."""
    for name in ("title", "creator", "series", "identifier"):
        if name in chosen:
            setattr(work, name, clean(str(chosen[name])))
    for name, read in (("likes", whole_number), ("supply", whole_number), ("year", year_of)):
        if name in chosen:
            setattr(work, name, read(chosen[name]))
    if "nsfw" in chosen:
        said = str(chosen["nsfw"]).lower()
        work.nsfw = True if said in _TRUE else False if said in _FALSE else None
    _override_price(work, chosen, fields, mark)
    if "license" in chosen or "license_url" in chosen:
        work.licenses = [(_text(chosen.get("license")), _text(chosen.get("license_url")))]
    if "image" in chosen:
        work.media_url, work.media_mime = str(chosen["image"]), None


def _override_price(work: Work, chosen: Mapping[str, Scalar], fields: Mapping[str, str], mark: Mark | None) -> None:
    currency = _text(chosen.get("currency"))
    price = chosen.get("price")
    if price is not None:
        symbol = None
        work.bad_price = None
        work.price = str(price) if isinstance(price, bool) else price
        work.minor = split_rule(fields["price"])[1] == CENTS
        if isinstance(price, str):
            amount, symbol = split_price(price)
            try:
                work.price = plain_amount(amount, mark)
            except BadMoney as error:
                work.price, work.bad_price = price, error
        work.currency = currency or symbol or work.currency
    elif currency:
        work.currency = currency


def _text(value: Scalar | None) -> str | None:
    return None if value is None else str(value)


def _select(top: Tag | None, selector: str) -> Tag | None:
    """The first element that the selector finds below `top`, else `top` where it is one itself."""
    if top is None:
        return None
    return top.select_one(selector) or (top if top.parent and top.css.match(selector) else None)


def _content(tag: Tag, attribute: str | None) -> str | None:
    if attribute is None:
        return clean_or_none(tag.get_text(" "), MAX_TEXT)
    value = tag.get(attribute)
    return clean_or_none(" ".join(value) if isinstance(value, list) else value, MAX_TEXT)
