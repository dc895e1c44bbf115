"""The whole report: nothing stored, one row, the study's own table, hostile words."""

from __future__ import annotations

import csv
import itertools
import json
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from nftd.cli.app import app
from nftd.config import Settings
from nftd.report.samples import samples
from nftd.report.write import write_report
from tests.nftd.report import market

FIGURES = ("2", "3", "4", "5", "5-categories", "6", "6-currencies", "7", "8", "9", "10")
# The columns of the dataset "NFT art collection 2021"; every row is ours.
HEADER = "title,name,creator,art_series,price,symbol,type,likes,nsfw,tokens,year,rights,royalty,cid,path"
CID = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"


def nftd(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(folder / "data"), *arguments])


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(path.open(encoding="utf-8")))


class Page(HTMLParser):
    """What a page is made of: its elements, and the text outside of scripts and styles."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._hidden = False
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._hidden = False

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def table_of_the_study(path: Path) -> None:
    """1 to 20 and 1000 HIVE by year, two works in HBD, and years that nobody can have meant."""
    rows = [(price, "SWAP.HIVE", 2019 if price % 2 or price == 1000 else 2020) for price in [*range(1, 21), 1000]]
    rows += [(5, "HBD", 2021), (7, "HBD", 2021), (4, "HIVE", 1), (6, "HIVE", 2158)]
    lines = [
        f"Work {place},work-{place},painter,Days,{price},{symbol},PHOTO,{place},False,1,{year},1,0,{CID},"
        for place, (price, symbol, year) in enumerate(rows)
    ]
    path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")


def test_the_studys_own_table_gives_the_studys_tables(tmp_path: Path) -> None:
    table_of_the_study(tmp_path / "seed.csv")
    assert nftd(tmp_path, "import", str(tmp_path / "seed.csv")).exit_code == 0
    out = tmp_path / "out"
    done = nftd(tmp_path, "report", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["listings"], told["currencies"], told["page"]) == (25, 2, str(out / "index.html"))
    assert sorted(told["files"]) == sorted(path.name for path in out.iterdir())

    assert rows_of(out / "table-2-HIVE.csv") == [
        ["year", "count", "mean", "median"],
        ["2019", "11", "100", "11"],
        ["2020", "10", "11", "11"],
        ["Total", "21", "57.619047619", "11"],
    ]
    assert rows_of(out / "table-5-HIVE.csv")[1:] == [
        ["2019", "9", "11", "11"],
        ["2020", "8", "11", "11"],
        ["Total", "17", "11", "11"],
    ]
    assert rows_of(out / "table-4-HIVE.csv")[-1] == ["Total", "19", "11", "11"]
    # as the study did it: the two in HBD among them, 1222 coins by 23
    assert rows_of(out / "table-2.csv")[-2:] == [["2021", "2", "6", "6"], ["Total", "23", "53.1304347826", "10"]]
    # all rows, whatever their year: 4 and 6 more
    assert rows_of(out / "table-3.csv")[1][:3] == ["25", "49.28", "9"]
    assert rows_of(out / "table-3-HBD.csv")[1] == ["2", "6", "6", "1.41421356237"]
    assert rows_of(out / "table-6.csv")[0] == ["category", "count"]
    filled = {row[0]: row[3:5] for row in rows_of(out / "table-1.csv")}
    assert filled["likes"] == ["25", "25"]
    assert filled["royalty"] == ["0", "25"]

    words = " ".join(" ".join(Page(out / "index.html").words).split())
    assert "before 2012: hardly meant 1 1" in words
    assert "after 2026: behind the window, or not come yet 1 2158" in words
    assert "A dated rate in US dollars is known for 0 of them: none is made up." in words
    for name in FIGURES:
        assert Image.open(out / f"figure-{name}.png").size[0] > 500
        assert (out / f"figure-{name}.svg").read_bytes().startswith(b"<?xml")

    again = nftd(tmp_path, "report", "--out", str(out))
    assert again.exit_code == 0
    assert "nothing that stands out" in again.stdout


def test_an_empty_store_has_a_report_that_says_so(tmp_path: Path) -> None:
    done = nftd(tmp_path, "report", "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert "report on 0 listings in 0 currencies" in done.stdout
    assert rows_of(tmp_path / "out" / "table-2.csv") == [["year", "count", "mean", "median"], ["Total", "0", "", ""]]
    words = " ".join(Page(tmp_path / "out" / "index.html").words)
    assert "The store is empty" in words
    assert "nan" not in words.lower().split()


def test_one_listing_is_a_market(tmp_path: Path) -> None:
    store = market.new_store(tmp_path)
    market.add_picture(store, market.work(1, "2.5", likes=0), rights=True)
    with store.write() as connection:
        market.add(connection, [], [market.sale(1, "2")])
    written = write_report(store, Settings(), tmp_path / "out", market.NOW)
    store.close()
    assert (written.listings, written.currencies, written.drift) == (1, 1, ())
    for number in (2, 4, 5):
        assert rows_of(tmp_path / "out" / f"table-{number}-ETH.csv")[1:] == [
            ["2020", "1", "2.5", "2.5"],
            ["Total", "1", "2.5", "2.5"],
        ]
    assert rows_of(tmp_path / "out" / "table-3-ETH.csv")[1] == ["1", "2.5", "2.5", ""]


@pytest.mark.parametrize("name", ["file", "full"])
def test_a_folder_that_cannot_take_a_report_ends_with_a_reason_and_code_2(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    done = nftd(tmp_path, "report", "--out", str(tmp_path / name))
    assert type(done.exception).__name__ == "UsageError"
    assert str(tmp_path / name) in str(done.exception)


def test_help_says_what_it_makes(tmp_path: Path) -> None:
    told = nftd(tmp_path, "report", "--help").stdout
    assert "index.html" in told
    assert "table-1.csv" in told
    assert not (tmp_path / "data").exists()


def test_foreign_words_stay_words(hostile: Path) -> None:
    page = Page(hostile / "index.html")
    words = "".join(page.words)
    assert "<img src=x onerror=alert(1)>" in words
    assert "<script>alert(2)</script>" in words
    assert "<b>coin</b>" in words
    assert "a $formula$ of" in words
    assert not page.named("b") or all(not attributes for attributes in page.named("b"))
    assert len(page.named("script")) == 1
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert "\u202e" not in words
    assert "x" * 200 not in words
    assert all(
        link["href"] in {path.name for path in hostile.iterdir()} or link["href"][0] == "#" for link in page.named("a")
    )  # type: ignore[index]


def test_nothing_on_the_page_comes_from_elsewhere(hostile: Path) -> None:
    page = Page(hostile / "index.html")
    assert all(
        (image["src"] or "").startswith(("data:image/svg+xml;base64,", "data:image/jpeg;base64,"))
        for image in page.named("img")
    )
    assert [link["href"] for link in page.named("link")] == ["data:,"]
    (policy,) = (one["content"] or "" for one in page.named("meta") if one.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    for path in hostile.glob("*.svg"):
        addresses = set(re.findall(r'(?:href|src)="([^"#][^"]{0,30})', path.read_text("utf-8")))
        assert all(address.startswith("data:image/png;base64,") for address in addresses), path


def test_names_of_currencies_are_no_paths_and_no_formulas(hostile: Path) -> None:
    names = sorted(path.name for path in hostile.glob("table-2*.csv"))
    assert len(names) == 2 + len(market.HOSTILE_ASSETS)
    assert all(re.fullmatch(r"table-2(-[A-Za-z0-9-]{1,40})?\.csv", name) for name in names)
    cells = [cell for path in hostile.glob("*.csv") for row in rows_of(path) for cell in row]
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_every_picture_and_plot_says_what_it_shows(hostile: Path) -> None:
    images = Page(hostile / "index.html").named("img")
    assert all(image.get("alt") is not None for image in images)
    assert sum(bool(image["alt"]) for image in images) == len(FIGURES) - 1  # thumbnails have their titles below
    levels = [int(name[1]) for name, _ in Page(hostile / "index.html").elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_what_opted_out_or_is_not_safe_for_work_is_not_shown(tmp_path: Path) -> None:
    store = market.new_store(tmp_path)
    market.add_picture(store, market.work(1, "1", title="shown"), rights=True)
    market.add_picture(store, market.work(2, "1", title="flagged", nsfw=True), rights=True)
    market.add_picture(store, market.work(3, "1", title="left alone", creator="Somebody"), rights=True)
    market.add_picture(store, market.work(4, "1", title="refused"), nsfw=False)
    settings = Settings.model_validate({"optout": {"creators": ["somebody"]}})
    with store.read() as connection:
        found, total = samples(connection, store, settings)
    store.close()
    assert ([one.title for one in found], total) == (["shown"], 2)


def test_a_picture_that_was_refused_before_it_was_decoded_is_shown_by_the_same_safe_way(tmp_path: Path) -> None:
    store = market.new_store(tmp_path)
    for number, data in enumerate((market.square("red", 200), b"no picture", market.square("blue", 200)[:90])):
        market.add_picture(store, market.work(number, "1"), image=data, work=False, rights=False)
    with store.read() as connection:
        found, total = samples(connection, store, Settings())
    store.close()
    assert ([one.title for one in found], total) == (["Work 0"], 3)
    assert Image.open(BytesIO(found[0].jpeg)).size == (176, 176)


def test_the_same_store_gives_the_same_bytes(hostile: Path, tmp_path: Path) -> None:
    store = market.new_store(tmp_path)
    market.fill_hostile(store)
    write_report(store, Settings(), tmp_path / "out", market.NOW)
    store.close()
    different = [
        path.name for path in hostile.iterdir() if path.read_bytes() != (tmp_path / "out" / path.name).read_bytes()
    ]
    assert different == []


def test_a_number_of_facts_is_kept_for_the_next_report(hostile: Path) -> None:
    told: dict[str, Any] = json.loads((hostile / "summary.json").read_bytes())
    assert told["made_by"] == "nftd report"
    assert told["listings"] == len(market.HOSTILE_TITLES) + len(market.HOSTILE_ASSETS)
    assert set(market.HOSTILE_ASSETS) < set(told["currencies"])
