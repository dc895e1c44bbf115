"""Any server-rendered HTML gallery: listing pages with paging, detail pages, schema.org data or selectors.

Without any rule the listing page's ItemList names the detail pages, rel="next" the next listing page, and
JSON-LD or OpenGraph on the detail page describes the work; the vocabulary is schema.org's. Rules replace what
is missing. A listing page without links that describes works itself is read as it stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, Final

from scrapers.address import resolve, site_of
from scrapers.document import FIELDS, Document, check_selector, split_rule
from scrapers.errors import BadRule, Blocked, ScraperError, ShapeChanged, Unreachable
from scrapers.listing import Listing, Problem
from scrapers.reading import listing_from, main_work
from scrapers.session import Page, Session
from scrapers.text import clean
from scrapers.work import Work

MAX_FAILURES_IN_A_ROW: Final = 5
_WORK: Final = "work (JSON-LD Product or VisualArtwork, OpenGraph product, or fields.title)"


@dataclass(frozen=True, slots=True)
class PageRules:
    """How to read one gallery; all but `name` and `start` is optional. Raises BadRule for what cannot work.

    `links` and `next` are CSS selectors of <a href>; `fields` maps a field of the work (title, creator,
    series, price, currency, likes, supply, year, licence, licence_url, image, identifier) to a selector on
    the detail page, "img.work @src" for an attribute.
    """

    name: str
    start: str
    links: str | None = None
    next: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    max_pages: int = 50

    def __post_init__(self) -> None:
        if not isinstance(self.start, str) or resolve(self.start, "") is None:
            raise BadRule(f"start = {self.start!r}: an http or https address is needed", start=self.start)
        if type(self.max_pages) is not int or self.max_pages < 1:
            raise BadRule(f"max_pages = {self.max_pages!r}: a whole number from 1 on is needed")
        _require_known(self.fields, FIELDS, "field")
        for selector in (self.links, self.next, *(split_rule(rule)[0] for rule in self.fields.values())):
            if selector is not None:
                check_selector(selector)


class PageSource:
    """A gallery that `rules` describe."""

    def __init__(self, rules: PageRules) -> None:
        self.rules = rules
        self.name = rules.name

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, Any]) -> "PageSource":
        """Build from configuration keys: `start` and the optional rules; raises BadRule."""
        known = {item.name for item in fields(PageRules)} - {"name"}
        _require_known(options, known, "option")
        if "start" not in options:
            raise BadRule(f"source {name}: start is missing, give the address of its first listing page")
        return cls(PageRules(name=name, **options))

    def listings(self, session: Session, limit: int | None = None) -> Iterator[Listing | Problem]:
        """Yield works as they are read, at most `limit` listings; a bad item is a Problem, the run goes on.

        Raises Blocked at once, another FetchError where a listing page or five detail pages in a row cannot
        be fetched, ShapeChanged where the first page or every detail page holds no work.
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

    Raises ShapeChanged where there is none, BadMoney for a price that cannot be read, WrongContentType.
    """
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
        self.unreachable = 0
        self.moved: ShapeChanged | None = None

    def items(self) -> Iterator[Listing | Problem]:
        url = self.rules.start
        for number in range(1, self.rules.max_pages + 1):
            document = self._open(url)
            before = self._progress()
            yield from self._page(document)
            following = document.next_page(self.rules.next)
            if following is None:
                break
            url = following
            if stop := self._stop(url, number, self._progress() > before):
                yield stop
                break
        if self.moved and not self.keys:
            raise self.moved

    def _open(self, url: str) -> Document:
        page = self.session.get(url)
        if not self.visited:
            self.home = site_of(page.url)  # a gallery may answer on www. or https
        self.visited |= {url, page.url}
        return Document(page)

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
        if links := document.links(self.rules.links):
            for link in dict.fromkeys(links):
                if link not in self.links:
                    self.links.add(link)
                    yield self._detail(link, document.url)
            return
        works = document.works(self.rules.fields) if self.rules.links is None else []
        for work in works:
            yield self._embedded(work, document)
        if not works:
            yield self._empty(document.url)

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
        try:
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


def _require_known(names: Mapping[str, object], known: set[str] | frozenset[str], kind: str) -> None:
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
            raise BadRule(f"no {kind} {name!r} of a page source: {hint}", name=name)
