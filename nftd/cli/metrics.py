"""nftd metrics: the state of the store for Prometheus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nftd.cli.common import Globals, open_store

Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the text there, whole or not at all, instead of printing it."),
]


def metrics(context: typer.Context, out: Out = None) -> None:
    """Tell the state of the store and of every source in Prometheus' text format."""
    from nftd.metrics import exposition

    _expect_data(context.obj)
    if out is not None:
        _expect_folder(out)
    with open_store(context) as (store, settings), store.read() as connection:
        text = exposition(connection, settings)
    if out is None:
        print(text, end="")
        return
    from nftd.store.blobs import write_durably

    write_durably(out.absolute(), text.encode())


def _expect_data(chosen: Globals) -> None:
    """Watching makes nothing: a data folder that is not there stays so."""
    from nftd.errors import DataFolderError
    from nftd.store.database import is_there

    folder = chosen.folder(chosen.settings())
    if not is_there(folder):
        raise DataFolderError(f"there is no data in {folder} yet: run nftd once, or choose another folder with --data")


def _expect_folder(out: Path) -> None:
    """A mistyped folder must not be made: nobody would collect what is in it."""
    from nftd.errors import UsageError

    if not out.absolute().parent.is_dir():
        raise UsageError(f"--out {out}: its folder does not exist, make it first")
