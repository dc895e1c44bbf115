"""What a run tries to read, work by work: the limits on trying, and what a failure means for the run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrapers.address import site_of
from scrapers.errors import (
    BadMoney,
    Blocked,
    BudgetSpent,
    NotStored,
    RobotsUnreachable,
    ScraperError,
    ShapeChanged,
    Unreachable,
)
from scrapers.listing import Listing, Problem
from scrapers.session import Session
from scrapers.sites.rules import PageRules
from scrapers.source import Known
from scrapers.text import clean

if TYPE_CHECKING:  # the HTML parsers are loaded when the first page is there: to check rules takes none
    from scrapers.document import Document
    from scrapers.sites.entries import Entry
    from scrapers.work import Work

MAX_FAILURES_IN_A_ROW: Final = 5
ENDS: Final = (Blocked, BudgetSpent, RobotsUnreachable)
"""After these no request of the run would fare better."""
TRIAL: Final = 50
"""A run whose first so many works all fail ends: the site has changed, and more requests only burden it."""


class Attempts:
    """The works of one run. `good` counts those that were read or known, `moved` is the first changed shape.

    Keys are kept as hashes: a run may see very many.
    """

    def __init__(self, rules: PageRules, session: Session, known: Known) -> None:
        self.rules = rules
        self.session = session
        self.known = known
        self.good = 0
        self.unchanged = 0
        self.tried = 0
        self.moved: ShapeChanged | None = None
        self.only_moved = True
        self._keys: set[int] = set()
        self._unreachable = 0

    @property
    def used_up(self) -> bool:
        return self.tried >= self.rules.max_works

    def expect_some(self) -> None:
        """Raise ShapeChanged where the first 50 works failed, all of them."""
        if self.tried >= TRIAL and not self.good:
            path = f"a work that can be read, behind any of the first {self.tried} links or entries,"
            raise self.moved or ShapeChanged(path, self.rules.start)

    def skip(self, entry: Entry) -> bool:
        """Whether the work is stored as its entry still shows it, and needs no request."""
        if not any(self.known(name, entry.mark) for name in entry.ids):
            return False
        self.good += 1
        self.unchanged += 1
        return True

    def detail(self, entry: Entry, found_on: str, home: str) -> list[Listing | Problem]:
        """Read the work's own page, which must be on the site `home`; raises `ENDS`, and Unreachable at last."""
        self.tried += 1
        if entry.link is None:
            return [self._failed(found_on, "bad_url", "a link to a work is no http or https address")]
        if site_of(entry.link) != home:
            return [self._failed(entry.link, "other_site", f"the work's page is not on {home}, it was not read")]
        try:
            return self._read(entry.link, entry.mark, home)
        except ENDS:
            raise
        except Unreachable as error:
            self._unreachable += 1
            if self._unreachable >= MAX_FAILURES_IN_A_ROW:
                raise
            return [self._note(entry.link, error)]
        except ScraperError as error:
            return [self._note(entry.link, error)]

    def embedded(self, work: Work, document: Document) -> list[Listing | Problem]:
        """Take a work that stands on the listing page."""
        from scrapers.document import readable
        from scrapers.reading import listing_from

        def read(priced: bool) -> Listing:
            with readable(document.url):
                listing = listing_from(work, document, self.rules.name, embedded=True, priced=priced)
            return replace(listing, mark=_mark(listing)) if self.rules.newest_first else listing

        self.tried += 1
        try:
            found = self._priced(read)
        except ScraperError as error:
            return [self._note(document.url, error)]
        marked = found[0] if self.rules.newest_first else None
        if isinstance(marked, Listing):
            self.unchanged += self.known(marked.market_id, marked.mark or "")
        return found

    def _read(self, link: str, mark: str, home: str) -> list[Listing | Problem]:
        from scrapers.sites.page import parse

        page = self.session.get(link)
        self._unreachable = 0
        if site_of(page.url) != home:
            return [self._failed(link, "other_site", f"the work's page leads away from {home}")]
        return self._priced(lambda priced: parse(page, self.rules, mark, priced=priced))

    def _priced(self, read: Callable[[bool], Listing]) -> list[Listing | Problem]:
        """A work as `read` gives it; where its price cannot be read it comes without, and with that problem."""
        try:
            return [self._keep(read(True))]
        except BadMoney as error:
            kept = self._keep(read(False))
            return [kept, problem(kept.url, error)]

    def _keep(self, listing: Listing) -> Listing | Problem:
        key = hash(listing.market_id)
        if key in self._keys:
            return self._failed(listing.url, "duplicate_id", f"{listing.market_id!r} was read from another page before")
        self._keys.add(key)
        self.good += 1
        return listing

    def _note(self, url: str, error: ScraperError) -> Problem:
        if isinstance(error, NotStored):
            self.tried -= 1  # nobody tried then
            return problem(url, error)
        if not isinstance(error, ShapeChanged):
            return self._failed(url, error.code, str(error))
        self.moved = self.moved or error
        return problem(url, error)

    def _failed(self, url: str, code: str, message: str) -> Problem:
        self.only_moved = False
        return Problem(url, code, clean(message))


def problem(url: str, error: ScraperError) -> Problem:
    return Problem(url, error.code, clean(str(error)))


def _mark(listing: Listing) -> str:
    text = json.dumps([listing.raw, listing.url], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
