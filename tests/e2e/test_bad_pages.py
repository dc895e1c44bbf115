"""A gallery that cannot be read: one clear line, a stored reason, the right exit code, and nothing is lost."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.crash import state
from tests.e2e.gallery import Gallery, listing_page, serve
from tests.e2e.launcher import Home, Result
from tests.nftd.http_server import Handler, Route, fail_first, hang, redirect, status

EMPTY = b"<!doctype html><html><body><h1>Welcome to our new site</h1></body></html>"
KEPT = ("listing", "observation", "source", "verdict", "run", "iterate", "artwork", "draft", "pin")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the whole gallery, how `once` must end, and the reason that it must give."""

    name: str
    route: Route
    code: int
    reason: str


def challenge(handler: Handler) -> None:
    handler.send(200, b"<html>Just a moment...</html>", {"Content-Type": "text/html", "cf-mitigated": "challenge"})


FAULTS = (
    Fault("error 500", status(500), 3, "server_error"),
    Fault("hangs", hang, 3, "timeout"),
    Fault("forbidden", status(403), 3, "blocked"),
    Fault("too many requests", status(429, Retry_After="120"), 3, "blocked"),
    Fault("challenge", challenge, 3, "blocked"),
    Fault("gone", status(404), 1, "not_found"),
    Fault("to a private address", redirect("http://192.168.1.1/"), 1, "not_public_address"),
    Fault("a picture", serve(b"\x89PNG\r\n\x1a\n", "image/png"), 1, "wrong_content_type"),
    Fault("another shape", serve(EMPTY, "text/html"), 5, "shape_changed"),
    Fault("no text at all", serve(b"", "text/html"), 5, "shape_changed"),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_only_source_failing_is_told_and_all_that_was_there_stays(
    fault: Fault, settled: Home, shelf: Gallery
) -> None:
    before = state.everything(settled.data)
    shelf.break_("/", fault.route)
    result = settled.nftd("once", "--json")
    assert result.code == fault.code
    assert result.json["blocked"]["g"].startswith(f"{fault.reason}: ")
    assert result.json["artworks"] == {"waiting": 2}
    refused = [line for line in result.err.splitlines() if not line.startswith("scrape: ")]
    assert len(refused) == 1
    assert refused[0].startswith(f"refused {fault.reason}: g: ")
    assert stored_error(settled)["code"] == fault.reason
    after = state.everything(settled.data)
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}
    assert before["files"].items() <= after["files"].items()


def stored_error(home: Home) -> dict[str, str]:
    with closing(sqlite3.connect(f"file:{home.data / 'nftd.sqlite'}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT error FROM work WHERE stage = 'scrape' AND key = 'g'").fetchone()
    error: dict[str, str] = json.loads(row[0])
    return error


def test_a_source_that_refused_is_left_alone_until_its_time(settled: Home, shelf: Gallery) -> None:
    shelf.break_("/", status(403))
    assert settled.nftd("once").code == 3
    hits = shelf.site.hits["/"]
    shelf.mend()
    second = settled.nftd("once", "--json")
    assert second.code == 3
    assert "tried again in" in second.json["blocked"]["g"]
    assert shelf.site.hits["/"] == hits
    settled.ok("retry")
    assert settled.json("once")["listings"]["seen"] == 2


def test_a_server_that_names_a_time_is_left_alone_for_as_long(settled: Home, shelf: Gallery) -> None:
    shelf.break_("/", status(429, Retry_After="7200"))
    settled.ok("status")
    assert settled.nftd("once").code == 3
    said = settled.nftd("once", "--json").json["blocked"]["g"]
    seconds = re.search(r"tried again in (\d+) s", said)
    assert seconds, said
    assert 7000 < int(seconds[1]) <= 7200


@pytest.mark.parametrize(("route", "code"), [(status(403), 3), (status(404), 1), (serve(EMPTY, "text/html"), 5)])
def test_a_gallery_read_alone_fails_in_one_line(route: Route, code: int, settled: Home, shelf: Gallery) -> None:
    shelf.break_("/", route)
    result = settled.nftd("scrape", "g", "--json")
    assert (result.code, result.out) == (code, "")
    assert result.complaint.startswith("nftd: ")
    assert shelf.url in result.complaint


def test_a_source_that_only_failed_is_read_again_by_the_next_cycle(settled: Home, shelf: Gallery) -> None:
    shelf.break_("/", status(404))
    assert settled.nftd("once").code == 1
    shelf.mend()
    assert settled.json("once")["listings"]["seen"] == 2


def test_a_hiccup_is_not_even_noticed(settled: Home, shelf: Gallery) -> None:
    shelf.break_("/", fail_first(1, listing_page(shelf.works, None)))
    summary = settled.json("once")
    assert (summary["blocked"], summary["listings"]["seen"]) == ({}, 2)


def test_a_server_that_is_not_there_blocks(home: Home) -> None:
    home.configure("http://127.0.0.1:9/")
    result = home.nftd("once", "--json")
    assert result.code == 3
    assert result.json["blocked"]["g"].startswith("robots_unreachable: ")


def test_a_name_that_does_not_exist_blocks(home: Home) -> None:
    home.configure("https://gallery.invalid/", **{"sources.g": {"local": False}})
    result = home.nftd("once", "--json")
    assert result.code == 3
    assert result.json["blocked"]["g"].startswith("unresolvable: ")


def test_this_machine_is_not_read_unless_the_source_is_called_local(settled: Home, shelf: Gallery) -> None:
    settled.configure(shelf.url, **{"sources.g": {"local": False}})
    hits = shelf.site.hits["/"]
    result = settled.nftd("once", "--json")
    assert result.code == 1
    assert result.json["blocked"]["g"].startswith("not_public_address: ")
    assert shelf.site.hits["/"] == hits


@pytest.mark.parametrize(("fault", "code"), [(status(403), 0), (status(404), 1)])
def test_one_source_of_two_failing_stops_nothing_else(fault: Route, code: int, settled: Home, shelf: Gallery) -> None:
    shelf.break_("/other", fault)
    settled.configure(shelf.url, **{"sources.other": {"start": f"{shelf.url}other", "local": True}})
    result = settled.nftd("once", "--json")
    assert result.code == code  # being refused is nobody's fault; an address that leads nowhere is for us to mend
    assert list(result.json["blocked"]) == ["other"]
    assert result.json["listings"]["seen"] == 2


def test_one_source_changing_its_shape_ends_with_5_and_the_other_is_read(settled: Home, shelf: Gallery) -> None:
    settled.configure(shelf.url, **{"sources.other": {"start": f"{shelf.url}works/g-1.html", "local": True}})
    shelf.break_("/", serve(EMPTY, "text/html"))
    result = settled.nftd("once", "--json")
    assert result.code == 5
    assert list(result.json["blocked"]) == ["g"]
    assert result.json["listings"] == {"seen": 1, "new": 1, "selected": 1, "passed": 0}


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (status(404), "not_found"),
        (serve(EMPTY, "text/html"), "shape_changed"),
        (serve(b"{}", "application/json"), "wrong_content_type"),
        (serve(b"\xff\xfe\x00<<<>>" * 500, "text/html"), "shape_changed"),
    ],
)
def test_one_bad_page_is_one_line_and_the_others_are_read(route: Route, code: str, home: Home, shelf: Gallery) -> None:
    home.configure(shelf.url, limits={"runs_per_cycle": 0})
    shelf.break_("/works/g-1.html", route)
    result = home.nftd("once", "--json")
    assert result.code == 0
    assert result.json["refused"] == {code: 1}
    assert result.json["listings"]["seen"] == 1
    assert [line for line in result.err.splitlines() if line.startswith(f"refused {code}: {shelf.url}")] != []


def test_a_work_that_is_known_and_unchanged_is_not_asked_for_again(settled: Home, shelf: Gallery) -> None:
    shelf.break_("/works/g-1.html", status(404))
    hits = shelf.site.hits["/works/g-1.html"]
    summary = settled.json("once")
    assert (summary["refused"], summary["listings"]["seen"], summary["outcomes"]) == ({}, 2, {"g": "nothing_new"})
    assert shelf.site.hits["/works/g-1.html"] == hits


def test_a_circle_of_pages_is_left(settled: Home, shelf: Gallery) -> None:
    shelf.site.page("/", listing_page(shelf.works, "/"))
    result = settled.nftd("once", "--json")
    assert (result.code, result.json["refused"]) == (0, {"paging_loop": 1})


def test_a_page_that_grows_without_end_is_refused(settled: Home, shelf: Gallery) -> None:
    shelf.break_("/", serve(b"<html>" + b" " * (9 * 2**20), "text/html"))
    result = settled.nftd("once", "--json")
    assert result.code == 1
    assert result.json["blocked"]["g"].startswith("too_large: ")


def test_a_folder_that_breaks_in_the_middle_is_told_and_repaired_later(
    home: Home, shelf: Gallery, first_cycle: tuple[Home, Result]
) -> None:
    home.configure(shelf.url)
    home.ok("status")
    (home.data / "archive").write_text("somebody put a file here")
    result = home.nftd("once", "--json")
    assert result.code == 0
    assert result.json["refused"] == {"unexpected": 2}
    assert result.json["artworks"] == {"waiting": 2}
    (home.data / "archive").unlink()
    home.ok("retry")
    home.ok("once")
    assert state.differences(state.everything(first_cycle[0].data), state.everything(home.data)) == []
