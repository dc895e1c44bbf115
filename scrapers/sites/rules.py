"""How to read one gallery, checked before anything is fetched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, Literal

from scrapers.address import resolve
from scrapers.errors import BadRule
from scrapers.selectors import FIELDS, check_rule, check_selector
from scrapers.sites.position import check_template, is_template

_LIMITS: Final = {"max_pages": 1, "max_works": 1, "refresh_days": 0}
_SWITCHES: Final = ("details", "newest_first")


@dataclass(frozen=True, slots=True)
class PageRules:
    """How to read one gallery; all but `name` and `start` is optional. Raises BadRule for what cannot work.

    Where a selector is asked for, "next:" with a path into `__NEXT_DATA__` may stand as well (scrapers.selectors).

    - `links` selects the <a href> of works on a listing page; without it the page's ItemList names them.
    - `next` selects the <a href> of the next listing page, or is its address with "{page}" (counted) or "{offset}"
      (works seen so far) in it; without it that is rel="next".
    - `fields` maps a field of the work (title, creator, series, price, currency, likes, supply, year, nsfw,
      license, license_url, image, identifier) to where it stands on the work's page.
    - `details` = False reads works on the listing page alone; `entries` then selects one work's part of it, inside
      of which `fields` and `links` are followed.
    - `decimal` is the decimal sign of prices that `fields.price` finds ("." or ","): without it "1,250" is refused.
    - `max_pages` bounds the listing pages of one run, `max_works` the works that it tries to read, whatever comes
      of them; works that are stored and unchanged do not count.
    - `refresh_days`: a work whose entry on the listing page stays the same is read again after so many days, 0 for
      in every run. `newest_first` = True ends a run at the first page on which nothing is new.
    """

    name: str
    start: str
    links: str | None = None
    next: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    entries: str | None = None
    details: bool = True
    decimal: Literal[".", ","] | None = None
    max_pages: int = 50
    max_works: int = 1000
    refresh_days: int = 7
    newest_first: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.start, str) or resolve(self.start, "") is None:
            raise BadRule(f"start = {self.start!r}: an http or https address is needed", option="start")
        self._check_values()
        self._check_selectors()
        if self.entries is not None and self.details:
            raise BadRule("entries needs details = false: it reads works on the listing page", option="entries")

    def _check_values(self) -> None:
        for limit, least in _LIMITS.items():
            value = getattr(self, limit)
            if type(value) is not int or value < least:
                raise BadRule(f"{limit} = {value!r}: a whole number from {least} on is needed", option=limit)
        for switch in _SWITCHES:
            if type(getattr(self, switch)) is not bool:
                raise BadRule(f"{switch} = {getattr(self, switch)!r}: true or false is needed", option=switch)
        if self.decimal not in (None, ".", ","):
            raise BadRule(f'decimal = {self.decimal!r}: "." or "," is needed', option="decimal")

    def _check_selectors(self) -> None:
        if not isinstance(self.fields, Mapping):
            raise BadRule("fields: a table of names and rules is needed", option="fields")
        require_known(self.fields, FIELDS, "field", "fields.")
        for option in ("links", "entries"):
            if (selector := getattr(self, option)) is not None:
                check_selector(selector, option)
        if self.next is not None:
            check = check_template if is_template(self.next) else check_selector
            check(self.next, "next")
        for name, rule in self.fields.items():
            check_rule(rule, f"fields.{name}")


def require_known(names: Iterable[str], known: Iterable[str], kind: str, prefix: str = "") -> None:
    """Raise BadRule for a name that is not known, with the nearest that is; `prefix` makes it the option's key."""
    choices = sorted(known)
    for name in names:
        if name not in choices:
            near = get_close_matches(str(name), choices, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(choices)}"
            raise BadRule(f"no {kind} {name!r} of a source: {hint}", option=f"{prefix}{name}")
