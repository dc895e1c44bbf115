"""Pages as they came, kept beside the store's listings: the cache of conditional requests and the source of replays.

Only the shapes stand here; `nftd.http` asks and `nftd.store` keeps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx


@dataclass(frozen=True, slots=True)
class StoredPage:
    """An answer: `url` is where it came from after redirects, `body` is decoded, `fetched_at` in UTC.

    `charset` is the header's word for it; `etag` and `last_modified` are the server's own text, to be sent back.
    """

    url: str
    status: int
    content_type: str
    charset: str | None
    etag: str | None
    last_modified: str | None
    body: bytes
    fetched_at: datetime


class PageStore(Protocol):
    """Where pages are kept and requests are counted; used by several threads."""

    def newest(self, url_key: str) -> StoredPage | None:
        """The page that was kept last under this key."""
        ...

    def keep(self, url_key: str, page: StoredPage) -> None:
        """Add a page; the earlier ones of this key stay."""
        ...

    def spend(self, feed: str, month: str, limit: int | None) -> bool:
        """Count one request of a feed in a month ("2026-11", UTC); False, uncounted, where `limit` are counted."""
        ...


def get_key(url: str) -> str:
    """The key of a page that is asked for with GET; raises httpx.InvalidURL."""
    return f"GET {_normal(url)}"


def post_key(url: str, body: bytes) -> str:
    """The key of an answer to these bytes."""
    return f"POST {_normal(url)} sha256:{hashlib.sha256(body).hexdigest()}"


def robots_key(origin: str) -> str:
    """The key of a site's robots.txt, apart from pages: no source reads it, and one without any is kept too."""
    return f"ROBOTS {origin}"


def encode_json(body: Mapping[str, object]) -> bytes:
    """What is sent for a JSON body: the same bytes for the same values, whatever their order."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def _normal(url: str) -> str:
    return str(httpx.URL(url).copy_with(fragment=None))
