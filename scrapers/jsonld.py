"""Structured data of a page as plain nodes: numbers stay exact, references are followed, nothing raises.

JSON-LD blocks, and microdata where they describe nothing. Source: JSON-LD 1.1 (W3C, 2020), sections 3.3 (node
identifiers) and 4.9 (@graph), as far as pages use them: compacted documents with schema.org terms. Contexts are
not expanded.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from scrapers.markup import Element, scripts
from scrapers.microdata import Node, items_in

__all__ = ["Graph", "Node", "bare", "node_types"]

MAX_NODES: Final = 20_000
MAX_DEPTH: Final = 24
MAX_VISITS: Final = 500_000
MAX_VALUES: Final = 1_000
_MAX_TERM: Final = 200
_WRAPPER: Final = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|/\*\]\]>\*/)\s*$")
_SEPARATORS: Final = re.compile(r"[/#:]")
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
    """All nodes of a page's JSON-LD, else of its microdata, in document order; `find` and `follow` read them.

    `origin` says which of the two they are.
    """

    def __init__(self, root: Element) -> None:
        self.origin = "json-ld"
        self._typed: list[tuple[frozenset[str], Node]] = []
        self.lists: list[Node] = []
        self._by_id: dict[str, Node] = {}
        self._visits = 0
        for block in _blocks(root):
            self._collect(block, depth=0, aside=False)

    def add_microdata(self, root: Element) -> None:
        """Take in the page's microdata too."""
        self.origin = "microdata"
        self._collect(items_in(root), depth=0, aside=False)

    def find(self, types: frozenset[str]) -> list[Node]:
        """The nodes that are of one of the types (bare names), outside of lists and related items."""
        return [node for own, node in self._typed if not own.isdisjoint(types)]

    def follow(self, value: object) -> object:
        """The node that a bare reference {"@id": ...} points to, where the page has it; else the value."""
        if isinstance(value, dict) and set(value) <= {"@id", "@type"} and isinstance(value.get("@id"), str):
            return self._by_id.get(value["@id"], value)
        return value

    def all(self, value: object, most: int = MAX_VALUES) -> list[object]:
        """A property's first values: lists flattened one level, references followed, nulls dropped."""
        if value is None:
            return []
        if isinstance(value, str):  # as most are
            return [value]
        values = value[:most] if isinstance(value, list) else [value]
        return [self.follow(item) for item in values if item is not None]

    def items(self) -> list[tuple[str, Node]]:
        """The addresses that the page's ItemLists name, in order, each with its entry (schema.org ListItem)."""
        found: list[tuple[str, Node]] = []
        for node in self.lists:
            for item in self.all(node.get("itemListElement")):
                found.extend((url, item if isinstance(item, dict) else {}) for url in _item_url(item, self))
        return found

    def _collect(self, value: object, depth: int, aside: bool) -> None:
        self._visits += 1
        if depth > MAX_DEPTH or self._visits > MAX_VISITS or len(self._typed) + len(self._by_id) > MAX_NODES:
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
        types = _types(node)
        if not aside and types:
            self._typed.append((types, node))
        in_list = "ItemList" in types
        if in_list and not aside:
            self.lists.append(node)
        for key, value in node.items():
            if isinstance(value, dict | list):
                self._collect(value, depth + 1, aside or in_list or key in _ASIDE)


def _types(node: Node) -> frozenset[str]:
    name = node.get("@type")
    if isinstance(name, str) and len(name) < _MAX_TERM:
        return _single(name)
    return frozenset(node_types(node))


@lru_cache(maxsize=512)
def _single(term: str) -> frozenset[str]:
    return frozenset((bare(term),))


def node_types(node: Node) -> list[str]:
    """The node's types without their vocabulary: "https://schema.org/Product" is "Product"."""
    types = node.get("@type")
    if types is None:
        return []
    if isinstance(types, str):
        return [bare(types)]
    return [bare(name) for name in types if isinstance(name, str)] if isinstance(types, list) else []


def bare(term: str) -> str:
    """A term without its vocabulary."""
    return _bare(term) if len(term) < _MAX_TERM else _SEPARATORS.split(term.strip())[-1]


@lru_cache(maxsize=512)
def _bare(term: str) -> str:
    """Pages use a few terms over and over."""
    return _SEPARATORS.split(term.strip())[-1]


def _item_url(item: object, graph: Graph) -> Iterator[str]:
    if isinstance(item, dict):
        subject = graph.follow(item.get("item"))
        inner = subject.get("url", subject.get("@id")) if isinstance(subject, dict) else subject
        item = item.get("url", inner)
    if isinstance(item, str) and item.strip():
        yield item.strip()


def _blocks(root: Element) -> Iterator[object]:
    for kind, _, text in scripts(root):
        if kind == "application/ld+json":
            yield _load(text)


def _load(text: str) -> object:
    """The block's value, None where it is broken: one broken block does not hide the others."""
    try:
        return _value(text)
    except (ValueError, ArithmeticError, RecursionError):
        inner = _WRAPPER.sub("", _WRAPPER.sub("", text))
    try:
        return _value(inner) if inner != text else None
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _value(text: str) -> object:
    return json.loads(text, parse_float=Decimal, parse_constant=str, strict=False)
