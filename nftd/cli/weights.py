"""nftd weights: fetch, import, check and list the model weights of the full-size presets."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nftd.cli.common import Globals, Json, note, print_json, say
from nftd.cli.failure import FAILED, NOTHING

if TYPE_CHECKING:
    from generator.weights import Installed

app = typer.Typer(no_args_is_help=True, help="Fetch, import, check and list model weights.")

Accept = Annotated[bool, typer.Option("--accept", help="Agree to a license that is unknown or not free, unasked.")]
AcceptUnknown = Annotated[
    bool,
    typer.Option("--accept-unknown", help="Take a file whose SHA-256 nobody publishes; it is recorded."),
]
_SECONDS_BETWEEN_LINES = 10.0


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """List the known weights and those that are installed."""
    from nftd.weights_listing import listed

    _, folder = _place(context)
    rows = listed(folder)
    if json:
        print_json({"folder": str(folder), "weights": rows})
        return
    for row in rows:
        say(f"{row['name']:<20} {row['state']:<10} {_size_of(row):>10}  {row.get('what') or row.get('kind', '')}")
        if "problem" in row:
            say(f"{'':<20} {row['problem']}")
    say(f"in {folder}: nftd weights fetch NAME loads one")


@app.command()
def fetch(
    context: typer.Context,
    name: Annotated[list[str], typer.Argument(metavar="NAME...", help="Weights by name, as nftd weights list shows.")],
    source: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="URL", help="Load from this https://, http:// or file:// address instead."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Load also what is installed.")] = False,
    accept: Accept = False,
    accept_unknown: AcceptUnknown = False,
) -> None:
    """Load weights, check them, convert them to safetensors. What breaks off goes on with the next try."""
    from nftd.errors import UsageError
    from nftd.http import HttpLimits, user_agent
    from nftd.weights import Wish, known_entry, require_checkable
    from nftd.weights import fetch as fetch_one

    settings, folder = _place(context)
    if source and len(name) > 1:
        raise UsageError("--from goes with one name: fetch the others by themselves")
    limits = HttpLimits(user_agent(settings.http.contact), read_seconds=settings.http.timeout_seconds)
    for one in dict.fromkeys(name):
        known_entry(one)
    for one in dict.fromkeys(name):
        if not again and _is_whole(folder, one):
            say(f"{one} is installed already: --again loads it once more")
            continue
        wish = Wish(one, tuple(source or ()), accept_unknown=accept_unknown)
        require_checkable(wish, folder)
        wish = Wish(one, wish.urls, _agreed(folder, one, "", accept), accept_unknown)
        try:
            with _loading(one) as tell:
                made = fetch_one(wish, folder, limits, tell)
        except KeyboardInterrupt:
            note(f"{one}: stopped; the same command goes on from there")
            raise typer.Exit(130) from None
        _tell_made(made)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .ckpt, .pt, .pth, .bin or .safetensors file.")],
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="The name; else told by the digest.")] = None,
    terms: Annotated[str, typer.Option("--license", metavar="TEXT", help="Of weights that are not listed.")] = "",
    accept: Accept = False,
    accept_unknown: AcceptUnknown = False,
) -> None:
    """Convert a file of weights that lies here. It is read safely: nothing in it is run."""
    from generator.weights.records import is_name
    from nftd.errors import UsageError
    from nftd.weights import import_file, name_of_file

    _, folder = _place(context)
    if not file.is_file():
        raise UsageError(f"{file} is no file: name a .ckpt, .pt, .pth, .bin or .safetensors")
    chosen = name or name_of_file(file)
    if chosen is None:
        raise UsageError(f"{file} is none of the published files: say --as NAME (nftd weights list shows names)")
    if not is_name(chosen):
        raise UsageError(f"--as {chosen[:60]!r}: lower case letters, digits and . _ - only, at most 60")
    agreed = _agreed(folder, chosen, terms, accept)
    _tell_made(import_file(file, folder, chosen, terms=terms, accepted=agreed, accept_unknown=accept_unknown))


@app.command()
def verify(
    context: typer.Context,
    name: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Only these; else all.")] = None,
    json: Json = False,
) -> None:
    """Check that installed weights are, byte for byte, what was recorded of them. Exit code 1 where one is not."""
    from nftd.weights_listing import verified

    _, folder = _place(context)
    rows = verified(folder, name or ())
    if json:
        print_json({"folder": str(folder), "weights": rows})
    else:
        for row in rows:
            say(f"{row['name']:<20} {'whole  ' + row['digest'] if row['ok'] else 'DAMAGED  ' + row['problem']}")
        if not rows:
            say(f"No weights are installed in {folder}: nftd weights list shows which there are.")
    raise typer.Exit(NOTHING if not rows else 0 if all(row["ok"] for row in rows) else FAILED)


def _place(context: typer.Context) -> tuple[Any, Path]:
    """The settings, and the folder of weights that they name."""
    from nftd.recipes import weights_folder

    chosen: Globals = context.obj
    settings = chosen.settings()
    return settings, weights_folder(settings, chosen.folder(settings))


def _is_whole(folder: Path, name: str) -> bool:
    from nftd.weights_listing import verified

    return all(row["ok"] for row in verified(folder, [name]))


def _agreed(folder: Path, name: str, terms: str, accept: bool) -> bool:
    """Print a license that is not free and ask, once; raises `UsageError` where nobody can be asked, or says no."""
    from nftd.errors import UsageError
    from nftd.weights import agree, consent, license_of

    text = license_of(name, terms)
    if text is None:
        return False
    note(f"{name}: its license is {text}. What you may do with it, and with pictures made by it, is for you to judge.")
    if not (accept or consent(folder, name)):
        if not sys.stdin.isatty():
            raise UsageError(f"{name}: say --accept to agree to that license, or answer on a terminal")
        if not typer.confirm("Use it?", err=True):
            raise UsageError(f"{name} was not taken")
    agree(folder, name, text)
    return True


@contextmanager
def _loading(name: str) -> Iterator[Callable[[int, int | None], None]]:
    """What is told of a download: a bar on a terminal, else a line now and then."""
    if not sys.stderr.isatty():
        yield _lines(name)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(bar_width=30),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def tell(done: int, total: int | None) -> None:
            said = f"{name}: checking and converting" if done == total else name
            bar.update(task, completed=done, total=total, description=said, refresh=done == total)

        yield tell


def _lines(name: str) -> Callable[[int, int | None], None]:
    last = 0.0

    def tell(done: int, total: int | None) -> None:
        nonlocal last
        if done == total or time.monotonic() - last > _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            note(f"{name}: {_mb(done)}" + (f" of {_mb(total)}" if total else ""))

    return tell


def _tell_made(made: Installed) -> None:
    vouched = "as published" if made.known else "published by nobody: recorded, and checked from now on"
    say(f"{made.name}: {made.kind}, {_mb(made.bytes)}, {made.file}")
    say(f"  from {made.origin}")
    say(f"  SHA-256 of that file  {made.origin_digest} ({vouched})")
    say(f"  SHA-256 as converted  {made.digest}")


def _size_of(row: dict[str, Any]) -> str:
    """What is installed or loaded so far, else what a download will be."""
    if row["state"] == "partly":
        return _mb(row["loaded_bytes"])
    return _mb(row.get("bytes") or row.get("download_bytes") or 0)


def _mb(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"
