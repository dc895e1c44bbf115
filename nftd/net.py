"""Sockets to public addresses only: names are resolved here, checked, and connected to at that very address.

The check stands where the socket opens, so it holds for every request, redirect and new connection, and a
name that answers differently the next time (DNS rebinding) gains nothing. TLS still verifies the name, not
the address. Every read also ends at the request's deadline: a server that drips single bytes is cut off.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import httpx

Resolver = Callable[[str, int], Sequence[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class AddressError(Exception):
    """The name has no address, or one that may not be connected to (`addresses` says which)."""

    def __init__(self, message: str, code: str, addresses: Sequence[str]) -> None:
        super().__init__(message)
        self.code = code
        self.addresses = list(addresses)


def resolve_name(host: str, port: int) -> list[str]:
    """The addresses of a name from the system's resolver, each once; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(text: str) -> bool:
    """Whether an address is unicast on the public internet, also what IPv6 forms carry (RFC 4291, RFC 6052).

    Zone identifiers ("fe80::1%eth0") and text that is no address are not public.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return all(_is_global_unicast(part) for part in _with_embedded(address))


def is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def is_this_machine(host: str) -> bool:
    """Whether a name or address is that of this machine by itself, whatever a resolver says."""
    return host == "localhost" or is_loopback(host)


def _is_global_unicast(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False  # fec0::/10 counts as global in Python's table since RFC 3879 deprecated it
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _with_embedded(address: _Address) -> Iterator[_Address]:
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped  # a mapped address is that IPv4 address, and nothing else
        return
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return
    yield address
    yield from filter(None, (address.sixtofour, *(address.teredo or ())))


class Deadline(threading.local):
    """When the request of the current thread must be over, on the monotonic clock."""

    at: float = float("inf")

    def start(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let no time count, and any other request of this thread have its own deadline meanwhile."""
        at, since = self.at, time.monotonic()
        try:
            yield
        finally:
            self.at = at + time.monotonic() - since

    def bound(self, timeout: float | None) -> float:
        """The smaller of a timeout and the time left; raises httpcore.ReadTimeout when none is left."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the request's total time is over")
        return left if timeout is None else min(timeout, left)


class PublicBackend(httpcore.NetworkBackend):
    """Opens TCP connections to checked addresses; with `local` loopback addresses are allowed as well."""

    def __init__(self, local: bool, resolve: Resolver, deadline: Deadline) -> None:
        self._local = local
        self._resolve = resolve
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Try the name's addresses in turn; raises AddressError, httpcore.ConnectError or ConnectTimeout."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._checked(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.bound(timeout), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _checked(self, host: str, port: int) -> Sequence[str]:
        """All addresses of the name; one forbidden address condemns it, since which one answers is chance."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise AddressError(f"{host} has no address: {error}", "unresolvable", []) from error
        bad = [text for text in addresses if not (is_public(text) or (self._local and is_loopback(text)))]
        if bad:
            named = "" if bad[0] == host else f" ({bad[0]})"
            hint = ": a gallery of your own needs local = true" if is_loopback(bad[0]) else ""
            raise AddressError(f"{host}{named} is not a public address{hint}", "not_public_address", bad)
        return addresses


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.bound(timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class PublicTransport(httpx.BaseTransport):
    """httpx's way to the network over PublicBackend; httpcore's exceptions pass through unchanged."""

    def __init__(self, backend: PublicBackend, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=8, keepalive_expiry=15.0, network_backend=backend
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
