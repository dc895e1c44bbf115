"""All HTTP manners in one place: honest name, pauses, limits, refusals; the answer is content or an error.

Names are resolved and checked by `nftd.net`; no proxy, cookie or credential is taken from the environment. A
challenge page or a refusal by the site is `Blocked` and never evaded.
"""

import codecs
import re
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final

import httpcore
import httpx

from nftd.net import (
    AddressError,
    Deadline,
    PublicBackend,
    PublicTransport,
    Resolver,
    is_loopback,
    resolve_name,
)
from scrapers import errors
from scrapers.text import clean

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REFUSALS: Final = frozenset({401, 403, 407, 429, 451})
# What challenge services write into their answers: Cloudflare, AWS WAF, DataDome.
_CHALLENGES: Final = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", "challenge"),
    ("x-amzn-waf-action", "captcha"),
    ("x-datadome", "protected"),
)
_HOST: Final = re.compile(rb"[A-Za-z0-9_.\-]{1,253}|[0-9a-fA-F:.]{2,45}")
_MAX_RETRY_AFTER: Final = 7 * 86400
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([A-Za-z0-9_:.\-]{1,40})", re.IGNORECASE)
# The encodings of the web (WHATWG Encoding Standard, 4.2) by their names in Python. None of them can decode to a
# surrogate, as utf-7 and unicode_escape can, and none is more than a table of characters, as idna and zlib are.
CODECS: Final = frozenset(
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be ascii mac-roman mac-cyrillic koi8-r koi8-u cp866 cp874 tis-620"
    " gb2312 gbk gb18030 big5 big5hkscs euc_jp iso2022_jp shift_jis cp932 euc_kr cp949"
    " iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10"
    " iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16"
    " cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258".split()
)
# What servers say that do not know: what the bytes are is for their reader to find out.
_UNTYPED: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_HTML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Who asks, and what one request may take: `user_agent` names the program and a contact.

    `total_seconds` bounds a request with all its redirects, a retry counts anew; `interval_seconds` is the
    pause between two requests to one host.
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

    def __post_init__(self) -> None:
        if not self.user_agent.isascii() or not self.user_agent.isprintable() or not self.user_agent.strip():
            raise ValueError(f"user_agent = {self.user_agent!r}: printable ASCII is needed")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a request asks for; `kinds` are the media types that are taken, none means any."""

    header: str
    max_bytes: int
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """A 2xx answer, read whole and decoded: satisfies scrapers.session.Page."""

    url: str
    status: int
    content_type: str
    charset: str | None
    body: bytes

    def text(self) -> str:
        """The body in the header's character set, else the page's own, else UTF-8; bad bytes are replaced.

        Only encodings of the web count as named. The text holds no surrogate: it can be encoded again.
        """
        named = self.charset
        if named is None and (found := _META_CHARSET.search(self.body[:2048])):
            named = found[1].decode("ascii")
        return self.body.decode(_codec(named), "replace")


class HttpSession:
    """A session for one source; `local` admits loopback addresses beside public ones.

    Safe for several threads. `resolve` and `tls` replace the system's resolver and the certificate store.
    """

    def __init__(
        self,
        limits: HttpLimits,
        *,
        local: bool = False,
        resolve: Resolver = resolve_name,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._local = local
        self._deadline = Deadline()
        self._backend = PublicBackend(local, resolve, self._deadline)
        self._tls = tls
        self._transports: dict[str, PublicTransport] = {}
        self._next_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def get(self, url: str) -> _Answer:
        """Fetch a page of at most `max_page_bytes`; raises scrapers.errors.FetchError."""
        return self._fetch(url, _Wish("text/html,application/json;q=0.9,*/*;q=0.5", self._limits.max_page_bytes))

    def download(self, url: str, max_bytes: int | None = None, accept: tuple[str, ...] = ("image/",)) -> _Answer:
        """Fetch a file whose media type starts with one of `accept`.

        It may have `max_bytes`, else the limits' `max_download_bytes`; raises scrapers.errors.FetchError.
        """
        header = ",".join(f"{kind}*" if kind.endswith("/") else kind for kind in accept)
        return self._fetch(
            url, _Wish(header, self._limits.max_download_bytes if max_bytes is None else max_bytes, accept)
        )

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def __enter__(self) -> "HttpSession":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fetch(self, url: str, wish: _Wish) -> _Answer:
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._attempt(_parse(url), wish)
            except errors.Unreachable as error:
                error.evidence["attempts"] = attempt
                if attempt == self._limits.attempts or not _worth_a_retry(error):
                    raise
                time.sleep(self._limits.back_off_seconds * 2 ** (attempt - 1))
        raise errors.Unreachable(f"{url} was not tried: attempts = {self._limits.attempts}", url)

    def _attempt(self, url: httpx.URL, wish: _Wish) -> _Answer:
        """One request with its redirects under one deadline."""
        self._pace(url)
        self._deadline.start(self._limits.total_seconds)
        seen = [url]
        while True:
            with self._answer(url, wish) as response:
                if response.status_code not in _REDIRECTS:
                    return self._accept(url, response, wish)
                url = _redirected(url, response)
            if url in seen or len(seen) > self._limits.max_redirects:
                raise errors.BadRedirect(
                    f"{seen[0]} redirects in a loop or more than {self._limits.max_redirects} times", str(url)
                )
            seen.append(url)
            self._pace(url)

    @contextmanager
    def _answer(self, url: httpx.URL, wish: _Wish) -> Iterator[httpx.Response]:
        """Send the request; errors of the network become ours, while sending and while reading the body."""
        response = None
        try:
            response = self._transport(url).handle_request(self._request(url, wish))
            yield response
        except AddressError as error:
            raise _address_error(url, error) from error
        except httpcore.TimeoutException as error:
            raise errors.TimedOut(f"{url} did not answer in time: {error}", str(url)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            kind = errors.Truncated if response is not None else errors.Unreachable
            raise kind(f"{url}: the connection broke: {clean(str(error), 200)}", str(url)) from error
        finally:
            if response is not None:
                response.close()

    def _request(self, url: httpx.URL, wish: _Wish) -> httpx.Request:
        headers = {
            "User-Agent": self._limits.user_agent,
            "Accept": wish.header,
            "Accept-Encoding": "identity" if wish.kinds else "gzip",
        }
        timeout = {
            "connect": self._limits.connect_seconds,
            "read": self._limits.read_seconds,
            "write": self._limits.read_seconds,
            "pool": self._limits.total_seconds,
        }
        return httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout})

    def _transport(self, url: httpx.URL) -> PublicTransport:
        with self._lock:
            if url.scheme not in self._transports:
                self._transports[url.scheme] = PublicTransport(self._backend, self._tls_for(url.scheme))
            return self._transports[url.scheme]

    def _tls_for(self, scheme: str) -> ssl.SSLContext:
        if scheme == "https":
            return self._tls or httpx.create_ssl_context(trust_env=False)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and cheap: loading certificates takes 30 ms

    def _pace(self, url: httpx.URL) -> None:
        """Wait for the host's turn; a loopback server of our own needs no pause."""
        if self._local and (url.host == "localhost" or is_loopback(url.host)):
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next_at.get(url.host, now))
            self._next_at[url.host] = turn + self._limits.interval_seconds
        time.sleep(turn - now)

    def _accept(self, url: httpx.URL, response: httpx.Response, wish: _Wish) -> _Answer:
        _refuse_status(url, response)
        kind, charset = _content_type(response)
        if wish.kinds and kind not in _UNTYPED and not kind.startswith(wish.kinds):
            raise _wrong_type(url, kind or "of no stated type", wish)
        body = _read(url, response, wish.max_bytes)
        if wish.kinds and "text/html" not in wish.kinds and _HTML_START.match(body):
            raise _wrong_type(url, f"HTML under the name {kind}", wish)
        return _Answer(str(url), response.status_code, kind, charset, body)


def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        shown = clean(str(url).rpartition("@")[2], 200)  # what stands before an @ may be a password
        raise errors.BadUrl(f"{shown!r} is no web address", shown) from error
    return _checked(parsed, errors.BadUrl)


def _checked(url: httpx.URL, kind: type[errors.Refused]) -> httpx.URL:
    if url.userinfo:
        bare = url.copy_with(userinfo=b"")
        raise errors.BadUrl(f"{bare} was given with a user name or password: those are never sent", str(bare))
    is_named = _HOST.fullmatch(url.raw_host) and 0 < (url.port or 80) < 65536
    if url.scheme not in {"http", "https"} or not is_named:
        raise kind(f"{clean(str(url), 200)}: only http and https addresses of a host are fetched", str(url))
    return url


def _redirected(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location", "")
    try:
        target = url.join(location).copy_with(fragment=None) if location else None
    except (httpx.InvalidURL, ValueError):
        target = None
    if target is None:
        raise errors.BadRedirect(f"{url} redirects to {clean(location, 200)!r}, which is no address", str(url))
    if url.scheme == "https" and target.scheme == "http":
        raise errors.BadRedirect(f"{url} redirects from https to http: refused", str(url), location=str(target))
    return _checked(target, errors.BadRedirect)


def _address_error(url: httpx.URL, error: AddressError) -> errors.FetchError:
    kind = errors.Unresolvable if error.code == "unresolvable" else errors.NotPublicAddress
    return kind(f"{url}: {clean(str(error), 300)}", str(url), addresses=error.addresses)


def _worth_a_retry(error: errors.Unreachable) -> bool:
    """A time-out has cost enough, and a server that names a time is asked again later, by the caller."""
    if error.evidence.get("retry_after") is not None:
        return False
    return type(error) in {errors.Unreachable, errors.ServerError, errors.Truncated}


def _refuse_status(url: httpx.URL, response: httpx.Response) -> None:
    status, wait = response.status_code, _retry_after(response)
    if status in _REFUSALS or any(response.headers.get(name) == value for name, value in _CHALLENGES):
        raise errors.Blocked(f"{url} refuses us ({status})", str(url), retry_after=wait, status=status)
    if status in {404, 410}:
        raise errors.Gone(f"{url} does not exist ({status})", str(url), status=status)
    if status >= 500:
        raise errors.ServerError(f"{url} failed ({status})", str(url), status=status, retry_after=wait)
    if not 200 <= status < 300:
        raise errors.BadStatus(
            f"{url} answered {status}, which is neither content nor a redirect", str(url), status=status
        )


def _retry_after(response: httpx.Response) -> int | None:
    """Seconds from Retry-After (RFC 9110, 10.2.3: a number or a date), at most a week; None without one."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(int(value), _MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter from a year of many digits
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0, min(int((moment - datetime.now(UTC)).total_seconds()), _MAX_RETRY_AFTER))


def _content_type(response: httpx.Response) -> tuple[str, str | None]:
    value = response.headers.get("content-type", "")
    charset = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.\-]{1,40})", value, re.IGNORECASE)
    return clean(value.split(";")[0], 100).lower(), charset[1] if charset else None


def _codec(named: str | None) -> str:
    """The codec that a page names, UTF-8 where it is none that pages are written in."""
    try:
        name = codecs.lookup(named).name if named else ""
    except (LookupError, UnicodeError):
        name = ""
    return name if name in CODECS - {"utf-8"} else "utf-8-sig"


def _wrong_type(url: httpx.URL, got: str, wish: _Wish) -> errors.WrongContentType:
    return errors.WrongContentType(f"{url} is {got}, wanted {', '.join(wish.kinds)}", str(url), got=got)


def _read(url: httpx.URL, response: httpx.Response, max_bytes: int) -> bytes:
    """The decoded body; the announced, the received and the decoded size each stay within `max_bytes`."""
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise _too_large(url, f"announces {announced} bytes", max_bytes)
    decoder = _Decoder(url, response.headers.get("content-encoding", ""))
    body, received = bytearray(), 0
    for chunk in response.iter_raw():
        received += len(chunk)
        body += decoder.feed(chunk, max_bytes + 1 - len(body))
        if received > max_bytes or len(body) > max_bytes:
            raise _too_large(url, "is longer", max_bytes)
    if received:
        decoder.finish()
    return bytes(body)


def _too_large(url: httpx.URL, what: str, max_bytes: int) -> errors.TooLarge:
    return errors.TooLarge(f"{url} {what}, the limit is {max_bytes} bytes", str(url), limit=max_bytes)


class _Decoder:
    """Undoes gzip a bounded piece at a time, so that a small answer cannot unfold into a large one."""

    def __init__(self, url: httpx.URL, encoding: str) -> None:
        self._url = str(url)
        names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
        if names not in ([], ["identity"], ["gzip"], ["x-gzip"], ["deflate"]):
            raise errors.BadEncoding(f"{url} is encoded as {clean(encoding, 80)!r}, only gzip is read", self._url)
        packed = bool(names) and names != ["identity"]
        self._inflate = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS) if packed else None  # 32: gzip or zlib

    def feed(self, chunk: bytes, room: int) -> bytes:
        if self._inflate is None:
            return chunk
        try:
            return self._inflate.decompress(chunk, max(room, 1))
        except zlib.error as error:
            raise errors.BadEncoding(f"{self._url} is not what its encoding says: {error}", self._url) from error

    def finish(self) -> None:
        if self._inflate is None:
            return
        if not self._inflate.eof:
            raise errors.Truncated(f"{self._url} ends inside its gzip data", self._url)
        if self._inflate.unused_data:
            raise errors.BadEncoding(f"{self._url} has data behind its gzip data", self._url)
