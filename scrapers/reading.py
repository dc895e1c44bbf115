"""From what a page says about a work to a listing: key, money, rights, media, and the evidence as `raw`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from scrapers.address import address_digest, resolve, same_site
from scrapers.document import Document
from scrapers.errors import BadMoney, ShapeChanged
from scrapers.listing import Listing, Media
from scrapers.media import media_kind
from scrapers.money import Money
from scrapers.numbers import exact_money, minor_money
from scrapers.rights import read_rights, strictest
from scrapers.text import clean
from scrapers.work import Work

_MAX_KEY = 128


def main_work(works: Sequence[Work], document: Document) -> Work | None:
    """The work that the page is about: the one that names the page's address, else the first."""
    for work in works:
        if work.url and document.resolve(work.url) == document.address:
            return work
    return works[0] if works else None


def listing_from(
    work: Work,
    document: Document,
    market: str,
    embedded: bool = False,
    mark: str | None = None,
    *,
    priced: bool = True,
) -> Listing:
    """Build the listing; `embedded` works share their page with others and have no page of their own.

    `mark` is the digest of the work's entry on the listing page.

    Raises ShapeChanged where the work has no title, BadMoney where its price cannot be read exactly, but where it is
    not to be `priced`.
    """
    if work.title is None:
        raise ShapeChanged(f"{work.origin}: name", document.url)
    url = _own_address(work, document) if embedded else document.address
    return Listing(
        market=market,
        market_id=_key(work, url, work.title if embedded and url == document.address else ""),
        title=clean(work.title, 300),
        creator=clean(work.creator, 200) if work.creator else None,
        series=clean(work.series, 200) if work.series else None,
        ask=_ask(work, document.url) if priced else None,
        likes=work.likes,
        supply=work.supply,
        year=work.year,
        nsfw=work.nsfw,
        rights=strictest([read_rights(text, link) for text, link in work.licenses]),
        royalty_bps=None,
        media=_media(work, document),
        url=url,
        chain=None,
        contract=None,
        token_id=None,
        seen_at=datetime.now(UTC),
        raw=_evidence(work),
        invented=document.invented,
        mark=mark,
    )


def _own_address(work: Work, document: Document) -> str:
    own = document.resolve(work.url) if work.url else None
    return own if own and same_site(own, document.url) else document.address


def _key(work: Work, url: str, part: str) -> str:
    """The market's own id; an id that is an address is not used, since hosts and schemes change."""
    name = clean(work.identifier, 2000) if work.identifier else ""
    if name and len(name) <= _MAX_KEY and "/" not in name and not name.startswith("#"):
        return name
    return address_digest(url, part)


def _ask(work: Work, url: str) -> Money | None:
    if work.bad_price is not None:
        raise work.bad_price
    if work.price is None:
        return None
    if not work.currency:
        raise BadMoney(f"price {str(work.price)[:60]!r} on {url} has no currency: state priceCurrency", url=url)
    return minor_money(work.price, work.currency) if work.minor else exact_money(work.price, work.currency)


def _media(work: Work, document: Document) -> Media | None:
    if not work.media_url:
        return None
    if work.media_url.startswith(("ipfs://", "ar://")):
        url: str | None = clean(work.media_url, 2000)
    else:
        url = resolve(document.base, work.media_url)
    if url is None:
        return None
    kind, mime = media_kind(url, work.media_mime)
    return Media(url, kind, clean(mime, 80) if mime else None)


def _evidence(work: Work) -> dict[str, object]:
    values: dict[str, object] = {
        "origin": work.origin,
        "title": work.title,
        "identifier": work.identifier,
        "price": str(work.price) if isinstance(work.price, Decimal | int) else work.price,
        "currency": work.currency,
        "minor": work.minor or None,
        "likes": work.likes,
        "supply": work.supply,
        "year": work.year,
        "nsfw": work.nsfw,
        "licenses": [[_short(text), _short(url)] for text, url in work.licenses],
        "media": work.media_url,
    }
    return {name: _short(value) for name, value in values.items() if value not in (None, [])}


def _short(value: object) -> object:
    return clean(value, 1000) if isinstance(value, str) else value
