"""The parts of a cycle that are useful alone: scrape, select, dream, score, cid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nftd.cli.common import Globals, Json, note, open_store, print_json, say
from nftd.cli.failure import FAILED, NOTHING, USAGE

if TYPE_CHECKING:
    from nftd.config import Settings
    from nftd.feeds import Feed
    from nftd.store.database import Store
    from scrapers.listing import Listing

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="The name of a source in the configuration.")]
Image = Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture.")]


def scrape(
    context: typer.Context,
    source: Source,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many listings.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing.")] = False,
    replay: Annotated[bool, typer.Option("--replay", help="Read stored pages again, without the network.")] = False,
    json: Json = False,
) -> None:
    """Read one source now, and store what it shows."""
    from nftd.feeds import Feeds

    if replay:
        note("nftd: scrape --replay is not built yet: pages are not stored in this version")
        raise typer.Exit(USAGE)
    if dry_run:
        chosen: Globals = context.obj
        with Feeds(chosen.settings()) as feeds:
            found, new = _read(feeds.configured(source), None, limit)
    else:
        with open_store(context) as (store, settings), Feeds(settings) as feeds:
            found, new = _read(feeds.configured(source), store, limit)
    if json:
        print_json([one.to_json() for one in found])
    else:
        for one in found:
            say(f"{one.market_id:<24}  {one.ask or 'no price'!s:<16}  {one.title}")
        say(f"{len(found)} listings" + ("" if dry_run else f", {new} new"))
    raise typer.Exit(0 if found else NOTHING)


def _read(feed: Feed, store: Store | None, limit: int | None) -> tuple[list[Listing], int]:
    """All listings of a source, and how many were new; stored batch by batch unless there is no store."""
    from nftd.stages.scrape import batches, keep
    from scrapers.listing import Listing

    listings: list[Listing] = []
    new = 0
    for batch in batches(feed.listings(limit)):
        for problem in (one for one in batch if not isinstance(one, Listing)):
            note(f"refused {problem.code}: {problem.url}: {problem.message}")
        if store is not None:
            with store.write() as connection:
                new += keep(connection, feed, batch, None)
        listings += [one for one in batch if isinstance(one, Listing)]
    return listings, new


def select(
    context: typer.Context,
    policy: Annotated[str | None, typer.Option(help="Instead of the configured policy.")] = None,
    json: Json = False,
) -> None:
    """Judge the listings that were only seen until now."""
    from nftd import cycle
    from nftd.stages.select import KEY
    from nftd.store import listings, work

    with open_store(context) as (store, settings):
        outcome = cycle.select_only(store, _with_policy(settings, policy))
        with store.read() as connection:
            verdicts = listings.judged_in(connection, outcome.summary["cycle"])
            trouble = work.trouble(connection, "select", KEY)
    if trouble:
        note(f"nftd: {trouble['code']}: {trouble['message']}")
        raise typer.Exit(FAILED)
    if json:
        print_json(verdicts)
    else:
        for verdict in verdicts:
            say(f"{verdict['id']}  {verdict['state']:<8}  {verdict['reason']}  {verdict['title']}")
    raise typer.Exit(0 if verdicts else NOTHING)


def _with_policy(settings: Settings, policy: str | None) -> Settings:
    """The settings with another selection policy; `UsageError` for one that does not exist."""
    from pydantic import ValidationError

    from nftd.errors import UsageError

    if policy is None:
        return settings
    try:
        chosen = type(settings.selection).model_validate({**settings.selection.model_dump(), "policy": policy})
    except ValidationError:
        raise UsageError(f"there is no policy {policy[:60]!r}: known is report") from None
    return settings.model_copy(update={"selection": chosen})


def dream(
    context: typer.Context,
    image: Image,
    prompt: Annotated[str, typer.Option(help="What to dream toward.")],
    out: Annotated[Path, typer.Option(help="Folder for the iterates.")],
    seed: Annotated[int, typer.Option(min=-1, help="-1 derives one from picture and recipe.")] = -1,
    iterations: Annotated[int | None, typer.Option(min=1, help="Steps; each gives a picture.")] = None,
    size: Annotated[int | None, typer.Option(min=16, help="Side of the square picture in pixels.")] = None,
    json: Json = False,
) -> None:
    """Rework one picture with VQGAN+CLIP, and keep every iterate as a PNG."""
    from nftd.dreaming import dream_picture

    chosen: Globals = context.obj
    made = dream_picture(chosen.settings(), image, prompt, out, seed, iterations, size, None if json else _step)
    if json:
        print_json(made)
        return
    best = max(made["steps"], key=lambda step: step["similarity"])
    say(f"{len(made['steps'])} iterates in {made['seconds']:.1f} s; step {best['step']} matches best: {best['file']}")


def _step(step: dict[str, Any], steps: int) -> None:
    note(f"step {step['step']:>3} of {steps}  loss {step['loss']:.4f}  match {step['similarity']:.3f}")


def score(
    context: typer.Context,
    image: Annotated[list[Path], typer.Argument(metavar="IMAGE...")],
    json: Json = False,
) -> None:
    """Say what the critics and the classifier think of pictures."""
    from nftd.dreaming import score_pictures

    chosen: Globals = context.obj
    found = score_pictures(chosen.settings(), image)
    if json:
        print_json(found)
        return
    for one in found:
        chances = "  ".join(f"{name} {chance:.2f}" for name, chance in one["categories"].items())
        critics = "  ".join(f"{name} {value['raw']:.3f}" for name, value in one["critics"].items())
        say(f"{one['file']}  {one['category'] or 'no category'}\n  {chances}\n  {critics}")


def cid(path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or a folder.")]) -> None:
    """Print the IPFS address (CID) that a file or folder has, without any network."""
    from nftd.errors import UsageError
    from publisher.cid import cid_of_path

    try:
        say(str(cid_of_path(path)))
    except OSError as error:
        raise UsageError(f"{error.filename or path} cannot be read: {error.strerror}") from None
