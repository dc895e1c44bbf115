"""Bodies within their limits: announced, received and unfolded."""

from __future__ import annotations

import zlib

import httpx

from nftd.http.limits import Ask
from scrapers import errors
from scrapers.text import clean


def read(url: httpx.URL, response: httpx.Response, ask: Ask) -> bytes:
    """The decoded body; the announced, the received and the decoded size each stay within `ask.max_bytes`."""
    if ask.cut:
        return head(url, response, ask.max_bytes)
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > ask.max_bytes:
        raise _too_large(url, f"announces {announced} bytes", ask.max_bytes)
    decoder = _Decoder(url, response.headers.get("content-encoding", ""))
    parts: list[bytes] = []
    decoded = received = 0
    for chunk in response.iter_raw():
        received += len(chunk)
        parts.append(decoder.feed(chunk, ask.max_bytes + 1 - decoded))
        decoded += len(parts[-1])
        if received > ask.max_bytes or decoded > ask.max_bytes:
            raise _too_large(url, "is longer", ask.max_bytes)
    if received:
        decoder.finish()
    return b"".join(parts)


def head(url: httpx.URL, response: httpx.Response, most: int) -> bytes:
    """The first `most` bytes of the decoded body; what follows is not read."""
    decoder = _Decoder(url, response.headers.get("content-encoding", ""))
    body, received = bytearray(), 0
    for chunk in response.iter_raw():
        received += len(chunk)
        body += decoder.feed(chunk, most - len(body))
        if received >= most or len(body) >= most:
            return bytes(body[:most])
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
