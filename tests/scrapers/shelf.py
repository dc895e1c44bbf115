"""A session over pages held in memory or saved on disk: what a scraper sees, without a network."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scrapers.errors import FetchError, Gone
from scrapers.session import Page

PAGES = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class SavedPage:
    url: str
    body: bytes
    content_type: str = "text/html"
    status: int = 200

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def saved(name: str, url: str) -> SavedPage:
    return SavedPage(url, (PAGES / f"{name}.html").read_bytes())


def page(url: str, html: str) -> SavedPage:
    return SavedPage(url, html.encode("utf-8", "surrogatepass"))


class Shelf:
    """Answers from what was put on it; an error in place of a page is raised; what is not there is gone."""

    def __init__(self, pages: Mapping[str, SavedPage | FetchError] | None = None) -> None:
        self.pages = dict(pages or {})
        self.asked: Counter[str] = Counter()

    def get(self, url: str) -> Page:
        self.asked[url] += 1
        found = self.pages.get(url) or Gone(f"{url} does not exist", url)
        if isinstance(found, FetchError):
            raise found
        return found
