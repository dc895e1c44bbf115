"""From one listing page to the next: by link, by page number or by offset; and where a run left off, as text."""

import json
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from scrapers.address import address_digest, resolve, site_of
from scrapers.errors import BadRule
from scrapers.listing import Problem

LOOP: Final = "paging_loop"
_HOLES: Final = ("{page}", "{offset}")
_PROBE: Final = "90817263549081726354"  # stands in the hole while the address is made whole
_MAX_COUNT: Final = 10**9


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading goes on: the address of a listing page, and how many entries of it are done already.

    `number` is the page's number and `works` the entries on the pages before it, as the gallery counts them.
    """

    url: str
    number: int = 1
    works: int = 0
    done: int = 0

    def to_cursor(self, start: str) -> str:
        """As text; an address on the start's own site is kept without its host, which may be another next time."""
        parts = urlsplit(self.url)
        home = site_of(self.url) == site_of(start)
        address = parts._replace(scheme="", netloc="").geturl() if home else self.url
        values = {"start": address_digest(start), "url": address, "page": self.number, "works": self.works}
        return json.dumps({**values, "done": self.done} if self.done else values)

    @classmethod
    def from_cursor(cls, cursor: str, start: str) -> "Position | None":
        """The position, None for the text of another start address, and for what is no cursor."""
        try:
            values = json.loads(cursor)
            address = values["url"]
            url = resolve(start, address)
            led_away = url is not None and not address.startswith("http") and site_of(url) != site_of(start)
            counts = [values["page"], values["works"], values.get("done", 0)]
            sound = all(type(count) is int and 0 <= count <= _MAX_COUNT for count in counts)
            if url is None or led_away or not sound or values["start"] != address_digest(start):
                return None
            return cls(url, *counts)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None


def first_position(start: str, template: str | None) -> Position:
    """The start page, with its own number or offset where it has the template's shape."""
    whole = resolve(start, template.replace(_hole(template), _PROBE)) if template and is_template(template) else None
    if template is None or whole is None:
        return Position(start)
    found = re.fullmatch(re.escape(whole).replace(_PROBE, "([0-9]{1,9})"), start)
    value = int(found[1]) if found else None
    if _hole(template) == "{page}":
        return Position(start, number=1 if value is None else value)
    return Position(start, works=value or 0)


def next_address(start: str, template: str, position: Position, seen: int) -> str | None:
    """The address of the page behind `position`, on which `seen` entries stood."""
    counts = {"{page}": position.number + 1, "{offset}": position.works + seen}
    hole = _hole(template)
    return resolve(start, template.replace(hole, str(counts[hole])))


def stop_before(url: str, home: str, visited: Set[str], progress: bool) -> Problem | None:
    """Why paging ends before `url`, None where it may go on: `progress` is whether the last page held anything new."""
    if site_of(url) != home:
        return Problem(url, "other_site", f"the next page is not on {home}, paging ends here")
    if url in visited or not progress:
        return Problem(url, LOOP, "the pages repeat themselves: paging ends here")
    return None


def is_template(rule: object) -> bool:
    return isinstance(rule, str) and any(hole in rule for hole in _HOLES)


def check_template(template: str, option: str) -> None:
    """Raise BadRule for an address that cannot be filled in."""
    if sum(template.count(hole) for hole in _HOLES) != 1:
        raise BadRule(f"{template!r}: one {{page}} or one {{offset}} is needed", option=option)
    if resolve("https://gallery.example/", template.replace(_hole(template), "1")) is None:
        raise BadRule(f"{template!r} is no address, whole or relative to start", option=option)


def _hole(template: str) -> str:
    return next(hole for hole in _HOLES if hole in template)
