"""Small markets for tests, stored by the store's own functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import Connection

from generator.nouns import Verdict
from nftd.store import listings, observations, sources
from nftd.store.database import Store
from scrapers.listing import Listing, Observation
from scrapers.money import Money
from tests.nftd import rooms

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def add(connection: Connection, works: Iterable[Listing], seen: Iterable[Observation] = ()) -> None:
    listings.save_all(connection, "gallery", list(works), demo=False)
    observations.save(connection, list(seen))


def work(number: int, price: str | None, asset: str = "ETH", **changes: Any) -> Listing:
    """A listing of the gallery at this price; `changes` replace single fields."""
    return rooms.listing(number, ask=Money.parse(price, asset) if price else None, **changes)


def sale(number: int, price: str, asset: str = "ETH", at: datetime = NOW, **changes: Any) -> Observation:
    facts: dict[str, Any] = {"kind": "sale", "usd": None, "rate_source": None, "event": f"{number} {at} {price}"}
    return Observation("gallery", f"g-{number}", at, price=Money.parse(price, asset), **{**facts, **changes})


def square(color: str = "teal", side: int = 64) -> bytes:
    """A picture as intake leaves it: a square PNG."""
    out = BytesIO()
    Image.new("RGB", (side, side), color).save(out, "PNG")
    return out.getvalue()


def add_picture(
    store: Store,
    found: Listing,
    category: str | None = "faces",
    image: bytes | None = None,
    work: bool = True,
    **verdicts: bool,
) -> str:
    """A source of this listing with a picture; `verdicts` are gates with what they said."""
    with store.write() as connection:
        add(connection, [found])
        listing = listings.listing_id(*found.key)
        source = sources.source_id(listings.get(connection, listing))
        digest = store.blobs.put(image or square())
        sources.add(connection, source, listing, digest, "image/png")
        told = [Verdict(gate, ok, "fine" if ok else f"{gate}_says_no") for gate, ok in verdicts.items()]
        sources.judged(connection, source, tuple(told))
        is_fit = all(verdicts.values())
        sources.settle(
            connection, source, "fit" if is_fit else "unfit", None, work=digest if work else None, category=category
        )
    return source


HOSTILE_TITLES = (
    "<img src=x onerror=alert(1)>",
    "</title></style></script><script>alert(2)</script>",
    "\u202eright to left \u2066and isolated",
    "x" * 10_000,
    "a $formula$ of \\mathbf{TeX} $",
    "=cmd|' /C calc'!A0",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \U0001f600",
)
HOSTILE_ASSETS = ("../../x", "<b>coin</b>", "=1+1", "a" * 300)


def fill_hostile(store: Store) -> None:
    """A market in which every word was chosen to break a page: titles, creators, currencies, categories."""
    for number, title in enumerate(HOSTILE_TITLES):
        found = work(number, str(number + 1), likes=number, title=title, creator=title[:200], year=2017 + number % 5)
        add_picture(store, found, category=title[:60], rights=True, blur=number != 3)
    for place, asset in enumerate(HOSTILE_ASSETS):
        number = 100 + place
        year = (1, 2158, 2020, None)[place]
        found = rooms.listing(number, ask=Money(5 + place, 0, asset), year=year, likes=place)
        sold = Observation("gallery", f"g-{number}", NOW, "sale", Money(3, 0, asset), None, None, f"e{place}")
        with store.write() as connection:
            add(connection, [found], [sold])


def new_store(folder: Path) -> Store:
    return Store(folder / "data")
