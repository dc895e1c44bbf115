"""Web addresses as scrapers compare them: resolved, without fragment, and of which site."""

import hashlib
import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_TRACKING: Final = ("utm_", "fbclid", "gclid", "ref", "session", "sid")
_MAX_URL: Final = 4000
_MAX_SIMPLE: Final = 1000
_SIMPLE: Final = re.compile(r"(?:/[A-Za-z0-9_~%=&\-][A-Za-z0-9_~%=&.\-]*){1,40}/?")  # no dot behind a slash, no query


def resolve(base: str, reference: str) -> str | None:
    """The absolute http(s) address of a link on `base`, without fragment; None for anything else."""
    if len(reference) < _MAX_SIMPLE and _SIMPLE.fullmatch(reference) and (origin := _origin(base)):
        return origin + reference  # most links of a gallery: put together without taking the base apart
    try:
        url = urldefrag(urljoin(base, reference.strip())).url
        parts = urlsplit(url)
        usable = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and len(url) <= _MAX_URL
        return url if usable and parts.port != 0 and url.isprintable() and " " not in url else None
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _origin(base: str) -> str | None:
    """Scheme, host and port of a base address in which nothing needs a second look."""
    found = re.match(r"https?://[a-z0-9.\-]{1,250}(?::[0-9]{1,5})?(?=/)", base)
    return found[0] if found and resolve(base, "") is not None else None


@lru_cache(maxsize=1024)
def site_of(url: str) -> str:
    """Host and port; the default ports of http and https are one site, so a redirect to https stays on it."""
    parts = urlsplit(url)
    default = parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme)
    return f"{parts.hostname}:{'' if default else parts.port}"


def same_site(url: str, other: str) -> bool:
    """Whether two addresses are of one site."""
    origin = _origin(other)
    return (origin is not None and url.startswith(f"{origin}/")) or site_of(url) == site_of(other)


def address_digest(url: str, part: str = "") -> str:
    """A stable key for what stands at an address: 20 hex digits of path and query, whatever host serves it.

    Tracking parameters and the order of parameters do not count; `part` tells works of one page apart.
    """
    parts = urlsplit(url)
    query = sorted(pair for pair in parse_qsl(parts.query) if not pair[0].lower().startswith(_TRACKING))
    plain = f"{parts.path.rstrip('/')}?{urlencode(query)}#{part}"
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:20]
