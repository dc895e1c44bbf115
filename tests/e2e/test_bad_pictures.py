"""A picture that cannot be had or used: one clear line, a stored reason, and the cycle goes on with the rest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from nftd.domain import shown
from nftd.store.listings import listing_id
from tests.crash import state
from tests.e2e.gallery import Gallery, bomb, drawing, drip_picture, pieces, serve
from tests.e2e.launcher import Home, Launcher, Result
from tests.nftd.http_server import Route, endless, hang, huge, redirect, status

PAGE = b"<!doctype html><html><body>Please log in</body></html>"
GOOD = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a picture, and what nftd must say of it; `lasting` ones are not tried again."""

    name: str
    route: Route
    code: str
    words: str
    lasting: bool = True


def small(kind: str, size: tuple[int, int]) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


FAULTS = (
    Fault("error 500", status(500), "server_error", "failed (500)", lasting=False),
    Fault("hangs", hang, "timeout", "did not answer in time", lasting=False),
    Fault("drips", drip_picture, "timeout", "did not answer in time", lasting=False),
    Fault("gone", status(404), "not_found", "does not exist (404)"),
    Fault("html as png", serve(PAGE, "image/png"), "wrong_content_type", "HTML under the name image/png"),
    Fault("html", serve(PAGE, "text/html"), "wrong_content_type", "is text/html, wanted image/"),
    Fault("400 megapixels", serve(bomb(), "image/png"), "too_many_pixels", "found 400000000.0, limit 40000000.0"),
    Fault("2 GB announced", huge, "too_large", "announces 2000000000 bytes, the limit is 1000000 bytes"),
    Fault("endless", endless, "too_large", "is longer, the limit is 1000000 bytes"),
    Fault("half a jpeg", serve(drawing(50, kind="JPEG")[:2500], "image/jpeg"), "truncated", "truncated"),
    Fault("to a private address", redirect("http://10.1.2.3/a.png"), "not_public_address", "10.1.2.3"),
    Fault("to a file", redirect("file:///etc/passwd"), "bad_redirect", "only http and https"),
    Fault("in a circle", redirect("/images/15.png"), "bad_redirect", "in a loop"),
    Fault("too small", serve(small("PNG", (100, 100)), "image/png"), "too_small", "found 100.0, limit 128.0"),
    Fault("one color", serve(small("PNG", (200, 200)), "image/png"), "no_edges", "gate blur"),
    Fault("an svg", serve(b"<svg onload='alert(1)'/>", "image/svg+xml"), "svg", "gate decode"),
    Fault("nothing", serve(b"", "image/png"), "empty", "gate decode"),
    Fault("a twin", serve(drawing(1), "image/png"), "near_duplicate", "gate twin"),
)
NUMBERS = {fault.name: GOOD + place for place, fault in enumerate(FAULTS, 1)}
FAULT = {fault.name: fault for fault in FAULTS}


@dataclass(frozen=True, slots=True)
class Wounded:
    """A home after one cycle on a gallery in which only two pictures are good."""

    home: Home
    gallery: Gallery
    result: Result


@pytest.fixture(scope="module")
def wounded(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wounded]:
    with Gallery(pieces(GOOD + len(FAULTS))) as gallery:
        for fault in FAULTS:
            gallery.break_(f"/images/{NUMBERS[fault.name]}.png", fault.route)
        home = Home(tmp_path_factory.mktemp("wounded"), launcher)
        home.configure(gallery.url, http={"max_image_mb": 1.0, "timeout_seconds": 0.5})
        yield Wounded(home, gallery, home.nftd("once", "--json"))


def identifier(number: int) -> str:
    return shown(listing_id("g", f"g-{number}"))


def test_the_cycle_goes_on_with_the_rest_and_ends_well(wounded: Wounded) -> None:
    assert wounded.result.code == 0
    summary = wounded.result.json
    assert summary["listings"]["selected"] == GOOD + len(FAULTS)
    assert summary["sources"] == {"fit": GOOD, "unfit": sum(fault.lasting for fault in FAULTS)}
    assert summary["artworks"]["waiting"] == summary["runs"]["done"] == GOOD
    assert sum(summary["refused"].values()) == len(FAULTS)
    assert summary["refused"]["timeout"] == 2
    assert state.blobs(wounded.home.data) == state.named_blobs(wounded.home.data)


@pytest.mark.parametrize("name", NUMBERS)
def test_each_is_one_clear_line(name: str, wounded: Wounded) -> None:
    number, fault = NUMBERS[name], FAULT[name]
    marks = (f"/images/{number}.png", f" Work {number}: ")
    lines = [line for line in wounded.result.err.splitlines() if any(mark in line for mark in marks)]
    assert len(lines) == 1, wounded.result.err
    assert lines[0].startswith(f"refused {fault.code}: ")
    assert fault.words in lines[0]


@pytest.mark.parametrize("name", NUMBERS)
def test_each_reason_is_stored_and_explained(name: str, wounded: Wounded) -> None:
    number, fault = NUMBERS[name], FAULT[name]
    found = wounded.home.json("explain", identifier(number))
    reasons = [str(step["reason"]) for step in found["steps"]]
    assert any(reason.startswith(fault.code) for reason in reasons), reasons
    assert found["steps"][-1]["outcome"] == ("unfit" if fault.lasting else "will be tried again")


def test_the_reason_is_also_told_in_words(wounded: Wounded) -> None:
    told = wounded.home.ok("explain", identifier(NUMBERS["2 GB announced"])).out
    assert "too_large" in told
    assert "announces 2000000000 bytes, the limit is 1000000 bytes" in told


def test_nothing_is_tried_twice_before_its_time(wounded: Wounded, tmp_path: Path, launcher: Launcher) -> None:
    home = copied(wounded, tmp_path, launcher)
    hits = sum(wounded.gallery.site.hits[f"/images/{number}.png"] for number in NUMBERS.values())
    again = home.json("once")
    assert again["refused"] == {}
    assert again["listings"] == {"seen": GOOD + len(FAULTS), "new": 0, "selected": 0, "passed": 0}
    assert sum(wounded.gallery.site.hits[f"/images/{number}.png"] for number in NUMBERS.values()) == hits


def test_what_was_only_hindered_is_made_later_and_what_was_made_stays(
    wounded: Wounded, tmp_path: Path, launcher: Launcher
) -> None:
    home = copied(wounded, tmp_path, launcher)
    before = {table: state.tables(home.data)[table] for table in ("source", "artwork", "draft", "iterate", "pin")}
    hindered = [fault for fault in FAULTS if not fault.lasting]
    for fault in hindered:
        wounded.gallery.site.page(f"/images/{NUMBERS[fault.name]}.png", drawing(NUMBERS[fault.name]), "image/png")
    try:
        home.ok("retry")
        summary = home.json("once")
    finally:
        for fault in hindered:
            wounded.gallery.break_(f"/images/{NUMBERS[fault.name]}.png", fault.route)
    assert summary["sources"] == {"fit": len(hindered), "unfit": 0}
    assert summary["runs"]["done"] == 3
    after = state.tables(home.data)
    assert {table: [row for row in rows if row not in after[table]] for table, rows in before.items()} == {
        table: [] for table in before
    }


def test_a_host_that_refuses_one_picture_is_asked_for_no_more_of_them(home: Home) -> None:
    with Gallery(pieces(3)) as gallery:
        for number in (1, 2, 3):
            gallery.break_(f"/images/{number}.png", status(403))
        home.configure(gallery.url)
        result = home.nftd("once", "--json")
        assert sum(gallery.site.hits[f"/images/{number}.png"] for number in (1, 2, 3)) == 1
        assert result.json["blocked"]["g"].startswith("blocked: ")
        assert len([line for line in result.err.splitlines() if line.startswith("refused")]) == 1
        for number in (1, 2, 3):
            assert "will be tried again" in home.ok("explain", identifier(number)).out
        gallery.mend()
        home.ok("retry")
        assert home.json("once")["sources"] == {"fit": 3, "unfit": 0}


def copied(wounded: Wounded, tmp_path: Path, launcher: Launcher) -> Home:
    shutil.copytree(wounded.home.folder, tmp_path / "copy")
    return Home(tmp_path / "copy", launcher)
