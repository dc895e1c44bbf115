"""The state of the store as Prometheus reads it.

The text is of the exposition format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/): UTF-8, a
line ends with LF, lines of one metric stand together below its HELP and TYPE, and a backslash, a quote or an end of
line in a label is escaped. No sample has a timestamp of its own: node_exporter's textfile collector refuses those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan
from typing import Final, Literal, get_args

from sqlalchemy import Connection, func, select

from nftd import __version__
from nftd.config import Settings
from nftd.states import TABLES
from nftd.status import counts, silent_ones
from nftd.store import readings
from nftd.store.pages import month_now, spent
from nftd.store.tables import cycle, reading_log

OUTCOMES: Final = get_args(readings.Outcome)
_WORK: Final = ("ready", "leased", "done", "parked")
_COUNTS: Final = {
    "seen": "Works that the last reading of a source showed.",
    "new": "Works that were new in the last reading of a source.",
}

Kind = Literal["gauge", "counter"]
Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric with all its samples; `meaning` is its line of help."""

    name: str
    kind: Kind
    meaning: str
    samples: Sequence[Sample]


def exposition(connection: Connection, settings: Settings) -> str:
    """All metrics as one text, from reads alone. Sources are those that the configuration has switched on."""
    return render([*_of_sources(connection, settings), _items(connection), *_of_nftd(connection)])


def render(metrics: Iterable[Metric]) -> str:
    """The text of these metrics; one without samples is left out."""
    return "".join(f"{line}\n" for metric in metrics if metric.samples for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {_escaped(metric.meaning)}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.samples:
        told = ",".join(f'{name}="{_quoted(text)}"' for name, text in labels.items())
        yield f"{metric.name}{{{told}}} {_number(value)}" if told else f"{metric.name} {_number(value)}"


def _escaped(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode("utf-8")  # half a character is none
    return whole.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def _number(value: float) -> str:
    if isfinite(value):
        return str(int(value)) if value == int(value) else repr(value)
    return "NaN" if isnan(value) else f"{'+' if value > 0 else '-'}Inf"


def _of_sources(connection: Connection, settings: Settings) -> Iterator[Metric]:
    limits = {name: one.max_requests_per_month or inf for name, one in settings.sources.items() if one.enabled}
    last = {row["feed"]: row for row in readings.newest(connection) if row["feed"] in limits}
    ended, month, silent = _ended(connection), month_now(), silent_ones(connection)
    now = {(name, one): float(one == last.get(name, {}).get("outcome")) for name in limits for one in OUTCOMES}
    yield _by_outcome("outcome", "gauge", "1 for how the last reading of a source went, 0 for the other outcomes.", now)
    yield _by_source(
        "last_reading_timestamp_seconds",
        "When the last reading of a source ended, in seconds since 1970.",
        {name: row["at"].timestamp() for name, row in last.items()},
    )
    for count, meaning in _COUNTS.items():
        yield _by_source(f"last_reading_works_{count}", meaning, {name: row[count] for name, row in last.items()})
    all_of_them = {(name, one): ended.get((name, one), 0) for name in limits for one in OUTCOMES}
    yield _by_outcome("readings_total", "counter", "Readings of a source so far, by how they went.", all_of_them)
    yield _by_source(
        "requests_month",
        "Requests to a source that were counted in this month, UTC.",
        {name: spent(connection, name, month) for name in limits},
    )
    yield _by_source("requests_month_limit", "Most requests to a source in a month; +Inf without a limit.", limits)
    yield _by_source(
        "alarm",
        "1 while the last whole reading of a source showed no work, though earlier ones did.",
        {name: name in silent for name in limits},
    )


def _by_source(name: str, meaning: str, values: Mapping[str, float]) -> Metric:
    samples = [({"source": source}, value) for source, value in values.items()]
    return Metric(f"nftd_source_{name}", "gauge", meaning, samples)


def _by_outcome(name: str, kind: Kind, meaning: str, values: Mapping[tuple[str, str], float]) -> Metric:
    samples = [({"source": source, "outcome": outcome}, value) for (source, outcome), value in values.items()]
    return Metric(f"nftd_source_{name}", kind, meaning, samples)


def _ended(connection: Connection) -> dict[tuple[str, str], int]:
    columns = (reading_log.c.feed, reading_log.c.outcome)
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    return {(feed, outcome): number for feed, outcome, number in rows}


def _items(connection: Connection) -> Metric:
    found = counts(connection)
    known = {kind: dict.fromkeys([*TABLES.get(kind, _WORK)], 0) for kind in found}
    samples = [
        ({"kind": kind, "state": state}, float(number))
        for kind, states in found.items()
        for state, number in {**known[kind], **states}.items()
    ]
    return Metric("nftd_items", "gauge", "How many of each kind are in each state, as nftd status tells.", samples)


def _of_nftd(connection: Connection) -> Iterator[Metric]:
    ended = connection.execute(select(func.max(cycle.c.finished_at))).scalar_one()
    yield Metric(
        "nftd_last_cycle_timestamp_seconds",
        "gauge",
        "When the last whole cycle ended, in seconds since 1970.",
        [({}, ended.timestamp())] if ended else [],
    )
    yield Metric("nftd_build_info", "gauge", "1, labeled with the version of nftd.", [({"version": __version__}, 1)])
