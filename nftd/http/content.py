"""The body of an answer, where it is what was asked for."""

from __future__ import annotations

import re
from typing import Final

import httpx

from nftd.http.answer import content_type
from nftd.http.body import head, read
from nftd.http.limits import Ask
from nftd.http.refusals import refuse_page, refuse_status
from nftd.http.signs import HEAD_BYTES, is_html
from scrapers import errors

# What servers say that do not know: what the bytes are is for their reader to find out.
_UNTYPED: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_HTML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


def content(asked: httpx.URL, url: httpx.URL, response: httpx.Response, ask: Ask, cool_down: float) -> bytes:
    """The decoded body of `url`, to which `asked` led; raises scrapers.errors.FetchError where it is none."""
    kind, _ = content_type(response)
    refuse_status(url, response, kind, cool_down)
    if ask.kinds and kind not in _UNTYPED and not kind.startswith(ask.kinds):
        if is_html(kind):
            refuse_page(asked, url, response, head(url, response, HEAD_BYTES), cool_down)
        raise _wrong_type(url, kind or "of no stated type", ask)
    body = read(url, response, ask)
    if is_html(kind):
        refuse_page(asked, url, response, body[:HEAD_BYTES], cool_down)
    if ask.kinds and "text/html" not in ask.kinds and _HTML_START.match(body):
        raise _wrong_type(url, f"HTML under the name {kind}", ask)
    return body


def _wrong_type(url: httpx.URL, got: str, ask: Ask) -> errors.WrongContentType:
    return errors.WrongContentType(f"{url} is {got}, wanted {', '.join(ask.kinds)}", str(url), got=got)
