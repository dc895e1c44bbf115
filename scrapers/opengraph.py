"""A work as OpenGraph tags describe it. Sources: ogp.me; the product namespace of OpenGraph."""

from collections.abc import Mapping
from typing import Final

from scrapers.text import clean_or_none
from scrapers.work import Work

_ADULT_RATINGS: Final = frozenset({"adult", "mature", "restricted", "rta-5042-1996-1400-1577-rta"})


def tagged_work(tags: Mapping[str, str]) -> Work | None:
    """A work only where the page calls itself a product or names a price: any page has a picture."""
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


def adult_page(tags: Mapping[str, str]) -> bool | None:
    """True where the page rates itself for adults; that it does not says nothing."""
    return True if tags.get("rating", "").lower() in _ADULT_RATINGS else None
