"""What a reviewer can say: approve, reject, again, undo.

A decision is about the draft that was shown. Each is one transaction: the decision, what it opens or closes at
the gate, the artwork's state, and the event.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from nftd.config import Settings
from nftd.domain import Event, shown
from nftd.errors import Refused
from nftd.optout import OptOut
from nftd.recipes import recipe_of
from nftd.store import artworks, history, runs, sources, work
from nftd.store.database import Store
from nftd.store.stories import Story, story_of_artwork
from publisher.draft import Draft


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of an artwork."""

    artwork: str
    draft: str
    verdict: str
    state: str
    note: str


class Review:
    """The gate, for one reviewer."""

    def __init__(self, store: Store, settings: Settings, reviewer: str) -> None:
        self._store = store
        self._settings = settings
        self._reviewer = reviewer

    def approve(self, artwork: str, draft: str | None = None, reason: str | None = None) -> Decided:
        """Let this draft, exactly as shown, go on to be published; `Refused` when its rights forbid it."""
        with self._store.write() as connection:
            story = self._story(connection, artwork, draft)
            _require_rights(connection, story)
            self._require_no_opt_out(story)
            shown_draft = story.artwork["draft"]
            self._answer(connection, story, "approve", "approved", reason)
            work.enqueue(connection, "pin", shown_draft)
            work.reopen(connection, "voucher", artwork)
            signable = artworks.get_draft(connection, shown_draft)["terms"] is not None
        note = "its voucher is prepared by the next cycle" if signable else "needs publisher.minter to go on"
        return Decided(artwork, shown_draft, "approve", "approved", note)

    def reject(self, artwork: str, draft: str | None = None, reason: str | None = None) -> Decided:
        """Keep this artwork from being published."""
        with self._store.write() as connection:
            story = self._story(connection, artwork, draft)
            self._answer(connection, story, "reject", "rejected", reason)
        return Decided(artwork, story.artwork["draft"], "reject", "rejected", "it stays in the store, unpublished")

    def again(self, artwork: str, draft: str | None = None, reason: str | None = None) -> Decided:
        """Ask for another take of the same source: today's recipe, another seed."""
        with self._store.write() as connection:
            story = self._story(connection, artwork, draft)
            source = story.source["id"]
            take = runs.next_take(connection, source)
            recipe = recipe_of(self._settings, story.source["category"], self._store.root)
            run = runs.order(connection, source, recipe, -1, take)
            self._answer(connection, story, "again", "again", reason, run)
            work.enqueue(connection, "dream", run)
            asked = Event(run, None, "queued", f"take {take}, asked for {shown(artwork)}", self._reviewer)
            history.record(connection, [asked], None)
        return Decided(artwork, story.artwork["draft"], "again", "again", f"the next cycle dreams {shown(run)}")

    def undo(self, artwork: str) -> Decided:
        """Take the last decision back; refused once something of it was signed."""
        with self._store.write() as connection:
            story = story_of_artwork(connection, artwork)
            standing = _standing(connection, artwork)
            if story.artwork["state"] == "waiting" or standing is None:
                raise Refused(f"{shown(artwork)} waits for a decision: there is nothing to undo")
            if artworks.signed(connection, artwork):
                raise Refused(f"{shown(artwork)} is signed: a signature cannot be taken back, withdraw it instead")
            why = f"undo of decision {standing['id']}"
            artworks.decide(connection, artwork, standing["draft"], "undo", self._reviewer, why)
            gone = artworks.withdraw_approval(connection, artwork)
            note = self._call_off(connection, standing["ordered_run"])
            old = artworks.move(connection, artwork, "waiting")
            reason = f"{standing['verdict']} of {shown(artwork)} undone"
            withdrawn = [Event(one, "prepared", "withdrawn", reason, self._reviewer) for one in gone]
            history.record(connection, [*withdrawn, Event(artwork, old, "waiting", reason, self._reviewer)], None)
        return Decided(artwork, story.artwork["draft"], "undo", "waiting", note)

    def _call_off(self, connection: Connection, ordered: str | None) -> str:
        """Cancel the take that the undone decision asked for, unless it was begun."""
        if ordered is None:
            return "it waits again"
        take = runs.of_take(connection, ordered)
        run, state = take["id"], take["state"]
        if state != "queued" or not work.cancel(connection, "dream", run):
            return f"it waits again; {shown(run)}, the other take, is {state} and stays"
        runs.move(connection, run, "parked", "called off")
        history.record(connection, [Event(run, "queued", "parked", "called off", self._reviewer)], None)
        return f"it waits again; {shown(run)}, the other take, is called off"

    def _require_no_opt_out(self, story: Story) -> None:
        if told := OptOut(self._settings.optout).match(story.listing):
            raise Refused(f"{shown(story.artwork['id'])} cannot be approved: {told}")

    def _story(self, connection: Connection, artwork: str, draft: str | None) -> Story:
        """The artwork, if it waits and its draft is still the one that was shown."""
        story = story_of_artwork(connection, artwork)
        state, current = story.artwork["state"], story.artwork["draft"]
        if state != "waiting":
            raise Refused(f"{shown(artwork)} is {state}: undo that first")
        if current is None:
            raise Refused(f"{shown(artwork)} has no draft yet: run nftd once")
        if draft is not None and draft != current:
            raise Refused(f"{shown(artwork)} has a newer draft, {shown(current)}: look at that one first")
        return story

    def _answer(
        self,
        connection: Connection,
        story: Story,
        verdict: str,
        state: str,
        reason: str | None,
        ordered_run: str | None = None,
    ) -> None:
        artwork, draft = story.artwork["id"], story.artwork["draft"]
        number = artworks.decide(connection, artwork, draft, verdict, self._reviewer, reason, ordered_run)
        if verdict == "approve":
            artworks.approve(connection, artwork, draft, number)
        old = artworks.move(connection, artwork, state)
        history.record(connection, [Event(artwork, old, state, reason, self._reviewer)], None)


def _require_rights(connection: Connection, story: Story) -> None:
    """Rights that forbid it need a basis, and the draft that is approved must print it."""
    rights = sources.standing(connection, story.listing)
    if rights.decision == "allow":
        return
    artwork, source = shown(story.artwork["id"]), shown(story.source["id"])
    if story.basis is None:
        raise Refused(
            f"{artwork} comes from a work whose rights do not allow it ({rights.reason}): it was made for study and "
            f"cannot be approved; nftd appeal {source} --basis puts on record why it may be",
            rights=asdict(rights),
        )
    draft = Draft.from_json(artworks.get_draft(connection, story.artwork["draft"])["content"])
    if draft.basis != story.basis:
        raise Refused(f"the draft of {artwork} does not print the basis yet: run nftd once, then look at it again")


def _standing(connection: Connection, artwork: str) -> dict[str, Any] | None:
    """The last decision that was not undone itself."""
    told = artworks.decisions(connection, artwork)
    return told[-1] if told and told[-1]["verdict"] != "undo" else None
