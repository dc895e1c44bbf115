"""What a page says about a work, read from schema.org JSON-LD or OpenGraph, before it is a listing.

Sources: schema.org Product, Offer, AggregateOffer, VisualArtwork, InteractionCounter, ImageObject; ogp.me and
the product namespace of OpenGraph. Values stay as the page writes them; only their place is interpreted here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bs4 import BeautifulSoup

from scrapers.jsonld import Graph, Node, bare, node_types
from scrapers.text import clean_or_none

PRODUCTS: Final = frozenset({"Product", "IndividualProduct", "ProductModel", "ProductGroup"})
ARTWORKS: Final = frozenset({"VisualArtwork", "Painting", "Photograph", "Drawing", "Poster", "CoverArt"})
OFFERS: Final = frozenset({"Offer", "AggregateOffer", "OfferForPurchase"})
_UNAVAILABLE: Final = frozenset({"SoldOut", "OutOfStock", "Discontinued"})
MAX_WORKS: Final = 500
_MAX_COUNT: Final = 2**53
_ADULT_RATINGS: Final = frozenset({"adult", "mature", "restricted", "rta-5042-1996-1400-1577-rta"})

Price = str | int | Decimal


@dataclass(slots=True)
class Work:
    """The fields of one work as its page states them; None is "not stated"."""

    origin: str
    title: str | None = None
    creator: str | None = None
    series: str | None = None
    price: Price | None = None
    currency: str | None = None
    likes: int | None = None
    supply: int | None = None
    year: int | None = None
    nsfw: bool | None = None
    licenses: list[tuple[str | None, str | None]] = field(default_factory=list)
    media_url: str | None = None
    media_mime: str | None = None
    identifier: str | None = None
    url: str | None = None


def works_in(soup: BeautifulSoup, graph: Graph) -> list[Work]:
    """The works that a page's JSON-LD describes, else the one its OpenGraph tags describe, else none.

    A Product and a VisualArtwork that stand alone beside each other are two views of one work.
    """
    works = [_from_node(node, graph) for node in _subjects(graph)[:MAX_WORKS]]
    if not works and (tagged := _from_open_graph(soup)):
        works = [tagged]
    if len(works) == 1 and works[0].nsfw is None:
        works[0].nsfw = _adult_page(soup)
    return works


def _subjects(graph: Graph) -> list[Node]:
    """The nodes of works, each with all its offers: its own, and those elsewhere that name it as offered."""
    offered: dict[int, list[object]] = {}
    for offer in graph.find(OFFERS):
        offered.setdefault(id(graph.follow(offer.get("itemOffered"))), []).append(offer)
    nodes: list[Node] = []
    for node in graph.find(PRODUCTS | ARTWORKS):
        nodes.append({**node, "offers": [*graph.all(node.get("offers")), *offered.get(id(node), [])]})
    products = [node for node in nodes if PRODUCTS & set(node_types(node))]
    artworks = [node for node in nodes if not PRODUCTS & set(node_types(node))]
    if len(products) == len(artworks) == 1:
        offers = [*graph.all(products[0]["offers"]), *graph.all(artworks[0]["offers"])]
        return [{**artworks[0], **products[0], "offers": offers}]
    return nodes


def whole_number(value: object) -> int | None:
    """A count as pages write it (12, "12", "1,204"); None for what is no whole number from 0 to 2**53."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 20 and value == value.to_integral():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,16}", value.strip()):
        value = int(value.replace(",", ""))
    return value if type(value) is int and 0 <= value <= _MAX_COUNT else None


def year_of(value: object) -> int | None:
    """The year of "2018", "2018-05-01" or 2018, as given; None where no year leads the value."""
    found = re.match(r"\s*([0-9]{1,4})(?:\s*$|-[0-9]{2}(?!\d))", str(value)) if type(value) in {str, int} else None
    return int(found[1]) if found else None


def _from_node(node: Node, graph: Graph) -> Work:
    price, currency = _ask(node, graph)
    media_url, media_mime = next(_media(node, graph), (None, None))
    year = year_of(node.get("dateCreated"))
    return Work(
        origin="json-ld",
        title=_name(node.get("name"), graph) or _name(node.get("headline"), graph),
        creator=next(filter(None, (_name(node.get(key), graph) for key in ("creator", "artist", "author"))), None),
        series=_name(node.get("isPartOf"), graph),
        price=price,
        currency=currency,
        likes=_likes(node, graph),
        supply=whole_number(node.get("artEdition")),
        year=year_of(node.get("copyrightYear")) if year is None else year,
        nsfw=_not_family_friendly(node.get("isFamilyFriendly")),
        licenses=_licenses(node, graph),
        media_url=media_url,
        media_mime=media_mime,
        identifier=_identifier(node, graph),
        url=clean_or_none(node.get("url"), 2000),
    )


def _name(value: object, graph: Graph) -> str | None:
    for item in graph.all(value):
        text = item.get("name", item.get("@value")) if isinstance(item, dict) else item
        if isinstance(text, list) and text:
            text = text[0]
        if isinstance(text, dict):
            text = text.get("@value")
        if found := clean_or_none(text):
            return found
    return None


def _ask(node: Node, graph: Graph) -> tuple[Price | None, str | None]:
    """The first offer that can be taken; a sold work has no ask."""
    for offer in graph.all(node.get("offers")):
        if not isinstance(offer, dict) or _unavailable(offer):
            continue
        for place in [offer, *graph.all(offer.get("priceSpecification")), *graph.all(offer.get("offers"))]:
            price, currency = _price(place, offer)
            if price is not None:
                return price, currency
    return None, None


def _unavailable(offer: Node) -> bool:
    availability = offer.get("availability")
    return isinstance(availability, str) and bare(availability) in _UNAVAILABLE


def _price(place: object, offer: Node) -> tuple[Price | None, str | None]:
    if not isinstance(place, dict):
        return None, None
    price = place.get("price", place.get("lowPrice"))
    currency = place.get("priceCurrency", offer.get("priceCurrency"))
    if isinstance(price, bool) or not isinstance(price, str | int | Decimal) or price == "":
        return None, None
    return price, currency if isinstance(currency, str) else None


def _likes(node: Node, graph: Graph) -> int | None:
    for counter in graph.all(node.get("interactionStatistic")):
        if isinstance(counter, dict) and _is_like(counter.get("interactionType")):
            return whole_number(counter.get("userInteractionCount"))
    return None


def _is_like(kind: object) -> bool:
    if isinstance(kind, dict):
        return "LikeAction" in node_types(kind) or _is_like(kind.get("@id"))
    return isinstance(kind, str) and bare(kind) == "LikeAction"


def _not_family_friendly(value: object) -> bool | None:
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(bare(value).lower())
    return not value if isinstance(value, bool) else None


def _licenses(node: Node, graph: Graph) -> list[tuple[str | None, str | None]]:
    """All license statements as (text, url); the copyright notice speaks where no license is named."""
    found: list[tuple[str | None, str | None]] = []
    for item in graph.all(node.get("license")):
        if isinstance(item, dict):
            url = item.get("url", item.get("@id"))
            found.append((clean_or_none(item.get("name"), 20_000), url if isinstance(url, str) else None))
        elif isinstance(item, str):
            found.append((None, item) if "://" in item else (item, None))
    notice = node.get("copyrightNotice")
    return found or ([(notice, None)] if isinstance(notice, str) else [])


def _media(node: Node, graph: Graph) -> Iterator[tuple[str, str | None]]:
    """The work's file: its own content first, a film before the still picture that announces it."""
    for key in ("contentUrl", "associatedMedia", "video", "image"):
        for item in graph.all(node.get(key)):
            source = item if isinstance(item, dict) else {"contentUrl": item}
            url = source.get("contentUrl", source.get("url"))
            mime = source.get("encodingFormat")
            if isinstance(url, str) and url.strip():
                yield url.strip(), mime.strip().lower() if isinstance(mime, str) else None


def _identifier(node: Node, graph: Graph) -> str | None:
    for key in ("sku", "productID", "identifier", "@id"):
        for item in graph.all(node.get(key)):
            value = item.get("value") if isinstance(item, dict) else item
            if type(value) is int:
                value = str(value)
            if isinstance(value, str) and (text := clean_or_none(value, 2000)) and not text.startswith("_:"):
                return text
    return None


def _from_open_graph(soup: BeautifulSoup) -> Work | None:
    """A work only where the page calls itself a product or names a price: any page has a picture."""
    tags = meta_tags(soup)
    price = tags.get("product:price:amount", tags.get("og:price:amount"))
    kind = tags.get("og:type", "")
    if "og:title" not in tags or (price is None and "product" not in kind and "artwork" not in kind):
        return None
    return Work(
        origin="opengraph",
        title=clean_or_none(tags["og:title"]),
        price=price or None,
        currency=tags.get("product:price:currency", tags.get("og:price:currency")),
        media_url=tags.get("og:video") or tags.get("og:image") or None,
        media_mime=tags.get("og:video:type") if tags.get("og:video") else tags.get("og:image:type"),
        identifier=clean_or_none(tags.get("product:retailer_item_id"), 2000),
        url=tags.get("og:url"),
    )


def meta_tags(soup: BeautifulSoup) -> dict[str, str]:
    """The page's <meta> names or properties in lower case; the first of a name counts."""
    tags: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name, content = tag.get("property") or tag.get("name"), tag.get("content")
        if isinstance(name, str) and isinstance(content, str):
            tags.setdefault(name.strip().lower(), content.strip())
    return tags


def _adult_page(soup: BeautifulSoup) -> bool | None:
    return True if meta_tags(soup).get("rating", "").lower() in _ADULT_RATINGS else None
