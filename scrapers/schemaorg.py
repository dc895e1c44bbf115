"""Works in schema.org's words, whether JSON-LD or microdata carries them.

Source: schema.org Product, Offer, AggregateOffer, VisualArtwork, InteractionCounter, ImageObject.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from scrapers.jsonld import Graph, Node, bare, node_types
from scrapers.text import clean_or_none
from scrapers.work import Price, Work, whole_number, year_of

PRODUCTS: Final = frozenset({"Product", "IndividualProduct", "ProductModel", "ProductGroup"})
ARTWORKS: Final = frozenset({"VisualArtwork", "Painting", "Photograph", "Drawing", "Poster", "CoverArt"})
OFFERS: Final = frozenset({"Offer", "AggregateOffer", "OfferForPurchase"})
_UNAVAILABLE: Final = frozenset({"SoldOut", "OutOfStock", "Discontinued"})
MAX_WORKS: Final = 500
MAX_OFFERS: Final = 100
MAX_INNER: Final = 10


def works_of(graph: Graph) -> list[Work]:
    """The works that the page's structured data describes, the first 500.

    A Product and a VisualArtwork that stand alone beside each other are two views of one work.
    """
    return [_from_node(node, graph) for node in _subjects(graph)[:MAX_WORKS]]


def _subjects(graph: Graph) -> list[Node]:
    """The nodes of works, each with all its offers: its own, and those elsewhere that name it as offered."""
    offered: dict[int, list[object]] = {}
    for offer in graph.find(OFFERS):
        offered.setdefault(id(graph.follow(offer.get("itemOffered"))), []).append(offer)
    nodes: list[Node] = []
    for node in graph.find(PRODUCTS | ARTWORKS):
        elsewhere = offered.get(id(node))
        nodes.append({**node, "offers": [*graph.all(node.get("offers")), *elsewhere]} if elsewhere else node)
    products = [node for node in nodes if PRODUCTS & set(node_types(node))]
    artworks = [node for node in nodes if not PRODUCTS & set(node_types(node))]
    if len(products) == len(artworks) == 1:
        offers = [*graph.all(products[0].get("offers")), *graph.all(artworks[0].get("offers"))]
        return [{**artworks[0], **products[0], "offers": offers}]
    return nodes


def _from_node(node: Node, graph: Graph) -> Work:
    price, currency = _ask(node, graph)
    media_url, media_mime = next(_media(node, graph), (None, None))
    years = (year_of(node.get(key)) for key in ("dateCreated", "copyrightYear", "productionDate"))
    return Work(
        origin=graph.origin,
        title=_name(node.get("name"), graph) or _name(node.get("headline"), graph),
        creator=_creator(node, graph),
        series=_name(node.get("isPartOf"), graph),
        price=price,
        currency=currency,
        likes=_likes(node, graph),
        supply=whole_number(node.get("artEdition")),
        year=next((year for year in years if year is not None), None),
        nsfw=_not_family_friendly(node.get("isFamilyFriendly")),
        licenses=_licenses(node, graph),
        media_url=media_url,
        media_mime=media_mime,
        identifier=_identifier(node, graph),
        url=clean_or_none(node.get("url"), 2000),
    )


def _creator(node: Node, graph: Graph) -> str | None:
    """Who made it; galleries that sell products name the artist as their brand."""
    for key in ("creator", "artist", "author"):
        if name := _name(node.get(key), graph):
            return name
    makers = [one for one in graph.all(node.get("brand")) if isinstance(one, dict) and "Person" in node_types(one)]
    return _name(makers, graph)


def _name(value: object, graph: Graph) -> str | None:
    if value is None or isinstance(value, str):
        return clean_or_none(value)
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
    for offer in graph.all(node.get("offers"), MAX_OFFERS):
        if not isinstance(offer, dict) or _unavailable(offer):
            continue
        for place in _places(offer, graph):
            price, currency = _price(place, offer, graph)
            if price is not None:
                return price, currency
    return None, None


def _places(offer: Node, graph: Graph) -> Iterator[object]:
    """Where an offer may say its price: itself, and what stands inside of it."""
    yield offer
    for key in ("priceSpecification", "offers"):
        yield from graph.all(offer.get(key), MAX_INNER)


def _first(value: object, graph: Graph) -> object:
    """Microdata gives a list where a page says a thing twice."""
    return next(iter(graph.all(value)), None) if isinstance(value, list) else value


def _unavailable(offer: Node) -> bool:
    availability = offer.get("availability")
    return isinstance(availability, str) and bare(availability) in _UNAVAILABLE


def _price(place: object, offer: Node, graph: Graph) -> tuple[Price | None, str | None]:
    if not isinstance(place, dict):
        return None, None
    price = _first(place.get("price", place.get("lowPrice")), graph)
    currency = _first(place.get("priceCurrency", offer.get("priceCurrency")), graph)
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
