"""nftd import and nftd scrape --replay, as a person calls them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.cid import UNIXFS_V0_2015, cid_of_bytes
from tests.crash import state
from tests.e2e.gallery import Gallery, drawing, pieces
from tests.e2e.launcher import Home
from tests.nftd.http_server import Site, status

# The columns of the dataset "NFT art collection 2021"; every row is ours.
HEADER = "title,name,creator,art_series,price,symbol,type,likes,nsfw,tokens,year,rights,royalty,cid,path"
GOOD = (
    "Dawn,dawn-1,painter,Days,12.5,SWAP.HIVE,PHOTO,7,False,1,2021,1,0,QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn,",
    "Dusk,dusk-2,painter,Days,3,SWAP.HIVE,PHOTO,2,False,10,2158,3,0,QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn,",
)


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    with Gallery(pieces(2)) as running:
        yield running


@pytest.fixture
def table(home: Home) -> Path:
    home.configure("http://127.0.0.1:9/")
    path = home.folder / "seed.csv"
    path.write_text("\n".join([HEADER, GOOD[0], "only,three,cells", GOOD[1]]) + "\n", "utf-8")
    return path


def listings(home: Home) -> list[dict]:
    return [dict(row) for row in state.tables(home.data)["listing"]]


def test_good_rows_are_imported_and_a_bad_one_is_told_with_its_line_and_reason(home: Home, table: Path) -> None:
    result = home.nftd("import", str(table))
    assert result.code == 0
    assert "2 listings, 2 new, 1 refused" in result.out
    (told,) = [line for line in result.err.splitlines() if line.startswith("refused ")]
    assert "seed.csv:3" in told
    assert "3 cells where the header has 15" in told
    found = listings(home)
    assert {(row["feed"], row["market"]) for row in found} == {("import", "seed")}
    assert sorted(row["year"] for row in found) == [2021, 2158]


def test_importing_again_changes_nothing(home: Home, table: Path) -> None:
    home.ok("import", str(table))
    before = state.everything(home.data)
    home.ok("import", str(table))
    assert state.differences(before, state.everything(home.data)) == []


def test_a_dry_import_prints_and_stores_nothing(home: Home, table: Path) -> None:
    result = home.ok("import", str(table), "--dry-run", "--json")
    assert [one["title"] for one in json.loads(result.out)] == ["Dawn", "Dusk"]
    assert not (home.data / "nftd.sqlite").exists()


def test_another_table_is_imported_by_naming_its_columns(home: Home) -> None:
    home.configure("http://127.0.0.1:9/")
    path = home.folder / "mine.csv"
    path.write_text("Number,Name,Cost\n1,One,5\n", "utf-8")
    named = ["--column", "id=Number", "--column", "title=Name", "--column", "price=Cost", "--currency", "ETH"]
    home.ok("import", str(path), "--market", "mine", *named)
    (row,) = listings(home)
    assert (row["market"], row["market_id"], row["ask_base"]) == ("mine", "1", str(5 * 10**18))


@pytest.mark.parametrize(
    ("content", "argv", "code"),
    [
        (None, [], 1),
        ("", [], 5),
        ("colour,size\nred,5\n", [], 5),
        (HEADER + "\n", [], 4),
        (HEADER + "\nonly,three,cells\n", [], 1),
        (HEADER + "\n", ["--column", "title"], 2),
        (HEADER + "\n", ["--column", "tittle=name"], 2),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_line(
    content: str | None, argv: list[str], code: int, home: Home
) -> None:
    home.configure("http://127.0.0.1:9/")
    path = home.folder / "odd.csv"
    if content is not None:
        path.write_text(content, "utf-8")
    result = home.nftd("import", str(path), *argv)
    assert result.code == code, result.err
    assert "Traceback" not in result.err


def test_a_replay_reads_what_was_stored_while_the_gallery_is_away(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url)
    assert home.nftd("scrape", "g", "--replay").code == 2
    home.ok("scrape", "g")
    assert home.nftd("scrape", "g").code == 4, "nothing is new"
    gallery.break_("/", status(500))
    hits = sum(gallery.site.hits.values())
    before = state.tables(home.data)
    result = home.nftd("scrape", "g", "--replay", "--json")
    assert (result.code, [one["market_id"] for one in json.loads(result.out)]) == (4, ["g-1", "g-2"])
    assert sum(gallery.site.hits.values()) == hits
    assert state.tables(home.data)["observation"] == before["observation"]


def test_status_tells_how_each_source_went(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url, limits={"runs_per_cycle": 0})
    home.ok("once")
    told = home.json("status")["feeds"]["g"]
    assert (told["outcome"], told["seen"], told["new"]) == ("read", 2, 2)
    assert told["requests"] >= 3
    gallery.break_("/", status(404))
    home.nftd("once")
    assert home.json("status")["feeds"]["g"]["outcome"] == "failed"
    assert "source       g: failed" in home.ok("status").out


def test_a_budget_that_is_spent_blocks_its_source_and_nothing_is_sent(home: Home, gallery: Gallery) -> None:
    home.configure(gallery.url, **{"sources.g": {"max_requests_per_month": 1}}, limits={"runs_per_cycle": 0})
    result = home.nftd("once", "--json")
    assert result.code == 3
    assert result.json["blocked"]["g"].startswith("budget_spent: ")
    assert sum(gallery.site.hits.values()) == 1
    assert home.nftd("once", "--json").json["outcomes"] == {"g": "blocked"}
    assert sum(gallery.site.hits.values()) == 1


def test_pictures_of_an_imported_table_come_through_a_gateway_without_any_source_of_that_name(home: Home) -> None:
    picture = drawing(1)
    cid = cid_of_bytes(picture, UNIXFS_V0_2015)
    path = home.folder / "seed.csv"
    row = f"Dawn,dawn-1,painter,Days,12.5,SWAP.HIVE,PHOTO,7,False,1,2021,1,0,{cid},"
    path.write_text(f"{HEADER}\n{row}\n", "utf-8")
    with Site() as gateway:
        gateway.page(f"/ipfs/{cid}", picture, "image/png")
        manners = {"ipfs_gateways": [gateway.url], "interval_seconds": 0.0}
        home.configure("http://127.0.0.1:9/", http=manners, **{"sources.g": {"enabled": False}})
        home.ok("import", str(path))
        summary = home.json("once")
    assert summary["listings"]["selected"] == 1, summary
    assert [reason.partition("_")[0] for reason in summary["refused"]] == ["rights"], summary
    (source,) = [dict(found) for found in state.tables(home.data)["source"]]
    assert (source["state"], source["image"]) == ("unfit", hashlib.sha256(picture).hexdigest())
