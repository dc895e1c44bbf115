"""A page as CSS selectors need it; loaded when the first is applied."""

import warnings
from typing import Final

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning
from bs4.exceptions import ParserRejectedMarkup

# Both warn about what foreign markup looks like; it is read as HTML whatever it looks like.
warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)


MAX_TAGS: Final = 100_000


def soup_of(text: str) -> BeautifulSoup:
    """Raises ValueError for markup that the parser rejects, and for more than 100,000 tags: that would take seconds."""
    if text.count("<") > 2 * MAX_TAGS:
        raise ValueError(f"more than {MAX_TAGS} elements are not searched by selectors")
    try:
        return BeautifulSoup(text, "lxml")
    except ParserRejectedMarkup as error:
        raise ValueError(str(error)) from error
