"""The sections of the page that the study could not have: likes, sales, gates, sources, drift."""

from __future__ import annotations

from collections.abc import Sequence

from nftd.report.drawing import label
from nftd.report.evidence import Agreement
from nftd.report.facts import Facts
from nftd.report.grid import Grid, Grids, Value
from nftd.report.markup import Html, counted, element, foreign, joined
from nftd.report.page import figure, pair
from nftd.report.plots import Plots
from nftd.report.refusals import Feed, Gate


def worth(facts: Facts, plots: Plots, grids: Grids) -> Html:
    """Figures 8 and 9, with their numbers by currency."""
    likes = [_agreement(one) for one in facts.likes_agree]
    asks = [(*_agreement(one), one.ratio) for one in facts.asks_agree]
    head = ("currency", "listings", "rank correlation")
    first = Grid("Likes and value by currency", head, likes, empty="No listing has both.")
    second = Grid("Asks and sales by currency", (*head, "ask / price paid"), asks, empty="No listing has both.")
    return pair(figure(plots.likes, grids.html(first)), figure(plots.asks, grids.html(second)))


def _agreement(one: Agreement) -> tuple[Value, ...]:
    return label(one.asset), one.rows, None if one.rank is None else round(one.rank, 3)


def gates(facts: Facts, plots: Plots, grids: Grids) -> Html:
    """What selection said, Figure 10, and every gate."""
    found = facts.market.listings.groupby(["state", "reason"], observed=True, dropna=False).size()
    rows: list[Sequence[Value]] = [
        (str(state), _words(reason), int(count), round(100 * count / facts.rows, 1))
        for state, reason, count in found.sort_values(ascending=False, kind="stable").reset_index().to_numpy()
    ]
    selection = Grid("What selection said of the listings", ("state", "reason", "listings", "share in %"), rows)
    head = ("gate", "asked", "refused", "refused in %", "overturned", "reasons")
    asked = Grid(
        "What each gate said of the pictures",
        head,
        [_gate(one) for one in facts.gates],
        empty="No picture was judged yet.",
    )
    return joined(
        element("p", "Selection judges listings, gates judge the pictures of those that it selected."),
        grids.html(selection),
        figure(plots.refusals),
        grids.html(asked),
    )


def _words(reason: object) -> str:
    return reason.replace("_", " ") if isinstance(reason, str) else "not judged yet"


def _gate(gate: Gate) -> Sequence[Value]:
    reasons = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in gate.reasons.items())
    refused = round(100 * gate.refused / gate.asked, 1) if gate.asked else None
    return gate.name, gate.asked, gate.refused, refused, gate.overturned, reasons or None


def sources(facts: Facts, grids: Grids) -> Html:
    """Where listings come from, and how reading went."""
    head = ("source", "listings", "last reading", "ended, UTC", "works seen", "requests this month", "readings so far")
    grid = Grid("Sources of listings", head, [_feed(one) for one in facts.feeds], empty="No source was read yet.")
    silent = [one.name for one in facts.feeds if one.silent]
    warning = (
        [element("p", foreign(", ".join(silent)), " shows no work any more, though it did.", class_="warn")]
        if silent
        else []
    )
    words = (
        "Read: it showed something new. Blocked: it refuses us. Changed: its pages are no longer as they were. "
        "Imported tables are read once and have no readings."
    )
    return joined(element("p", words), *warning, grids.html(grid))


def _feed(feed: Feed) -> Sequence[Value]:
    outcome = feed.outcome.replace("_", " ") if feed.outcome else "none"
    bad = feed.outcome in {"blocked", "changed", "failed"} or feed.silent
    so_far = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in feed.outcomes.items())
    told = element("strong", outcome, class_="moved") if bad else outcome
    ended = f"{feed.at:%Y-%m-%d %H:%M}" if feed.at else None
    return (
        feed.name,
        feed.listings,
        told,
        ended,
        *((feed.seen, feed.requests) if feed.outcome else (None, None)),
        so_far or None,
    )


def drift(facts: Facts, earlier_at: str, grids: Grids) -> Html:
    """What changed since the report that this one replaces."""
    if facts.drift is None:
        return element("p", facts.no_drift)
    rows = [
        (one.what, one.before, one.now, element("strong", one.told, class_="moved") if one.notable else one.told)
        for one in sorted(facts.drift, key=lambda one: not one.notable)
    ]
    notable = sum(one.notable for one in facts.drift)
    words = (
        f"Compared with the report of {earlier_at} that lay in this folder: {counted(notable, 'change')} to look at, "
        "in bold. The shape of prices is told by the population stability index: below 0.1 it is steady, from 0.25 on "
        "it is another population; 30 prices are needed on both sides."
    )
    return joined(element("p", words), grids.html(Grid("Then and now", ("what", "then", "now", "change"), rows)))
