"""Figures 2 to 6 of the study: samples, years, kinds and categories, prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from nftd.report.drawing import (
    INK,
    MUTED,
    PALETTE,
    PAPER,
    WIDTH,
    Drawn,
    draw,
    label,
    legend_above,
    plain,
    plainly,
    seaborn,
)
from nftd.report.evidence import SHOWN
from nftd.report.markup import counted, number
from nftd.report.samples import Sample
from nftd.report.tables import by_size
from nftd.report.years import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OTHERS: Final = "others"
_WEDGES: Final = 6
_NAMED: Final = 8
_BINS: Final = (10, 40)
_SMOOTHING: Final = 0.6  # years
_COLUMNS: Final = 4


def sample_figure(found: Sequence[Sample], total: int) -> Drawn:
    """Figure 2: thumbnails with their titles."""
    rows = -(-len(found) // _COLUMNS)

    def paint(figure: Figure) -> None:
        from PIL import Image

        axes = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
        for axis in axes:
            axis.axis("off")
        for axis, sample in zip(axes, found, strict=False):
            with Image.open(BytesIO(sample.jpeg), formats=("JPEG",)) as picture:
                axis.imshow(np.asarray(picture))
            axis.set_title(label(sample.title, 17), fontsize=7, loc="center")

    words = f"{counted(len(found), 'picture')} drawn from the {total:,} that were fetched and may be shown"
    alt = f"{counted(len(found), 'sample')}: " + "; ".join(label(sample.title, 40) for sample in found)
    return draw("2", "Samples with their titles", alt, [words], paint if found else None, (WIDTH, 1.4 * rows + 0.1))


def _by_year(years: pd.Series[float], window: Window) -> pd.DataFrame:
    drawn = years[window.is_drawn(years)].astype(int).value_counts().sort_index()
    frame = pd.DataFrame({"year": drawn.index.to_numpy(int), "rows": drawn.to_numpy(int)})
    frame["place"] = np.where(frame["year"] >= window.first, "in the window", "before it")
    return frame


def density_figure(years: pd.Series[float], window: Window) -> Drawn:
    """Figure 3: density of the year of creation."""
    frame = _by_year(years, window)
    rows = int(frame["rows"].sum())

    def paint(figure: Figure) -> None:
        axis = figure.subplots()
        if len(frame) > 1:
            mean = np.average(frame["year"], weights=frame["rows"])
            spread = float(np.sqrt(np.average((frame["year"] - mean) ** 2, weights=frame["rows"])))
            seaborn().kdeplot(
                frame, x="year", weights="rows", ax=axis, bw_method=_SMOOTHING / spread, fill=True, color=PALETTE[0]
            )
        else:
            seaborn().histplot(
                frame, x="year", weights="rows", discrete=True, stat="density", ax=axis, color=PALETTE[0], alpha=0.5
            )
        axis.set(xlabel="year of creation", ylabel="density")
        _whole_years(axis)

    words = [_years_told(rows, len(years)), f"The curve is smoothed over about {_SMOOTHING} years."]
    alt = f"Density of the year of creation. {_peak(frame)}"
    return draw("3", "Density of the year of creation", alt, words, paint if rows else None)


def year_figure(years: pd.Series[float], window: Window) -> Drawn:
    """Figure 4: listings by year of creation."""
    frame = _by_year(years, window)
    rows = int(frame["rows"].sum())

    def paint(figure: Figure) -> None:
        axis = figure.subplots()
        colors = {"in the window": PALETTE[0], "before it": MUTED}
        names = [name for name in colors if name in set(frame["place"])]
        more: dict[str, Any] = {"hue": "place", "hue_order": names, "palette": colors, "legend": len(names) > 1}
        seaborn().histplot(
            frame, x="year", weights="rows", discrete=True, shrink=0.8, multiple="stack", alpha=1, ax=axis, **more
        )
        legend_above(axis)
        axis.set(xlabel="year of creation", ylabel="listings")
        _whole_years(axis)

    alt = "Listings by year of creation: " + ", ".join(f"{year} {count:,}" for year, count, _ in frame.to_numpy())
    words = [_years_told(rows, len(years)), _peak(frame)] if rows else [_years_told(rows, len(years))]
    return draw("4", "Listings by year of creation", alt, words, paint if rows else None)


def _whole_years(axis: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axis.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=axis.get_ylabel() == "listings"))
    plainly(axis.yaxis)


def _years_told(rows: int, of: int) -> str:
    return f"It rests on {counted(rows, 'listing')} of {of:,}: those with a plausible year."


def _peak(frame: pd.DataFrame) -> str:
    if frame.empty:
        return ""
    top = frame.iloc[int(frame["rows"].to_numpy().argmax())]
    return f"Most are of {top['year']}: {counted(int(top['rows']), 'listing')}."


def pie_figure(name: str, title: str, counts: Mapping[str, int], words: Sequence[str], *, fixed: bool = False) -> Drawn:
    """Figure 5: a pie; what is beyond the largest is one wedge, except where the names are `fixed` and few."""
    wedges = dict(counts) if fixed and len(counts) <= _NAMED else _largest(counts)
    told = {label(key, 16): value for key, value in wedges.items()}
    total = sum(told.values())

    def paint(figure: Figure) -> None:
        axis, beside = figure.subplots(1, 2, width_ratios=(1, 1.15))
        beside.axis("off")
        colors = [MUTED if key == OTHERS else PALETTE[place % len(PALETTE)] for place, key in enumerate(told)]
        shapes = axis.pie([*told.values()], colors=colors, startangle=90, counterclock=False, wedgeprops=_EDGE)[0]
        names = [f"{key} {value:,} ({value / total:.1%})" for key, value in told.items()]
        beside.legend(shapes, names, loc="center left", handlelength=1)

    alt = f"{title}: " + ", ".join(f"{key} {value:,}" for key, value in told.items())
    return draw(name, title, alt, words, paint if total else None, (WIDTH, 2.2))


_EDGE: Final = {"edgecolor": PAPER, "linewidth": 1.5}


def _largest(counts: Mapping[str, int], most: int = _WEDGES) -> dict[str, int]:
    items = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    rest = sum(value for _, value in items[most:])
    return dict(items[:most]) | ({OTHERS: rest} if rest else {})


def price_figure(listings: pd.DataFrame) -> Drawn:
    """Figure 6: all prices pooled, as the study had them, colored by what they really are in."""
    priced = listings.loc[listings["price"].notna(), ["asset", "price"]]
    names = [*_largest(by_size(priced["asset"]), SHOWN + 1)]

    def paint(figure: Figure) -> None:
        named = priced["asset"].astype(object)
        parts = {name: priced.loc[named == name, "price"] for name in names if name != OTHERS}
        if OTHERS in names:
            parts[OTHERS] = priced.loc[~named.isin(names), "price"]
        _histogram(figure.subplots(), parts, "price, in whole units of whatever currency")

    words = [
        f"All {counted(len(priced), 'price')} in one figure as “coins”, as the study had them: units of different "
        "worth lie side by side, so its shape says little. The colors tell them apart.",
        *(
            [f"Prices reach from {number(priced['price'].min())} to {number(priced['price'].max())}."]
            * bool(len(priced))
        ),
    ]
    alt = f"Histogram of {counted(len(priced), 'price')} of all currencies pooled"
    return draw("6", "Prices, all currencies pooled", alt, words, paint if len(priced) else None)


def prices_by_currency(listings: pd.DataFrame) -> Drawn:
    """Figure 6 once more, a panel a currency."""
    priced = listings.loc[listings["price"].notna(), ["asset", "price"]]
    sizes = by_size(priced["asset"])
    names = [*sizes][:SHOWN]

    def paint(figure: Figure) -> None:
        axes = figure.subplots(len(names), 1, squeeze=False).ravel()
        for place, (axis, name) in enumerate(zip(axes, names, strict=True)):
            prices = priced.loc[priced["asset"] == name, "price"]
            is_wide = _histogram(axis, {name: prices}, "", PALETTE[place])
            median = float(np.log10(prices.median()) if is_wide else prices.median())
            axis.axvline(median, color=INK, linestyle=":", linewidth=1.4)
            axis.set_title(f"{label(name)}, {counted(len(prices), 'price')}")

    shown = sum(sizes[name] for name in names)
    words = [
        f"It rests on {counted(shown, 'price')} in {counted(len(names), 'currency', 'currencies')}; dotted: the median."
    ]
    if len(sizes) > SHOWN:
        words.append(f"The {SHOWN} currencies with most prices are drawn; all {len(sizes)} are in the table.")
    alt = "Histograms of prices: " + ", ".join(f"{label(name)} {sizes[name]:,}" for name in names)
    size = (WIDTH, 0.6 + 1.6 * len(names))
    return draw("6-currencies", "Prices, each currency by itself", alt, words, paint if names else None, size)


def _histogram(axis: Axes, parts: Mapping[str, pd.Series[float]], words: str, color: str = PALETTE[0]) -> bool:
    """Bars of prices, stacked; in powers of ten (True) where they lie more than a hundredfold apart."""
    every = np.concatenate([part.to_numpy(float) for part in parts.values()])
    is_wide = bool(every.max() > 100 * every.min())
    scaled = {label(name, 16): np.log10(part) if is_wide else part for name, part in parts.items()}
    edges = np.histogram_bin_edges(np.log10(every) if is_wide else every, bins=_bins(len(every)))
    counts = {name: np.histogram(part, edges)[0] for name, part in scaled.items()}
    middles = (edges[:-1] + edges[1:]) / 2
    rows = [
        (middle, name, count) for name, found in counts.items() for middle, count in zip(middles, found, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["price", "currency", "rows"])
    palette = dict(zip(counts, [color] if len(counts) == 1 else PALETTE, strict=False)) | {OTHERS: MUTED}
    hue: dict[str, Any] = {"hue": "currency", "palette": {name: palette[name] for name in counts}}
    bins: dict[str, Any] = {"bins": len(middles), "binrange": (edges[0], edges[-1])}
    seaborn().histplot(
        frame, x="price", weights="rows", multiple="stack", alpha=1, legend=len(counts) > 1, ax=axis, **bins, **hue
    )
    legend_above(axis)
    axis.set(xlabel=words, ylabel="listings")
    _ticks(axis, is_wide)
    return is_wide


def _bins(rows: int) -> int:
    return int(np.clip(2 * np.sqrt(rows), *_BINS))


def _ticks(axis: Axes, is_wide: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axis.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=is_wide))
    plainly(axis.yaxis)
    plainly(axis.xaxis)
    if is_wide:
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(10.0**value)))
