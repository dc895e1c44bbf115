"""A small gallery on loopback that can be told to misbehave, address by address.

Its pages have the shape of the bundled gallery's: schema.org works, rel=next paging. Its pictures are drawn, sharp
and unlike each other, so that every gate of intake lets them pass.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from io import BytesIO
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tests.nftd.http_server import Handler, Route, Site

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
PER_PAGE = 3
SIDE = 160


@dataclass(frozen=True, slots=True)
class Piece:
    """One work of the gallery, as its page states it."""

    number: int
    title: str = ""
    creator: str = "A Painter"
    price: str = "1.5"
    currency: str = "ETH"
    likes: int | None = 10
    license: str = CC0
    image: str = ""  # the address on its page, where that is not its own picture's
    sku: str = ""  # the market's own id, where it is not `key`

    @property
    def name(self) -> str:
        return self.title or f"Work {self.number}"

    @property
    def key(self) -> str:
        return f"g-{self.number}"

    @property
    def page(self) -> str:
        return f"/works/{self.key}.html"

    @property
    def picture(self) -> str:
        return f"/images/{self.number}.png"


def pieces(number: int) -> list[Piece]:
    """So many good works, the dearest first."""
    return [Piece(one, price=f"{100 - one}.25", likes=1000 - one) for one in range(1, number + 1)]


class Gallery:
    """A context manager: `url` is the first listing page; `serve` and `break_` may be called while it runs."""

    def __init__(self, works: Iterable[Piece]) -> None:
        self.works = list(works)
        self.site = Site()
        self.url = f"{self.site.url}/"
        self.mend()

    def __enter__(self) -> Gallery:
        self.site.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.site.__exit__(kind, error, trace)

    def mend(self) -> None:
        """Serve every page and picture as it should be."""
        self.site.routes.clear()
        for path, content, kind in self._files():
            self.site.page(path, content, kind)

    def add(self, piece: Piece) -> None:
        """Hang one more work."""
        self.works.append(piece)
        self.mend()

    def break_(self, path: str, fault: Route) -> None:
        """Answer requests for `path` by `fault`."""
        self.site.route(path, fault)

    def _files(self) -> Iterable[tuple[str, bytes, str]]:
        chunks = [self.works[at : at + PER_PAGE] for at in range(0, len(self.works), PER_PAGE)]
        for index, chunk in enumerate(chunks):
            following = f"/page-{index + 2}.html" if index + 1 < len(chunks) else None
            yield ("/" if index == 0 else f"/page-{index + 1}.html"), listing_page(chunk, following), "text/html"
        for work in self.works:
            yield work.page, work_page(work), "text/html; charset=utf-8"
            yield work.picture, drawing(work.number), "image/png"


def listing_page(works: Iterable[Piece], following: str | None) -> bytes:
    items = [{"@type": "ListItem", "position": at, "url": work.page} for at, work in enumerate(works, 1)]
    head = f'<link rel="next" href="{following}">' if following else ""
    return _html("Works for sale", head + _script({"@type": "ItemList", "itemListElement": items}), "")


def work_page(work: Piece) -> bytes:
    data: dict[str, Any] = {
        "@type": ["VisualArtwork", "Product"],
        "sku": work.sku or work.key,
        "name": work.name,
        "url": work.page,
        "image": {"@type": "ImageObject", "contentUrl": work.image or work.picture, "encodingFormat": "image/png"},
        "creator": {"@type": "Person", "name": work.creator},
        "dateCreated": "2020",
        "license": work.license,
        "isFamilyFriendly": True,
        "offers": {"@type": "Offer", "price": work.price, "priceCurrency": work.currency},
    }
    if work.likes is not None:
        data["interactionStatistic"] = {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/LikeAction",
            "userInteractionCount": work.likes,
        }
    return _html(work.name, _script(data), f"<h1>{escape(work.name)}</h1>")


def _script(data: dict[str, Any]) -> str:
    text = json.dumps({"@context": "https://schema.org", **data})
    text = text.replace("<", "\\u003c")  # no text can end the script element
    return f'<script type="application/ld+json">{text}</script>'


def _html(title: str, head: str, body: str) -> bytes:
    page = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
    return f"{page}<body>{body}</body></html>".encode("utf-8", "replace")


# --- pictures -------------------------------------------------------------------------------------


@cache
def drawing(seed: int, side: int = SIDE, kind: str = "PNG") -> bytes:
    """Colored shapes before a gradient."""
    rng = np.random.default_rng(seed)
    top, bottom = rng.integers(60, 255, (2, 3))
    fade = np.linspace(0, 1, side)[:, None, None]
    picture = Image.fromarray(((top * (1 - fade) + bottom * fade) * np.ones((1, side, 1))).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = (int(one) for one in rng.integers(0, side, 2))
        w, h = (int(one) for one in rng.integers(side // 8, side // 2, 2))
        shape = (pen.ellipse, pen.rectangle)[int(rng.integers(0, 2))]
        color = tuple(int(one) for one in rng.integers(0, 255, 3))
        shape((x, y, x + w, y + h), fill=color, outline="black", width=2)
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@cache
def bomb(side: int = 20_000) -> bytes:
    """A PNG of `side` x `side` black dots: whole and valid, 50 kB small, 400 million pixels when decoded."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    squeeze, row = zlib.compressobj(9), bytes(1 + side // 8)
    data = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


# --- faults, beside those of tests.nftd.http_server -----------------------------------------------


def serve(body: bytes, content_type: str) -> Route:
    """Answer with these bytes under this media type."""
    return lambda handler: handler.send(200, body, {"Content-Type": content_type})


def drip_picture(handler: Handler) -> None:
    """Announce a picture and send a byte now and then, each well inside any read time-out."""
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while handler.write(b"x") and not handler.server.site.closing.wait(0.05):
        pass
