"""A stage, and what becomes of an item that failed: a retry, a parked item or a blocked source."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from nftd import logs
from nftd.domain import Claim, shown
from nftd.errors import LeaseLost
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.store import work
from scrapers.errors import Blocked
from scrapers.text import clean

HOLD_SECONDS = 3600.0
OUR_PACKAGES = ("nftd", "scrapers", "generator", "publisher")  # other errors' codes mean something else


Do = Callable[[House, Lease], Write]
Look = Callable[[Connection, House, str], Callable[[], Write]]
Parked = Callable[[Connection, House, str, str], None]
Failed = Callable[[House, str, Exception], None]


def count_refusal(house: House, key: str, error: Exception) -> None:
    """An item that failed, in the summary and in one line."""
    code, sentence = describe(error)
    house.tally.refused[code] += 1
    house.watch.refused(shown(key), code, sentence)


def _downloads(house: House) -> int:
    return house.settings.http.downloads


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by name; `failed` counts a failure where it is not a plain refusal, `parked` writes the end of it.

    With `spares` an item that a site refuses until a named time keeps its attempts: it is not at fault.
    `lanes` sorts the keys that are due: those of one lane are done one after the other, lanes beside each other, by so
    many `hands`, each of which claims so many items `ahead`. With `look` what an item asks of the store is read where
    it is claimed, and the job that it returns is done elsewhere. `stop` tells hands to end soon what they are at.
    """

    name: str
    do: Do
    failed: Failed = count_refusal
    parked: Parked | None = None
    most: Callable[[House], int] | None = None
    lanes: Callable[[House, Sequence[str]], Sequence[Sequence[str]]] | None = None
    hands: Callable[[House], int] = _downloads
    ahead: int = 2
    look: Look | None = None
    stop: Callable[[House], None] | None = None
    spares: bool = False


def hand_back(house: House, claim: Claim) -> None:
    """Give an unfinished item back at once, without counting the attempt against it."""
    with house.store.write() as connection:
        work.hand_back(connection, claim)


def settle_error(house: House, stage: Stage, claim: Claim, error: Exception) -> None:
    """Write what an error means for its item."""
    if isinstance(error, LeaseLost):
        logs.warning("lease_lost", stage=stage.name, key=claim.key, explanation=str(error))
    else:
        _settle_failure(house, stage, claim, error)


def _settle_failure(house: House, stage: Stage, claim: Claim, error: Exception) -> None:
    code, sentence = describe(error)
    if code == "unexpected":
        logs.error("stage_failed", stage=stage.name, key=claim.key, exc_info=error)
    asked = _asked_wait(error)
    stored: dict[str, object] = {"code": code, "message": sentence, "at": time.time(), "retry_after": asked}
    with house.store.write() as connection:
        if getattr(error, "held", False):
            work.hold(connection, claim, stored, time.time() + HOLD_SECONDS)
            return
        permanent = bool(getattr(error, "permanent", False))
        counts = not (stage.spares and asked and isinstance(error, Blocked))
        state = work.fail(connection, claim, stored, time.time(), permanent, asked, counts)
        if state == "parked" and stage.parked:
            stage.parked(connection, house, claim.key, sentence)
    with house.counting:
        stage.failed(house, claim.key, error)


def _asked_wait(error: Exception) -> float:
    """The seconds that a server told us to wait (Retry-After); 0 where it named none."""
    seconds = getattr(error, "evidence", {}).get("retry_after")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def describe(error: Exception) -> tuple[str, str]:
    """A stable code and one clean line; errors that nobody foresaw are `unexpected`."""
    ours = type(error).__module__.partition(".")[0] in OUR_PACKAGES
    code = str(getattr(error, "code", "unexpected")) if ours else "unexpected"
    name = f"{type(error).__name__}: " if code == "unexpected" else ""
    return code, clean(f"{name}{error}", 500) or type(error).__name__
