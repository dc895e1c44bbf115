"""Web addresses as scrapers compare them: resolved, without fragment, and of which site."""

import hashlib
from typing import Final
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_TRACKING: Final = ("utm_", "fbclid", "gclid", "ref", "session", "sid")
_MAX_URL: Final = 4000


def resolve(base: str, reference: str) -> str | None:
    """The absolute http(s) address of a link on `base`, without fragment; None for anything else."""
    try:
        url = urldefrag(urljoin(base, reference.strip())).url
        parts = urlsplit(url)
        usable = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and len(url) <= _MAX_URL
        return url if usable and parts.port != 0 and url.isprintable() and " " not in url else None
    except ValueError:
        return None


def site_of(url: str) -> str:
    """Host and port; the default ports of http and https are one site, so a redirect to https stays on it."""
    parts = urlsplit(url)
    default = parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme)
    return f"{parts.hostname}:{'' if default else parts.port}"


def address_digest(url: str, part: str = "") -> str:
    """A stable key for what stands at an address: 20 hex digits of path and query, whatever host serves it.

    Tracking parameters and the order of parameters do not count; `part` tells works of one page apart.
    """
    parts = urlsplit(url)
    query = sorted(pair for pair in parse_qsl(parts.query) if not pair[0].lower().startswith(_TRACKING))
    plain = f"{parts.path.rstrip('/')}?{urlencode(query)}#{part}"
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:20]
