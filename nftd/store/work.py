"""The work list: who may do what next, so that everything happens once and nothing is forgotten.

A claim is a lease with a fence: each claim raises the row's `attempt`, and whoever finishes must still
hold that attempt. A worker that was thought dead and comes back therefore changes nothing.
The claim follows the pattern of a conditional UPDATE whose row count tells who won.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from nftd.domain import Claim
from nftd.errors import LeaseLost
from nftd.store.dialect import insert_new
from nftd.store.tables import work

MAX_ATTEMPTS = 5
BACK_OFF_SECONDS = 60.0
BACK_OFF_LIMIT = 6 * 3600.0
LAST = 1_000_000


def enqueue(connection: Connection, stage: str, key: str, priority: int = 0) -> None:
    """Ask for `stage` to be done to `key`; once, however often it is asked."""
    insert_new(connection, work, [{"stage": stage, "key": key, "state": "ready", "priority": priority}])


def enqueue_all(connection: Connection, stage: str, keys: Iterable[tuple[str, int]]) -> None:
    """Ask for `stage` to be done to each of many (key, priority) pairs."""
    rows = [{"stage": stage, "key": key, "state": "ready", "priority": priority} for key, priority in keys]
    insert_new(connection, work, rows)


def reopen(
    connection: Connection, stage: str, key: str, keep_waiting: tuple[str, ...] = (), now: float = 0.0
) -> str | None:
    """Ask for a recurring item again; None, or why it must wait.

    An item that failed with one of the codes in `keep_waiting`, or was told when to come back, waits out its back-off,
    which grows with each such failure in a row; others start afresh.
    """
    enqueue(connection, stage, key)
    this = and_(work.c.stage == stage, work.c.key == key)
    row = connection.execute(select(work).where(this)).one()
    error = row.error or {}
    waits = error.get("code") in keep_waiting or bool(error.get("retry_after"))
    if waits and row.not_before > now:
        return f"{error['code']}: {error['message']}; tried again in {row.not_before - now:.0f} s"
    attempt = min(row.attempt, MAX_ATTEMPTS - 2) if waits else 0
    fresh = update(work).where(this, work.c.state != "leased")
    connection.execute(fresh.values(state="ready", attempt=attempt, not_before=0.0))
    return None


def park_others(connection: Connection, stage: str, keys: Iterable[str], why: str) -> None:
    """Park every open item of `stage` but those of `keys`."""
    others = and_(work.c.stage == stage, work.c.state == "ready", work.c.key.not_in(list(keys)))
    error = {"code": "source_off", "message": why}
    connection.execute(update(work).where(others).values(state="parked", error=error))


def claim(
    connection: Connection, stage: str, owner: str, now: float, lease_seconds: float, key: str | None = None
) -> Claim | None:
    """Lease the first item of `stage` that is due, or that of `key`; None when there is none."""
    asked = {"of": stage, "now": now}
    row = connection.execute(*((_FIRST, asked) if key is None else (_THIS, {**asked, "named": key}))).one_or_none()
    if row is None:
        return None
    lease = {"holder": owner, "until": now + lease_seconds, "next": row.attempt + 1}
    taken = connection.execute(_TAKE, {"number": row.id, "last": row.attempt, **lease})
    return Claim(row.id, stage, row.key, row.attempt + 1, owner) if taken.rowcount == 1 else None


def park_abandoned(connection: Connection, stage: str, now: float) -> list[tuple[str, str]]:
    """Park what killed its worker `MAX_ATTEMPTS` times, so that it does not kill every later one.

    Returns the (key, sentence) pairs.
    """
    message = f"the worker died {MAX_ATTEMPTS} times while holding this: look at it, then nftd retry"
    gone = and_(_due(stage, now), work.c.attempt >= MAX_ATTEMPTS)
    parked = update(work).where(gone).values(state="parked", error={"code": "abandoned", "message": message})
    return [(key, message) for key in connection.execute(parked.returning(work.c.key)).scalars()]


def _due(stage: str | BindParameter[str], now: float | BindParameter[float]) -> ColumnElement[bool]:
    free = or_(work.c.state == "ready", and_(work.c.state == "leased", work.c.lease_until < now))
    return and_(work.c.stage == stage, free, work.c.not_before <= now)


def renew(connection: Connection, held: Claim, now: float, lease_seconds: float) -> None:
    """Prolong the lease, or raise `LeaseLost` when somebody else took the item over."""
    _expect(
        connection.execute(update(work).where(_ours(held)).values(lease_until=now + lease_seconds)).rowcount,
        held,
    )


def finish(connection: Connection, held: Claim) -> None:
    """Mark the item done, in the transaction that writes its results; raises `LeaseLost` otherwise."""
    mine = {"number": held.id, "last": held.attempt, "holder": held.owner}
    _expect(connection.execute(_FINISH, mine).rowcount, held)


def fail(
    connection: Connection,
    held: Claim,
    error: dict[str, object],
    now: float,
    permanent: bool,
    at_least: float = 0.0,
    counts: bool = True,
) -> str:
    """Record a failure: `ready` again after a back-off of `at_least` so many seconds, or `parked`; the new state.

    One that does not count against the item leaves its attempts as they were, and never parks it.
    """
    parked = permanent or (counts and held.attempt >= MAX_ATTEMPTS)
    state = "parked" if parked else "ready"
    wait = 0.0 if parked else max(at_least, min(BACK_OFF_SECONDS * 4 ** (held.attempt - 1), BACK_OFF_LIMIT))
    failed = update(work).where(_ours(held))
    attempt = held.attempt if counts else held.attempt - 1
    changed = connection.execute(
        failed.values(state=state, attempt=attempt, lease_until=0.0, not_before=now + wait, error=error)
    )
    _expect(changed.rowcount, held)
    return state


def put_last(connection: Connection, stage: str, key: str) -> None:
    """Let every other item of its stage go first."""
    this = update(work).where(work.c.stage == stage, work.c.key == key)
    connection.execute(this.values(priority=work.c.priority - LAST))


def hold(connection: Connection, held: Claim, error: dict[str, object], until: float) -> None:
    """Put an item aside until then, without counting the attempt against it."""
    aside = update(work).where(_ours(held))
    changed = connection.execute(
        aside.values(state="ready", lease_until=0.0, attempt=held.attempt - 1, not_before=until, error=error)
    )
    _expect(changed.rowcount, held)


def release_held(connection: Connection, code: str) -> None:
    """Bring back what was put aside for this reason: a new cycle looks again."""
    aside = and_(work.c.state == "ready", work.c.error["code"].as_string() == code)
    connection.execute(update(work).where(aside).values(not_before=0.0, error=None))


def hand_back(connection: Connection, held: Claim) -> None:
    """Give an unfinished item back at once, without counting the attempt against it."""
    given = update(work).where(_ours(held))
    connection.execute(given.values(state="ready", lease_until=0.0, attempt=held.attempt - 1))


def cancel(connection: Connection, stage: str, key: str) -> bool:
    """Park an item that nobody has begun; False when somebody has."""
    waiting = and_(work.c.stage == stage, work.c.key == key, work.c.state == "ready", work.c.attempt == 0)
    error = {"code": "cancelled", "message": "called off by a reviewer"}
    return connection.execute(update(work).where(waiting).values(state="parked", error=error)).rowcount == 1


def call_off(connection: Connection, stage: str, key: str, code: str, message: str) -> None:
    """Park an item that nobody holds, for a reason that `retry` may overrule."""
    idle = update(work).where(work.c.stage == stage, work.c.key == key, work.c.state == "ready")
    connection.execute(idle.values(state="parked", error={"code": code, "message": message}))


def release_dead(connection: Connection, owner_prefix: str) -> int:
    """End the leases of owners that are known to be dead; the number of items."""
    dead = and_(work.c.state == "leased", work.c.owner.startswith(owner_prefix, autoescape=True))
    return connection.execute(update(work).where(dead).values(lease_until=0.0)).rowcount


def retry(connection: Connection) -> int:
    """Give every parked or waiting item a fresh start; the number of items."""
    called_off = work.c.error["code"].as_string() == "cancelled"
    parked = and_(work.c.state == "parked", or_(work.c.error.is_(None), ~called_off))
    stuck = or_(parked, and_(work.c.state == "ready", work.c.not_before > 0))
    fresh = update(work).where(stuck).values(state="ready", attempt=0, not_before=0.0)
    return connection.execute(fresh).rowcount


def find(connection: Connection, stage: str, key: str) -> RowMapping | None:
    """The item, if it was ever asked for."""
    this = select(work).where(work.c.stage == stage, work.c.key == key)
    return connection.execute(this).mappings().one_or_none()


def trouble(connection: Connection, stage: str, key: str) -> dict[str, Any] | None:
    """What went wrong with an item that is not done: its error, state and attempts."""
    row = find(connection, stage, key)
    if row is None or row["state"] == "done" or row["error"] is None:
        return None
    return {"state": row["state"], "attempt": row["attempt"], "not_before": row["not_before"], **row["error"]}


def due(connection: Connection, stage: str, now: float) -> int:
    """How many items of `stage` could be claimed at `now`."""
    return int(connection.execute(select(func.count()).select_from(work).where(_due(stage, now))).scalar_one())


def due_keys(connection: Connection, stage: str, now: float) -> Sequence[str]:
    """The keys of what could be claimed at `now`, in the order in which it would be."""
    rows = select(work.c.key).where(_due(stage, now), work.c.attempt < MAX_ATTEMPTS)
    return connection.execute(rows.order_by(work.c.priority.desc(), work.c.id)).scalars().all()


def _ours(held: Claim) -> ColumnElement[bool]:
    return _held_by(held.id, held.attempt, held.owner)


def _held_by(number: Any, attempt: Any, owner: Any) -> ColumnElement[bool]:
    return and_(work.c.id == number, work.c.attempt == attempt, work.c.owner == owner, work.c.state == "leased")


def _expect(rows: int, held: Claim) -> None:
    if rows != 1:
        raise LeaseLost(f"{held.stage} {held.key} was taken over by another worker: this result is dropped")


# Put together once, since every item needs them: that takes longer than running them.
_OPEN = select(work.c.id, work.c.key, work.c.attempt).where(
    _due(bindparam("of"), bindparam("now")), work.c.attempt < MAX_ATTEMPTS
)
_FIRST = _OPEN.order_by(work.c.priority.desc(), work.c.id).limit(1)
_THIS = _OPEN.where(work.c.key == bindparam("named"))
_TAKE = (
    update(work)
    .where(work.c.id == bindparam("number"), work.c.attempt == bindparam("last"))
    .values(state="leased", attempt=bindparam("next"), owner=bindparam("holder"), lease_until=bindparam("until"))
)
_FINISH = (
    update(work)
    .where(_held_by(bindparam("number"), bindparam("last"), bindparam("holder")))
    .values(state="done", lease_until=0.0, error=None)
)
