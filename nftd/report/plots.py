"""All figures of a report, by what they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from nftd.report import figures, relations
from nftd.report.drawing import Drawn
from nftd.report.facts import Facts
from nftd.report.markup import counted
from nftd.report.tables import by_size


@dataclass(frozen=True, slots=True)
class Plots:
    """Figures 2 to 6 are the study's, the others are more."""

    samples: Drawn
    density: Drawn
    years: Drawn
    kinds: Drawn
    categories: Drawn
    prices: Drawn
    by_currency: Drawn
    time: Drawn
    likes: Drawn
    asks: Drawn
    refusals: Drawn

    def __iter__(self) -> Iterator[Drawn]:
        return (getattr(self, field.name) for field in fields(self))


def draw_all(facts: Facts) -> Plots:
    """Draw every figure; one without rows says so."""
    listings, prices = facts.market.listings, facts.market.prices
    return Plots(
        samples=figures.sample_figure(facts.samples, facts.shown_of),
        density=figures.density_figure(listings["year"], facts.window),
        years=figures.year_figure(listings["year"], facts.window),
        kinds=_kinds(facts),
        categories=_categories(facts),
        prices=figures.price_figure(listings),
        by_currency=figures.prices_by_currency(listings),
        time=relations.time_figure(facts.courses, len(prices), int((prices["usd"] > 0).sum())),
        likes=relations.likes_figure(facts.likes, facts.likes_agree),
        asks=relations.asks_figure(facts.asks, facts.asks_agree),
        refusals=relations.refusal_figure(facts.gates, sum(facts.pictures.get(state, 0) for state in ("fit", "unfit"))),
    )


def _kinds(facts: Facts) -> Drawn:
    counts = by_size(facts.market.listings["media"])
    words = [
        f"It rests on all {counted(facts.rows, 'listing')}: the column type, the kind of file that is offered.",
        "Only photos are reworked; an unknown kind is found out when the file is fetched.",
    ]
    return figures.pie_figure("5", "Listings by the column type", counts, words)


def _categories(facts: Facts) -> Drawn:
    total, fit = sum(facts.categories.values()), facts.pictures.get("fit", 0)
    words = [
        f"It rests on {counted(total, 'picture')} of {fit:,} that are fit for use: what they show, as CLIP sees it.",
        "What fits no category is left out with a reason, as the study did by hand.",
    ]
    return figures.pie_figure("5-categories", "Pictures by our categories", facts.categories, words, fixed=True)
