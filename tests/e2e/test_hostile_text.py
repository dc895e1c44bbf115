"""Titles and names from a page are shown as text and are nothing else: no markup, path, command, SQL or screen code."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import sys
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.crash.state import files
from tests.e2e import audit
from tests.e2e.gallery import Gallery, Piece
from tests.e2e.launcher import Home, Launcher, Result

HOSTILE = {
    "markup": "[bold red]rich[/bold red] [link=http://evil.example]x[/link] [/]",
    "screen codes": "\x1b[31mred\x1b[0m\x1b]0;new title\x07\x9b2J\x08\x7f",
    "direction": "\u202egnp.exe\u202c \u2066isolated\u2069 \u200b\u200f\ufeff",
    "lines": "one\nrefused fake: two\r\nnftd: three\x0b\x0c\x85\u2028\u2029four",
    "html": "<img src=x onerror=alert(1)></script><script>alert(2)</script>",
    "long": "endless " * 12_500,
    "sql": "'; DROP TABLE listing;--",
    "shell": "$(reboot) `reboot` | reboot; reboot && reboot",
    "path": "../../../../etc/passwd",
    "absolute path": "/etc/nftd-was-here/x.png",
    "format": "{task.fields[what]} %s %n {0} {{}} \\x1b[31m",
    "json": '"}, {"id": "a-0000000000"}]',
    "astral": "\U0001f600\U000e0041\ud83d tail",
}
MADE = 6  # the first of them become artworks, the others are told about only
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
ALLOWED = {"\n", "\u200d", "\u200c"}


@dataclass(frozen=True, slots=True)
class Attacked:
    """A home that has read the hostile gallery, while all that it did was noted."""

    home: Home
    gallery: Gallery
    result: Result
    before: dict[str, str]
    acts: dict[str, set[str]]


def hostile_works() -> list[Piece]:
    return [
        Piece(number, title=text, creator=text, sku=text[:90], price=f"{100 - number}.5", likes=1000 - number)
        for number, text in enumerate(HOSTILE.values(), 1)
    ]


@pytest.fixture(scope="module")
def attacked(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with Gallery(hostile_works()) as gallery:
        home = Home(tmp_path_factory.mktemp("attacked"), launcher)
        quick = {"limits": {"runs_per_cycle": MADE}, "generator": {"iterations": 1}}
        home.configure(gallery.url, **quick)
        before, log = files(home.folder), home.folder / "output" / "acts"
        result = home.nftd("once", "--json", hook=("tests.e2e.audit", "watch", {"log": str(log)}))
        yield Attacked(home, gallery, result, before, audit.read(log))


def assert_plain(text: str) -> None:
    strange = {letter for letter in text if unicodedata.category(letter) in INVISIBLE} - ALLOWED
    assert strange == set()


def listings(home: Home) -> list[str]:
    """The ids of all listings, in the order of `HOSTILE`."""
    with closing(sqlite3.connect(f"file:{home.data / 'nftd.sqlite'}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM listing ORDER BY ask_shadow DESC")]


def texts(document: Any) -> Iterator[str]:
    """Every key and text in a JSON document."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from texts(value)
    elif isinstance(document, str):
        yield document


def test_every_work_goes_all_the_way(attacked: Attacked) -> None:
    assert attacked.result.code == 0
    summary = attacked.result.json
    assert summary["listings"]["new"] == summary["sources"]["fit"] == len(HOSTILE)
    assert summary["artworks"]["waiting"] == MADE
    assert summary["refused"] == {}
    assert_plain(attacked.result.err)


def test_nothing_is_written_outside_of_the_data_folder(attacked: Attacked) -> None:
    data = str(attacked.home.data)
    assert {path for path in attacked.acts["write"] if not path.startswith(data) and path != "/dev/null"} == set()
    assert any(path.startswith(f"{data}/archive/") for path in attacked.acts["write"])
    after = files(attacked.home.folder)
    changed = {name for name in after.keys() | attacked.before.keys() if after.get(name) != attacked.before.get(name)}
    assert {name for name in changed if name.partition("/")[0] not in ("data", "output")} == set()


def test_no_file_has_a_name_from_a_page(attacked: Attacked) -> None:
    allowed = {"blobs", "states", "archive"}
    for name in files(attacked.home.data):
        parts = name.split("/")
        assert parts[0] in allowed
        assert all(part.isalnum() for part in parts[1:-1])
        assert parts[-1].removesuffix(".car").isalnum()


def test_nothing_is_started_but_decoder_and_worker_and_nobody_but_the_gallery_is_called(attacked: Attacked) -> None:
    worker, started = sorted(attacked.acts["program"])
    assert worker == "os.fork ()"  # in tests; else it is `generator.worker_process.start_process`
    assert started.startswith(f"subprocess.Popen ({sys.executable!r}, [{sys.executable!r}, '-I', '-c', ")
    assert "from generator.child import main" in started
    assert attacked.acts["call"] == {str(("127.0.0.1", attacked.gallery.site.port))}


def test_the_queue_shows_each_in_one_line_and_nothing_invisible(attacked: Attacked) -> None:
    told = attacked.home.ok("queue", "list").out
    assert_plain(told)
    lines = told.splitlines()
    assert len(lines) == MADE
    assert all(line.startswith("a-") for line in lines)
    for name in ("html", "markup"):
        assert any(HOSTILE[name] in line for line in lines), name
    assert max(map(len, lines)) < 500


def test_the_queue_in_json_is_one_document_with_the_titles_as_text(attacked: Attacked) -> None:
    found = attacked.home.json("queue", "list")
    titles = {entry["title"] for entry in found}
    assert {HOSTILE["html"], HOSTILE["markup"]} <= titles
    for title in titles:
        assert_plain(title)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_listing_is_explained_without_anything_invisible(name: str, attacked: Attacked) -> None:
    told = attacked.home.ok("explain", listings(attacked.home)[list(HOSTILE).index(name)]).out
    assert_plain(told)
    assert not any(line.startswith(("refused fake", "nftd: three")) for line in told.splitlines())
    assert "title: " in told


def test_an_artwork_is_shown_without_anything_invisible(attacked: Attacked) -> None:
    for entry in attacked.home.json("queue", "list"):
        told = attacked.home.ok("queue", "show", entry["id"]).out
        assert_plain(told)
        assert not any(line.startswith(("refused fake", "nftd: three")) for line in told.splitlines())
        detail = attacked.home.json("queue", "show", entry["id"])
        for text in texts([detail, json.loads(detail["draft"]["metadata"])]):
            assert_plain(text.replace("\n", " "))
        assert len(detail["title"]) <= 300


def test_scrape_tells_them_as_plainly(attacked: Attacked) -> None:
    told = attacked.home.ok("scrape", "g", "--dry-run").out
    assert_plain(told)
    assert len(told.splitlines()) == len(HOSTILE) + 1
    for name in ("sql", "shell", "path", "absolute path", "format", "json"):
        assert HOSTILE[name] in told
    assert len(attacked.home.json("scrape", "g", "--dry-run")) == len(HOSTILE)


def test_the_tables_are_all_there(attacked: Attacked) -> None:
    assert attacked.home.json("status")["listing"] == {"selected": len(HOSTILE)}


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE listing;--", "../../etc/passwd", "a-%", "a-'", "$(reboot)", "a-\x1b[31m"]
)
def test_an_id_is_no_place_for_tricks_either(text: str, attacked: Attacked) -> None:
    for command in (("explain",), ("queue", "approve")):
        result = attacked.home.nftd(*command, text)
        assert result.code == 2
        assert "is no id that fits here" in result.complaint
        assert_plain(result.err)


@contextmanager
def terminal() -> Iterator[tuple[str, list[bytes]]]:
    """A terminal by its name, and what appears on it."""
    master, slave = pty.openpty()
    seen: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(master, seen))
    reader.start()
    try:
        yield os.ttyname(slave), seen
    finally:
        os.close(slave)  # the last one that has it open: the reader meets the end
        reader.join()
        os.close(master)


def _read_all(master: int, seen: list[bytes]) -> None:
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # Linux says EIO when nobody has the other end
            return
        if not data:
            return
        seen.append(data)


def test_on_a_terminal_no_title_moves_the_cursor_or_colors_the_screen(home: Home) -> None:
    works = [work for work in hostile_works() if work.number in (1, 2, 3, 11)]
    broken = [Piece(work.number, title=work.title, image="/images/none.png") for work in works]
    with Gallery(broken) as gallery, terminal() as (name, seen):
        home.configure(gallery.url)
        child = home.start("once", terminal=name, env={**home.env, "TERM": "xterm-256color", "COLUMNS": "200"})
        assert child.wait().code == 0
    screen = b"".join(seen).decode()
    for code in ("\x1b[31mred", "\x1b]0;", "\x9b", "\u202e", "\u2066"):
        assert code not in screen
    assert "[bold red]rich[/bold red]" in screen
    assert "refused not_found" in screen.replace("\x1b[0m", "").replace("\x1b[33m", "").replace("\x1b[1m", "")
