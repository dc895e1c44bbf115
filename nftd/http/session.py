"""The session of one source: requests with all manners, whose answer is content or an error."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

import httpx

from nftd.http.addresses import REDIRECTS, checked_headers, hidden, hide, parse, redirected, same_server
from nftd.http.answer import Answer, answered, replayed
from nftd.http.budget import Budget
from nftd.http.content import content
from nftd.http.limits import Ask, HttpLimits
from nftd.http.pace import Pace
from nftd.http.refusals import worth_a_retry
from nftd.http.robots import Robots
from nftd.http.wire import Wire
from nftd.net import Resolver, is_this_machine, resolve_name
from nftd.pages import PageStore, encode_json, get_key, post_key
from scrapers import errors

_HTML_FIRST: Final = "text/html,application/json;q=0.9,*/*;q=0.5"
_JSON_FIRST: Final = "application/json,*/*;q=0.5"


class HttpSession:
    """A session for one source; `local` admits loopback addresses beside public ones.

    Safe for several threads. `resolve` and `tls` replace the system's resolver and the certificate store.
    With `pages` answers are kept and asked for again only where they changed, and requests are counted for `feed`,
    at most `budget` in a month. With `robots` each site's robots.txt is obeyed. `clock` (UTC) and `dice` (of the
    jitter) are for tests.
    """

    def __init__(  # noqa: PLR0913  # each is one manner, and all but the first have a default
        self,
        limits: HttpLimits,
        *,
        local: bool = False,
        resolve: Resolver = resolve_name,
        tls: ssl.SSLContext | None = None,
        feed: str = "",
        pages: PageStore | None = None,
        budget: int | None = None,
        robots: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        dice: random.Random | None = None,
    ) -> None:
        self._limits = limits
        self._local = local
        self._wire = Wire(limits, local, resolve, tls)
        self._pace = Pace(limits.interval_seconds, local)
        self._budget = Budget(feed, pages, budget, clock)
        self._pages = pages
        self._robots = Robots(self._fetch, pages, clock, limits) if robots else None
        self._clock = clock
        self._dice = dice or random.Random()  # noqa: S311  # spreads retries, guards nothing

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Fetch a page of at most `max_page_bytes`; raises scrapers.errors.FetchError."""
        key = get_key(str(parse(url)))
        ask = Ask("GET", _HTML_FIRST, self._limits.max_page_bytes, headers=checked_headers(url, headers))
        stored = self._pages.newest(key) if self._pages else None
        return self._kept(key, self._fetch(url, replace(ask, stored=stored)))

    def post(self, url: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Answer:
        """Ask a question in JSON; it must change nothing at the other side, since it may be asked again.

        The answer has at most `max_page_bytes`; raises scrapers.errors.FetchError, ValueError for what is no JSON.
        """
        data = encode_json(body)
        key = post_key(str(parse(url)), data)
        ask = Ask("POST", _JSON_FIRST, self._limits.max_page_bytes, headers=checked_headers(url, headers), body=data)
        return self._kept(key, self._fetch(url, ask))

    def download(self, url: str, max_bytes: int | None = None, accept: tuple[str, ...] = ("image/",)) -> Answer:
        """Fetch a file whose media type starts with one of `accept`; it is not kept as a page.

        It may have `max_bytes`, else the limits' `max_download_bytes`; raises scrapers.errors.FetchError.
        """
        header = ",".join(f"{kind}*" if kind.endswith("/") else kind for kind in accept)
        most = self._limits.max_download_bytes if max_bytes is None else max_bytes
        return self._fetch(url, Ask("GET", header, most, accept))

    def close(self) -> None:
        self._wire.close()

    def __enter__(self) -> HttpSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _kept(self, key: str, answer: Answer) -> Answer:
        if self._pages and answer.fresh:
            self._pages.keep(key, answer.stored(self._clock()))
        return answer

    def _fetch(self, url: str, ask: Ask) -> Answer:
        """One request with its retries; no error and no page's address shows what the caller's headers hold."""
        try:
            answer = self._persist(self._sealed(parse(url), ask), ask)
            return replace(answer, url=hidden(answer.url, ask.headers))
        except errors.FetchError as error:
            hide(error, ask.headers)
            raise

    def _sealed(self, url: httpx.URL, ask: Ask) -> httpx.URL:
        """The address; raises BadHeader where a key would be sent for all to read."""
        if ask.headers and url.scheme == "http" and not (self._local and is_this_machine(url.host)):
            names = ", ".join(ask.headers)
            raise errors.BadHeader(f"{url}: {names} is sent over https only", str(url), header=names)
        return url

    def _persist(self, url: httpx.URL, ask: Ask) -> Answer:
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._attempt(url, ask)
            except errors.Unreachable as error:
                error.evidence["attempts"] = attempt
                if attempt == self._limits.attempts or not worth_a_retry(error):
                    raise
                time.sleep(self._back_off(attempt))
        raise errors.Unreachable(f"{url} was not tried: attempts = {self._limits.attempts}", str(url))

    def _back_off(self, attempt: int) -> float:
        """Seconds before the next attempt: twice as long each time, and never quite the same for two programs."""
        return self._limits.back_off_seconds * 2.0 ** (attempt - 1) * self._dice.uniform(0.5, 1.5)

    def _attempt(self, asked: httpx.URL, ask: Ask) -> Answer:
        """One request with its redirects under one deadline, in which waiting for a host's turn does not count."""
        self._wire.deadline.start(self._limits.total_seconds)
        url, seen = asked, [asked]
        while True:
            with self._wire.deadline.paused():
                self._admit(url, ask)
            with self._wire.answer(url, ask) as response:
                if response.status_code not in REDIRECTS:
                    return self._accept(asked, url, response, ask)
                target = redirected(url, response, ask.method)
            if target in seen or len(seen) > self._limits.max_redirects:
                raise errors.BadRedirect(
                    f"{asked} redirects in a loop or more than {self._limits.max_redirects} times", str(target)
                )
            ask = ask if same_server(url, target) else ask.elsewhere()
            url = target
            seen.append(url)

    def _admit(self, url: httpx.URL, ask: Ask) -> None:
        """Wait until this address may be asked for; raises where it may not."""
        self._pace.check(url)
        delay = self._robots.delay(url) if self._robots and ask.obeys_robots else 0.0
        self._pace.wait(url, delay)
        self._budget.spend(url)

    def _accept(self, asked: httpx.URL, url: httpx.URL, response: httpx.Response, ask: Ask) -> Answer:
        if response.status_code == httpx.codes.NOT_MODIFIED and ask.stored and ask.conditions(url):
            return replayed(ask.stored)
        try:
            return answered(url, response, content(asked, url, response, ask, self._limits.cool_down_seconds))
        except errors.Blocked as error:
            if "challenge" in error.evidence:
                self._pace.rest(url, error)
            raise
