"""JSON-LD blocks of a page as plain nodes: numbers stay exact, references are followed, nothing raises.

Source: JSON-LD 1.1 (W3C, 2020), sections 3.3 (node identifiers) and 4.9 (@graph), as far as pages use them:
compacted documents with schema.org terms. Contexts are not expanded.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from bs4 import BeautifulSoup

Node = dict[str, object]

MAX_NODES: Final = 20_000
MAX_DEPTH: Final = 24
_WRAPPER: Final = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|/\*\]\]>\*/)\s*$")
# What stands under these is about something else than the page's own subject.
_ASIDE: Final = frozenset(
    {
        "isRelatedTo",
        "isSimilarTo",
        "isAccessoryOrSparePartFor",
        "isPartOf",
        "breadcrumb",
        "review",
        "publisher",
    }
)


class Graph:
    """All nodes of a page's JSON-LD blocks, in document order; `find` and `follow` read them."""

    def __init__(self, soup: BeautifulSoup) -> None:
        self.nodes: list[Node] = []
        self.lists: list[Node] = []
        self._by_id: dict[str, Node] = {}
        for block in _blocks(soup):
            self._collect(block, depth=0, aside=False)

    def find(self, types: frozenset[str]) -> list[Node]:
        """The nodes that are of one of the types (bare names), outside of lists and related items."""
        return [node for node in self.nodes if types & set(node_types(node))]

    def follow(self, value: object) -> object:
        """The node that a bare reference {"@id": ...} points to, where the page has it; else the value."""
        if isinstance(value, dict) and set(value) <= {"@id", "@type"} and isinstance(value.get("@id"), str):
            return self._by_id.get(value["@id"], value)
        return value

    def all(self, value: object) -> list[object]:
        """A property's values: lists flattened one level, references followed, nulls dropped."""
        values = value if isinstance(value, list) else [value]
        return [self.follow(item) for item in values if item is not None]

    def item_urls(self) -> list[str]:
        """The addresses that the page's ItemLists name, in order (schema.org ListItem)."""
        urls: list[str] = []
        for node in self.lists:
            for item in self.all(node.get("itemListElement")):
                urls.extend(_item_url(item, self))
        return urls

    def _collect(self, value: object, depth: int, aside: bool) -> None:
        if depth > MAX_DEPTH or len(self.nodes) + len(self._by_id) > MAX_NODES:
            return
        if isinstance(value, list):
            for item in value:
                self._collect(item, depth + 1, aside)
        elif isinstance(value, dict):
            self._collect_node(value, depth, aside)

    def _collect_node(self, node: Node, depth: int, aside: bool) -> None:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > 1:
            self._by_id.setdefault(name, node)
        if not aside and node_types(node):
            self.nodes.append(node)
        in_list = "ItemList" in node_types(node)
        if in_list and not aside:
            self.lists.append(node)
        for key, value in node.items():
            self._collect(value, depth + 1, aside or in_list or key in _ASIDE)


def node_types(node: Node) -> list[str]:
    """The node's types without their vocabulary: "https://schema.org/Product" is "Product"."""
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return [bare(name) for name in names if isinstance(name, str)]


def bare(term: str) -> str:
    return re.split(r"[/#:]", term.strip())[-1]


def _item_url(item: object, graph: Graph) -> Iterator[str]:
    if isinstance(item, dict):
        subject = graph.follow(item.get("item"))
        inner = subject.get("url", subject.get("@id")) if isinstance(subject, dict) else subject
        item = item.get("url", inner)
    if isinstance(item, str) and item.strip():
        yield item.strip()


def _blocks(soup: BeautifulSoup) -> Iterator[object]:
    for script in soup.find_all("script"):
        kind = script.get("type")
        if isinstance(kind, str) and kind.split(";")[0].strip().lower() == "application/ld+json":
            yield _load(script.get_text())


def _load(text: str) -> object:
    """The block's value, None where it is broken: one broken block does not hide the others."""
    text = _WRAPPER.sub("", _WRAPPER.sub("", text))
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=str, strict=False)
    except (ValueError, ArithmeticError, RecursionError):
        return None
