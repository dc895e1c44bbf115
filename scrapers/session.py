"""What a scraper needs from the network: two methods. All manners (pauses, retries, limits) live behind them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
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


class Replay(Session, Protocol):
    """A session that answers from stored pages, as they stood at an earlier time; raises NotStored for all others."""

    now: datetime
    """The time, in UTC, at which it was asked then: a question may be about the days before it."""

    def latest(self, url: str, bodies: Sequence[Mapping[str, object]]) -> int | None:
        """Which of these questions was answered last, where each may have been asked for the same; None: none was."""
        ...


def time_of(session: Session) -> datetime:
    """When a session asks: now, in UTC, but for one that replays."""
    moment: datetime | None = getattr(session, "now", None)
    return datetime.now(UTC) if moment is None else moment


def latest(session: Session, url: str, bodies: Sequence[Mapping[str, object]]) -> int | None:
    """Which of several questions for the same to ask: the first, but for a session that replays; there None is none."""
    choose: Callable[[str, Sequence[Mapping[str, object]]], int | None] | None = getattr(session, "latest", None)
    return 0 if choose is None else choose(url, bodies)
