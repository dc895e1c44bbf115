"""CSV files: nothing in them is a formula, no name leads elsewhere."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nftd.report.csvfiles import category_file, csv_bytes, currency_files, file_part
from nftd.report.tables import Currency, PriceTable, Spread, YearRow


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8"))))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    told = f"{start}cmd|' /C calc'!A0"
    assert rows_of(category_file({told: 3}))[1] == [f"'{told}".replace("\r", "\n"), "3"]


def test_our_own_negative_numbers_stay_numbers() -> None:
    assert csv_bytes(("a", "b", "c"), [(-1, -0.5, None)]) == b"a,b,c\n-1,-0.5,\n"


def test_a_lone_surrogate_breaks_no_file() -> None:
    assert b"?" in category_file({"a\ud800b": 1})


def test_tables_by_year_have_the_columns_of_the_study_and_a_total() -> None:
    rows = (YearRow(2019, 2, 1.5, 1.5), YearRow(2020, 1, 0.1 + 0.2, 3.0))
    table = PriceTable(2, rows, YearRow(None, 3, None, None), None, 0)
    files = currency_files(Currency("XTZ", Spread(3, 1.0, 2.0, None), (table,)))
    assert files == {
        "table-2-XTZ.csv": b"year,count,mean,median\n2019,2,1.5,1.5\n2020,1,0.3,3\nTotal,3,,\n",
        "table-3-XTZ.csv": b"count,mean,median,standard_deviation\n3,1,2,\n",
    }


@pytest.mark.parametrize("asset", ["ETH", "XTZ", "USDC"])
def test_a_symbol_is_a_file_name_as_it_is(asset: str) -> None:
    assert file_part(asset) == asset


@pytest.mark.parametrize(
    "asset", ["../../x", "a/b", "..", "", "\x00", "eth", "ETH ", "ethereum:0xabc", "ЕТН", "\ud800"]
)
def test_another_name_is_harmless_and_its_own(asset: str) -> None:
    part = file_part(asset)
    assert part.replace("-", "").isalnum()
    assert part.isascii()
    assert part.lower() == part
    assert part != file_part(asset + "x")


@given(st.text(max_size=400))
def test_no_name_of_an_asset_leaves_the_folder(asset: str) -> None:
    part = file_part(asset)
    assert 0 < len(part) <= 40
    assert not set(part) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")
