"""All commands of nftd."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nftd import __version__
from nftd.cli import appeal, explain, house, later, metrics, once, queue, report, sources, tools, weights
from nftd.cli.common import Globals, say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watch NFT markets, rework what people value with VQGAN+CLIP, let a person decide. Nothing is minted unasked.",
    epilog="Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 blocked by someone else, 4 nothing to do, "
    "5 a source changed its shape.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"nftd {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Configuration file; else NFTD_CONFIG, ./config.toml.")] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder; else NFTD_DATA, the key data.")] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = Globals(config, data)


app.command()(house.init)
app.command()(once.once)
app.command()(house.status)
app.command()(metrics.metrics)
app.command()(report.report)
app.add_typer(queue.app, name="queue")
app.command()(explain.explain)
app.command()(appeal.appeal)
app.command()(sources.scrape)
app.command("import")(sources.import_)
app.command()(tools.select)
app.command()(tools.dream)
app.command()(tools.score)
app.command()(tools.cid)
app.add_typer(weights.app, name="weights")
app.command()(house.retry)
app.add_typer(house.config_app, name="config")
app.add_typer(house.db_app, name="db")
later.register(app)
