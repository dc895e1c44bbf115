"""The configured places to scrape: each a scraper, a network session with its manners, and its addresses.

The bundled gallery listens on another port each time, so its addresses are kept as ``bundled:/path`` and
turned into live ones only when they are fetched.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType

from nftd import __version__
from nftd.config import BUNDLED, Settings, SourceSettings
from nftd.errors import SourceOff, UsageError
from nftd.http import HttpLimits, HttpSession
from scrapers.listing import Listing, Media, Problem
from scrapers.session import Page
from scrapers.sites import make_source

_SCHEME = "bundled:"


class Feed:
    """One source of listings, ready to be read."""

    def __init__(self, name: str, settings: SourceSettings, session: HttpSession, base: str | None) -> None:
        self.name = name
        self.settings = settings
        self._session = session
        self._base = base

    @property
    def demo(self) -> bool:
        """Whether its works are for demonstration only and must never be submitted."""
        return self._base is not None

    def listings(self, limit: int | None = None) -> Iterator[Listing | Problem]:
        """Read the source from its first page; addresses come in the form that is stored."""
        options = self.settings.options(f"{self._base}/" if self._base else self.settings.start)
        source = make_source(self.settings.type, self.settings.market or self.name, options)
        for found in source.listings(self._session, limit):
            yield self._stored(found)

    def download(self, address: str) -> Page:
        """Fetch a picture by the address that is stored; raises what `HttpSession.download` does."""
        live = f"{self._base}{address.removeprefix(_SCHEME)}" if self._base else address
        return self._session.download(live)

    def told(self, text: str) -> str:
        """A message with addresses as they are stored: those of the bundled gallery change with each start."""
        return text.replace(self._base, _SCHEME) if self._base else text

    def _stored(self, found: Listing | Problem) -> Listing | Problem:
        if self._base is None:
            return found
        if isinstance(found, Problem):
            return replace(found, url=self._relative(found.url), message=self.told(found.message))
        media = found.media and Media(self._relative(found.media.url), found.media.kind, found.media.mime)
        return replace(found, url=self._relative(found.url), media=media)

    def _relative(self, address: str) -> str:
        return _SCHEME + address.removeprefix(self._base or "")


class Feeds:
    """All sources of the configuration; opens the bundled gallery when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open = ExitStack()
        self._feeds: dict[str, Feed] = {}
        self._base: str | None = None

    def __enter__(self) -> Feeds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def configured(self, name: str) -> Feed:
        """The source that a person named, on or off; `UsageError` with the nearest name when there is none."""
        known = self._settings.sources
        if name in known:
            return self._opened(name, known[name])
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"configured are {', '.join(known) or 'none'}"
        raise UsageError(f"there is no source {name[:60]!r}: {hint}")

    def get(self, name: str) -> Feed:
        """The source of this name, for a cycle; `SourceOff` where it is switched off or left the configuration."""
        settings = self._settings.sources.get(name)
        if settings is None:
            raise SourceOff(
                f"source {name!r} is no longer configured: put [sources.{name}] back to go on with its works"
            )
        if not settings.enabled:
            raise SourceOff(
                f"source {name!r} is switched off: set sources.{name}.enabled = true to go on with its works"
            )
        return self._opened(name, settings)

    def told(self, text: str) -> str:
        """A message with the bundled gallery's addresses as they are stored; opens nothing, so it cannot fail."""
        return text.replace(self._base, _SCHEME) if self._base else text

    def _opened(self, name: str, settings: SourceSettings) -> Feed:
        if name not in self._feeds:
            self._feeds[name] = self._make(name, settings)
        return self._feeds[name]

    def _make(self, name: str, settings: SourceSettings) -> Feed:
        base = self._gallery() if settings.start == BUNDLED else None
        session = HttpSession(self._limits(), local=settings.local or base is not None)
        return Feed(name, settings, self._open.enter_context(session), base)

    def _limits(self) -> HttpLimits:
        manners = self._settings.http
        return HttpLimits(
            user_agent=_user_agent(manners.contact),
            max_download_bytes=int(manners.max_image_mb * 1_000_000),
            interval_seconds=manners.interval_seconds,
            total_seconds=manners.timeout_seconds,
            read_seconds=min(20.0, manners.timeout_seconds),
        )

    def _gallery(self) -> str:
        from nftd.sample.server import Gallery

        if self._base is None:
            self._base = self._open.enter_context(Gallery()).url.rstrip("/")
        return self._base


def _user_agent(contact: str) -> str:
    return f"nftd/{__version__} ({contact})" if contact else f"nftd/{__version__}"
