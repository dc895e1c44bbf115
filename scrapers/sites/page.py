"""Any server-rendered HTML gallery: listing pages with paging, detail pages, schema.org data or selectors.

Without any rule the listing page's ItemList names the detail pages, rel="next" the next listing page, and
JSON-LD or OpenGraph on the detail page describes the work; the vocabulary is schema.org's. Rules replace what
is missing. A listing page without links that describes works itself is read as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from scrapers.address import site_of
from scrapers.errors import BadRule, Blocked, ScraperError, ShapeChanged, Unreachable
from scrapers.listing import Listing, Problem
from scrapers.session import Page, Session
from scrapers.sites.rules import PageRules, require_known
from scrapers.text import clean

if TYPE_CHECKING:  # BeautifulSoup is loaded when the first page is there: to check rules takes none
    from scrapers.document import Document
    from scrapers.work import Work

__all__ = ["PageRules", "PageSource", "parse"]

MAX_FAILURES_IN_A_ROW: Final = 5
TRIAL: Final = 50
"""A run whose first so many works all fail ends: the site has changed, and more requests only burden it."""
_WORK: Final = "work (JSON-LD Product or VisualArtwork, OpenGraph product, or fields.title)"


class PageSource:
    """A gallery that `rules` describe."""

    def __init__(self, rules: PageRules) -> None:
        self.rules = rules
        self.name = rules.name

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, Any]) -> PageSource:
        """Build from configuration keys: `start` and the optional rules; raises BadRule."""
        known = {item.name for item in fields(PageRules)} - {"name"}
        require_known(options, known, "option")
        if "start" not in options:
            raise BadRule(
                f"source {name}: start is missing, give the address of its first listing page", option="start"
            )
        return cls(PageRules(name=name, **options))

    def listings(self, session: Session, limit: int | None = None) -> Iterator[Listing | Problem]:
        """Yield works as they are read, at most `limit` listings; a bad item is a Problem, the run goes on.

        Raises Blocked at once, another FetchError where a listing page or five detail pages in a row cannot
        be fetched, ShapeChanged where the first page or every detail page holds no work, or where none of the
        first 50 works can be read for whatever reason.
        """
        if limit is not None and limit < 1:
            return
        count = 0
        for item in _Crawl(self.rules, session).items():
            yield item
            count += isinstance(item, Listing)
            if count == limit:
                return


def parse(page: Page, rules: PageRules) -> Listing:
    """Read the work that a detail page is about.

    Raises ShapeChanged where there is none, BadMoney for a price that cannot be read, WrongContentType,
    UnreadablePage.
    """
    from scrapers.document import Document, readable
    from scrapers.reading import listing_from, main_work

    with readable(page.url):
        document = Document(page)
        work = main_work(document.works(rules.fields), document)
        if work is None:
            raise ShapeChanged(_WORK, page.url)
        return listing_from(work, document, rules.name)


class _Crawl:
    """One run over a gallery: what was visited, and how it goes."""

    def __init__(self, rules: PageRules, session: Session) -> None:
        self.rules = rules
        self.session = session
        self.home = site_of(rules.start)
        self.visited: set[str] = set()
        self.links: set[str | None] = set()
        self.keys: set[str] = set()
        self.tried = 0
        self.full = False
        self.unreachable = 0
        self.moved: ShapeChanged | None = None

    def items(self) -> Iterator[Listing | Problem]:
        url = self.rules.start
        for number in range(1, self.rules.max_pages + 1):
            document = self._open(url)
            before = self._progress()
            yield from self._page(document)
            following = self._following(document)
            if following is None:
                break
            url = following
            if stop := self._stop(url, number, self._progress() > before):
                yield stop
                break
        if self.moved and not self.keys:
            raise self.moved
        self._expect_some()

    def _open(self, url: str) -> Document:
        from scrapers.document import Document, readable

        page = self.session.get(url)
        if not self.visited:
            self.home = site_of(page.url)  # a gallery may answer on www. or https
        self.visited |= {url, page.url}
        with readable(page.url):
            return Document(page)

    def _following(self, document: Document) -> str | None:
        from scrapers.document import readable

        if self.full:
            return None
        with readable(document.url):
            return document.next_page(self.rules.next)

    def _progress(self) -> int:
        return len(self.links) + len(self.keys)

    def _stop(self, url: str, number: int, progress: bool) -> Problem | None:
        """Why paging ends before `url`, None where it may go on."""
        if site_of(url) != self.home:
            return Problem(url, "other_site", f"the next page is not on {self.home}, paging ends here")
        if url in self.visited or not progress:
            return Problem(url, "paging_loop", "the pages repeat themselves, paging ends here")
        if number == self.rules.max_pages:
            return Problem(url, "page_limit", f"max_pages = {number} is reached, this page was not read")
        return None

    def _page(self, document: Document) -> Iterator[Listing | Problem]:
        links, works = self._found_on(document)
        for link in links:
            if link not in self.links and not self.full:
                self.links.add(link)
                yield self._try(link or document.url, partial(self._detail, link, document.url))
        for work in works:
            if not self.full:
                yield self._try(document.url, partial(self._embedded, work, document))
        if not links and not works:
            yield self._empty(document.url)

    def _found_on(self, document: Document) -> tuple[list[str | None], list[Work]]:
        """The links to works, each once; without any and without a rule for them the works that stand here."""
        from scrapers.document import readable

        with readable(document.url):
            links = list(dict.fromkeys(document.links(self.rules.links)))
            return links, document.works(self.rules.fields) if not links and self.rules.links is None else []

    def _try(self, url: str, read: Callable[[], Listing | Problem]) -> Listing | Problem:
        """Read one work more, or say that the run has tried as many as it may."""
        self._expect_some()
        if self.tried == self.rules.max_works:
            self.full = True
            return Problem(url, "work_limit", f"max_works = {self.tried} is reached, this work was not read")
        self.tried += 1
        return read()

    def _expect_some(self) -> None:
        if self.tried >= TRIAL and not self.keys:
            path = f"a work that can be read, behind any of the first {self.tried} links or entries,"
            raise self.moved or ShapeChanged(path, self.rules.start)

    def _empty(self, url: str) -> Problem:
        """No work on a listing page: on the first page an error, later the visible end of what was read."""
        path = f"links ({self.rules.links})" if self.rules.links else f"links (JSON-LD ItemList) or {_WORK}"
        moved = ShapeChanged(path, url)
        if not self._progress():
            raise moved
        return _problem(url, moved)

    def _detail(self, link: str | None, found_on: str) -> Listing | Problem:
        if link is None:
            return Problem(found_on, "bad_url", "a link to a work is no http or https address")
        if site_of(link) != self.home:
            return Problem(link, "other_site", f"the work's page is not on {self.home}, it was not read")
        try:
            page = self.session.get(link)
            self.unreachable = 0
            if site_of(page.url) != self.home:
                return Problem(link, "other_site", f"the work's page leads away from {self.home}")
            return self._keep(parse(page, self.rules))
        except Blocked:
            raise
        except Unreachable as error:
            self.unreachable += 1
            if self.unreachable >= MAX_FAILURES_IN_A_ROW:
                raise
            return _problem(link, error)
        except ScraperError as error:
            return self._note(link, error)

    def _embedded(self, work: Work, document: Document) -> Listing | Problem:
        from scrapers.document import readable
        from scrapers.reading import listing_from

        try:
            with readable(document.url):
                return self._keep(listing_from(work, document, self.rules.name, embedded=True))
        except ScraperError as error:
            return self._note(document.url, error)

    def _keep(self, listing: Listing) -> Listing | Problem:
        if listing.market_id in self.keys:
            return Problem(listing.url, "duplicate_id", f"{listing.market_id!r} was read from another page before")
        self.keys.add(listing.market_id)
        return listing

    def _note(self, url: str, error: ScraperError) -> Problem:
        if isinstance(error, ShapeChanged):
            self.moved = self.moved or error
        return _problem(url, error)


def _problem(url: str, error: ScraperError) -> Problem:
    return Problem(url, error.code, clean(str(error)))
