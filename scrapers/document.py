"""An HTML page taken apart once: its links, its structured data, and what its publisher says about it."""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning
from bs4.exceptions import ParserRejectedMarkup

from scrapers.address import resolve, site_of
from scrapers.errors import UnreadablePage, WrongContentType
from scrapers.jsonld import Graph
from scrapers.selectors import split_rule
from scrapers.session import Page
from scrapers.text import clean, clean_or_none
from scrapers.work import Work, meta_tags, whole_number, works_in, year_of

_HTML: Final = frozenset({"", "text/html", "application/xhtml+xml"})
_AMOUNT: Final = re.compile(r"(?P<before>[^\d\s.,+-]*)\s*(?P<amount>[+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?P<after>\S*)")

# Both warn about what foreign markup looks like; it is read as HTML whatever it looks like.
warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)


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
        self.soup = BeautifulSoup(page.text(), "lxml")
        self.graph = Graph(self.soup)
        self.base = self._base()

    @property
    def address(self) -> str:
        """The canonical address that the page names on its own site, else the one it was fetched from."""
        canonical = self.soup.select_one('link[rel~="canonical"][href]')
        named = self.resolve(canonical["href"]) if canonical else None
        return named if named and site_of(named) == site_of(self.url) else self.url

    @property
    def invented(self) -> bool:
        """Whether the page says that its prices and likes are made up, as demonstration galleries do."""
        return meta_tags(self.soup).get("nftd:prices", "").lower() == "invented"

    def resolve(self, reference: object) -> str | None:
        return resolve(self.base, reference) if isinstance(reference, str) else None

    def links(self, selector: str | None) -> list[str | None]:
        """Detail addresses in order, by selector or from ItemLists; None stands for an unusable one."""
        if selector is None:
            references: list[object] = list(self.graph.item_urls())
        else:
            references = [tag.get("href") for tag in self.soup.select(selector)]
        return [self.resolve(reference) for reference in references]

    def next_page(self, selector: str | None) -> str | None:
        """The address of the next listing page, by selector or rel="next"."""
        tag = self.soup.select_one(selector or 'link[rel~="next"][href], a[rel~="next"][href]')
        return self.resolve(tag.get("href")) if tag else None

    def works(self, fields: Mapping[str, str]) -> list[Work]:
        """The works described here; what `fields` selects in the page overrides the structured data."""
        works = works_in(self.soup, self.graph)
        chosen = {name: self._select(rule) for name, rule in fields.items()}
        if not works and chosen.get("title"):
            works = [Work(origin="rules")]
        for work in works[:1]:
            _override(work, chosen)
        return works

    def _base(self) -> str:
        tag = self.soup.select_one("base[href]")
        return (resolve(self.url, str(tag["href"])) if tag else None) or self.url

    def _select(self, rule: str) -> str | None:
        selector, attribute = split_rule(rule)
        tag = self.soup.select_one(selector)
        return _content(tag, attribute) if tag else None


@contextmanager
def readable(url: str) -> Iterator[None]:
    """Turn what parsers raise about the text of the page at `url` into UnreadablePage.

    That is a surrogate or a number that cannot be converted (ValueError, UnicodeError among them), an amount
    beyond arithmetic, nesting deeper than the stack, and markup that the parser rejects; anything else is a
    fault of ours and goes through.
    """
    try:
        yield
    except (ValueError, ArithmeticError, RecursionError, ParserRejectedMarkup) as error:
        reason = clean(f"{type(error).__name__}: {error}", 200)
        raise UnreadablePage(f"{url} cannot be read as HTML ({reason})", url) from error


def split_price(text: str) -> tuple[str, str | None]:
    """ "0.5 ETH" or "€ 12.50" in amount and symbol; text that is neither comes back whole."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found or (found["before"] and found["after"]):
        return text, None
    return found["amount"], found["before"] or found["after"] or None


def _content(tag: Tag, attribute: str | None) -> str | None:
    if attribute is None:
        return clean_or_none(tag.get_text(" "), 20_000)
    value = tag.get(attribute)
    return clean_or_none(" ".join(value) if isinstance(value, list) else value, 20_000)


def _override(work: Work, chosen: Mapping[str, str | None]) -> None:
    for name in ("title", "creator", "series", "identifier"):
        if text := chosen.get(name):
            setattr(work, name, clean(text))
    for name, read in (("likes", whole_number), ("supply", whole_number), ("year", year_of)):
        if text := chosen.get(name):
            setattr(work, name, read(text))
    if price := chosen.get("price"):
        work.price, symbol = split_price(price)
        work.currency = chosen.get("currency") or symbol or work.currency
    if chosen.get("license") or chosen.get("license_url"):
        work.licenses = [(chosen.get("license"), chosen.get("license_url"))]
    if image := chosen.get("image"):
        work.media_url, work.media_mime = image, None
