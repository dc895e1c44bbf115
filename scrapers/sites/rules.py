"""How to read one gallery, checked before anything is fetched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from scrapers.address import resolve
from scrapers.errors import BadRule
from scrapers.selectors import FIELDS, check_rule, check_selector


@dataclass(frozen=True, slots=True)
class PageRules:
    """How to read one gallery; all but `name` and `start` is optional. Raises BadRule for what cannot work.

    `links` and `next` are CSS selectors of <a href>; `fields` maps a field of the work (title, creator,
    series, price, currency, likes, supply, year, license, license_url, image, identifier) to a selector on
    the detail page, "img.work @src" for an attribute. `max_pages` bounds the listing pages of one run,
    `max_works` the works that it tries to read, whatever comes of them.
    """

    name: str
    start: str
    links: str | None = None
    next: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    max_pages: int = 50
    max_works: int = 1000

    def __post_init__(self) -> None:
        if not isinstance(self.start, str) or resolve(self.start, "") is None:
            raise BadRule(f"start = {self.start!r}: an http or https address is needed", option="start")
        for limit in ("max_pages", "max_works"):
            value = getattr(self, limit)
            if type(value) is not int or value < 1:
                raise BadRule(f"{limit} = {value!r}: a whole number from 1 on is needed", option=limit)
        require_known(self.fields, FIELDS, "field", "fields.")
        for option in ("links", "next"):
            if (selector := getattr(self, option)) is not None:
                check_selector(selector, option)
        for name, rule in self.fields.items():
            check_rule(rule, f"fields.{name}")


def require_known(names: Iterable[str], known: Iterable[str], kind: str, prefix: str = "") -> None:
    """Raise BadRule for a name that is not known, with the nearest that is; `prefix` makes it the option's key."""
    choices = sorted(known)
    for name in names:
        if name not in choices:
            near = get_close_matches(name, choices, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(choices)}"
            raise BadRule(f"no {kind} {name!r} of a page source: {hint}", option=prefix + name)
