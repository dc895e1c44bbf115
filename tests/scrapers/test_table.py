"""Tables: the dataset of 2021 with its 15 columns, any other CSV by a mapping, and rows that cannot be read."""

from __future__ import annotations

import os
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.errors import BadRule, BadUrl, Gone, ScraperError, ShapeChanged
from scrapers.listing import Listing, Problem
from scrapers.sites import make_source
from scrapers.sites.table import TableSource
from scrapers.source import Scraped, nothing_known
from tests.scrapers.shelf import Shelf

SEED = Path(__file__).parent / "tables" / "nft-art-2021.csv"
MAPPED = {"columns": {"id": "No", "title": "Work", "price": "Cost"}, "currency": "EUR"}


def pages(path: Path, cursor: str | None = None, **options: object) -> list[Scraped]:
    source = TableSource.from_options("table", {"path": str(path), **options})
    return list(source.pages(Shelf(), cursor, nothing_known))


def read(path: Path, **options: object) -> tuple[list[Listing], list[Problem]]:
    found = [one for page in pages(path, **options) for one in page.found]
    return [one for one in found if isinstance(one, Listing)], [one for one in found if isinstance(one, Problem)]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "works.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_dataset_is_recognized_by_its_header_and_read_row_by_row() -> None:
    works, _ = read(SEED)
    harbor, two, stone = works[:3]
    assert (harbor.market_id, harbor.title, harbor.creator, harbor.series) == (
        "ada_harbors_quiet-harbor",
        "Quiet Harbor",
        "ada",
        "harbors",
    )
    assert (str(harbor.ask), harbor.likes, harbor.supply, harbor.nsfw) == ("12.5 HIVE", 31, 10, False)
    assert (harbor.rights.reason, harbor.royalty_bps) == ("marketplace_code", None)
    assert harbor.media is not None
    assert (harbor.media.url[:9], harbor.media.kind) == ("ipfs://Qm", "photo")
    assert (two.title, str(two.ask), two.year) == ('Two, and "three"', "0.001 HIVE", 2158)
    assert (stone.year, stone.supply, stone.likes, stone.nsfw, stone.media) == (1, 1, None, True, None)
    assert harbor.seen_at == datetime(2021, 3, 31, tzinfo=UTC), "the prices are of the month they were collected in"


def test_films_animations_and_missing_prices_of_the_dataset_are_told_apart() -> None:
    works = {work.title: work for work in read(SEED)[0]}
    kinds = {title: work.media.kind for title, work in works.items() if work.media}
    assert (kinds["Moving"], kinds["Film"], kinds["No price"]) == ("animation", "video", "photo")
    assert works["No price"].ask is None
    assert works["After the quote"].media is None, "what is no CID is no address"
    assert (works["Two lines"].likes, works["Two lines"].nsfw) == (None, None)


def test_bad_rows_are_told_by_line_and_reason_and_the_rest_is_read() -> None:
    works, problems = read(SEED)
    assert len(works) == 8
    assert [(one.url, one.code) for one in problems] == [
        ("nft-art-2021.csv:8", "bad_money"),
        ("nft-art-2021.csv:9", "bad_money"),
        ("nft-art-2021.csv:10", "bad_money"),
        ("nft-art-2021.csv:11", "bad_row"),
        ("nft-art-2021.csv:12", "bad_row"),
        ("nft-art-2021.csv:13", "missing_field"),
        ("nft-art-2021.csv:14", "duplicate_id"),
        ("nft-art-2021.csv:15", "bad_row"),
    ]
    assert problems[3].message == "line 11: 3 cells where the header has 15"
    assert "quote" in problems[-1].message
    assert works[-1].title == "Two lines", "what stands behind the open quote is read"


def test_any_table_is_read_by_a_mapping(tmp_path: Path) -> None:
    text = "No;Work;Cost;Seen\n1;Fern;1.250,50;2024-02-29\n2;Snow;€ 3;2024-02-29T10:00:00+02:00\n3;Ice;4 XTZ;\n"
    columns = {**MAPPED["columns"], "date": "seen"}  # type: ignore[dict-item]
    works, problems = read(written(tmp_path, text), columns=columns, currency="EUR", decimal=",")
    assert [(work.market_id, str(work.ask)) for work in works] == [("1", "1250.5 EUR"), ("2", "3 EUR")]
    assert [work.seen_at.isoformat() for work in works] == ["2024-02-29T00:00:00+00:00", "2024-02-29T08:00:00+00:00"]
    assert [one.code for one in problems] == ["bad_money"], "4 XTZ is no price in EUR"
    assert works[0].url == "table:table#1"


def test_columns_named_like_fields_need_no_mapping(tmp_path: Path) -> None:
    text = "id,Title,PRICE,license,url,usd\na,A,5 USD,CC0-1.0,https://x.example/a,5.01\nb,B,,,javascript:alert(1),nan\n"
    works, _ = read(written(tmp_path, text))
    assert [(work.rights.decision, work.url, str(work.usd)) for work in works] == [
        ("allow", "https://x.example/a", "5.01"),
        ("deny", "table:table#b", "None"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        "id,title\n1,Zoë\n".encode(),
        "\ufeffid,title\r\n1,Zoë\r\n".encode(),
        "id;title\n1;Zoë\n".encode("cp1252"),
        "id\ttitle\n1\tZoë\n".encode("utf-16"),
        "id|title\r1|Zoë\r".encode(),
        "sep=;\nid;title\n1;Zoë\n".encode(),
        "id,title,,\n1,Zoë,,,,\n".encode(),
        '\n"id","title"\n\n1,"Zoë"'.encode(),
    ],
)
def test_encodings_delimiters_and_line_ends_are_found_out(tmp_path: Path, raw: bytes) -> None:
    works, problems = read(written(tmp_path, raw))
    assert [(work.market_id, work.title) for work in works] == [("1", "Zoë")]
    assert not problems


def test_one_line_in_another_encoding_does_not_change_the_others(tmp_path: Path) -> None:
    works, _ = read(written(tmp_path, "id,title\n1,Zoë\n".encode() + "2,Zoë\n".encode("cp1252")))
    assert [work.title for work in works] == ["Zoë", "Zoë"]


def test_many_rows_come_in_pages_and_reading_goes_on_at_the_cursor(tmp_path: Path) -> None:
    path = written(tmp_path, "id,title\n" + "".join(f'{one},"two\nlines"\n' for one in range(450)))
    first, second, last = pages(path)
    assert [len(page.found) for page in (first, second, last)] == [200, 200, 50]
    assert last.cursor is None
    again = pages(path, first.cursor)
    assert [len(page.found) for page in again] == [200, 50]
    assert isinstance(again[0].found[0], Listing)
    assert again[0].found[0].market_id == "200"


@pytest.mark.parametrize("cursor", ["", "x", "5", "-1:2:3", "١:2:3"])
def test_a_cursor_of_another_file_starts_anew(tmp_path: Path, cursor: str) -> None:
    path = written(tmp_path, "id,title\n1,A\n")
    assert len(pages(path, cursor)[0].found) == 1
    old = f"2:{path.stat().st_size}:{path.stat().st_mtime_ns}"
    assert len(pages(path, old)[0].found) == 0
    os.utime(path, ns=(1, 1))
    assert len(pages(path, old)[0].found) == 1


def test_rows_that_are_stored_unchanged_are_not_given_again(tmp_path: Path) -> None:
    path = written(tmp_path, "id,title,price\n1,A,5 USD\n2,B,6 USD\n")
    stored = {one.market_id: one.mark for one in read(path)[0]}
    written(tmp_path, "id,title,price\n1,A,5 USD\n2,B,7 USD\n")
    source = make_source("table", "table", {"path": str(path)})
    found = [one for page in source.pages(Shelf(), None, lambda key, mark: stored[key] == mark) for one in page.found]
    assert [str(one.ask) for one in found if isinstance(one, Listing)] == ["7 USD"]


def test_a_file_that_is_not_there_or_no_table_is_one_typed_error(tmp_path: Path) -> None:
    with pytest.raises(Gone):
        pages(tmp_path / "none.csv")
    with pytest.raises(BadUrl):
        pages(tmp_path)
    for text in ("", "\n\n", ",,\n"):
        with pytest.raises(ShapeChanged, match="header"):
            pages(written(tmp_path, text))
    with pytest.raises(ShapeChanged, match="Cost"):
        pages(written(tmp_path, "No,Work\n1,A\n"), **MAPPED)
    with pytest.raises(ShapeChanged, match="id or title"):
        pages(written(tmp_path, "a,b\n1,2\n"))


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (
            "Number,Name,Cost",
            "works.csv has the columns Number, Name, Cost, and none is named id or title: say which it is, such as"
            " --column id=Number --column title=Name (in a configuration: options.columns)",
        ),
        ("Token ID,Title", "none is named id: say which it is, such as --column 'id=Token ID' (in"),
        ("a,b", "--column id=NAME --column title=NAME (in"),
        (",".join(f"c{number}" for number in range(30)), "c19 and 10 more, and none"),
        ("\u202etitle'; rm,\x1bno", "such as --column id=no --column title=NAME (in"),
    ],
)
def test_columns_that_are_not_recognized_are_told_with_the_file_and_what_to_do(
    tmp_path: Path, header: str, told: str
) -> None:
    with pytest.raises(ShapeChanged) as caught:
        pages(written(tmp_path, f"{header}\n1,2,3\n"))
    assert told in str(caught.value)
    assert str(caught.value).isprintable()
    assert "page" not in str(caught.value)


def test_a_column_that_is_missing_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(ShapeChanged) as caught:
        pages(written(tmp_path, "No,Work\n1,A\n"), **MAPPED)
    assert str(caught.value) == "works.csv has no column 'Cost' (for price): its columns are No, Work"


@pytest.mark.parametrize(
    "options",
    [
        {"path": ""},
        {"path": 5},
        {"columns": {"tittle": "a"}},
        {"columns": {"title": "a"}},
        {"columns": "a"},
        {"encoding": "klingon"},
        {"encoding": "zlib"},
        {"delimiter": ";;"},
        {"decimal": "'"},
        {"collected": "March"},
        {"colums": {}},
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(BadRule) as caught:
        make_source("table", "t", {"path": "x.csv", **options})
    assert str(caught.value.evidence["option"]).partition(".")[0] in options


def test_a_line_without_end_costs_no_memory_and_hides_no_other(tmp_path: Path) -> None:
    path = written(tmp_path, b"id,title\n1,A\n2," + b"x" * 30_000_000 + b"\n3,C\n")
    tracemalloc.start()
    works, problems = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [work.market_id for work in works] == ["1", "3"]
    assert [(one.code, one.url) for one in problems] == [("bad_row", "works.csv:3")]
    assert peak < 10_000_000


def test_a_file_full_of_open_quotes_is_read_to_its_end(tmp_path: Path) -> None:
    path = written(tmp_path, "id,title\n" + '1,"A\n' * 2_000 + "2,B\n")
    works, problems = read(path)
    assert len(problems) + len(works) >= 1_000
    assert works[-1].market_id == "2"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.text("\"',;\t\n\r0123456789.eE-+€$ÄéΞ \0", max_size=200).map(str.encode))
def test_no_bytes_crash_the_reader(tmp_path: Path, raw: bytes) -> None:
    path = written(tmp_path, b"id,title,price,year,likes,date\n1,A,5 USD,1,1,\n" + raw)
    works, problems = read(path, currency="USD")
    assert all(isinstance(one.message, str) and one.message.isprintable() for one in problems)
    assert all(work.ask is None or type(work.ask.base) is int for work in works)
    with suppress(ScraperError):
        read(written(tmp_path, raw))
