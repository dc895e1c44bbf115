"""Figure 2: a few of the stored pictures, made small and encoded anew: none of a market's bytes reach the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image
from sqlalchemy import Connection, RowMapping, func, or_, select

from nftd.config import Settings
from nftd.errors import BlobMissing
from nftd.optout import OptOut
from nftd.recipes import intake_limits
from nftd.store.database import Store
from nftd.store.tables import listing, source, verdict

MOST: Final = 12
SIDE: Final = 176
_TRIED: Final = 60
_BOTH: Final = source.join(listing, listing.c.id == source.c.listing)
_REFUSED: Final = select(verdict.c.source).where(verdict.c.gate == "nsfw", verdict.c.ok.is_(False))
_MAY_BE_SHOWN: Final = (
    source.c.image.is_not(None),
    or_(listing.c.nsfw.is_(None), listing.c.nsfw.is_(False)),
    source.c.id.not_in(_REFUSED),
)
_SHOWN: Final = ("id", "title", "creator", "market", "market_id", "url", "chain", "contract", "ask_shadow", "ask_asset")


@dataclass(frozen=True, slots=True)
class Sample:
    """A thumbnail (JPEG, `SIDE` pixels square) and whose it is; all text is foreign."""

    title: str
    creator: str | None
    market: str
    price: float | None
    asset: str | None
    category: str | None
    jpeg: bytes


def samples(connection: Connection, store: Store, settings: Settings) -> tuple[list[Sample], int]:
    """At most `MOST` pictures, and how many there are to choose from; nothing nsfw, nothing on the opt-out list.

    Ids are digests, so that the first ones in their order are a fair draw, and the same one every time.
    """
    optout = OptOut(settings.optout)
    total = connection.execute(select(func.count()).select_from(_BOTH).where(*_MAY_BE_SHOWN)).scalar_one()
    rows = (row for is_fit in (True, False) for row in _rows(connection, is_fit=is_fit) if not optout.match(row))
    found = _made(rows, store, settings)
    return [sample for sample, _ in zip(found, range(MOST), strict=False)], int(total)


def _rows(connection: Connection, *, is_fit: bool) -> Sequence[RowMapping]:
    """What may be shown, fit for use or not; more than are needed, since some may be damaged."""
    columns = (*(listing.c[name] for name in _SHOWN), source.c.image, source.c.work, source.c.category)
    state = source.c.state == "fit" if is_fit else source.c.state != "fit"
    rows = select(*columns).select_from(_BOTH).where(*_MAY_BE_SHOWN, state).order_by(source.c.id).limit(_TRIED)
    return connection.execute(rows).mappings().all()


def _made(rows: Iterator[RowMapping], store: Store, settings: Settings) -> Iterator[Sample]:
    for row in rows:
        if (jpeg := _thumbnail(row, store, settings)) is not None:
            yield Sample(
                row["title"], row["creator"], row["market"], row["ask_shadow"], row["ask_asset"], row["category"], jpeg
            )


def _thumbnail(row: RowMapping, store: Store, settings: Settings) -> bytes | None:
    """The square work that intake made; of a picture that was refused before, one made in the same safe way."""
    try:
        work = store.blobs.get(row["work"]) if row["work"] else _work(store.blobs.get(row["image"]), settings)
        return None if work is None else _small(work)
    except (BlobMissing, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _work(data: bytes, settings: Settings) -> bytes | None:
    from generator.intake import examine

    return examine(data, intake_limits(settings)).work_png


def _small(png: bytes) -> bytes:
    with Image.open(BytesIO(png), formats=("PNG",)) as picture:
        small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
