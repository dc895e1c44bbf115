"""nftd scrape and nftd import: read one source or one file now, and store what it shows."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

from nftd.cli.common import Globals, Json, note, open_store, say
from nftd.cli.failure import FAILED, NOTHING

if TYPE_CHECKING:
    from nftd.config import Settings
    from nftd.feeds import Feed
    from nftd.store.database import Store
    from scrapers.listing import Listing
    from scrapers.source import Found

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="The name of a source in the configuration.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with a line of column names.")]
_SPOOLED = 8 * 2**20
DryRun = Annotated[bool, typer.Option("--dry-run", help="Store nothing.")]


class Told:
    """Counts of what was read; each listing is told when it comes, so that any number of them fits into memory.

    As JSON they are one document, which is printed by `close` alone: what broke off prints none.
    """

    def __init__(self, json: bool) -> None:
        self.listings = 0
        self.new = 0
        self.observed = 0
        self.problems = 0
        self._json = SpooledTemporaryFile(_SPOOLED, "w+", encoding="utf-8") if json else None  # noqa: SIM115  # its own life

    def tell(self, one: Listing) -> None:
        """Print a listing, or keep it for the document."""
        self.listings += 1
        if self._json is None:
            say(f"{one.market_id:<24}  {one.ask or 'no price'!s:<16}  {one.title}")
            return
        text = dumps(one.to_json(), indent=2, ensure_ascii=False, default=str)
        self._json.write(("[\n" if self.listings == 1 else ",\n") + indent(text, "  "))

    def close(self, dry_run: bool) -> None:
        """Print the document, or the counts."""
        if self._json is not None:
            self._json.write("\n]\n" if self.listings else "[]\n")
            self._json.seek(0)
            copyfileobj(self._json, sys.stdout)
            return
        more = f", {self.observed} prices" if self.observed else ""
        more += f", {self.problems} refused" if self.problems else ""
        say(f"{self.listings} listings" + ("" if dry_run else f", {self.new} new") + more)


def scrape(
    context: typer.Context,
    source: Source,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many listings.")] = None,
    dry_run: DryRun = False,
    replay: Annotated[bool, typer.Option("--replay", help="Read stored pages again, without the network.")] = False,
    json: Json = False,
) -> None:
    """Read one source now, from its first page, and store what it shows."""
    from nftd.feeds import Feeds

    told = Told(json)
    if dry_run and not replay:
        with _counting(context) as (store, settings), Feeds(settings, store, keeps=False) as feeds:
            _read(told, feeds.configured(source), None, limit)
    else:
        with open_store(context) as (store, settings), Feeds(settings, store) as feeds:
            feed = feeds.configured(source)
            if replay:
                _replay(told, feed, store, limit, dry_run)
            else:
                _read(told, feed, store, limit)
    told.close(dry_run)
    raise typer.Exit(0 if told.listings and (dry_run or told.new or told.observed) else NOTHING)


def import_(
    context: typer.Context,
    file: File,
    market: Annotated[str | None, typer.Option(help="The market's name in the store; else the file's name.")] = None,
    column: Annotated[list[str] | None, typer.Option(metavar="FIELD=NAME", help="Which column is which field.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of prices that name none.")] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Store the listings of a CSV file; a row that cannot be read is told with its line and reason."""
    from nftd.config import IMPORTED, SourceSettings
    from nftd.feeds import Feeds

    options: dict[str, object] = {"path": str(file.absolute()), "columns": _columns(column or [])}
    options |= {"currency": currency} if currency else {}
    told_of_file = {"type": "table", "market": market or _market_of(file), "options": options}
    settings_of_file = SourceSettings.model_validate(told_of_file)
    told = Told(json)
    if dry_run:
        chosen: Globals = context.obj
        with Feeds(chosen.settings()) as feeds:
            _read(told, feeds.made(IMPORTED, settings_of_file), None, None)
    else:
        with open_store(context) as (store, settings), Feeds(settings, store) as feeds:
            _read(told, feeds.made(IMPORTED, settings_of_file), store, None)
    told.close(dry_run)
    if told.problems and not told.listings:
        raise typer.Exit(FAILED)
    raise typer.Exit(0 if told.listings else NOTHING)


def _columns(given: list[str]) -> dict[str, str]:
    from nftd.errors import UsageError

    pairs = [one.partition("=") for one in given]
    for name, sign, column in pairs:
        if not (name and sign and column):
            raise UsageError(f"--column {name[:60]}: write FIELD=NAME, such as --column title=Name")
    return {name: column for name, _, column in pairs}


def _market_of(file: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:40] or "import"


def _read(told: Told, feed: Feed, store: Store | None, limit: int | None) -> None:
    """All listings of a source, stored page by page unless there is no store."""
    from scrapers.source import nothing_known

    before = _set_caught_up(store, feed, value=False)  # should this break off, the next cycle reads all
    page = None
    with feed.gathered():
        for page in feed.read(None, nothing_known):
            found, full = _cut(page.found, None if limit is None else limit - told.listings)
            _take(told, feed, store, found)
            if full:
                return
    if before and page is not None and page.cursor is None and not page.unfinished:
        _set_caught_up(store, feed, value=True)


@contextmanager
def _counting(context: typer.Context) -> Iterator[tuple[Store | None, Settings]]:
    """The store to count requests in, where there is one already: a look makes no data folder."""
    from nftd.store.database import is_there

    chosen: Globals = context.obj
    settings = chosen.settings()
    if is_there(chosen.folder(settings)):
        with open_store(context) as opened:
            yield opened
    else:
        yield None, settings


def _set_caught_up(store: Store | None, feed: Feed, *, value: bool) -> bool:
    from nftd.store import readings

    if store is None:
        return False
    with store.write() as connection:
        return readings.set_caught_up(connection, feed.name, value)


def _replay(told: Told, feed: Feed, store: Store, limit: int | None, dry_run: bool) -> None:
    from nftd.errors import UsageError
    from nftd.replay import Replay

    replay = Replay(store, feed)
    if not replay.history:
        raise UsageError(f"no page of {feed.name} is stored: read it first, nftd scrape {feed.name}")
    for page in replay:
        found, full = _cut(page.found, None if limit is None else limit - told.listings)
        _take(told, feed, None if dry_run else store, found)
        if full:
            return
    if replay.unread:
        pages = f"{replay.unread} of {len(replay.history)} stored pages"
        note(f"{pages} were not read: today's rules of {feed.name} ask nothing that they answer")


def _cut(found: Iterable[Found], left: int | None) -> tuple[list[Found], bool]:
    """What was found without the listings that are no longer wanted and their prices, and whether that is the end.

    The prices of the last one that is wanted stand behind all listings of its page, and come with it: it is known
    from then on, so nobody would ask for them again.
    """
    from scrapers.listing import Listing, Observation

    whole = list(found)
    shown = [one for one in whole if isinstance(one, Listing)]
    if left is None or len(shown) < left:
        return whole, False
    past = {one.market_id for one in shown[left:]} - {one.market_id for one in shown[:left]}
    return [one for one in whole if not isinstance(one, Listing | Observation) or one.market_id not in past], True


def _take(told: Told, feed: Feed, store: Store | None, found: list[Found]) -> None:
    from nftd.stages.scrape import keep
    from scrapers.listing import Listing

    for url, code, message in _problems(found):
        told.problems += 1
        note(f"refused {code}: {url}: {message}")
    if store is not None:
        with store.write() as connection:
            kept = keep(connection, feed, found, None)
        told.new += kept.new
        told.observed += kept.observed
    for one in found:
        if isinstance(one, Listing):
            told.tell(one)


def _problems(found: Iterable[Found]) -> Iterator[tuple[str, str, str]]:
    from scrapers.listing import Problem

    return ((one.url, one.code, one.message) for one in found if isinstance(one, Problem))
