"""What the study could not draw: prices over time, likes against value, asks against sales, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from nftd.report.drawing import FAINT, MUTED, PALETTE, WIDTH, Drawn, draw, label, legend_above, plainly, seaborn
from nftd.report.evidence import SHOWN, Agreement, Course, likes_by_tenth
from nftd.report.markup import counted, number
from nftd.report.refusals import Gate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS: Final = 3_000
"""Of more, a fair sample is drawn: a plot of a million points is one blot."""
_KINDS: Final = {"ask": PALETTE[0], "bid": PALETTE[1], "sale": PALETTE[2]}
_BARS: Final = 12
_FEW: Final = 60


def time_figure(found: Sequence[Course], rows: int, rated: int) -> Drawn:
    """Figure 7: the median price of each period, by kind, a panel a currency and one in dollars."""

    def paint(figure: Figure) -> None:
        from matplotlib.lines import Line2D

        axes = figure.subplots(len(found), 1, squeeze=False).ravel()
        for axis, course in zip(axes, found, strict=True):
            _course(axis, course)
        kinds = [kind for kind in _KINDS if any(kind in set(course.frame["kind"]) for course in found)]
        axes[0].legend(
            handles=[Line2D([], [], color=_KINDS[kind], marker="o", label=kind) for kind in kinds], fontsize=8
        )

    drawn = sum(course.rows for course in found if course.asset is not None)
    words = [
        f"It rests on {counted(drawn, 'price')} of {rows:,} that were seen: asks, bids and sales by the day of each."
    ]
    if found:
        words.append(
            "Lines are medians of a day or a month; the band holds the middle half of the sales, "
            "where there are any, else of bids or asks."
        )
    if rows:
        words.append(
            f"A dated rate in US dollars is known for {rated:,} of them" + ("." if rated else ": none is made up.")
        )
    alt = "Median prices over time: " + ", ".join(f"{_name(one)} {counted(one.rows, 'price')}" for one in found)
    size = (WIDTH, 0.5 + 1.7 * len(found))
    return draw("7", "Prices over time", alt, words, paint if found else None, size)


def _name(course: Course) -> str:
    return label(course.asset) if course.asset else "US dollars, by dated rates"


def _course(axis: Axes, course: Course) -> None:
    kinds = [kind for kind in _KINDS if kind in set(course.frame["kind"])]
    for kind in kinds:
        part = course.frame[course.frame["kind"] == kind]
        if kind == kinds[-1]:
            axis.fill_between(part["at"], part["low"], part["high"], color=_KINDS[kind], alpha=0.2, linewidth=0)
        seaborn().lineplot(part, x="at", y="median", color=_KINDS[kind], ax=axis)
        if len(part) <= _FEW:
            axis.plot(part["at"], part["median"], "o", color=_KINDS[kind], markersize=4)
        if len(part) == 1:
            axis.vlines(part["at"], part["low"], part["high"], color=_KINDS[kind], alpha=0.5, linewidth=2)
    positive = course.frame.loc[course.frame["low"] > 0, "low"]
    if len(positive) and course.frame["high"].max() > 100 * positive.min():
        axis.set_yscale("log")
    plainly(axis.yaxis)
    _dates(axis, course.frame)
    axis.set(xlabel="", ylabel="median price")
    axis.set_title(f"{_name(course)}, {counted(course.rows, 'price')}")


def _dates(axis: Axes, frame: pd.DataFrame) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    if frame["at"].nunique() == 1:
        only = frame["at"].iloc[0]
        axis.set_xticks([only], [f"{only:%Y-%m-%d}"])
        return
    locator = AutoDateLocator(  # type: ignore[no-untyped-call]
        minticks=2, maxticks=6
    )
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def likes_figure(frame: pd.DataFrame, found: Sequence[Agreement]) -> Drawn:
    """Figure 8: likes by the place of a work's value among those of its currency."""
    points = _sampled(frame)

    def paint(figure: Figure) -> None:
        axis = figure.subplots()
        seaborn().scatterplot(
            points,
            x="place",
            y="likes",
            color=PALETTE[0],
            alpha=_alpha(points),
            s=18,
            linewidth=0,
            ax=axis,
            rasterized=True,
        )
        if len(frame) >= 20:
            tenths = likes_by_tenth(frame)
            seaborn().lineplot(
                tenths, x="place", y="likes", color=PALETTE[1], marker="o", label="median of a tenth", ax=axis
            )
            axis.legend(fontsize=8)
        if frame["likes"].max() > 100:
            axis.set_yscale("symlog", linthresh=1)
            plainly(axis.yaxis)
        axis.set(xlabel="place of its value in its currency, in %", ylabel="likes", xlim=(-3, 103))

    words = [
        f"It rests on {counted(len(frame), 'listing')} with likes and a price{_drawn_of(points, frame)}. "
        "The value is what selection took a work to be worth, else its price.",
        *_agreed(found),
    ]
    alt = f"Likes against value of {counted(len(frame), 'listing')}"
    return draw("8", "Likes against value", alt, words, paint if len(frame) else None)


def asks_figure(frame: pd.DataFrame, found: Sequence[Agreement]) -> Drawn:
    """Figure 9: what is asked for works beside what was paid for them."""
    points = _sampled(frame)
    names = [one.asset for one in found][:SHOWN]

    def paint(figure: Figure) -> None:
        axis = figure.subplots()
        shown = points.assign(currency=[label(name, 16) if name in names else "others" for name in points["asset"]])
        order = [*dict.fromkeys([*(label(name, 16) for name in names), "others"])]
        order = [name for name in order if name in set(shown["currency"])]
        colors = dict(zip(order, PALETTE, strict=False)) | {"others": MUTED}
        seaborn().scatterplot(
            shown, x="sale", y="ask", hue="currency", hue_order=order, palette={name: colors[name] for name in order},
            alpha=_alpha(points), s=22, linewidth=0, ax=axis, rasterized=True,
        )  # fmt: skip
        axis.set(xscale="log", yscale="log", xlabel="paid: median of its sales", ylabel="asked now")
        plainly(axis.xaxis)
        plainly(axis.yaxis)
        axis.axline((1, 1), (10, 10), color=FAINT, linestyle=":", linewidth=1.2)
        _room(axis, points)
        legend_above(axis)

    words = [
        f"It rests on {counted(len(frame), 'listing')} that were sold and are for sale again in the same currency"
        f"{_drawn_of(points, frame)}. On the dotted line both are the same; every sale counts, wash trades too."
    ]
    words += _agreed(found)
    alt = f"Asks against sales of {counted(len(frame), 'listing')}"
    return draw("9", "Asks against sales", alt, words, paint if len(frame) else None, (WIDTH, 3.8))


def _room(axis: Axes, points: pd.DataFrame) -> None:
    """Some space around the points, also around a single one."""
    for name, limit in (("sale", axis.set_xlim), ("ask", axis.set_ylim)):
        limit(points[name].min() / 1.6, points[name].max() * 1.6)


def _agreed(found: Sequence[Agreement]) -> list[str]:
    """The currency with most rows, in words; the page has the others in a table."""
    told = next((one for one in found if one.rank is not None), None)
    if told is None:
        return []
    ratio = "" if told.ratio is None else f", and the ask is {number(told.ratio)} times the price paid (median)"
    meaning = "1: they rise together, 0: they say nothing of each other"
    return [f"In {label(told.asset)} the rank correlation is {told.rank:+.2f} ({meaning}){ratio}."]


def refusal_figure(gates: Sequence[Gate], judged: int) -> Drawn:
    """Figure 10: how many pictures each gate refused, by reason."""
    rows = [(f"{gate.name}: {reason}", number) for gate in gates for reason, number in gate.reasons.items()]
    top = sorted(rows, key=lambda row: -row[1])[:_BARS]

    def paint(figure: Figure) -> None:
        from matplotlib.ticker import MaxNLocator

        axis = figure.subplots()
        frame = pd.DataFrame(top, columns=["reason", "pictures"])
        frame["reason"] = [label(reason.replace("_", " "), 36) for reason in frame["reason"]]
        seaborn().barplot(
            frame, x="pictures", y="reason", orient="h", color=PALETTE[5], saturation=1, width=0.62, ax=axis
        )
        axis.bar_label(axis.containers[0], fmt="{:,.0f}", padding=3, fontsize=8)  # type: ignore[arg-type]
        axis.set(xlabel="pictures refused", ylabel="")
        axis.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axis.grid(visible=False)
        axis.margins(x=0.12)

    refused = sum(number for _, number in rows)
    words = [
        f"It rests on {counted(judged, 'picture')} that were judged; {refused:,} were refused, "
        "each by the first gate in its way."
    ]
    if len(rows) > len(top):
        words.append(f"The {len(top)} most frequent of {len(rows)} reasons are drawn, all are in the table.")
    alt = "Pictures refused: " + ", ".join(f"{reason} {number:,}" for reason, number in top)
    return draw("10", "What the gates refused", alt, words, paint if top else None, (WIDTH, 0.9 + 0.3 * len(top)))


def _sampled(frame: pd.DataFrame) -> pd.DataFrame:
    if len(frame) <= MOST_POINTS:
        return frame
    chosen = np.random.default_rng(0).choice(len(frame), MOST_POINTS, replace=False)
    return frame.iloc[np.sort(chosen)]


def _drawn_of(points: pd.DataFrame, frame: pd.DataFrame) -> str:
    return (
        ""
        if len(points) == len(frame)
        else f"; {len(points):,} of them are drawn, by lot, so that the plot does not drown"
    )


def _alpha(points: pd.DataFrame) -> float:
    return 0.8 if len(points) < 300 else 0.35
