"""What a page says about a work, before it is a listing, and how pages write counts and years.

Values stay as the page writes them; only their place is interpreted here.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from scrapers.errors import BadMoney

_MAX_COUNT: Final = 2**53

Price = str | int | Decimal


@dataclass(slots=True)
class Work:
    """The fields of one work as its page states them; None is "not stated".

    `minor` is True where the price counts the currency's smallest unit (cents); `bad_price` says why a price that is
    there cannot be read.
    """

    origin: str
    title: str | None = None
    creator: str | None = None
    series: str | None = None
    price: Price | None = None
    currency: str | None = None
    minor: bool = False
    likes: int | None = None
    supply: int | None = None
    year: int | None = None
    nsfw: bool | None = None
    licenses: list[tuple[str | None, str | None]] = field(default_factory=list)
    media_url: str | None = None
    media_mime: str | None = None
    identifier: str | None = None
    url: str | None = None
    bad_price: BadMoney | None = None


def whole_number(value: object) -> int | None:
    """A count as pages write it (12, "12", "1,204"); None for what is no whole number from 0 to 2**53."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 20 and value == value.to_integral():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,16}", value.strip()):
        value = int(value.replace(",", ""))
    return value if type(value) is int and 0 <= value <= _MAX_COUNT else None


def year_of(value: object) -> int | None:
    """The year of "2018", "2018-05-01" or 2018, as given; None where no year leads the value."""
    found = re.match(r"\s*([0-9]{1,4})(?:\s*$|-[0-9]{2}(?!\d))", str(value)) if type(value) in {str, int} else None
    return int(found[1]) if found else None
