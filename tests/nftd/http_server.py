"""A real HTTP server on loopback whose routes misbehave on purpose."""

import gzip
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

Route = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer on a kept connection waits 40 ms for a delayed ACK
    server: "_Server"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with self.server.site.lock:
            self.server.site.bodies.append(body)
        self._answer()

    def _answer(self) -> None:
        site = self.server.site
        path = self.path.partition("?")[0]
        with site.lock:
            site.hits[path] += 1
            site.requests.append(self.path)
            site.headers.append(dict(self.headers.items()))
            site.clients.add(self.client_address)
        site.routes.get(path, missing)(self)

    def send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.write(body)

    def write(self, data: bytes) -> bool:
        """Send a piece; False once the client has gone, which is what a refusing client does."""
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            return False
        return True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the standard library's
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: "Site"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many of these tests are about."""


class Site:
    """A context manager: `url` is the base, `routes` may be added to while it runs, `hits` counts requests."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Route] = {}
        self.hits: Counter[str] = Counter()
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.clients: set[object] = set()
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.site = self
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

    def __enter__(self) -> "Site":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def page(
        self, path: str, body: str | bytes, content_type: str = "text/html; charset=utf-8", status: int = 200
    ) -> str:
        """Serve a fixed page; its address comes back."""
        data = body.encode() if isinstance(body, str) else body
        return self.route(path, lambda handler: handler.send(status, data, {"Content-Type": content_type}))

    def route(self, path: str, route: Route) -> str:
        self.routes[path] = route
        return self.url + path


def missing(handler: Handler) -> None:
    handler.send(404, b"not here", {"Content-Type": "text/plain"})


def status(code: int, **headers: str) -> Route:
    """Answer with a status; header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(code, b"<html>no</html>", {"Content-Type": "text/html", **named})


def redirect(location: str, code: int = 302) -> Route:
    return lambda handler: handler.send(code, b"", {"Location": location})


def hang(handler: Handler) -> None:
    """Accept the request and never answer."""
    handler.server.site.closing.wait(30)


def drip_body(handler: Handler) -> None:
    """Announce a body and send a byte now and then, each well inside any read time-out."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while handler.write(b"x") and not handler.server.site.closing.wait(0.05):
        pass


def drip_headers(handler: Handler) -> None:
    """Never finish the headers."""
    handler.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while handler.write(b"x") and not handler.server.site.closing.wait(0.05):
        pass


def huge(handler: Handler) -> None:
    """Announce 2 GB of picture, and send some of it."""
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.send_header("Content-Length", str(2 * 10**9))
    handler.end_headers()
    handler.write(b"\x89PNG" + bytes(1000))


def endless(handler: Handler) -> None:
    """Send a picture in chunks for ever, with no length announced."""
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while handler.write(b"10000\r\n" + bytes(0x10000) + b"\r\n") and not handler.server.site.closing.is_set():
        pass


def truncated(handler: Handler) -> None:
    """Announce 1000 bytes, send ten, close."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.write(b"0123456789")
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def packed(body: bytes, encoding: str = "gzip", content_type: str = "text/html") -> Route:
    data = gzip.compress(body, mtime=0)
    headers = {"Content-Encoding": encoding, "Content-Type": content_type}
    return lambda handler: handler.send(200, data, headers)


def fail_first(times: int, then: bytes) -> Route:
    """Answer 502 a number of times, then with a page."""
    left = iter(range(times))

    def route(handler: Handler) -> None:
        if next(left, None) is None:
            handler.send(200, then, {"Content-Type": "text/html"})
        else:
            handler.send(502, b"", {"Content-Type": "text/html"})

    return route
