"""Make a report: gather the facts, draw, put page, tables, figures and summary in their place at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nftd import __version__
from nftd.config import Settings
from nftd.domain import utc_now
from nftd.report import csvfiles, more_sections, sections
from nftd.report.drift import Change
from nftd.report.facts import Facts, gather
from nftd.report.grid import Grids
from nftd.report.markup import Html, element, joined, text
from nftd.report.page import files as links
from nftd.report.page import page
from nftd.report.place import SUMMARY, Place
from nftd.report.plots import Plots, draw_all
from nftd.store.database import Store

INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class Written:
    """What was made: the folder, its files, the rows behind them, and what changed since the earlier report."""

    folder: Path
    files: tuple[str, ...]
    listings: int
    currencies: int
    earlier_at: str | None
    drift: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        changes = [
            {name: getattr(one, name) for name in ("what", "before", "now", "told", "notable")} for one in self.drift
        ]
        return {
            "folder": str(self.folder),
            "page": str(self.folder / INDEX),
            "files": list(self.files),
            "listings": self.listings,
            "currencies": self.currencies,
            "compared_with": self.earlier_at,
            "drift": changes,
        }


def write_report(store: Store, settings: Settings, out: Path, now: datetime | None = None) -> Written:
    """Write the report of a store to the folder `out`, in place of an earlier one.

    Raises `UsageError` where `out` is no place for it; then nothing has been changed.
    """
    place = Place(out)
    facts = gather(store, settings, now or utc_now(), place.earlier)
    earlier_at = _told_at(place.earlier) if facts.drift is not None else None
    files = report_files(facts, earlier_at)
    place.put(files)
    return Written(
        folder=place.path,
        files=tuple(files),
        listings=facts.rows,
        currencies=len(facts.currencies) + facts.more_currencies,
        earlier_at=earlier_at,
        drift=tuple(facts.drift or ()),
    )


def _told_at(earlier: dict[str, Any] | None) -> str:
    """When the earlier report was made, in words; its summary may have been edited."""
    try:
        return f"{datetime.fromisoformat(str((earlier or {}).get('made_at'))):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return "an unknown time"


def report_files(facts: Facts, earlier_at: str | None) -> dict[str, bytes]:
    """Every file of the report by name, the page first."""
    plots = draw_all(facts)
    files = csv_files(facts)
    for drawn in plots:
        files |= drawn.files
    told = {**facts.summary, "nftd": __version__, "compared_with": earlier_at}
    files[SUMMARY] = (json.dumps(told, indent=1, ensure_ascii=True) + "\n").encode("ascii")
    return {INDEX: _page(facts, plots, earlier_at, [*files])} | files


def csv_files(facts: Facts) -> dict[str, bytes]:
    """Tables 1 to 6, and 2 to 5 once more for each currency."""
    files = {"table-1.csv": csvfiles.filled_file(facts.market.filled, facts.rows)}
    for found in (facts.pooled, *facts.currencies):
        files |= csvfiles.currency_files(found)
    return dict(sorted(files.items())) | {"table-6.csv": csvfiles.category_file(facts.categories)}


def _page(facts: Facts, plots: Plots, earlier_at: str | None, names: list[str]) -> bytes:
    grids = Grids()
    told = [
        ("data", "The data", sections.data(facts, plots, grids)),
        ("years", "Years of creation", sections.years(facts, plots, grids)),
        ("kinds", "Kinds and categories", sections.kinds(facts, plots, grids)),
        ("pooled", "Prices as the study had them", sections.pooled(facts, plots, grids)),
        ("currencies", "Prices by currency and over time", sections.currencies(facts, plots, grids)),
        ("worth", "Likes, asks and sales", more_sections.worth(facts, plots, grids)),
        ("gates", "Selection and gates", more_sections.gates(facts, plots, grids)),
        ("sources", "Sources and their health", more_sections.sources(facts, grids)),
        ("drift", "Since the last report", more_sections.drift(facts, earlier_at or "", grids)),
    ]
    return page(told, sections.intro(facts), _foot(names))


def _foot(names: list[str]) -> Html:
    made = (
        f"Made by nftd {__version__}. Statistics only: a price that is asked is no worth, and nothing here is advice."
    )
    return joined(
        element("p", text(made)),
        element("details", element("summary", f"All {len(names)} files"), element("p", links(names))),
    )


def summary_lines(written: Written) -> list[str]:
    """What was made, in words for a terminal."""
    from nftd.report.markup import counted

    currencies = counted(written.currencies, "currency", "currencies")
    lines = [f"report on {counted(written.listings, 'listing')} in {currencies}: {written.folder / INDEX}"]
    lines.append(
        f"  beside it {counted(len(written.files) - 1, 'file')}: table-1.csv to table-6.csv, figure-2 to figure-10"
    )
    if written.earlier_at:
        lines.append(f"  since the report of {written.earlier_at}:")
        lines += [f"    {one.what}: {one.told}" for one in written.drift if one.notable] or [
            "    nothing that stands out"
        ]
    return lines
