"""Who asks, what one request may take, and what one request is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import httpx

from nftd import __version__
from nftd.pages import StoredPage


def user_agent(contact: str) -> str:
    """What every request says of who asks: this program, and where its user can be reached."""
    return f"nftd/{__version__} ({contact})" if contact else f"nftd/{__version__}"


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Who asks, and what one request may take: `user_agent` names the program and a contact.

    `total_seconds` bounds a request with all its redirects, a retry counts anew; `interval_seconds` is the
    pause between two requests to one host. A site that shows a challenge is left alone for `cool_down_seconds`;
    a pause that its robots.txt asks for is kept up to `max_crawl_delay_seconds`, and above that the site is not read.
    """

    user_agent: str
    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    total_seconds: float = 60.0
    max_page_bytes: int = 8 * 2**20
    max_download_bytes: int = 64 * 2**20
    max_redirects: int = 5
    attempts: int = 3
    back_off_seconds: float = 1.0
    interval_seconds: float = 1.0
    cool_down_seconds: float = 6 * 3600.0
    max_crawl_delay_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not self.user_agent.isascii() or not self.user_agent.isprintable() or not self.user_agent.strip():
            raise ValueError(f"user_agent = {self.user_agent!r}: printable ASCII is needed")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: `kinds` are the media types that are taken, none means any.

    `headers` are the caller's and may hold keys: they are sent to the first server only and shown nowhere. With
    `cut` a longer body is read up to `max_bytes` instead of being refused. `stored` is an older answer to the same
    request: where it still holds, the server may say so instead of sending it again.
    """

    method: str
    accept: str
    max_bytes: int
    kinds: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    cut: bool = False
    obeys_robots: bool = True
    stored: StoredPage | None = None

    def elsewhere(self) -> Ask:
        """The same request to another server, which must not see the caller's keys."""
        return replace(self, headers={})

    def conditions(self, url: httpx.URL) -> dict[str, str]:
        """The headers that ask for a newer page than the stored one (RFC 9110, 13.1); only its own address has it."""
        if self.stored is None or self.stored.url != str(url):
            return {}
        marks = {"If-None-Match": self.stored.etag, "If-Modified-Since": self.stored.last_modified}
        return {name: mark for name, mark in marks.items() if mark}
