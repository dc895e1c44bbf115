"""The tables as CSV files: safe names, and cells that no spreadsheet takes for a formula.

Source: OWASP, CSV Injection: a cell that begins with = + - @, a tab or a carriage return is a formula to some program.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Final

from nftd.report.columns import COLUMNS
from nftd.report.tables import Currency, PriceTable, Spread, YearRow

Cell = str | int | float | None
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # full width ones too
_PLAIN: Final = re.compile(r"[A-Z0-9]{1,12}")
_YEARS: Final = ("year", "count", "mean", "median")


def currency_files(found: Currency) -> dict[str, bytes]:
    """Tables 2 to 5 of one currency, or of all pooled, by file name."""
    end = "" if found.asset is None else f"-{file_part(found.asset)}"
    files = {f"table-{table.number}{end}.csv": _by_year(table) for table in found.tables}
    return files | {f"table-3{end}.csv": _spread(found.spread)}


def filled_file(filled: Mapping[str, int], rows: int) -> bytes:
    """Table 1."""
    head = ("column", "in_the_dataset", "meaning", "filled", "rows", "share")
    body = [
        (fact.name, fact.studied, fact.meaning, filled[fact.name], rows, filled[fact.name] / rows if rows else None)
        for fact in COLUMNS
    ]
    return csv_bytes(head, body)


def category_file(counts: Mapping[str, int]) -> bytes:
    """Table 6."""
    return csv_bytes(("category", "count"), counts.items())


def file_part(asset: str) -> str:
    """A name for files out of foreign text: symbols as they are, of others what is harmless, and a digest."""
    if _PLAIN.fullmatch(asset):
        return asset
    harmless = re.sub(r"[^a-z0-9]+", "-", asset.lower())[:24].strip("-")
    digest = hashlib.sha256(asset.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{harmless}-{digest}" if harmless else digest


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8; numbers as they are, None empty, text never a formula."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def _by_year(table: PriceTable) -> bytes:
    return csv_bytes(_YEARS, [_year(row) for row in (*table.rows, table.total)])


def _year(row: YearRow) -> tuple[Cell, ...]:
    return "Total" if row.year is None else row.year, row.count, row.mean, row.median


def _spread(found: Spread) -> bytes:
    head = ("count", "mean", "median", "standard_deviation")
    return csv_bytes(head, [(found.count, found.mean, found.median, found.deviation)])


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, int):
        return str(value)
    text = value.replace("\r", "\n")  # Python's writer puts no quotes around the former
    return f"'{text}" if value.startswith(_FORMULA) else text
