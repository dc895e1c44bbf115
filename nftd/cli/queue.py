"""nftd queue: look at what waits, and decide."""

from __future__ import annotations

import getpass
import json as json_module
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nftd.cli.common import Json, open_store, print_json, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(no_args_is_help=True, help="Look at the artworks that wait, and decide.")

Artwork = Annotated[str, typer.Argument(metavar="ID", help="An artwork's id, or a unique start of it.")]
Draft = Annotated[str | None, typer.Option("--draft", help="Decide only if this draft is still the one shown.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept with the decision.")]
STATES = ("waiting", "approved", "rejected", "again")


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str, typer.Option(help=f"Which ones: {', '.join(STATES)}.")] = "waiting",
    json: Json = False,
) -> None:
    """List the artworks that wait for a decision, oldest first."""
    from nftd.errors import UsageError
    from nftd.queue import entries

    if state not in STATES:
        raise UsageError(f"{state!r} is no state of an artwork: choose one of {', '.join(STATES)}")
    with open_store(context) as (store, _), store.read() as connection:
        found = entries(connection, store, state)
    if json:
        print_json(found)
        return
    for entry in found:
        say(_line(entry))
    if not found:
        say(
            f"No artwork is {state}."
            if state != "waiting"
            else f"No artwork waits in {store.root}: nftd once looks for new ones."
        )


def _line(entry: dict[str, Any]) -> str:
    scores = " ".join(f"{name} {value:.2f}" for name, value in entry["scores"].items())
    terms = "" if entry["signable"] else "  needs publisher.minter"
    warned = "".join(f"  ! {warning.partition(':')[0].partition(' (')[0]}" for warning in entry["warnings"])
    return f"{entry['id']}  {entry['category']:<8}  {scores}  {entry['title']}{terms}{warned}"


@app.command()
def show(
    context: typer.Context,
    artwork: Artwork,
    iterates: Annotated[bool, typer.Option("--iterates", help="List every iterate with its picture.")] = False,
    json: Json = False,
) -> None:
    """Show one artwork: what it came from, how it was chosen, exactly what would be published."""
    from nftd.queue import detail

    with open_store(context) as (store, _), store.read() as connection:
        found = detail(connection, store, _resolve(connection, artwork))
    if json:
        print_json(found)
        return
    for line in _told(found, iterates):
        say(line)


def _told(found: dict[str, Any], iterates: bool = False) -> list[str]:
    every = _iterates(found) if iterates else []
    signable = [f"  voucher    {one['id']} {one['state']}, digest {one['digest']}" for one in found["publications"]]
    return [*_about(found), *every, *_published(found["draft"]), *signable, *_decided(found["decisions"])]


def _about(found: dict[str, Any]) -> list[str]:
    source = found["source"]
    rights = source["rights"]
    likes = "likes unknown" if source["likes"] is None else f"{source['likes']} likes"
    demo = "  (a demonstration: never to be submitted)" if found["demo"] else ""
    return [
        f"{found['id']}  {found['state']}  {found['category']}  “{found['title']}” toward “{found['prompt']}”{demo}",
        *(f"  warning    {warning}" for warning in found["warnings"]),
        f"  picture    {found['image']}",
        f"  chosen     {found['chosen']}",
        f"  source     “{source['title']}” by {source['creator'] or 'unknown'}",
        f"             {source['price'] or 'no price'}, {likes}",
        f"             {source['url']}",
        f"             {source['image']}",
        f"  rights     {rights['decision']}: {rights['reason']} {rights['license'] or ''}",
        *([f"  basis      {source['basis']}"] if source["basis"] else []),
    ]


def _iterates(found: dict[str, Any]) -> list[str]:
    lines = [f"    {one['step']:>3}  match {one['similarity']:.3f}  {one['image']}" for one in found["iterates"]]
    return ["  iterates", *lines]


def _published(draft: dict[str, Any] | None) -> list[str]:
    """Exactly what would be published, laid out to be read."""
    if draft is None:
        return ["  draft      none yet: nftd once"]
    metadata = json_module.dumps(json_module.loads(draft["metadata"]), indent=2, ensure_ascii=False, sort_keys=True)
    terms = draft["terms"]
    return [
        f"  draft      {draft['id']}",
        f"  token uri  {draft['token_uri']}",
        *(f"  {pin['state']:<10} {pin['cid']} by {pin['pinner']}" for pin in draft["pins"]),
        *(f"  terms      {name} {value}" for name, value in (terms or {}).items()),
        *([] if terms else ["  terms      none: needs publisher.minter before it can be signed"]),
        "  metadata",
        *(f"    {line}" for line in metadata.splitlines()),
    ]


def _decided(decisions: list[dict[str, Any]]) -> list[str]:
    return [
        f"  {one['verdict']:<9}  by {one['reviewer']} {one['at'][:19]} draft {one['draft']} {one['reason'] or ''}"
        for one in decisions
    ]


@app.command()
def approve(
    context: typer.Context,
    artwork: Artwork,
    draft: Draft = None,
    reason: Reason = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask on a terminal.")] = False,
    json: Json = False,
) -> None:
    """Approve an artwork's draft: exactly these bytes and terms may go on."""
    if draft is None and not yes and not json and sys.stdin.isatty():
        draft = _confirmed(context, artwork)
    _decide(context, artwork, json, "approve", draft, reason)


def _confirmed(context: typer.Context, artwork: str) -> str:
    """Show what would be approved and ask; the draft that the answer is about."""
    from nftd.queue import detail

    with open_store(context) as (store, _), store.read() as connection:
        found = detail(connection, store, _resolve(connection, artwork))
    for line in _told(found):
        say(line)
    if found["draft"] is None:
        return ""
    typer.confirm(f"Approve draft {found['draft']['id']}, exactly as above?", abort=True)
    return str(found["draft"]["id"])


@app.command()
def reject(
    context: typer.Context, artwork: Artwork, draft: Draft = None, reason: Reason = None, json: Json = False
) -> None:
    """Reject an artwork; it stays in the store, unpublished."""
    _decide(context, artwork, json, "reject", draft, reason)


@app.command()
def again(
    context: typer.Context, artwork: Artwork, draft: Draft = None, reason: Reason = None, json: Json = False
) -> None:
    """Ask for another take of an artwork with another seed."""
    _decide(context, artwork, json, "again", draft, reason)


@app.command()
def undo(context: typer.Context, artwork: Artwork, json: Json = False) -> None:
    """Take the last decision on an artwork back, as long as nothing was signed."""
    _decide(context, artwork, json, "undo")


def _decide(
    context: typer.Context, text: str, json: bool, verdict: str, draft: str | None = None, reason: str | None = None
) -> None:
    from nftd.domain import shown
    from nftd.review import Review

    with open_store(context) as (store, settings):
        with store.read() as connection:
            identifier = _resolve(connection, text)
            draft_id = _resolve_draft(connection, draft) if draft else None
        review = Review(store, settings, getpass.getuser())
        answers = {"approve": review.approve, "reject": review.reject, "again": review.again}
        decided = answers[verdict](identifier, draft_id, reason) if verdict in answers else review.undo(identifier)
    if json:
        print_json(
            {
                "id": shown(decided.artwork),
                "draft": shown(decided.draft),
                "verdict": decided.verdict,
                "state": decided.state,
                "note": decided.note,
            }
        )
        return
    state = "put back for another take" if decided.state == "again" else decided.state
    say(f"{shown(decided.artwork)} is {state} (draft {shown(decided.draft)}): {decided.note}")


def _resolve(connection: Connection, text: str) -> str:
    from nftd.store.lookups import resolve

    return resolve(connection, text, "artwork")[1]


def _resolve_draft(connection: Connection, text: str) -> str:
    from nftd.store.lookups import resolve

    return resolve(connection, text, "draft")[1]
