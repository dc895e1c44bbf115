"""What stands on a listing page of each work that has a page of its own: its address, and a digest of its entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from scrapers.address import address_digest
from scrapers.document import Document
from scrapers.markup import Element, text_of
from scrapers.text import clean

_MAX_TEXT: Final = 5_000
_MAX_CLIMB: Final = 12
"""So many elements around a link belong to its entry at most."""
_OUTER: Final = frozenset({"html", "body", "main"})
_NAMES: Final = ("sku", "productID", "identifier")


@dataclass(frozen=True, slots=True)
class Entry:
    """A link to a work; None in place of `link` is a link that leads nowhere.

    `mark` changes with the link and with what stands around it on the listing page, so an equal mark is the same
    entry of the same work. `ids` are what the market may call the work, as far as the entry tells.
    """

    link: str | None
    mark: str
    ids: tuple[str, ...]


def entries_of(document: Document, links: Sequence[str | None], day: int, refresh_days: int) -> list[Entry]:
    """An entry for each link. The mark changes every `refresh_days` too, for each work on another day; `day` is
    the number of today. 0 makes no mark equal to that of another run's day.
    """
    texts = _texts(document, {link for link in links if link})
    listed = document.listed()
    found: list[Entry] = []
    for link in links:
        node = listed.get(link or "", {})
        place = address_digest(link) if link else ""  # without its host, which may be another next time
        mark = _digest(place, texts.get(link or "", ""), _node_text(node))
        turn = (day + int(mark[:8], 16)) // refresh_days if refresh_days else 0
        found.append(Entry(link, _digest(mark, str(turn)), _ids(link, node) if link and refresh_days else ()))
    return found


def _ids(link: str | None, node: dict[str, object]) -> tuple[str, ...]:
    """Candidates, the likeliest first: named ids, the last part of the address, its parameters, its digest.

    The mark tells the work by itself, so a wrong guess can do no harm. The last, the empty id, asks for any work with
    this mark: a store that answers that skips also works whose id stands on their own page alone.
    """
    if link is None:
        return ()
    item = node.get("item")
    named = [one.get(name) for one in (node, item) if isinstance(one, dict) for name in _NAMES]
    parts = urlsplit(link)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    tail = last.rpartition("-")[2]
    values = [value for _, value in parse_qsl(parts.query)[:4]]
    texts = [str(one) for one in named if isinstance(one, str | int)]
    candidates = [*texts, last.partition(".")[0], last, tail.partition(".")[0], *values, address_digest(link)]
    return (*dict.fromkeys(clean(one, 128) for one in candidates if one), "")


def _texts(document: Document, links: Iterable[str]) -> dict[str, str]:
    """The text around each link: that of the largest element which holds no link to another work."""
    anchors = _anchors(document, set(links))
    holders: dict[Element, str | None] = {}  # None: holds links to several works
    for anchor, link in anchors:
        for element in _around(anchor):
            holders[element] = link if holders.setdefault(element, link) == link else None
    texts: dict[str, str] = {}
    for anchor, link in anchors:
        if link not in texts:
            chain = (one for one in _around(anchor) if holders[one] == link)
            inside = [one for one in chain if one.tag not in _OUTER]
            texts[link] = " ".join(text_of(inside[-1] if inside else anchor, _MAX_TEXT).split())
    return texts


def _around(anchor: Element) -> Iterator[Element]:
    yield anchor
    yield from islice(anchor.iterancestors(), _MAX_CLIMB)


def _anchors(document: Document, links: set[str]) -> list[tuple[Element, str]]:
    found = [(anchor, document.resolve(anchor.get("href"))) for anchor in document.root.iter("a")]
    return [(anchor, link) for anchor, link in found if link in links and link is not None]


def _node_text(node: dict[str, object]) -> str:
    told = {name: value for name, value in node.items() if name != "position"}
    return json.dumps(told, sort_keys=True, default=str)[:_MAX_TEXT] if told else ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
