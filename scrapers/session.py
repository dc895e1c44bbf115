"""What a scraper needs from the network: two methods. All manners (pauses, retries, limits) live behind them."""

from collections.abc import Mapping
from typing import Protocol


class Page(Protocol):
    """An answer that is content: status 2xx, body decoded from its transfer and content encoding."""

    @property
    def url(self) -> str:
        """Where the content came from, after redirects."""
        ...

    @property
    def status(self) -> int: ...

    @property
    def content_type(self) -> str:
        """The bare media type in lower case ("text/html"), empty where none was given."""
        ...

    @property
    def body(self) -> bytes: ...

    def text(self) -> str:
        """The body in its declared character set, undecodable bytes replaced."""
        ...


class Session(Protocol):
    """The network; `headers` go to the address's own server only, and their values are never told in an error."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Fetch a page; raises scrapers.errors.FetchError (Blocked, Gone, Unreachable, Refused, ...)."""
        ...

    def post(self, url: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Page:
        """Ask a question in JSON that changes nothing at the other side, so that it may be asked again."""
        ...
