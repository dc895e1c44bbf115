"""Web addresses and headers: what may be asked for, where a redirect may lead, and what may be sent with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import httpx

from scrapers import errors
from scrapers.text import clean

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HOST: Final = re.compile(rb"[A-Za-z0-9_.\-]{1,253}|[0-9a-fA-F:.]{2,45}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What a request says of itself: a caller that set one of these could lie about who asks, or split the message.
_OURS: Final = frozenset(
    "accept-encoding connection content-length content-type cookie expect host if-modified-since if-none-match"
    " keep-alive proxy-authorization range te trailer transfer-encoding upgrade user-agent".split()
)
_SHORTEST_SECRET: Final = 4


def parse(url: str) -> httpx.URL:
    """The address without its fragment; raises BadUrl."""
    try:
        parsed = httpx.URL(url).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        shown = clean(str(url).rpartition("@")[2], 200)  # what stands before an @ may be a password
        raise errors.BadUrl(f"{shown!r} is no web address", shown) from error
    return _checked(parsed, errors.BadUrl)


def redirected(url: httpx.URL, response: httpx.Response, method: str) -> httpx.URL:
    """Where a redirect leads; raises BadRedirect.

    A question in a body is carried on only where the server says that it stays the same one (307, 308), and only
    to the same server: a page in its place would be no answer to it.
    """
    location = response.headers.get("location", "")
    try:
        target = url.join(location).copy_with(fragment=None) if location else None
    except (httpx.InvalidURL, ValueError):
        target = None
    if target is None:
        raise errors.BadRedirect(f"{url} redirects to {clean(location, 200)!r}, which is no address", str(url))
    if url.scheme == "https" and target.scheme == "http":
        raise errors.BadRedirect(f"{url} redirects from https to http: refused", str(url), location=str(target))
    _checked(target, errors.BadRedirect)
    if method != "GET" and not (response.status_code in {307, 308} and same_server(url, target)):
        raise errors.BadRedirect(
            f"{url} answers a POST with a redirect ({response.status_code}) that is not followed",
            str(url),
            location=str(target),
        )
    return target


def same_server(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether both are the same host and port, or the second is the first with TLS on the usual ports."""
    if one.host != other.host:
        return False
    upgraded = (one.scheme, other.scheme, one.port, other.port) == ("http", "https", None, None)
    return upgraded or origin(one) == origin(other)


def origin(url: httpx.URL) -> str:
    """Scheme, host and port, as text."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def checked_headers(url: str, headers: Mapping[str, str] | None) -> dict[str, str]:
    """The caller's headers; raises BadHeader with the name of one that cannot be sent, never with its value."""
    for name, value in (headers or {}).items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
            raise errors.BadHeader(f"header {clean(name, 100)!r} is not for a source to set", url, header=name)
        if not (value.isascii() and value.isprintable() and value == value.strip() and 0 < len(value) <= 4096):
            raise errors.BadHeader(
                f"the value of header {name} cannot be sent: printable ASCII without spaces around it is needed",
                url,
                header=name,
            )
    return dict(headers or {})


def hide(error: errors.FetchError, headers: Mapping[str, str]) -> None:
    """Take the values of headers out of an error: a server may have echoed a key, in a redirect for example."""
    error.args = tuple(hidden(one, headers) if isinstance(one, str) else one for one in error.args)
    error.url = hidden(error.url, headers)
    for name, one in error.evidence.items():
        if isinstance(one, str):
            error.evidence[name] = hidden(one, headers)


def hidden(text: str, headers: Mapping[str, str]) -> str:
    """The text without the values of headers."""
    for value in (value for value in headers.values() if len(value) >= _SHORTEST_SECRET):
        text = text.replace(value, "***")
    return text


def _checked(url: httpx.URL, kind: type[errors.Refused]) -> httpx.URL:
    if url.userinfo:
        bare = url.copy_with(userinfo=b"")
        raise errors.BadUrl(f"{bare} was given with a user name or password: those are never sent", str(bare))
    is_named = _HOST.fullmatch(url.raw_host) and 0 < (url.port or 80) < 65536
    if url.scheme not in {"http", "https"} or not is_named:
        raise kind(f"{clean(str(url), 200)}: only http and https addresses of a host are fetched", str(url))
    return url
