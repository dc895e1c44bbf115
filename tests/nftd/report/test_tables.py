"""Tables 2 to 6, computed by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nftd.report.tables import YearRow, category_counts, currency_tables, price_table, spread
from nftd.report.years import Window, left_out, window_of

WINDOW = Window(2017, 2021)
# 1 to 20 and 1000; odd prices are of 2019, even ones of 2020, and the last one of 2019 too.
PRICES = [*range(1, 21), 1000]
YEARS = [2019 if price % 2 or price == 1000 else 2020 for price in PRICES]


def listings(prices: list[float], years: list[float | None], assets: list[str] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"price": pd.Series(prices, dtype=float), "year": pd.Series(years, dtype=float)})
    return frame.assign(asset=assets or ["ETH"] * len(prices))


def told(number: int, frame: pd.DataFrame) -> list[tuple[int | None, int, float | None, float | None]]:
    table = price_table(frame, WINDOW, number)
    return [(row.year, row.count, row.mean, row.median) for row in (*table.rows, table.total)]


def test_table_2_counts_all_prices_of_the_window() -> None:
    # 2019: 1, 3, .. 19 (sum 100) and 1000; 2020: 2, 4, .. 20 (sum 110)
    assert told(2, listings(PRICES, YEARS)) == [
        (2019, 11, 100.0, 11.0),
        (2020, 10, 11.0, 11.0),
        (None, 21, pytest.approx(1210 / 21), 11.0),
    ]


def test_table_4_keeps_what_lies_strictly_between_the_first_and_last_percentile() -> None:
    table = price_table(listings(PRICES, YEARS), WINDOW, 4)
    # Of 21 prices the percentiles lie at 0.2 and 19.8: between 1 and 2, between 20 and 1000.
    assert table.limits == (pytest.approx(1.2), pytest.approx(804.0))
    assert table.dropped == 2
    assert told(4, listings(PRICES, YEARS)) == [
        (2019, 9, 11.0, 11.0),
        (2020, 10, 11.0, 11.0),
        (None, 19, 11.0, 11.0),
    ]


def test_table_5_drops_the_prices_on_the_limits_too() -> None:
    table = price_table(listings(PRICES, YEARS), WINDOW, 5)
    assert table.limits == (2.0, 20.0)
    assert table.dropped == 4
    assert table.rows == (YearRow(2019, 9, 11.0, 11.0), YearRow(2020, 8, 11.0, 11.0))
    assert table.total == YearRow(None, 17, 11.0, 11.0)


def test_years_outside_of_the_window_count_in_table_3_only() -> None:
    frame = listings([2, 4, 6, 8], [2019, 1, 2158, None])
    found = currency_tables(frame, WINDOW)
    assert found.tables[0].total == YearRow(None, 1, 2.0, 2.0)
    assert (found.spread.count, found.spread.mean, found.spread.median) == (4, 5.0, 5.0)
    # squares of -3, -1, 1, 3 are 20, by 3
    assert found.spread.deviation == pytest.approx(math.sqrt(20 / 3))


def test_a_currency_is_trimmed_by_its_own_limits() -> None:
    frame = listings([*PRICES, 5e6, 6e6], [*YEARS, 2021, 2021], [*["ETH"] * 21, "XTZ", "XTZ"])
    assert currency_tables(frame, WINDOW, "ETH").tables[2].limits == (2.0, 20.0)
    assert currency_tables(frame, WINDOW, "XTZ").tables[0].rows == (YearRow(2021, 2, 5.5e6, 5.5e6),)
    # pooled: 23 prices, 5 % lies at 1.1 and 20.9 of 0..22
    low, high = currency_tables(frame, WINDOW).tables[2].limits or (0, 0)
    assert (low, high) == (pytest.approx(2.1), pytest.approx(1000 + 0.9 * (5e6 - 1000)))


@pytest.mark.parametrize("prices", [[], [7.0], [7.0] * 30])
def test_where_both_limits_are_one_price_nothing_is_trimmed(prices: list[float]) -> None:
    table = price_table(listings(prices, [2019] * len(prices)), WINDOW, 5)
    assert (table.limits, table.dropped, table.total.count) == (None, 0, len(prices))
    assert table.total.mean == (7.0 if prices else None)


def test_two_prices_are_both_on_their_own_side_of_the_limits() -> None:
    table = price_table(listings([1, 2], [2019, 2019]), WINDOW, 4)
    assert table.limits == (pytest.approx(1.01), pytest.approx(1.99))
    assert table.total == YearRow(None, 0, None, None)


def test_one_row_has_no_deviation_and_no_row_nothing() -> None:
    assert spread(pd.Series([3.0])).deviation is None
    assert spread(pd.Series([], dtype=float)).mean is None


def test_the_window_ends_with_the_year_of_the_report() -> None:
    assert window_of(2017, 2100, 2026) == Window(2017, 2026)
    assert window_of(2017, 2021, 2026) == Window(2017, 2021)


def test_every_year_that_is_left_out_has_a_reason_and_is_told_as_given() -> None:
    found = left_out(pd.Series([1, 2158, 2158, 2015, 2019, None], dtype=float), WINDOW)
    assert [(one.rows, one.examples) for one in found] == [(1, ()), (1, (1,)), (1, (2015,)), (2, (2158,))]
    assert found[1].reason.startswith("before 2012")


def test_table_6_has_every_configured_category_and_those_of_before() -> None:
    assert category_counts({"people": 3, "cars": 1}, ["animals", "people"]) == {"animals": 0, "people": 3, "cars": 1}


@given(
    st.lists(st.tuples(st.floats(1e-3, 1e6), st.integers(2015, 2023)), max_size=40),
    st.randoms(use_true_random=False),
    st.sampled_from([2.0**-10, 1.0, 2.0**20]),
)
def test_tables_do_not_depend_on_the_order_of_rows_and_scale_with_a_currency(
    rows: list[tuple[float, int]], dice: object, scale: float
) -> None:
    shuffled = sorted(rows, key=lambda _: dice.random())  # type: ignore[attr-defined]
    for number in (2, 4, 5):
        one = price_table(listings([price for price, _ in rows], [year for _, year in rows]), WINDOW, number)
        other = price_table(
            listings([price * scale for price, _ in shuffled], [year for _, year in shuffled]), WINDOW, number
        )
        assert [row.count for row in one.rows] == [row.count for row in other.rows]
        if one.total.mean is not None:
            assert other.total.mean == pytest.approx(one.total.mean * scale)
            assert other.total.median == pytest.approx((one.total.median or 0) * scale)
