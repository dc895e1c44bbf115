"""What a scraper needs from the network: one method. All manners (pauses, retries, limits) live behind it."""

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
    def get(self, url: str) -> Page:
        """Fetch a page; raises scrapers.errors.FetchError (Blocked, Gone, Unreachable, Refused, ...)."""
        ...
