"""The configured places to scrape: each a scraper, a network session with its manners, and its addresses.

The bundled gallery listens on another port each time, so its addresses are kept as ``bundled:/path`` and
turned into live ones only when they are fetched.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from functools import cached_property
from threading import Lock
from types import TracebackType

from sqlalchemy import Connection

from nftd import logs
from nftd.config import BUNDLED, IMPORTED, Settings, SourceSettings
from nftd.credentials import credential, credential_of
from nftd.errors import SourceOff, UsageError
from nftd.gateways import Gateways, Picture
from nftd.http import HttpLimits, HttpSession, user_agent
from nftd.store.database import Store
from nftd.store.pages import Pages
from scrapers.errors import ScraperError
from scrapers.listing import Listing, Media, Problem
from scrapers.session import Session
from scrapers.sites import make_source
from scrapers.source import Found, Known, Scraped, Source, nothing_known

_SCHEME = "bundled:"


class Feed:
    """One source of listings, ready to be read; `pages` keeps its raw pages where there is a store."""

    def __init__(
        self,
        name: str,
        settings: SourceSettings,
        limits: HttpLimits,
        gateways: Gateways,
        store: Store | None,
        base: str | None,
        *,
        keeps: bool = True,
    ) -> None:
        self.name = name
        self.settings = settings
        self.pages = Pages(store, name, base, _SCHEME, keeps=keeps) if store else None
        self._limits = limits
        self._gateways = gateways
        self._base = base
        self._open = ExitStack()
        self._lock = Lock()

    @property
    def demo(self) -> bool:
        """Whether its works are for demonstration only and must never be submitted."""
        return self._base is not None

    @property
    def market(self) -> str:
        return self.settings.market or self.name

    @property
    def rules(self) -> str:
        """A digest of all that decides what a cursor means."""
        told = {"type": self.settings.type, "market": self.market, **self.settings.told(self.settings.start)}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @cached_property
    def source(self) -> Source:
        """The scraper; raises BadRule where its rules cannot work or its key is missing, UnknownSource."""
        options = self.settings.told(f"{self._base}/" if self._base else self.settings.start)
        key = credential(credential_of(self.settings.type))
        return make_source(self.settings.type, self.market, {**options, "key": key} if key else options)

    @property
    def session(self) -> HttpSession:
        """Its way to the network, with the manners that it is owed; one for all threads."""
        with self._lock:
            return self._session

    @cached_property
    def _session(self) -> HttpSession:
        limit = self.settings.max_requests_per_month or None
        if self.settings.ignore_robots and self.is_html:
            logs.warning("robots_ignored", feed=self.name, explanation="its configuration says ignore_robots = true")
        session = HttpSession(
            self._limits,
            local=self.settings.local or self._base is not None,
            feed=self.name,
            pages=self.pages,
            budget=limit,
            robots=self.is_html and not self.settings.ignore_robots,
        )
        return self._open.enter_context(session)

    @property
    def is_html(self) -> bool:
        """Whether robots.txt governs it; so too where its scraper cannot be made."""
        try:
            return self.source.html
        except ScraperError:
            return True

    def read(self, cursor: str | None, known: Known, session: Session | None = None) -> Iterator[Scraped]:
        """Read on behind `cursor`, page by page; addresses come in the form that is stored."""
        behind = cursor.replace(_SCHEME, self._base) if cursor and self._base else cursor
        for page in self.source.pages(session or self.session, behind, known):
            found = tuple(self._stored(one) for one in page.found)
            cursor, address = page.cursor and self.told(page.cursor), page.page and self.told(page.page)
            yield replace(page, found=found, cursor=cursor, page=address)

    def gathered(self) -> AbstractContextManager[None]:
        """Within it, raw pages are stored together with what `nftd.stages.scrape.keep` stores of them."""
        return self.pages.gathered() if self.pages else nullcontext()

    def listings(self, limit: int | None = None) -> Iterator[Listing | Problem]:
        """Read the source from its first page, at most `limit` listings."""
        count = 0
        for page in self.read(None, nothing_known):
            for one in page.found:
                if isinstance(one, Listing | Problem):
                    yield one
                count += isinstance(one, Listing)
                if count == limit:
                    return

    def download(self, address: str) -> Picture:
        """Fetch a picture by the address that is stored; raises what `HttpSession.download` does."""
        live = f"{self._base}{address.removeprefix(_SCHEME)}" if self._base else address
        return self._gateways.picture(live, self.session)

    def told(self, text: str) -> str:
        """A message with addresses as they are stored: those of the bundled gallery change with each start."""
        return text.replace(self._base, _SCHEME) if self._base else text

    def close(self) -> None:
        self._open.close()
        if self.pages:
            self.pages.close()

    def _stored(self, found: Found) -> Found:
        if self._base is None or not isinstance(found, Listing | Problem):
            return found
        if isinstance(found, Problem):
            return replace(found, url=self._relative(found.url), message=self.told(found.message))
        media = found.media and Media(self._relative(found.media.url), found.media.kind, found.media.mime)
        return replace(found, url=self._relative(found.url), media=media)

    def _relative(self, address: str) -> str:
        return _SCHEME + address.removeprefix(self._base or "")


class Feeds:
    """All sources of the configuration; opens the bundled gallery when it is first needed.

    Without a store no page is kept, and requests are counted in this process alone; unless it `keeps`, they are
    counted in the store and nothing else is kept there.
    """

    def __init__(self, settings: Settings, store: Store | None = None, *, keeps: bool = True) -> None:
        self._settings = settings
        self._store = store
        self._keeps = keeps
        self._open = ExitStack()
        self._feeds: dict[str, Feed] = {}
        self._lock = Lock()
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

    def made(self, name: str, settings: SourceSettings) -> Feed:
        """A source that stands in no configuration."""
        return self._opened(name, settings)

    def get(self, name: str) -> Feed:
        """The source of this name, for a cycle; `SourceOff` where it is switched off or left the configuration.

        What was imported from a file has no table: its pictures are always there to be asked for.
        """
        settings = SourceSettings(type="table") if name == IMPORTED else self._settings.sources.get(name)
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

    def host(self, address: str) -> str:
        """Which host is asked for a picture of this stored address."""
        return self._gateways.host(address)

    def _opened(self, name: str, settings: SourceSettings) -> Feed:
        with self._lock:
            if name not in self._feeds:
                self._feeds[name] = self._make(name, settings)
            return self._feeds[name]

    def settle(self, connection: Connection) -> None:
        """Store what the sources' pages still hold back: the requests since the last page."""
        for feed in self._feeds.values():
            if feed.pages:
                feed.pages.write(connection)

    def _make(self, name: str, settings: SourceSettings) -> Feed:
        base = self._gallery() if settings.start == BUNDLED else None
        feed = Feed(name, settings, self._limits(), self._gateways, self._store, base, keeps=self._keeps)
        self._open.callback(feed.close)
        return feed

    @cached_property
    def _gateways(self) -> Gateways:
        gateways = Gateways(self._settings.http.ipfs_gateways, self._limits())
        self._open.callback(gateways.close)
        return gateways

    def _limits(self) -> HttpLimits:
        manners = self._settings.http
        return HttpLimits(
            user_agent=user_agent(manners.contact),
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
