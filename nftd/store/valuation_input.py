"""What a selection compares, read as columns: all listings, and their sales and bids.

A store may hold a million listings with three million observations: rows become arrays by the chunk, names become
numbers, and nothing is kept as a list of rows.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, text

from nftd.store.dialect import scan

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Reader = Callable[[tuple[Any, ...]], npt.NDArray[Any]]

NO_PICTURE: Final = "no_picture"
_FLAGS: Final = ("suspicious", "is_suspicious", "is_disabled")
_FLAGGED: Final = " OR ".join(f"coalesce(json_extract(raw, '$.{name}') = 1, 0)" for name in _FLAGS)
_LISTINGS: Final = f"""
SELECT rowid, id, market, creator, series, ask_shadow, ask_asset, likes, year,
  CASE WHEN coalesce(media_url, '') = '' THEN '{NO_PICTURE}' ELSE media_kind END, coalesce(nsfw, 0),
  seen_at, first_seen_at, state,
  CASE WHEN instr(raw, 'suspicious') OR instr(raw, 'is_disabled') THEN json_valid(raw) AND ({_FLAGGED}) ELSE 0 END
FROM listing ORDER BY rowid
"""  # noqa: S608 - our own names only
_LISTING_COLUMNS: Final = (
    *("rowid", "listing_id", "market", "creator", "series", "price", "asset", "likes", "year"),
    *("media", "nsfw", "seen_at", "first_seen_at", "state", "suspicious"),
)
_TRADES: Final = """
SELECT listing.rowid, kind, at, shadow, asset, CAST(usd AS REAL), buyer, seller
FROM observation CROSS JOIN listing ON listing.id = observation.listing WHERE kind <> 'ask'
"""
_TRADE_COLUMNS: Final = ("listing_id", "kind", "at", "price", "asset", "usd", "buyer", "seller")
_LAST = text("SELECT coalesce(max(id), 0) FROM observation")
_JUDGED = text("SELECT coalesce(max(last_observation), 0) FROM appraisal")
_ADDED: Final = "SELECT DISTINCT listing FROM observation WHERE id > {} AND kind <> 'ask'"
_DUE = text(
    "SELECT EXISTS (SELECT 1 FROM listing WHERE state = 'seen') OR EXISTS (SELECT 1 FROM observation"
    " JOIN listing ON listing.id = observation.listing WHERE observation.id > :judged"
    " AND observation.kind <> 'ask' AND listing.state = 'passed')"
)


def due(connection: Connection) -> bool:
    """Whether there is anything to judge: a new listing, or a new sale or bid of one that was passed over."""
    judged = connection.execute(_JUDGED).scalar_one()
    return bool(connection.execute(_DUE, {"judged": judged}).scalar_one())


def last_observation(connection: Connection) -> int:
    return int(connection.execute(_LAST).scalar_one())


def read_listings(connection: Connection) -> pd.DataFrame:
    """All listings with the columns of `scrapers.valuation`, `rowid` and `state`; texts of few kinds are categories.

    `media` is `no_picture` where the listing names none. `changed` is True where a sale or bid was appended since the
    last selection.
    """
    import numpy as np
    import pandas as pd

    readers: dict[str, Reader] = {
        "rowid": partial(np.array, dtype="int64"),
        "listing_id": partial(np.array, dtype=object),
        **dict.fromkeys(("price", "likes", "year"), partial(np.array, dtype="float64")),
        **dict.fromkeys(("nsfw", "suspicious"), partial(np.array, dtype=bool)),
        **dict.fromkeys(("seen_at", "first_seen_at"), _times),
    }
    frame = _frame(connection, _LISTINGS, _LISTING_COLUMNS, readers)
    judged = int(connection.execute(_JUDGED).scalar_one())
    added = [row[0] for rows in scan(connection, _ADDED.format(judged)) for row in rows]
    changed = np.zeros(len(frame), dtype=bool)
    if added:
        places = pd.Index(frame["listing_id"]).get_indexer(pd.Index(added, dtype=object))
        changed[places[places >= 0]] = True
    return frame.assign(changed=changed)


def read_trades(connection: Connection, listings: pd.DataFrame) -> pd.DataFrame:
    """The sales and bids of `listings` (`rowid` rising, `listing_id`), with the columns of `scrapers.valuation`."""
    import numpy as np
    import pandas as pd

    rowids = listings["rowid"].to_numpy()

    def numbered(values: tuple[Any, ...]) -> npt.NDArray[Any]:
        found = np.searchsorted(rowids, values)
        known = rowids[np.minimum(found, len(rowids) - 1)] == values if len(rowids) else np.zeros(len(values), bool)
        return np.where(known, found, -1).astype(np.int64)

    readers: dict[str, Reader] = {
        "listing_id": numbered,
        **dict.fromkeys(("price", "usd"), partial(np.array, dtype="float64")),
        "at": _times,
    }
    frame = _frame(connection, _TRADES, _TRADE_COLUMNS, readers)
    names = pd.Index(listings["listing_id"].to_numpy(dtype=object), dtype=object)
    return frame.assign(listing_id=pd.Categorical.from_codes(frame["listing_id"], names, validate=False))


def _frame(connection: Connection, statement: str, names: tuple[str, ...], readers: dict[str, Reader]) -> pd.DataFrame:
    """What a query gives, by columns: numbers and times as the readers make them, others as categories."""
    import numpy as np
    import pandas as pd

    chosen = {name: readers.get(name) or _Names() for name in names}
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [read(())] for name, read in chosen.items()}
    with _uncollected():
        for rows in scan(connection, statement):
            for (name, read), values in zip(chosen.items(), zip(*rows, strict=True), strict=True):
                parts[name].append(read(values))
    columns: dict[str, Any] = {}
    for name, read in chosen.items():
        column = np.concatenate(parts.pop(name))
        columns[name] = read.named(column) if isinstance(read, _Names) else pd.Series(column, dtype=column.dtype)
    return pd.DataFrame(columns)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Millions of rows that die at once have no cycles: to look for such takes a fifth of the time of reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _times(values: tuple[Any, ...]) -> npt.NDArray[Any]:
    import numpy as np

    return np.array(values, dtype="S26").astype("datetime64[us]")  # 26 characters: without the zone, which is UTC


class _Numbers(dict[str | None, int]):
    """A number for each text, given when it is first asked for; a missing one has -1."""

    def __missing__(self, name: str | None) -> int:
        number = self[name] = len(self) - 1
        return number


class _Names:
    """Texts of which many are equal: kept once each, and numbered."""

    def __init__(self) -> None:
        self._numbers = _Numbers({None: -1})

    def __call__(self, values: tuple[Any, ...]) -> npt.NDArray[Any]:
        import numpy as np

        return np.fromiter(map(self._numbers.__getitem__, values), dtype=np.int32, count=len(values))

    def named(self, codes: npt.NDArray[Any]) -> pd.Categorical:
        import pandas as pd

        names = pd.Index(list(self._numbers)[1:], dtype=object)
        return pd.Categorical.from_codes(codes, categories=names, validate=False)
