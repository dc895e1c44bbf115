"""Tables of works in CSV files, among them the dataset "NFT art collection 2021" with its 15 columns.

The dataset is recognized by its header; of any other file, the option `columns` says which column is which field.
Rows that cannot be read are problems with their line and reason, the rest is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from scrapers.columns import columns_of
from scrapers.csvfile import CsvFile, Record
from scrapers.errors import BadRule, ScraperError, ShapeChanged
from scrapers.listing import Listing, Problem
from scrapers.numbers import Mark
from scrapers.rows import FIELDS, SEED_DAY, Layout
from scrapers.session import Session
from scrapers.sites.rules import require_known
from scrapers.source import Known, Scraped
from scrapers.text import clean

PAGE: Final = 200
"""Rows that are stored together."""
MAX_KEYS: Final = 1_000_000
"""So many rows are compared for an id that two of them have: what is remembered of a file stays bounded."""
_OPTIONS: Final = frozenset({"path", "columns", "currency", "decimal", "encoding", "delimiter", "collected"})


class TableSource:
    """The rows of one file.

    Options: `path`; `columns`, a table from fields (id, title, creator, series, price, currency, usd, likes, supply,
    year, nsfw, license, license_url, media, mime, kind, url, chain, contract, token_id, date) to column names;
    `currency` of prices without one; `decimal` sign of prices ("." or ","); `encoding`, `delimiter`, both found out
    where they are not given; `collected`, the day on which the prices were seen, where no column `date` tells it.
    """

    html: Final = False

    def __init__(self, name: str, options: Mapping[str, object]) -> None:
        self.name = name
        self._path = Path(_text(options, "path"))
        self._columns = _columns(options)
        self._currency = _text(options, "currency") or None
        self._decimal = _decimal(options)
        self._encoding = _encoding(options)
        self._delimiter = _delimiter(options)
        self._collected = _collected(options)

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, object]) -> TableSource:
        """Raises BadRule; the file is looked at when it is read."""
        require_known(options, _OPTIONS, "option")
        if not options.get("path"):
            raise BadRule(f"source {name}: path is missing, give the CSV file to read", option="path")
        return cls(name, options)

    def pages(self, session: Session, cursor: str | None, known: Known) -> Iterator[Scraped]:  # noqa: ARG002
        """Yield 200 rows at a time; nothing is asked of the network.

        Raises FetchError where the file cannot be read, ShapeChanged where it has no header or its columns are not
        there.
        """
        with CsvFile(self._path, self._encoding, self._delimiter) as file:
            layout = self._layout(file)
            line, _, identity = (cursor or "").partition(":")
            if line.isascii() and line.isdigit() and identity == file.identity:
                file.skip_to(int(line))
            yield from self._pages(file, layout, known)

    def _pages(self, file: CsvFile, layout: Layout, known: Known) -> Iterator[Scraped]:
        keys: set[int] = set()
        found: list[Listing | Problem] = []
        for rows, record in enumerate(file, 1):
            one = self._read(file, record, layout)
            if isinstance(one, Problem) or not known(one.market_id, one.mark or ""):
                found.append(self._single(one, keys, record))
            if rows % PAGE == 0:
                yield Scraped(tuple(found), f"{file.line}:{file.identity}", self._path.name)
                found = []
        yield Scraped(tuple(found), None, self._path.name)

    def _layout(self, file: CsvFile) -> Layout:
        first = next(iter(file), None)
        header = [clean(cell, 100) for cell in first.cells] if first and not first.fault else []
        seed, columns = columns_of(header, self._columns, self._path.name)
        collected = self._collected or (SEED_DAY if seed else None)
        lower = [name.casefold() for name in header]
        return Layout(self.name, lower, columns, self._currency, self._decimal, collected, seed)

    def _read(self, file: CsvFile, record: Record, layout: Layout) -> Listing | Problem:
        if record.fault:
            return self._problem(record, "bad_row", record.fault)
        while len(record.cells) > len(layout.header) and not record.cells[-1].strip():
            record.cells.pop()
        if len(record.cells) != len(layout.header):
            glued = file.give_back(record)
            told = f"{len(record.cells)} cells where the header has {len(layout.header)}"
            return self._problem(record, "bad_row", f"{told}, or a quote that is not closed" if glued else told)
        try:
            return layout.listing(record.cells)
        except ShapeChanged as error:
            return self._problem(record, "missing_field", f"no {error.path}")
        except ScraperError as error:
            return self._problem(record, error.code, str(error))

    def _single(self, one: Listing | Problem, keys: set[int], record: Record) -> Listing | Problem:
        if isinstance(one, Problem):
            return one
        key = hash(one.market_id)
        if key in keys:
            return self._problem(record, "duplicate_id", f"{one.market_id!r} stood in a row before")
        if len(keys) < MAX_KEYS:
            keys.add(key)
        return one

    def _problem(self, record: Record, code: str, reason: str) -> Problem:
        name = clean(self._path.name, 200)
        return Problem(f"{name}:{record.line}", code, clean(f"line {record.line}: {reason}"))


def _text(options: Mapping[str, object], option: str) -> str:
    value = options.get(option, "")
    if not isinstance(value, str):
        raise BadRule(f"{option} = {value!r}: text is needed", option=option)
    return value


def _columns(options: Mapping[str, object]) -> dict[str, str]:
    given = options.get("columns", {})
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given.values()):
        raise BadRule("columns: a table from fields to names of columns is needed", option="columns")
    require_known(given, FIELDS, "field", "columns.")
    missing = {"id", "title"} - set(given)
    if given and missing:
        raise BadRule(f"columns: {' and '.join(sorted(missing))} must be named", option="columns")
    return dict(given)


def _decimal(options: Mapping[str, object]) -> Mark | None:
    value = options.get("decimal")
    if value is None or value == ".":
        return None if value is None else "."
    if value != ",":
        raise BadRule(f'decimal = {value!r}: "." or "," is needed', option="decimal")
    return ","


def _encoding(options: Mapping[str, object]) -> str | None:
    name = _text(options, "encoding")
    try:
        b"a".decode(name or "utf-8", "replace")  # also refuses codecs that are no encodings of text
        return name or None
    except LookupError:
        raise BadRule(f"encoding = {name!r} is not known: try utf-8, cp1252 or utf-16", option="encoding") from None


def _delimiter(options: Mapping[str, object]) -> str | None:
    value = _text(options, "delimiter")
    if value and (len(value) != 1 or value in '"\r\n'):
        raise BadRule(f"delimiter = {value!r}: one character is needed", option="delimiter")
    return value or None


def _collected(options: Mapping[str, object]) -> datetime | None:
    value = _text(options, "collected")
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if value else None
    except ValueError:
        raise BadRule(f"collected = {value!r}: a day such as 2021-03-31 is needed", option="collected") from None
