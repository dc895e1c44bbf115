"""What selections said: each of them, the groups they compared, and the last word on every listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, RowMapping, func, insert, select

from nftd.domain import utc_now
from nftd.store import work
from nftd.store.columns import UtcTime
from nftd.store.dialect import insert_all, run_many
from nftd.store.tables import appraisal, comparables, valuation

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

CHUNK: Final = 50_000
COLUMNS: Final = tuple(column.name for column in valuation.columns)
_WRITE: Final = f"INSERT OR REPLACE INTO valuation ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_MOVE: Final = "UPDATE listing SET state = ?, reason = ?, rank = ?, selection = NULL WHERE rowid = ? AND state = ?"
_TELL: Final = "INSERT INTO event (at, entity, old, new, reason, actor, cycle) VALUES (?, ?, ?, ?, ?, 'nftd', ?)"
_WHOLE: Final = frozenset(
    {"rank", "sales", "buyers", "washed", "peers", "comparables", "place", "likes", "band", "likes_place"}
)


@dataclass(frozen=True, slots=True)
class Run:
    """One selection: by which rule, over how much, and the last observation that it knew."""

    cycle: str | None
    policy: str
    rule: Mapping[str, object]
    compared: int
    scored: int
    floor: float | None
    last_observation: int


def save(connection: Connection, run: Run, rows: pd.DataFrame, groups: pd.DataFrame) -> None:
    """Store a selection and what it says of `rows`, and let the selected be fetched, best first.

    `rows` has the columns of `scrapers.valuation.Appraisal` with `rowid`, `old` (the listing's state until now) and
    `state`, of the listings that are judged now; `comparables` and `band` are row numbers of `groups`. A listing that
    was passed over and still is gets no event.
    """
    number = _add_run(connection, run)
    rows = _with_groups(connection, number, rows, groups)
    by_id = rows.iloc[_order(rows["listing_id"].to_numpy(dtype="S34"))]
    told = by_id.rename(columns={"listing_id": "listing"}).assign(appraisal=number)
    run_many(connection, _WRITE, _tuples(told, COLUMNS))
    _add_events(connection, by_id, run.cycle)
    by_place = rows.iloc[_order(rows["rowid"].to_numpy())]  # pages are written once when rows come in their order
    run_many(connection, _MOVE, _tuples(by_place, ("state", "reason", "rank", "rowid", "old")))
    chosen = rows[rows["state"] == "selected"]
    ranks = chosen["rank"].astype(int).tolist()
    work.enqueue_all(connection, "fetch", [(one, -rank) for one, rank in zip(chosen["listing_id"], ranks, strict=True)])


def _order(values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    return values.argsort(kind="stable")


def _add_run(connection: Connection, run: Run) -> int:
    values = {name: getattr(run, name) for name in Run.__slots__}
    added = insert(appraisal).values(at=utc_now(), **values).returning(appraisal.c.id)
    return int(connection.execute(added).scalar_one())


def _with_groups(connection: Connection, number: int, rows: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Store the groups that `rows` were compared with; the rows with the ids of these in place of numbers."""
    import numpy as np
    import pandas as pd

    places = rows[["comparables", "band"]].astype(float)
    used = np.unique(places.to_numpy()[~np.isnan(places.to_numpy())]).astype(int)
    first = int(connection.execute(select(func.coalesce(func.max(comparables.c.id), 0))).scalar_one()) + 1
    stored = groups.iloc[used].astype(object)
    stored = stored.where(stored.notna(), None).assign(id=range(first, first + len(used)), appraisal=number)
    columns = {str(name): column.tolist() for name, column in stored.items()}
    told = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    insert_all(connection, comparables, told)
    ids = pd.Series(np.arange(first, first + len(used), dtype=float), index=used.astype(float))
    return rows.assign(comparables=places["comparables"].map(ids), band=places["band"].map(ids))


def _tuples(rows: pd.DataFrame, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """The rows as the driver takes them, so many at a time: whole numbers as such, None for what is missing."""
    for start in range(0, len(rows), CHUNK):
        part = rows.iloc[start : start + CHUNK]
        yield from zip(*(_plain(part[name], whole=name in _WHOLE) for name in columns), strict=True)


def _plain(column: pd.Series[Any], *, whole: bool) -> list[Any]:
    missing = column.isna().to_numpy()
    values = column.to_numpy(dtype=float, na_value=-1.0).astype("int64") if whole else column.to_numpy()
    if not missing.any():
        return list(values.tolist())
    found = values.astype(object)
    found[missing] = None
    return list(found.tolist())


def _add_events(connection: Connection, rows: pd.DataFrame, cycle: str | None) -> None:
    """Tell of every listing that moved; of one that had been passed over, that its evidence has changed."""
    moved = rows[(rows["old"] == "seen") | (rows["state"] == "selected")]
    again = moved["reason"] + ": a sale or bid was added since it was passed over"
    told = moved.assign(why=moved["reason"].mask(moved["old"] == "passed", again), cycle=cycle)
    at = UtcTime().process_bind_param(utc_now(), connection.dialect)
    run_many(connection, _TELL, ((at, *one) for one in _tuples(told, ("listing_id", "old", "state", "why", "cycle"))))


def of(connection: Connection, identifier: str) -> dict[str, Any] | None:
    """The last word on a listing with its selection (`run`) and groups (`comparables`, `band`); None for none."""
    row = connection.execute(select(valuation).where(valuation.c.listing == identifier)).mappings().one_or_none()
    if row is None:
        return None
    run = connection.execute(select(appraisal).where(appraisal.c.id == row["appraisal"])).mappings().one()
    return {**row, "run": run, **{name: _group(connection, row[name]) for name in ("comparables", "band")}}


def _group(connection: Connection, number: int | None) -> RowMapping | None:
    if number is None:
        return None
    return connection.execute(select(comparables).where(comparables.c.id == number)).mappings().one()
