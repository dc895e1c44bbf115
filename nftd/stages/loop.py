"""The work loop: here and in `lanes` alone an exception becomes a retry, a parked item or a blocked source."""

from __future__ import annotations

import time
from collections.abc import Sequence

from nftd.domain import Claim, shown
from nftd.stages.house import House
from nftd.stages.lanes import run_lanes
from nftd.stages.lease import LEASE_SECONDS, Lease
from nftd.stages.stage import Stage, hand_back, settle_error
from nftd.store import work


def run_stage(house: House, stage: Stage) -> int:
    """Do everything of this stage that is due, at most `stage.most`; the number of items."""
    _end_abandoned(house, stage)
    most = stage.most(house) if stage.most else None
    with house.store.read() as connection:
        items = work.due(connection, stage.name, time.time())
    house.watch.stage(stage.name, items if most is None else min(items, most))
    done = run_lanes(house, stage, _lanes(house, stage, most)) if stage.lanes else 0
    while (most is None or done < most) and (claim := _claim(house, stage.name)):
        work_on(house, stage, claim)
        done += 1
    return done


def _lanes(house: House, stage: Stage, most: int | None) -> Sequence[Sequence[str]]:
    with house.store.read() as connection:
        keys = work.due_keys(connection, stage.name, time.time())
    return stage.lanes(house, keys[:most]) if stage.lanes else ()


def _end_abandoned(house: House, stage: Stage) -> None:
    with house.store.write() as connection:
        abandoned = work.park_abandoned(connection, stage.name, time.time())
        for key, sentence in abandoned:
            if stage.parked:
                stage.parked(connection, house, key, sentence)
    for key, sentence in abandoned:
        house.tally.refused["abandoned"] += 1
        house.watch.refused(shown(key), "abandoned", sentence)


def _claim(house: House, stage: str) -> Claim | None:
    with house.store.write() as connection:
        return work.claim(connection, stage, house.owner, time.time(), LEASE_SECONDS)


def work_on(house: House, stage: Stage, claim: Claim) -> None:
    """Do one item; whatever happens, the item ends done, waiting, parked or in another worker's hands."""
    lease = Lease(house.store, claim)
    try:
        lease.finish(stage.do(house, lease))
    except Exception as error:
        settle_error(house, stage, claim, error)
    except BaseException:
        hand_back(house, claim)
        raise
    house.watch.done()
