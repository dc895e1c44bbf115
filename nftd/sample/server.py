"""Serve the bundled gallery on 127.0.0.1, on a port that the system chooses.

`python -m nftd.sample.server` prints the address and serves until Ctrl-C.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final
from urllib.parse import unquote, urlsplit

SITE: Final = Path(__file__).parent / "site"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
}


class Gallery:
    """The gallery as a web site, for as long as the `with` block lasts: `url` is its first page.

    Enter it once. `folder` is the site to serve, the bundled one unless another is given.
    """

    def __init__(self, folder: Path = SITE, port: int = 0) -> None:
        files = {"/" + path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        self._server = _Server(("127.0.0.1", port), files)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the first page, with a closing slash."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> "Gallery":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Serve until somebody interrupts."""
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Only the files found at the start are served: a request is looked up, never joined to a path."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], files: dict[str, Path]) -> None:
        super().__init__(address, _Handler)
        self.files = files


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nftd-gallery", ""
    # An idle connection is closed after this many seconds.
    timeout = 30
    # Head and body are two writes: with Nagle's algorithm the second waits 40 ms for the reader's acknowledgment.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        file = self.server.files.get(path + "index.html" if path.endswith("/") else path)
        body = file.read_bytes() if file else b"Not found\n"
        self.send_response(200 if file else 404)
        self.send_header("Content-Type", _content_type(path, body) if file else TYPES[".txt"])
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Stay quiet: what was fetched is in the log of who fetched it."""


def _content_type(path: str, body: bytes) -> str:
    # A page under a picture's name is sent as what it is: galleries answer so when a picture has gone.
    if path.endswith("/") or body.startswith(b"<!doctype html>"):
        return TYPES[".html"]
    return TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")


def main() -> None:
    """Serve until Ctrl-C."""
    with Gallery() as gallery:
        print(f"{gallery.url}  (prices and likes are invented; Ctrl-C ends)", flush=True)
        try:
            gallery.wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
