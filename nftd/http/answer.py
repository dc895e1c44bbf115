"""An answer that is content, and its text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from nftd.pages import StoredPage
from scrapers.text import clean

_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([A-Za-z0-9_:.\-]{1,40})", re.IGNORECASE)
_LONGEST_MARK: Final = 1000
# The encodings of the web (WHATWG Encoding Standard, 4.2) by their names in Python. None of them can decode to a
# surrogate, as utf-7 and unicode_escape can, and none is more than a table of characters, as idna and zlib are.
CODECS: Final = frozenset(
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be ascii mac-roman mac-cyrillic koi8-r koi8-u cp866 cp874 tis-620"
    " gb2312 gbk gb18030 big5 big5hkscs euc_jp iso2022_jp shift_jis cp932 euc_kr cp949"
    " iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10"
    " iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16"
    " cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258".split()
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer, read whole and decoded: satisfies scrapers.session.Page.

    `fresh` is False where the server said that the stored page still holds.
    """

    url: str
    status: int
    content_type: str
    charset: str | None
    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    fresh: bool = True

    def text(self) -> str:
        """The body in the header's character set, else the page's own, else UTF-8; bad bytes are replaced.

        Only encodings of the web count as named. The text holds no surrogate: it can be encoded again.
        """
        named = self.charset
        if named is None and (found := _META_CHARSET.search(self.body[:2048])):
            named = found[1].decode("ascii")
        return self.body.decode(_codec(named), "replace")

    def stored(self, now: datetime) -> StoredPage:
        """The same as a page to keep."""
        return StoredPage(
            url=self.url,
            status=self.status,
            content_type=self.content_type,
            charset=self.charset,
            etag=self.etag,
            last_modified=self.last_modified,
            body=self.body,
            fetched_at=now,
        )


def replayed(page: StoredPage) -> Answer:
    """A stored page as the answer that it was."""
    return Answer(
        page.url, page.status, page.content_type, page.charset, page.body, page.etag, page.last_modified, fresh=False
    )


def answered(url: httpx.URL, response: httpx.Response, body: bytes) -> Answer:
    """What came, with the marks by which the server knows this version again."""
    kind, charset = content_type(response)
    etag, modified = _mark(response, "etag"), _mark(response, "last-modified")
    return Answer(str(url), response.status_code, kind, charset, body, etag, modified)


def content_type(response: httpx.Response) -> tuple[str, str | None]:
    """The bare media type in lower case and the character set, as the header names them."""
    value = response.headers.get("content-type", "")
    charset = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.\-]{1,40})", value, re.IGNORECASE)
    return clean(value.split(";")[0], 100).lower(), charset[1] if charset else None


def _mark(response: httpx.Response, name: str) -> str | None:
    """A header that is to be sent back word for word, where it can be."""
    value = str(response.headers.get(name, "")).strip()
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_MARK else None


def _codec(named: str | None) -> str:
    """The codec that a page names, UTF-8 where it is none that pages are written in."""
    try:
        name = codecs.lookup(named).name if named else ""
    except (LookupError, UnicodeError):
        name = ""
    return name if name in CODECS - {"utf-8"} else "utf-8-sig"
