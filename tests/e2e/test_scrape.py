"""nftd scrape as a person calls it: a look that counts its requests, output that somebody stops reading."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import select

from nftd.store import pages
from nftd.store.columns import metadata
from nftd.store.database import Store
from tests.crash import state
from tests.e2e.gallery import Gallery
from tests.e2e.launcher import ROOT, Home


def spent(home: Home) -> int:
    store = Store(home.data)
    with store.read() as connection:
        number = pages.spent(connection, "g", pages.month_now())
    store.close()
    return number


def content(home: Home) -> dict[str, list[Any]]:
    """All rows but the counts of requests."""
    store = Store(home.data)
    with store.read() as connection:
        found = {name: connection.execute(select(table)).all() for name, table in metadata.tables.items()}
    store.close()
    return {name: rows for name, rows in found.items() if name != "budget"}


def test_a_look_counts_its_requests_where_there_is_a_store_and_stores_nothing_else(
    home: Home, gallery: Gallery
) -> None:
    home.configure(gallery.url)
    home.ok("status")
    before = content(home)
    home.ok("scrape", "g", "--dry-run")
    hits = sum(gallery.site.hits.values())
    assert spent(home) == hits > 3
    assert content(home) == before
    assert not list((home.data / "blobs").glob("*/*/*"))
    home.ok("scrape", "g", "--dry-run")
    assert spent(home) == sum(gallery.site.hits.values())


def test_a_look_obeys_the_budget_of_the_month(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url, **{"sources.g": {"max_requests_per_month": 3}})
    home.ok("status")
    result = home.nftd("scrape", "g", "--dry-run")
    assert (result.code, sum(gallery.site.hits.values()), spent(home)) == (3, 3, 3)
    assert result.err.splitlines()[-1].startswith("nftd: g has made its 3 requests of ")
    assert home.nftd("scrape", "g", "--dry-run").code == 3
    assert home.nftd("scrape", "g").code == 3
    assert sum(gallery.site.hits.values()) == 3, "nothing more is sent, by a look nor in earnest"


def test_a_look_without_a_data_folder_makes_none_and_obeys_its_budget_in_itself(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url, **{"sources.g": {"max_requests_per_month": 3}})
    for hits in (3, 6):
        assert home.nftd("scrape", "g", "--dry-run").code == 3
        assert sum(gallery.site.hits.values()) == hits
    assert not home.data.exists()
    home.data.mkdir()
    assert home.nftd("scrape", "g", "--dry-run").code == 3
    assert list(home.data.iterdir()) == []


def test_a_look_reads_what_the_site_says_is_unchanged_from_the_store(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    home.ok("scrape", "g")
    before = content(home)
    assert len(home.json("scrape", "g", "--dry-run")) == 3
    assert content(home) == before


@pytest.mark.parametrize("argv", [["--dry-run"], [], ["--dry-run", "--json"]])
def test_whoever_stops_reading_ten_thousand_lines_ends_the_command_quietly(argv: list[str], home: Home) -> None:
    path = home.folder / "works.csv"
    path.write_text(
        "id,title,price\n" + "".join(f"w-{one},Work {one},{one + 1} ETH\n" for one in range(10_000)), "utf-8"
    )
    home.config.write_text(
        f'[sources.t]\ntype = "table"\n[sources.t.options]\npath = {json.dumps(str(path))}\n', "utf-8"
    )
    command = [sys.executable, "-c", "from nftd.cli import main; main()", "scrape", "t", *argv]
    env = {**home.env, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=home.folder) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() in (0, 1)
    if not argv:
        stored = len(state.tables(home.data)["listing"])
        assert stored > 0
        assert stored % 200 == 0, "what was stored is whole pages"


def test_prices_of_the_last_work_that_is_wanted_are_stored_with_it() -> None:
    from nftd.cli.sources import _cut
    from scrapers.listing import Listing, Observation, Problem
    from scrapers.money import Money
    from tests.nftd import rooms

    def sale(number: int) -> Observation:
        return Observation("gallery", f"g-{number}", rooms.NOON, "sale", Money.parse("1", "ETH"), None, None)

    trouble = Problem("https://g.example/", "bad_money", "no amount")
    found = [rooms.listing(1), sale(1), rooms.listing(2), sale(2), trouble, sale(1)]
    kept, full = _cut(found, 1)
    assert ([one.market_id for one in kept if isinstance(one, Listing)], full) == (["g-1"], True)
    assert [one.market_id for one in kept if isinstance(one, Observation)] == ["g-1", "g-1"]
    assert trouble in kept
    assert _cut(found, 2) == (found, True)
    assert _cut(found, 3) == _cut(found, None) == (found, False)
