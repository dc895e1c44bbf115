"""An appeal: a person overturns what a gate said of a picture, and says on what basis.

Gates of taste and quality give way to any basis. The rights gate needs one that is printed in the draft, for all to
read. What keeps this machine safe (address, size, decoder) and what a creator asked for (opt-out) gives way to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, RowMapping

from nftd.config import Settings
from nftd.domain import Event, shown
from nftd.errors import Refused, UsageError
from nftd.optout import CODE as OPTED_OUT
from nftd.optout import OptOut
from nftd.store import appeals, artworks, history, listings, runs, sources, work
from nftd.store.database import Store
from publisher.metadata import RIGHTS_LIMIT, clean

KINDS: Final = ("source", "listing", "run", "artwork")
RIGHTS: Final = "rights"


@dataclass(frozen=True, slots=True)
class Appealed:
    """What became of a source: the gates that were overturned, and what happens next."""

    source: str
    gates: tuple[str, ...]
    note: str


def appeal(
    store: Store,
    settings: Settings,
    thing: tuple[str, str],
    basis: str,
    reviewer: str,
    category: str | None = None,
) -> Appealed:
    """Overturn what refused this source, or that of this listing, run or artwork: `thing` is (one of `KINDS`, id).

    `category` says what the picture shows where no category fitted; else the likeliest stands. Raises `Refused`
    where nothing can be overturned, `UsageError` for a basis or category that says nothing.
    """
    words = _checked(basis)
    if category is not None and category not in settings.categories:
        raise UsageError(f"there is no category {category[:60]!r}: configured are {', '.join(settings.categories)}")
    with store.write() as connection:
        source = _source(connection, *thing)
        shown_by = sources.same_token(connection, listings.get(connection, source["listing"]))
        if told := next(filter(None, map(OptOut(settings.optout).match, shown_by)), None):
            raise Refused(f"{shown(source['id'])} cannot be appealed: {told}")
        if source["state"] == "unfit":
            return _look_again(connection, source, words, reviewer, category)
        return _for_study_no_more(connection, source, words, reviewer)


def _checked(basis: str) -> str:
    words = " ".join(clean(basis).split())
    if not words:
        raise UsageError("an appeal needs a basis: say in --basis why the refusal is wrong, it is kept with your name")
    if len(words) > RIGHTS_LIMIT:
        raise UsageError(f"the basis has {len(words)} characters, at most {RIGHTS_LIMIT} are printed: shorten it")
    return words


def _source(connection: Connection, kind: str, identifier: str) -> RowMapping:
    """The source that a thing goes back to; `Refused` where a listing has none yet."""
    if kind == "listing":
        if found := sources.of_listing(connection, identifier):
            return found
        raise Refused(f"no picture of {shown(identifier)} was fetched, so no gate refused it: see nftd explain")
    run = str(artworks.get(connection, identifier)["run"]) if kind == "artwork" else identifier
    return sources.get(connection, identifier if kind == "source" else runs.get(connection, run)["source"])


def _look_again(
    connection: Connection, source: RowMapping, basis: str, reviewer: str, category: str | None
) -> Appealed:
    """Overturn every gate that refused, and let intake go on behind them."""
    identifier = source["id"]
    gates = _overturned(connection, source)
    chosen = category or _likeliest(source) if "category" in gates else None
    appeals.add(connection, identifier, gates, basis, reviewer, chosen)
    sources.settle(connection, identifier, "fetched", None)
    reason = f"{', '.join(gates)} overturned: {basis}"
    history.record(connection, [Event(identifier, "unfit", "fetched", reason, reviewer)], None)
    work.reopen(connection, "intake", identifier)
    return Appealed(identifier, gates, "the next cycle looks at it again")


def _overturned(connection: Connection, source: RowMapping) -> tuple[str, ...]:
    """The gates that refuse a source; raises `Refused` where one of them gives way to nobody."""
    from generator.gates import APPEALABLE

    identifier = shown(source["id"])
    if source["reason"] == OPTED_OUT:
        raise Refused(f"{identifier} cannot be appealed: its creator asked to be left alone")
    before = appeals.overturned(connection, source["id"])
    refused = [one for one in sources.verdicts(connection, source["id"]) if not one["ok"] and one["gate"] not in before]
    for verdict in refused:
        if verdict["gate"] not in APPEALABLE | {RIGHTS}:
            raise Refused(
                f"{identifier} cannot be appealed: gate {verdict['gate']} ({verdict['reason']}) keeps this machine safe"
            )
    if not refused:
        raise Refused(f"{identifier} was refused by no gate: see nftd explain {identifier}")
    return tuple(verdict["gate"] for verdict in refused)


def _likeliest(source: RowMapping) -> str:
    chances: dict[str, float] = source["probabilities"] or {}
    if not chances:
        raise UsageError(f"{shown(source['id'])} was never compared with categories: name one with --category")
    return max(chances, key=chances.__getitem__)


def _for_study_no_more(connection: Connection, source: RowMapping, basis: str, reviewer: str) -> Appealed:
    """Let what was made for study be published, with the basis in every draft."""
    identifier = source["id"]
    listing = listings.get(connection, source["listing"])
    if sources.standing(connection, listing).decision == "allow":
        raise Refused(f"{shown(identifier)} is {source['state']}, and its rights allow it: there is nothing to appeal")
    appeals.add(connection, identifier, (RIGHTS,), basis, reviewer)
    history.record(
        connection, [Event(identifier, source["state"], source["state"], f"rights overturned: {basis}", reviewer)], None
    )
    for run in runs.of_source(connection, identifier):
        if artwork := artworks.of_run(connection, run["id"]):
            work.reopen(connection, "draft", artwork["id"])
    return Appealed(identifier, (RIGHTS,), "the next cycle prints the basis in its drafts; then they can be approved")
