"""Setting up and looking after: init, status, config, db, retry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nftd.cli.common import Globals, Json, note, open_store, print_json, say
from nftd.cli.failure import NOTHING

if TYPE_CHECKING:
    from nftd.config import SourceSettings

# What people call what the store calls otherwise: to them a source is a place to scrape.
_COUNTED = {"listing": "listings", "source": "pictures", "run": "dreams", "artwork": "artworks"}
_COUNTED |= {"publication": "publications", "pin": "pins"}

config_app = typer.Typer(no_args_is_help=True, help="Show and check the configuration.")
db_app = typer.Typer(no_args_is_help=True, help="Look after the database.")


def init(
    context: typer.Context,
    live: Annotated[bool, typer.Option("--live", help="With a live source on, and the bundled gallery off.")] = False,
) -> None:
    """Write a configuration file with every key explained."""
    from nftd.shipped import write_config

    chosen: Globals = context.obj
    path = write_config(chosen.config or Path("config.toml"), live=live)
    if not live:
        say(f"wrote {path}; next: nftd once")
        return
    say(f"wrote {path}: the source teztok is on, free works of Tezos' markets; the bundled gallery is off")
    say("next: fill in http.contact, then nftd config check, nftd scrape teztok --limit 3 --dry-run, nftd once")


def status(context: typer.Context, json: Json = False) -> None:
    """Count what is in each state, from listing to publication, and say how each source of listings went last."""
    from nftd.status import counts, last_readings

    with open_store(context) as (store, settings), store.read() as connection:
        found = counts(connection)
        feeds = last_readings(connection)
    if json:
        print_json({**found, "feeds": feeds})
        return
    for kind, states in found.items():
        told = ", ".join(f"{number} {state}" for state, number in states.items()) or "none"
        say(f"{_COUNTED.get(kind, kind):<12} {told}")
    for name, last in feeds.items():
        source = settings.sources.get(name)
        say(f"source       {name}: {_reading(last, source.max_requests_per_month if source else 0)}")


def _reading(last: dict[str, Any], limit: int) -> str:
    """How a source went last, in words."""
    outcome, of = last["outcome"].replace("_", " "), f" of {limit}" if limit else ""
    told = f"{outcome}, {last['seen']} works seen, {last['new']} new, {last['requests']}{of} requests this month"
    return told + (": it shows no work any more" if last["alarm"] else "")


def retry(context: typer.Context) -> None:
    """Give everything that failed or waits out a back-off a fresh start at the next cycle."""
    from nftd.store import work

    with open_store(context) as (store, _), store.write() as connection:
        number = work.retry(connection)
    say(f"{number} items start afresh at the next cycle")
    raise typer.Exit(0 if number else NOTHING)


@config_app.command("show")
def config_show(context: typer.Context, json: Json = False) -> None:
    """Print every setting in force, and where it comes from."""
    from nftd import config
    from nftd.reference import current

    chosen: Globals = context.obj
    file = config.find_file(chosen.config)
    settings = config.load(file)
    folder = chosen.folder(settings)
    if json:
        print_json({**settings.model_dump(mode="json"), "file": str(file) if file else None, "data": str(folder)})
        return
    say(f"# file: {file or 'none, these are the defaults'}\n# data folder: {folder}")
    for key, value in current(settings):
        say(f"{key} = {value}")


@config_app.command("check")
def config_check(context: typer.Context) -> None:
    """Check the configuration file, and that every source has the key that it needs; errors name line and key."""
    from nftd import config

    chosen: Globals = context.obj
    file = config.find_file(chosen.config)
    settings = config.check(file)
    say(f"{file or 'the defaults'}: fine")
    if not settings.http.contact and any(map(_is_live, settings.sources.values())):
        note("http.contact is empty: fill it in, so that site owners can write to you")


def _is_live(source: SourceSettings) -> bool:
    """Whether a cycle asks somebody else's server for its pages."""
    from nftd.config import BUNDLED

    return source.enabled and not source.local and source.start != BUNDLED and source.type != "table"


@config_app.command("reference")
def config_reference(json: Json = False) -> None:
    """Print every key with its default and meaning."""
    from nftd.reference import rows

    found = rows()
    if json:
        print_json(found)
        return
    for row in found:
        say(f"{row['key']} = {row['default']}\n    {row['meaning']}")


@db_app.command("upgrade")
def db_upgrade(context: typer.Context) -> None:
    """Bring the database to the shape that this version writes; every command does so by itself."""
    from nftd.store.migrate import HEAD

    with open_store(context) as (store, _):
        say(f"{store.root}: at revision {HEAD}")
