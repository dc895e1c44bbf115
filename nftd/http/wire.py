"""One request on the wire: connections to checked addresses, our own headers, errors of the network as ours."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
import httpx

from nftd.http.limits import Ask, HttpLimits
from nftd.http.refusals import address_error
from nftd.net import AddressError, Deadline, PublicBackend, PublicTransport, Resolver
from scrapers import errors
from scrapers.text import clean


class Wire:
    """Sends single requests; `deadline` bounds those of the current thread."""

    def __init__(self, limits: HttpLimits, local: bool, resolve: Resolver, tls: ssl.SSLContext | None) -> None:
        self.deadline = Deadline()
        self._limits = limits
        self._backend = PublicBackend(local, resolve, self.deadline)
        self._tls = tls
        self._transports: dict[str, PublicTransport] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    @contextmanager
    def answer(self, url: httpx.URL, ask: Ask) -> Iterator[httpx.Response]:
        """Send the request; errors of the network become ours, while sending and while reading the body."""
        response = None
        try:
            response = self._transport(url).handle_request(self._request(url, ask))
            yield response
        except AddressError as error:
            raise address_error(url, error) from error
        except httpcore.TimeoutException as error:
            raise errors.TimedOut(f"{url} did not answer in time: {error}", str(url)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            kind = errors.Truncated if response is not None else errors.Unreachable
            raise kind(f"{url}: the connection broke: {clean(str(error), 200)}", str(url)) from error
        finally:
            if response is not None:
                response.close()

    def _request(self, url: httpx.URL, ask: Ask) -> httpx.Request:
        headers = httpx.Headers(
            {
                "User-Agent": self._limits.user_agent,
                "Accept": ask.accept,
                "Accept-Encoding": "identity" if ask.kinds else "gzip",
                **ask.conditions(url),
            }
        )
        headers.update(ask.headers)
        if ask.body is not None:
            headers["Content-Type"] = "application/json"
        timeout = {
            "connect": self._limits.connect_seconds,
            "read": self._limits.read_seconds,
            "write": self._limits.read_seconds,
            "pool": self._limits.total_seconds,
        }
        return httpx.Request(ask.method, url, headers=headers, content=ask.body, extensions={"timeout": timeout})

    def _transport(self, url: httpx.URL) -> PublicTransport:
        with self._lock:
            if url.scheme not in self._transports:
                self._transports[url.scheme] = PublicTransport(self._backend, self._tls_for(url.scheme))
            return self._transports[url.scheme]

    def _tls_for(self, scheme: str) -> ssl.SSLContext:
        if scheme == "https":
            return self._tls or httpx.create_ssl_context(trust_env=False)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and cheap: loading certificates takes 30 ms
