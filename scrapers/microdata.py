"""Microdata of a page as nodes of the shape that JSON-LD gives, so that both are read by the same code.

Source: HTML Living Standard, section 5 (itemscope, itemtype, itemid, itemprop, itemref; 5.2.4 values of
properties). Beside the standard, a `content` attribute counts on any element, as search engines read it.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from scrapers.markup import Element, text_of

Node = dict[str, object]

MAX_ITEMS: Final = 5_000
MAX_PROPERTIES: Final = 50_000
MAX_VISITS: Final = 200_000
MAX_TEXT: Final = 20_000
_ADDRESS: Final = {
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    "object": "data",
    "data": "value",
    "meter": "value",
    "time": "datetime",
    "meta": "content",
}

_OWNER: Final = etree.XPath("ancestor::*[@itemscope][1]")
_REFERRING: Final = etree.XPath("descendant-or-self::*[@itemref]")


def items_in(root: Element) -> list[Node]:
    """The page's top-level items in document order, items below them as values of their properties."""
    elements = root.xpath("//*[@itemscope]")[:MAX_ITEMS]
    items: dict[Element, Node] = {element: _new(element) for element in elements}
    for element in root.xpath("//*[@itemprop]")[:MAX_PROPERTIES]:
        for owner in _OWNER(element):
            if owner in items:
                _put(items[owner], element, items)
    _follow_references(root, elements, items)
    return [items[element] for element in elements if element.get("itemprop") is None]


def _new(element: Element) -> Node:
    node: Node = {"@type": (element.get("itemtype") or "").split()}
    if name := (element.get("itemid") or "").strip():
        node["@id"] = name
    return node


def _put(node: Node, element: Element, items: dict[Element, Node]) -> None:
    value = items[element] if element in items else _value(element)
    for name in element.get("itemprop").split():
        if not name.startswith("@"):  # a property must not pose as the node's type or name
            _add(node, name.rsplit("/", 1)[-1], value)


def _add(node: Node, name: str, value: object) -> None:
    held = node.get(name)
    if held is None:
        node[name] = value
    elif isinstance(held, list):
        held.append(value)
    else:
        node[name] = [held, value]


def _value(element: Element) -> str:
    content = element.get("content")
    if content is None and isinstance(element.tag, str) and (attribute := _ADDRESS.get(element.tag)):
        content = element.get(attribute)
    return str(text_of(element, MAX_TEXT) if content is None else content)[:MAX_TEXT].strip()


def _follow_references(root: Element, elements: list[Element], items: dict[Element, Node]) -> None:
    """Give items the properties that their `itemref` names elsewhere on the page."""
    referring = [element for element in elements if element.get("itemref")]
    if not referring:
        return
    named: dict[str, Element] = {}
    for element in root.xpath("//*[@id]"):
        named.setdefault(element.get("id"), element)
    visits = 0
    for element in referring:
        for name in element.get("itemref").split():
            for found in _properties_below(named.get(name)):
                visits += 1
                if visits > MAX_VISITS:
                    return
                # An item that refers to others is not taken over: items that refer to each other have no end.
                if found.get("itemprop") and not (found in items and _REFERRING(found)):
                    _put(items[element], found, items)


def _properties_below(top: Element | None) -> Iterator[Element]:
    """`top` and what is below it, without what is inside of items."""
    stack = [] if top is None else [top]
    while stack:
        element = stack.pop()
        yield element
        if element.get("itemscope") is None:
            stack.extend(reversed(element))
