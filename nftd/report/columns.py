"""The columns of the data: what each means, what the dataset of the study called it, and where it counts as filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Integer, and_, case, literal

from nftd.store.tables import listing


@dataclass(frozen=True, slots=True)
class ColumnFact:
    """A row of Table 1; `studied` is the column of the study's dataset that it answers to, empty for none."""

    name: str
    studied: str
    meaning: str


COLUMNS: Final = (
    ColumnFact("title", "title", "what the work is called"),
    ColumnFact("market", "", "the market that shows it"),
    ColumnFact("market_id", "name", "the market's own name of it"),
    ColumnFact("creator", "creator", "who made it, as the market says"),
    ColumnFact("series", "art_series", "the collection that it belongs to"),
    ColumnFact("price", "price", "what is asked for it, in whole units of its currency"),
    ColumnFact("currency", "symbol", "the currency that is asked"),
    ColumnFact("type", "type", "kind of file: photo, animation, video; filled where it is known"),
    ColumnFact("likes", "likes", "how many people liked it; empty where the market shows none"),
    ColumnFact("nsfw", "nsfw", "whether the market calls it unsafe for work; empty where it says nothing"),
    ColumnFact("supply", "tokens", "pieces for sale"),
    ColumnFact("year", "year", "year of creation, as its creator gave it"),
    ColumnFact("rights", "rights", "license or rights code that the market or the token states"),
    ColumnFact("royalty", "royalty", "royalty in basis points"),
    ColumnFact("media", "cid, path", "address of the file, on the web or on IPFS"),
    ColumnFact("url", "", "address of the work's page"),
    ColumnFact("chain", "", "blockchain of its token"),
    ColumnFact("contract", "", "contract of its token"),
    ColumnFact("token_id", "", "number of its token"),
)
_STORED: Final[Mapping[str, str]] = {
    "price": "ask_shadow",
    "currency": "ask_asset",
    "royalty": "royalty_bps",
    "media": "media_url",
}


def filled_mask() -> ColumnElement[int]:
    """An SQL expression: a whole number in which bit i says that column i of `COLUMNS` is filled in a row."""
    total: ColumnElement[int] = literal(0, Integer)
    for place, fact in enumerate(COLUMNS):
        total = total + case((_is_filled(fact.name), 1 << place), else_=0)
    return total


def _is_filled(name: str) -> ColumnElement[bool]:
    if name == "rights":
        reason: ColumnElement[str] = listing.c.rights["reason"].as_string()
        return reason != "none_stated"
    if name == "type":
        return listing.c.media_kind != "unknown"
    column = listing.c[_STORED.get(name, name)]
    return and_(column.is_not(None), column != "") if column.type.python_type is str else column.is_not(None)
