"""An HTML page taken apart once: its links, its structured data, and what its publisher says about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Final

from scrapers.address import resolve, same_site
from scrapers.errors import UnreadablePage, WrongContentType
from scrapers.fields import Place, override
from scrapers.jsonld import Graph, Node
from scrapers.markup import linked, meta_tags, parse_html
from scrapers.nextdata import next_data, values_at
from scrapers.numbers import Mark
from scrapers.opengraph import adult_page, tagged_work
from scrapers.schemaorg import ARTWORKS, PRODUCTS, works_of
from scrapers.selectors import NEXT
from scrapers.session import Page
from scrapers.text import clean
from scrapers.work import Work

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

MAX_LINKS: Final = 5_000
MAX_ENTRIES: Final = 1_000
_HTML: Final = frozenset({"", "text/html", "application/xhtml+xml"})


class Document:
    """One page, parsed with lxml; raises WrongContentType for what is not served as HTML."""

    def __init__(self, page: Page) -> None:
        if page.content_type not in _HTML:
            raise WrongContentType(
                f"{page.url} is {clean(page.content_type, 80)}, a page must be HTML",
                page.url,
                got=page.content_type,
            )
        self.url = page.url
        self._text = page.text()
        self.root = parse_html(self._text)
        self.graph = Graph(self.root)
        if "itemscope" in self._text and not self.graph.lists and not self.graph.find(PRODUCTS | ARTWORKS):
            self.graph.add_microdata(self.root)
        self.base = self._base()
        self.place = Place(lambda: self.soup, lambda: self.data)

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page for CSS selectors; built when the first is applied, since it costs most of all."""
        from scrapers.soup import soup_of

        return soup_of(self._text)

    @cached_property
    def data(self) -> object:
        """The page's `__NEXT_DATA__`, None where it has none."""
        return next_data(self.root)

    @cached_property
    def meta(self) -> dict[str, str]:
        return meta_tags(self.root)

    @cached_property
    def address(self) -> str:
        """The canonical address that the page names on its own site, else the one it was fetched from."""
        named = self.resolve(linked(self.root, "canonical", "link"))
        return named if named and same_site(named, self.url) else self.url

    @property
    def invented(self) -> bool:
        """Whether the page says that its prices and likes are made up, as demonstration galleries do."""
        return self.meta.get("nftd:prices", "").lower() == "invented"

    def resolve(self, reference: object) -> str | None:
        return resolve(self.base, reference) if isinstance(reference, str) else None

    def links(self, rule: str | None) -> list[str | None]:
        """The first 5,000 detail addresses, by rule or from ItemLists; None stands for an unusable one."""
        if rule is None:
            references: list[object] = [url for url, _ in self.graph.items()]
        elif rule.startswith(NEXT):
            references = list(values_at(self.data, rule.removeprefix(NEXT)))
        else:
            references = [tag.get("href") for tag in self.soup.select(rule, limit=MAX_LINKS)]
        return [self.resolve(reference) for reference in references[:MAX_LINKS]]

    def listed(self) -> dict[str, Node]:
        """What the page's ItemLists say of each address."""
        return {url: node for name, node in self.graph.items() if (url := self.resolve(name)) is not None}

    def next_page(self, rule: str | None) -> str | None:
        """The address of the next listing page, by rule or rel="next"."""
        if rule is None:
            return self.resolve(linked(self.root, "next", "link", "a"))
        if rule.startswith(NEXT):
            return self.resolve(self.place.read(rule))
        tag = self.soup.select_one(rule)
        return self.resolve(tag.get("href")) if tag else None

    def works(self, fields: Mapping[str, str], mark: Mark | None = None) -> list[Work]:
        """The works described here; what `fields` selects in the page overrides the structured data.

        JSON-LD or microdata describe them, else OpenGraph tags one, else the rules alone.
        """
        works = works_of(self.graph)
        if not works and (tagged := tagged_work(self.meta)):
            works = [tagged]
        if len(works) == 1 and works[0].nsfw is None:
            works[0].nsfw = adult_page(self.meta)
        chosen = self.place.read_all(fields)
        if not works and "title" in chosen:
            works = [Work(origin="rules")]
        for work in works[:1]:
            override(work, chosen, fields, mark)
        return works

    def entries(self, rule: str, link: str | None, fields: Mapping[str, str], mark: Mark | None) -> list[Work]:
        """The works whose entries `rule` finds on a listing page, each read by `fields` inside of its entry.

        `link` finds the address of the work's own page in the entry; without it that is the first <a href>.
        """
        found: list[Work] = []
        for place in self._places(rule):
            work = Work(origin="rules")
            address = place.read(link or ("a[href] @href" if not rule.startswith(NEXT) else "text:"))
            work.url = str(address) if address is not None else None
            override(work, place.read_all(fields), fields, mark)
            found.append(work)
        return found

    def _places(self, rule: str) -> Iterator[Place]:
        if rule.startswith(NEXT):
            for value in values_at(self.data, rule.removeprefix(NEXT)):
                yield _place(None, value)
        else:
            for tag in _innermost(self.soup.select(rule, limit=MAX_ENTRIES)):
                yield _place(tag, self.data)

    def _base(self) -> str:
        for tag in self.root.iter("base"):
            if (address := tag.get("href")) is not None:
                return resolve(self.url, address) or self.url
        return self.url


def _innermost(tags: Sequence[Tag]) -> list[Tag]:
    """Those that hold no other of them: where an entry is not closed, the next stands inside of it."""
    holders: set[int] = set()
    for tag in tags:
        for above in tag.parents:
            if id(above) in holders:
                break
            holders.add(id(above))
    return [tag for tag in tags if id(tag) not in holders]


def _place(tag: Tag | None, data: object) -> Place:
    return Place(lambda: tag, lambda: data)


@contextmanager
def readable(url: str) -> Iterator[None]:
    """Turn what parsers raise about the text of the page at `url` into UnreadablePage.

    That is a surrogate or a number that cannot be converted (ValueError, UnicodeError among them), an amount
    beyond arithmetic, and nesting deeper than the stack; anything else is a fault of ours and goes through.
    """
    try:
        yield
    except (ValueError, ArithmeticError, RecursionError) as error:
        reason = clean(f"{type(error).__name__}: {error}", 200)
        raise UnreadablePage(f"{url} cannot be read as HTML ({reason})", url) from error
