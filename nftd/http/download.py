"""Large files, loaded into a file that grows: what breaks off goes on where it stopped (RFC 9110, 14: range requests).

The manners are those of every request: checked addresses, an honest name, no way around a refusal. There is no limit
of time for the whole file, but each piece has one, so that a server that drips single bytes is cut off.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

from nftd.http.addresses import REDIRECTS, parse, redirected
from nftd.http.answer import answered, content_type
from nftd.http.limits import Ask, HttpLimits
from nftd.http.refusals import refuse_status
from nftd.http.signs import is_html
from nftd.http.wire import Wire
from nftd.net import Resolver, resolve_name
from scrapers import errors

Tell = Callable[[int, int | None], None]  # bytes there, bytes in all where that is known

PIECE: Final = 2**20
PIECE_SECONDS: Final = 120.0  # 9 kB/s: slower than that is a server that does not want to give it
_RANGE: Final = re.compile(r"bytes (?:([0-9]{1,15})-[0-9]{1,15}|\*)/([0-9]{1,15}|\*)")


@dataclass(frozen=True, slots=True)
class Part:
    """A file that is being loaded: `most` bytes are taken.

    `checked` says that its digest is known and will be looked at: then a rest is appended whoever gives it. Else it
    must come from the same address, and the server must vouch that the file is still the same.
    """

    path: Path
    most: int
    checked: bool

    @property
    def marks(self) -> Path:
        """Where it is noted what the bytes so far belong to."""
        return self.path.with_name(f"{self.path.name}.json")

    def remove(self) -> None:
        """Forget what was loaded."""
        self.path.unlink(missing_ok=True)
        self.marks.unlink(missing_ok=True)

    def note(self, url: str, mark: str | None) -> None:
        """Remember whose bytes follow, and by which mark the server knows this version again."""
        self.marks.write_text(json.dumps({"url": url, "mark": mark}), encoding="utf-8")

    def range_headers(self, url: str, size: int) -> dict[str, str]:
        """The headers that ask for the rest only; none where the rest could be of another file."""
        mark = self._mark(url)
        if size == 0 or not (mark or self.checked):
            return {}
        return {"Range": f"bytes={size}-"} | ({"If-Range": mark} if mark else {})

    def _mark(self, url: str) -> str | None:
        try:
            noted = json.loads(self.marks.read_text(encoding="utf-8"))
            mark = noted["mark"] if noted["url"] == url else None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return mark if isinstance(mark, str) and mark.isascii() and mark.isprintable() else None


class Downloads:
    """Loads files; `local` admits loopback addresses beside public ones. A context manager."""

    def __init__(
        self,
        limits: HttpLimits,
        *,
        local: bool = False,
        resolve: Resolver = resolve_name,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._wire = Wire(limits, local, resolve, tls)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wire.close()

    def load(self, url: str, part: Part, tell: Tell) -> None:
        """Make `part` the whole file at `url`; what there is of it already is kept where it fits.

        Raises scrapers.errors.FetchError, after some tries without progress where the connection breaks; what was
        loaded stays. Raises BlockingIOError where another process is loading this part.
        """
        address = parse(url)
        with open(part.path, "ab", buffering=0) as file, _held(file):
            try:
                self._persist(address, file, part, tell)
            finally:
                if _size(file) == 0:
                    part.remove()

    def _persist(self, address: httpx.URL, file: FileIO, part: Part, tell: Tell) -> None:
        failures = 0
        while True:
            before = _size(file)
            try:
                return self._attempt(address, file, part, tell)
            except errors.Unreachable as error:
                failures = 1 if _size(file) >= before + PIECE else failures + 1
                if failures >= self._limits.attempts or not _worth_a_retry(error):
                    raise
                time.sleep(self._limits.back_off_seconds * 2.0 ** (failures - 1))

    def _attempt(self, asked: httpx.URL, file: FileIO, part: Part, tell: Tell) -> None:
        self._wire.deadline.start(PIECE_SECONDS)
        headers = {"Accept-Encoding": "identity"} | part.range_headers(str(asked), _size(file))
        ask = Ask("GET", "*/*", part.most, headers=headers)
        url = asked
        for _ in range(self._limits.max_redirects + 1):
            with self._wire.answer(url, ask) as response:
                if response.status_code not in REDIRECTS:
                    total = self._begin(asked, url, response, file, part)
                    return self._append(url, response, file, part, total, tell)
                url = redirected(url, response, "GET")
        raise errors.BadRedirect(f"{asked} redirects more than {self._limits.max_redirects} times", str(url))

    def _begin(
        self, asked: httpx.URL, url: httpx.URL, response: httpx.Response, file: FileIO, part: Part
    ) -> int | None:
        """Bring the file to where the body of this answer belongs; how long the whole file is, where that is said."""
        size = _size(file)
        start, total = _place(response)
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and size:
            if total != size:
                part.marks.unlink(missing_ok=True)
                file.truncate(0)
                raise errors.Truncated(
                    f"{url} has no bytes beyond {size}, and the file is longer: begun anew", str(url)
                )
            return total
        kind, _ = content_type(response)
        refuse_status(url, response, kind, self._limits.cool_down_seconds)
        _refuse_content(url, response, kind)
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            if start != size:
                raise errors.BadStatus(
                    f"{url} answers with bytes from {start}, asked was for those from {size}", str(url)
                )
        else:
            file.truncate(0)
            told = answered(url, response, b"")
            strong = told.etag if told.etag and told.etag.startswith('"') else None
            part.note(str(asked), strong or told.last_modified)
        if total is not None and total > part.most:
            raise errors.TooLarge(f"{url} announces {total} bytes, the limit is {part.most}", str(url), limit=part.most)
        return total

    def _append(
        self, url: httpx.URL, response: httpx.Response, file: FileIO, part: Part, total: int | None, tell: Tell
    ) -> None:
        size, piece = _size(file), 0
        tell(size, total)
        if response.is_success:
            for chunk in response.iter_raw():
                size, piece = size + _write(file, chunk), piece + len(chunk)
                if size > part.most:
                    raise errors.TooLarge(f"{url} is longer than the limit of {part.most} bytes", str(url))
                if piece >= PIECE:
                    piece = 0
                    self._wire.deadline.start(PIECE_SECONDS)
                    tell(size, total)
        os.fsync(file.fileno())
        if total is not None and size != total:
            raise errors.Truncated(f"{url} ended after {size} of {total} bytes", str(url))
        tell(size, size)


def _worth_a_retry(error: errors.Unreachable) -> bool:
    """Not where the name has no address, nor where the server says when to come again."""
    return not isinstance(error, errors.Unresolvable) and error.evidence.get("retry_after") is None


def _place(response: httpx.Response) -> tuple[int | None, int | None]:
    """Where the body begins in the file and how long the file is, as far as the answer says."""
    found = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
    if found:
        return (int(found[1]) if found[1] else None), (None if found[2] == "*" else int(found[2]))
    length = response.headers.get("content-length", "")
    return 0, int(length) if length.isdigit() and len(length) < 16 and response.status_code == httpx.codes.OK else None


def _refuse_content(url: httpx.URL, response: httpx.Response, kind: str) -> None:
    if is_html(kind):
        raise errors.WrongContentType(f"{url} is a web page ({kind}), not a file of weights", str(url), got=kind)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise errors.BadEncoding(f"{url} is encoded, though that was not asked for", str(url))
    if response.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
        raise errors.BadStatus(f"{url} answered {response.status_code}, which is no file", str(url))


@contextmanager
def _held(file: FileIO) -> Iterator[None]:
    """Hold the part against other processes; freed by the kernel if we die."""
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    yield


def _size(file: FileIO) -> int:
    return os.fstat(file.fileno()).st_size


def _write(file: FileIO, chunk: bytes) -> int:
    left = memoryview(chunk)
    while left:
        left = left[file.write(left) :]
    return len(chunk)
