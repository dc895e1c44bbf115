"""nftd report: the market in tables and figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nftd.cli.common import Json, open_store, print_json, say

Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="Folder for the report: a new one, an empty one, or that of an earlier report, which it replaces.",
    ),
]


def report(context: typer.Context, out: Out, json: Json = False) -> None:
    """Show the market in tables and figures: a page to open in a browser, beside it CSV, PNG and SVG files.

    DIR/index.html needs no network. table-1.csv to table-6.csv and figure-2 to figure-6 have the numbers of the study
    that nftd starts from: all currencies pooled, and for each currency as table-2-XTZ.csv. A report that replaces an
    earlier one says what has changed since.
    """
    from nftd.report.write import summary_lines, write_report

    with open_store(context) as (store, settings):
        written = write_report(store, settings, out)
    if json:
        print_json(written.to_json())
        return
    for line in summary_lines(written):
        say(line)
