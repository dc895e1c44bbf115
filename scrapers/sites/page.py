"""Any server-rendered HTML gallery: listing pages with paging, detail pages, schema.org data or selectors.

Without any rule the listing page's ItemList names the detail pages, rel="next" the next listing page, and
JSON-LD, microdata or OpenGraph on the detail page describes the work; the vocabulary is schema.org's. Rules
replace what is missing. A listing page without links that describes works itself is read as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from scrapers.errors import BadRule, ShapeChanged
from scrapers.listing import Listing
from scrapers.session import Page, Session
from scrapers.sites.crawl import WORK, Crawl
from scrapers.sites.position import Position, first_position
from scrapers.sites.rules import PageRules, require_known
from scrapers.source import Known, Scraped

__all__ = ["PageRules", "PageSource", "parse"]


class PageSource:
    """A gallery that `rules` describe; see `PageRules` for what a configuration may say."""

    html: Final = True

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

    def pages(self, session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:
        """Yield each work's page as it is read, and each listing page; a bad item is a Problem, the run goes on.

        Raises Blocked at once, another FetchError where a listing page or five detail pages in a row cannot
        be fetched, ShapeChanged where the first page or every work on it holds nothing that can be read, or where
        none of the first 50 works can be read for whatever reason. What was read before is yielded first.
        """
        begin = first_position(self.rules.start, self.rules.next)
        position = Position.from_cursor(cursor, self.rules.start) if cursor is not None else None
        return Crawl(self.rules, session, known, position or begin, position is not None).pages()


def parse(page: Page, rules: PageRules, mark: str | None = None, *, priced: bool = True) -> Listing:
    """Read the work that a detail page is about; `mark` is the digest of its entry on the listing page.

    Raises ShapeChanged where there is none, BadMoney for a price that cannot be read and is wanted (`priced`),
    WrongContentType, UnreadablePage.
    """
    from scrapers.document import Document, readable
    from scrapers.reading import listing_from, main_work

    with readable(page.url):
        document = Document(page)
        work = main_work(document.works(rules.fields, rules.decimal), document)
        if work is None:
            raise ShapeChanged(WORK, page.url)
        return listing_from(work, document, rules.name, mark=mark, priced=priced)
