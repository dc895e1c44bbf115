"""nftd appeal: overturn a refusal."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from nftd.cli.common import Json, open_store, print_json, say


def appeal(
    context: typer.Context,
    thing: Annotated[str, typer.Argument(metavar="ID", help="A source, listing, run or artwork (s- l- r- a-).")],
    basis: Annotated[str, typer.Option("--basis", help="Why; kept with your name. For rights it is published.")],
    category: Annotated[
        str | None, typer.Option("--category", help="What it shows, where none fitted; else the likeliest.")
    ] = None,
    json: Json = False,
) -> None:
    """Overturn what the gates of taste, quality or rights said of a picture; those of safety stand."""
    from nftd.appeal import KINDS
    from nftd.appeal import appeal as overturn
    from nftd.domain import shown
    from nftd.store.lookups import resolve

    with open_store(context) as (store, settings):
        with store.read() as connection:
            found = resolve(connection, thing, *KINDS)
        done = overturn(store, settings, found, basis, getpass.getuser(), category)
    if json:
        print_json({"source": shown(done.source), "gates": list(done.gates), "note": done.note})
        return
    say(f"{shown(done.source)}: {', '.join(done.gates)} overturned; {done.note}")
