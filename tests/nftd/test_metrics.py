"""nftd metrics: what Prometheus reads is well-formed, true, and read without writing anything."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from math import inf, isnan, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from typer.testing import CliRunner

from nftd.cli.app import app
from nftd.config import Settings, SourceSettings
from nftd.domain import utc_now
from nftd.metrics import Metric, exposition, render
from nftd.states import TABLES
from nftd.status import counts, last_readings
from nftd.store import readings
from nftd.store.database import Store
from nftd.store.pages import Pages, month_now
from nftd.store.readings import Standing
from nftd.store.tables import cycle
from tests.nftd import rooms

ROOT = Path(__file__).parents[2]
OUTCOMES = ("read", "nothing_new", "blocked", "changed", "failed")

# The grammar of the format 0.0.4, as prometheus.io has it under "Text format details".
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{((?:{LABEL},?)*)\}})? ([+-]?(?:[0-9][0-9.e+-]*|Inf)|NaN)")
HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\\n]|\\[\\n])+)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge)")

Key = tuple[str, frozenset[tuple[str, str]]]


def parsed(text: str) -> dict[Key, float]:
    """Every series with its value; each metric's lines stand together, below one HELP and one TYPE."""
    assert text.endswith("\n")
    found: dict[Key, float] = {}
    begun: list[str] = []
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if told := HELP.fullmatch(line):
            typed = TYPE.fullmatch(next(lines))
            assert typed, line
            assert typed[1] == told[1]
            assert told[1] not in begun
            begun.append(told[1])
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert sample[1] == begun[-1]
        labels = frozenset((name, unescaped(value)) for name, value in re.findall(LABEL, sample[2] or ""))
        key = (sample[1], labels)
        assert key not in found
        found[key] = float(sample[5])
    return found


def unescaped(value: str) -> str:
    return re.sub(r'\\(["\\n])', lambda match: "\n" if match[1] == "n" else match[1], value)


def series(name: str, **labels: str) -> Key:
    return name, frozenset(labels.items())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return rooms.new_store(tmp_path)


def settings(**more: SourceSettings) -> Settings:
    return Settings(sources={"g": SourceSettings(type="shelf"), **more})


def told(store: Store, chosen: Settings | None = None) -> dict[Key, float]:
    with store.read() as connection:
        return parsed(exposition(connection, chosen or settings()))


def logged(store: Store, outcome: readings.Outcome, seen: int = 0, new: int = 0, feed: str = "g") -> None:
    with store.write() as connection:
        readings.log(connection, feed, None, outcome, Standing(None, utc_now(), 1, seen, new))


# --- the format -----------------------------------------------------------------------------------


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True))
def test_any_text_in_a_label_comes_back_as_it_was(texts: list[str]) -> None:
    metric = Metric("nftd_x", "gauge", "Of a \\ b\nand c.", [({"source": text}, 1) for text in texts])
    assert (parsed(render([metric])) if texts else {}) == {series("nftd_x", source=text): 1 for text in texts}


@pytest.mark.parametrize(
    "name", ['"} 1\nevil{a="b', "back\\slash", "\\n", "two\nlines", 'quote"', "\r\x00\u2028", "é𝄞"]
)
def test_a_hostile_name_stays_one_label_on_one_line(name: str) -> None:
    text = render([Metric("nftd_x", "counter", "Help.", [({"source": name, "other": "o"}, 3)])])
    assert text.count("\n") == 3
    assert parsed(text) == {series("nftd_x", source=name, other="o"): 3}


def test_half_a_character_is_told_as_a_question_mark() -> None:
    text = render([Metric("nftd_x", "gauge", "Help.", [({"source": "a\ud800b"}, 1)])])
    assert parsed(text.encode().decode()) == {series("nftd_x", source="a?b"): 1}


def test_numbers_are_written_as_the_format_has_them() -> None:
    values = {"a": 3.0, "b": 1795363575.451779, "c": inf, "d": -inf, "e": 1e-7, "f": nan}
    text = render([Metric("nftd_x", "gauge", "Help.", [({"n": name}, value) for name, value in values.items()])])
    assert [line.rpartition(" ")[2] for line in text.splitlines()[2:]] == [
        *("3", "1795363575.451779", "+Inf", "-Inf", "1e-07", "NaN")
    ]
    found = parsed(text)
    assert isnan(found.pop(series("nftd_x", n="f")))
    assert found == {series("nftd_x", n=name): value for name, value in values.items() if name != "f"}


def test_a_metric_without_samples_is_left_out() -> None:
    assert render([Metric("nftd_x", "gauge", "Help.", [])]) == ""


# --- what is told ---------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_last_outcome_of_a_source_is_1_and_the_others_are_0(store: Store, outcome: readings.Outcome) -> None:
    logged(store, "read", 9, 9)
    logged(store, outcome, 5, 2)
    found = told(store)
    assert {one: found[series("nftd_source_outcome", source="g", outcome=one)] for one in OUTCOMES} == {
        one: float(one == outcome) for one in OUTCOMES
    }
    assert found[series("nftd_source_last_reading_works_seen", source="g")] == 5
    assert found[series("nftd_source_last_reading_works_new", source="g")] == 2
    with store.read() as connection:
        (last,) = readings.newest(connection)
    assert found[series("nftd_source_last_reading_timestamp_seconds", source="g")] == last["at"].timestamp()


def test_readings_are_counted_by_outcome(store: Store) -> None:
    for outcome in ("read", "blocked", "read", "nothing_new"):
        logged(store, outcome, 3)
    found = told(store)
    total = {one: found[series("nftd_source_readings_total", source="g", outcome=one)] for one in OUTCOMES}
    assert total == {"read": 2, "nothing_new": 1, "blocked": 1, "changed": 0, "failed": 0}


def test_a_source_that_was_never_read_has_no_time_and_no_outcome(store: Store) -> None:
    found = told(store)
    assert {found[series("nftd_source_outcome", source="g", outcome=one)] for one in OUTCOMES} == {0.0}
    assert series("nftd_source_last_reading_timestamp_seconds", source="g") not in found


def test_only_sources_that_are_switched_on_are_told(store: Store) -> None:
    for feed in ("g", "off", "gone"):
        logged(store, "failed", feed=feed)
    found = told(store, settings(off=SourceSettings(type="shelf", enabled=False)))
    assert {dict(labels)["source"] for name, labels in found if name.startswith("nftd_source_")} == {"g"}


def test_requests_are_told_beside_their_limit(store: Store) -> None:
    pages = Pages(store, "g")
    for _ in range(3):
        assert pages.spend("g", month_now(), 100)
    assert pages.spend("g", "2001-01", 100), "another month's are another count"
    limited = SourceSettings(type="shelf", max_requests_per_month=100)
    found = told(store, Settings(sources={"g": limited, "h": SourceSettings(type="shelf", market="h")}))
    assert found[series("nftd_source_requests_month", source="g")] == 3
    assert found[series("nftd_source_requests_month_limit", source="g")] == 100
    assert found[series("nftd_source_requests_month", source="h")] == 0
    assert found[series("nftd_source_requests_month_limit", source="h")] == inf


def test_the_alarm_stands_from_a_whole_reading_without_works_to_one_with_some(store: Store) -> None:
    def alarm() -> float:
        with store.read() as connection:
            assert last_readings(connection)["g"]["alarm"] == bool(told(store)[series("nftd_source_alarm", source="g")])
        return told(store)[series("nftd_source_alarm", source="g")]

    for _ in range(2):
        logged(store, "read", 18)
    logged(store, "nothing_new")
    assert alarm() == 0, "two readings with works are too few to tell"
    logged(store, "nothing_new", 18)
    assert alarm() == 0
    logged(store, "nothing_new")
    assert alarm() == 1
    logged(store, "blocked")
    assert alarm() == 1, "a reading that was refused says nothing about it"
    logged(store, "nothing_new", 1)
    assert alarm() == 0


def test_every_state_of_every_kind_is_counted_as_nftd_status_does(store: Store) -> None:
    with store.write() as connection:
        rooms.add_artwork(connection, store, 1)
    found = {labels: value for (name, labels), value in told(store).items() if name == "nftd_items"}
    with store.read() as connection:
        for kind, states in counts(connection).items():
            known = [*TABLES.get(kind, ("ready", "leased", "done", "parked"))]
            assert {
                state: found.pop(frozenset({("kind", kind), ("state", state)})) for state in known
            } == dict.fromkeys(known, 0) | states
    assert found == {}


def test_the_end_of_the_last_whole_cycle_is_told(store: Store) -> None:
    assert series("nftd_last_cycle_timestamp_seconds") not in told(store)
    with store.write() as connection:
        for number, end in enumerate((rooms.NOON, None)):
            row = {"id": f"c-{number}", "started_at": rooms.NOON, "finished_at": end}
            connection.execute(insert(cycle).values(row))
    assert told(store)[series("nftd_last_cycle_timestamp_seconds")] == rooms.NOON.timestamp()


# --- the command ----------------------------------------------------------------------------------


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which tells at its end what it had to load."""
    (folder / "config.toml").write_text("[sources.g]\nstart = 'https://gallery.example/'\n")
    code = (
        "import atexit, sys; from nftd.cli import main;"
        "heavy = {'torch', 'cv2', 'pandas', 'numpy', 'lxml', 'bs4', 'alembic', 'eth_account'};"
        "atexit.register(lambda: print('loaded', sorted(heavy & set(sys.modules)), file=sys.stderr)); main()"
    )
    given = ["--config", str(folder / "config.toml"), "--data", str(folder / "data"), "metrics", *argv]
    return subprocess.run([sys.executable, "-c", code, *given], cwd=ROOT, capture_output=True, text=True, check=False)


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "data" / "nftd.sqlite")) as connection:
        return list(connection.iterdump())


def test_the_command_prints_all_of_it_writes_nothing_and_loads_nothing_heavy(store: Store, tmp_path: Path) -> None:
    logged(store, "blocked")
    before = dump(tmp_path)
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "loaded []\n")
    assert parsed(done.stdout)[series("nftd_source_outcome", source="g", outcome="blocked")] == 1
    assert dump(tmp_path) == before


def test_a_file_is_written_whole_in_place_of_the_one_before(store: Store, tmp_path: Path) -> None:
    logged(store, "read", 3, 3)
    (tmp_path / "collected").mkdir()
    out = tmp_path / "collected" / "nftd.prom"
    out.write_text("old")
    done = run(tmp_path, "--out", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert parsed(out.read_text("utf-8"))[series("nftd_source_outcome", source="g", outcome="read")] == 1
    assert list(out.parent.iterdir()) == [out]


def test_without_a_data_folder_it_says_so_in_one_line_and_makes_none(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = [one for one in done.stderr.splitlines() if not one.startswith("loaded")]
    assert line.startswith(f"nftd: there is no data in {tmp_path / 'data'} yet")
    assert not (tmp_path / "data").exists()


def test_a_mistyped_folder_is_not_made(store: Store, tmp_path: Path) -> None:
    logged(store, "read")
    out = tmp_path / "colected" / "nftd.prom"
    done = run(tmp_path, "--out", str(out))
    assert (done.returncode, done.stdout) == (2, "")
    assert "its folder does not exist" in done.stderr
    assert not out.parent.exists()


def test_the_page_about_metrics_names_each_of_them_and_no_other(store: Store) -> None:
    logged(store, "read", 1, 1)
    with store.write() as connection:
        connection.execute(insert(cycle).values(id="c-1", started_at=rooms.NOON, finished_at=rooms.NOON))
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    assert set(re.findall(r"\bnftd_[a-z_]+", page)) == {name for name, _ in told(store)}
    assert CliRunner().invoke(app, ["metrics", "--help"]).exit_code == 0
