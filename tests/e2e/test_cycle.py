"""The whole way: from a gallery's page to a queue for review, and nothing twice."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nftd.cli.app import app
from publisher.car import verify_car
from tests.crash import state
from tests.e2e.gallery import Gallery, Piece
from tests.e2e.launcher import Home, Result

SUMMARY = {
    "cycle": str,
    "seconds": float,
    "listings": {"seen": int, "new": int, "selected": int, "passed": int},
    "sources": {"fit": int, "unfit": int},
    "runs": {"done": int, "failed": int},
    "artworks": {"waiting": int},
    "publications": {"prepared": int},
    "refused": dict,
    "blocked": dict,
    "outcomes": dict,
    "alarms": dict,
    "opted_out": {"withdrawn": int, "approved": dict},
}
BY_NAME = ("refused", "blocked", "outcomes", "alarms", "approved")
HEAVY = {"torch", "cv2", "pandas", "alembic", "eth_account"}
COMMANDS = (
    *("init", "once", "run", "status", "metrics", "scrape", "import", "select", "report", "dream", "score", "critics"),
    *("queue list", "queue show", "queue approve", "queue reject", "queue again", "queue undo", "appeal", "web", "cid"),
    *("publish", "pins list", "pins audit", "key new", "key import", "key show", "voucher digest", "voucher verify"),
    *("sign", "export", "submit", "withdraw", "explain", "weights list", "weights fetch", "weights verify"),
    *("weights import", "service install", "service uninstall", "service print", "doctor", "config show"),
    *("config check", "config reference", "db upgrade", "backup", "restore", "retry", "gc"),
)


def shape(document: object) -> object:
    """The document with types in place of values; the maps by reason and by source count as `dict`."""
    if not isinstance(document, dict):
        return type(document)
    return {key: dict if key in BY_NAME else shape(value) for key, value in document.items()}


def console_script() -> str:
    """The installed `nftd`, beside the interpreter that runs the tests."""
    found = shutil.which("nftd", path=str(Path(sys.executable).parent))
    assert found, "the console script nftd is not installed beside this Python"
    return found


def imported(importtime: str) -> set[str]:
    """The top-level packages in what `python -X importtime` wrote."""
    names = re.findall(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", importtime, re.MULTILINE)
    assert len(names) > 100, importtime[-2000:]
    return {name.partition(".")[0] for name in names}


def test_a_first_cycle_ends_with_artworks_that_wait(first_cycle: tuple[Home, Result]) -> None:
    home, result = first_cycle
    summary = result.json
    assert shape(summary) == SUMMARY
    assert re.fullmatch(r"c-[0-9a-f]{10}", summary["cycle"])
    assert summary["seconds"] > 0
    del summary["cycle"], summary["seconds"]
    assert summary == {
        "listings": {"seen": 2, "new": 2, "selected": 2, "passed": 0},
        "sources": {"fit": 2, "unfit": 0},
        "runs": {"done": 2, "failed": 0},
        "artworks": {"waiting": 2},
        "publications": {"prepared": 0},
        "refused": {},
        "blocked": {},
        "outcomes": {"g": "read"},
        "alarms": {},
        "opted_out": {"withdrawn": 0, "approved": {}},
    }
    assert home.json("status")["pin"] == {"archived": 4}


def test_what_would_be_published_is_archived_whole(first_cycle: tuple[Home, Result]) -> None:
    home, _ = first_cycle
    for entry in home.json("queue", "list"):
        draft = home.json("queue", "show", entry["id"])["draft"]
        roots = set()
        for file in (home.data / "archive").glob("*.car"):
            with file.open("rb") as stream:
                roots |= {str(root) for root in verify_car(stream)}
        assert {pin["cid"] for pin in draft["pins"]} <= roots
        assert draft["token_uri"].split("/")[2] in roots


def test_the_summary_in_words_ends_with_what_to_do_next(home: Home, shelf: Gallery) -> None:
    home.configure(shelf.url, limits={"runs_per_cycle": 1})
    told = home.ok("once").out
    assert "2 listings, 2 new" in told
    assert told.endswith("1 artwork waits for your review: nftd queue list\n")


def test_a_second_cycle_makes_nothing_twice_and_loads_nothing_heavy(settled: Home) -> None:
    before = state.everything(settled.data)
    second = subprocess.run(
        [console_script(), "once", "--json"],
        cwd=settled.folder / "cwd",
        env={**settled.env, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    summary = Result(second.returncode, second.stdout, second.stderr).json
    assert summary["listings"] == {"seen": 2, "new": 0, "selected": 0, "passed": 0}
    assert summary["sources"] == {"fit": 0, "unfit": 0}
    assert summary["runs"] == {"done": 0, "failed": 0}
    assert summary["artworks"] == {"waiting": 2}
    assert imported(second.stderr) & HEAVY == set()
    assert state.differences(before, state.everything(settled.data)) == []


def test_a_second_cycle_says_that_nothing_is_new(settled: Home) -> None:
    assert "nothing new: 2 listings seen, all known; nothing was made twice" in settled.ok("once").out


def test_a_new_work_is_made_and_the_old_ones_are_left_alone(settled: Home, shelf: Gallery) -> None:
    before = state.tables(settled.data)["artwork"]
    shelf.add(Piece(3, price="50"))
    try:
        summary = settled.json("once")
    finally:
        shelf.works.pop()
    assert summary["listings"] == {"seen": 3, "new": 1, "selected": 1, "passed": 0}
    assert summary["runs"]["done"] == 1
    assert set(before) < set(state.tables(settled.data)["artwork"])


def test_a_changed_price_is_a_new_observation_and_no_new_work(settled: Home, shelf: Gallery) -> None:
    settled.configure(shelf.url, **{"sources.g": {"refresh_days": 0}})  # its listing page shows no price
    kept = shelf.works[0]
    shelf.works[0] = Piece(1, price="123.75", likes=7)
    shelf.mend()
    try:
        assert settled.json("once")["listings"]["new"] == 0
    finally:
        shelf.works[0] = kept
    asked = [dict(row)["base"] for row in state.tables(settled.data)["observation"]]
    assert len(asked) == 3
    assert "123750000000000000000" in asked


def test_the_cap_makes_the_rest_wait_for_the_next_cycle(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url, limits={"runs_per_cycle": 2}, generator={"iterations": 1})
    assert home.json("once")["runs"]["done"] == 2
    assert home.json("status")["run"] == {"done": 2, "queued": 1}
    assert home.json("once")["runs"]["done"] == 1
    assert home.json("once")["runs"]["done"] == 0


def test_only_what_its_license_allows_is_made(home: Home) -> None:
    forbidden = "https://creativecommons.org/licenses/by-nd/4.0/"
    with Gallery(
        [Piece(1, license=forbidden), Piece(2, license=""), Piece(3, license="All rights reserved")]
    ) as closed:
        home.configure(closed.url)
        summary = home.json("once")
    assert summary["sources"] == {"fit": 0, "unfit": 3}
    assert set(summary["refused"]) == {"rights_no_derivatives", "rights_none_stated", "rights_all_rights_reserved"}


@pytest.mark.parametrize("kind", ["listing", "source", "run", "artwork", "draft"])
def test_anything_can_be_explained_by_a_unique_start_of_its_id(kind: str, settled: Home) -> None:
    one, other = (dict(row)["id"] for row in state.tables(settled.data)[kind])
    unique = next(one[:length] for length in range(3, len(one)) if one[:length] != other[:length])
    found = settled.json("explain", unique)
    assert found["kind"] == kind
    assert one.startswith(found["id"])
    stages = dict.fromkeys(step["stage"] for step in found["steps"])
    assert list(stages) == ["scrape", "select", "fetch", "intake", "dream", "judge", "draft", "pin", "review"]
    gates = {step["values"]["gate"] for step in found["steps"] if "gate" in step["values"]}
    assert {"rights", "decode", "size", "blur", "twin", "category"} <= gates
    assert {"selected", "fit", "done", "waiting", "archived"} <= {event["new"] for event in found["events"]}
    assert one[:12] in settled.ok("explain", unique).out


def test_a_start_that_fits_two_ids_is_answered_with_both(home: Home) -> None:
    with Gallery([Piece(number, license="") for number in range(1, 19)]) as crowd:
        home.configure(crowd.url)
        home.ok("scrape", "g")
    ids = sorted(dict(row)["id"] for row in state.tables(home.data)["listing"])
    one, other = next(pair for pair in pairwise(ids) if pair[0][:3] == pair[1][:3])
    told = home.nftd("explain", one[:3])
    assert told.code == 2
    assert one[:12] in told.complaint
    assert other[:12] in told.complaint
    assert told.complaint.endswith("give more digits")


def test_an_id_of_nothing_is_one_line(settled: Home) -> None:
    for text in ("a-ffffffffff", "hello", ""):
        assert settled.nftd("explain", text).code == 2
    assert "there is no artwork a-ffffffffff" in settled.nftd("explain", "a-ffffffffff").complaint


@pytest.mark.parametrize("command", ["queue list", "status", "config show", "config reference", "scrape g --dry-run"])
def test_reading_commands_print_one_json_document_and_nothing_else(command: str, settled: Home) -> None:
    result = settled.ok(*command.split(), "--json")
    assert result.json
    assert result.err == ""


def test_every_stable_command_is_there_and_what_is_not_built_says_so() -> None:
    for command in COMMANDS:
        result = CliRunner().invoke(app, [*command.split(), "--help"])
        if result.exit_code != 0:
            assert (result.exit_code, result.stdout) == (2, ""), command
            (line,) = result.stderr.splitlines()
            assert line.startswith(f"nftd: {command.split()[0]} is not built yet"), command


def test_a_command_that_is_not_built_ends_with_2_whatever_it_is_given(home: Home) -> None:
    result = home.nftd("export", "a-0123456789", "--out", "there", "--json")
    assert (result.code, result.out) == (2, "")
    assert result.complaint.startswith("nftd: export is not built yet")


def test_a_command_that_does_not_exist_is_usage(home: Home) -> None:
    assert home.nftd("mint").code == 2
    assert home.nftd("queue", "burn").code == 2
    assert home.nftd("once", "--fast").code == 2


def test_nothing_to_do_is_4(settled: Home, new_home: Callable[[str], Home], shelf: Gallery) -> None:
    assert settled.nftd("retry").code == 4
    assert settled.nftd("select").code == 4
    empty = new_home("empty")
    empty.configure(shelf.url)
    assert empty.nftd("select", "--json").json == []
    assert empty.nftd("select").code == 4


def test_the_parts_of_a_cycle_work_alone(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    assert len(home.json("scrape", "g", "--dry-run")) == 3
    assert home.json("status")["listing"] == {}
    assert len(home.json("scrape", "g", "--limit", "2")) == 2
    assert home.json("status")["listing"] == {"seen": 2}
    assert [verdict["state"] for verdict in home.json("select")] == ["selected", "selected"]
    assert "did you mean g?" in home.nftd("scrape", "gg").complaint
