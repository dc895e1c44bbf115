"""Which state may follow which: the whole life of every thing that nftd keeps.

Whoever moves a row calls `check` first: a transition that is not listed here is a bug, and is not written.
"""

from __future__ import annotations

from nftd.errors import IllegalTransition

Transitions = dict[str, frozenset[str]]


def _table(**arrows: str) -> Transitions:
    return {state: frozenset(following.split()) for state, following in arrows.items()}


LISTING = _table(seen="selected passed", selected="", passed="selected")
SOURCE = _table(fetched="fit unfit", fit="", unfit="fit fetched")
RUN = _table(
    queued="running parked",
    running="running done failed parked",
    parked="running parked",
    failed="running",
    done="",
)
# Every answer of a reviewer can be taken back, until a signature exists (the database refuses then).
ARTWORK = _table(
    waiting="approved rejected again",
    approved="waiting",
    rejected="waiting",
    again="waiting",
)
PUBLICATION = _table(
    prepared="signed withdrawn",
    signed="submitted withdrawn",
    submitted="listed signed withdrawn",
    listed="sold withdrawn",
    sold="",
    withdrawn="",
)
PIN = _table(
    archived="archived degraded",
    unknown="unproven pinned",
    unproven="pinned unknown",
    pinned="degraded pinned",
    degraded="pinned unproven archived",
)

TABLES: dict[str, Transitions] = {
    "listing": LISTING,
    "source": SOURCE,
    "run": RUN,
    "artwork": ARTWORK,
    "publication": PUBLICATION,
    "pin": PIN,
}


def check(kind: str, old: str, new: str) -> None:
    """Raise `IllegalTransition` unless a `kind` in state `old` may become `new`."""
    table = TABLES[kind]
    if new not in table.get(old, frozenset()):
        allowed = ", ".join(sorted(table.get(old, frozenset()))) or "nothing"
        raise IllegalTransition(f"a {kind} cannot go from {old} to {new}: from {old} it may become {allowed}")
