"""The sections of the page that answer to the study: the data, years, kinds, prices pooled and by currency."""

from __future__ import annotations

from collections.abc import Sequence

from nftd.report.columns import COLUMNS
from nftd.report.csvfiles import file_part
from nftd.report.drawing import label
from nftd.report.facts import Facts
from nftd.report.grid import Grid, Grids, Value
from nftd.report.markup import Html, counted, element, foreign, joined, number
from nftd.report.page import data_uri, figure, files, pair
from nftd.report.plots import Plots
from nftd.report.samples import Sample
from nftd.report.tables import Currency, PriceTable

_NAMES = {2: "all prices", 4: "1 % off either end", 5: "5 % off either end"}


def intro(facts: Facts) -> Html:
    """What the report rests on, in numbers."""
    made = f"Made {facts.made_at:%Y-%m-%d %H:%M} UTC from what is stored; nothing was asked of any market for it."
    told = element("p", made, class_="faint")
    return joined(told, *_warnings(facts), element("dl", *_numbers(facts), class_="facts"))


def _numbers(facts: Facts) -> list[Html]:
    selected = int((facts.market.listings["state"] == "selected").sum())
    found = {
        "listings": facts.rows,
        "with a price": facts.priced,
        "currencies": len(facts.currencies) + facts.more_currencies,
        "prices seen": len(facts.market.prices),
        "selected": selected,
        "pictures fit for use": facts.pictures.get("fit", 0),
        "artworks that wait for review": facts.pictures["waiting"],
    }
    return [element("div", element("dt", name), element("dd", f"{value:,}")) for name, value in found.items()]


def _warnings(facts: Facts) -> list[Html]:
    if not facts.rows:
        return [
            element("p", "The store is empty: nftd once reads what is configured, nftd import a table.", class_="warn")
        ]
    invented = int(facts.market.listings["invented"].sum())
    if not invented:
        return []
    whose = (
        "All prices and likes"
        if invented == facts.rows
        else f"Prices and likes of {invented:,} of {facts.rows:,} listings"
    )
    return [
        element(
            "p",
            f"{whose} are invented: they come from the gallery that ships with nftd, and say nothing of any market.",
            class_="warn",
        )
    ]


def data(facts: Facts, plots: Plots, grids: Grids) -> Html:
    """Table 1 and Figure 2."""
    rows = [
        (
            fact.name,
            fact.studied,
            fact.meaning,
            facts.market.filled[fact.name],
            _percent(facts.market.filled[fact.name], facts.rows),
        )
        for fact in COLUMNS
    ]
    words = (
        f"What is known of {counted(facts.rows, 'listing')}, and in how many of them. "
        "The second column is the name in the study's dataset."
    )
    head = ("column", "in the dataset", "meaning", "filled", "share in %")
    grid = grids.html(Grid("Table 1: the columns of the data", head, rows))
    return joined(element("p", words), grid, _files("table-1.csv"), _works(facts, plots))


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _works(facts: Facts, plots: Plots) -> Html:
    drawn = plots.samples
    heading = element("h3", f"Figure 2: {drawn.title}")
    if not facts.samples:
        return joined(heading, element("p", "No picture has been fetched yet.", class_="none"))
    words = f"{drawn.words[0]}, made small and encoded anew. Titles and names are those that the markets show."
    works = element("ul", *map(_work, facts.samples), class_="works")
    return joined(heading, element("p", words), works, _files("figure-2.svg", "figure-2.png"))


def _work(sample: Sample) -> Html:
    picture = element("img", src=data_uri("image/jpeg", sample.jpeg), alt="", width=176, height=176)
    price = joined(number(sample.price), " ", foreign(sample.asset or "", 24)) if sample.price is not None else None
    whose = [foreign(part, 60) for part in (sample.creator, sample.market) if part]
    what = [one for one in (foreign(sample.category, 40) if sample.category else None, price) if one]
    told = [element("span", *_dotted(parts)) for parts in (whose, what) if parts]
    return element("li", picture, element("b", foreign(sample.title, 80)), *told)


def _dotted(parts: Sequence[Html]) -> list[Html | str]:
    first, *rest = parts
    return [first, *(piece for part in rest for piece in (" · ", part))]


def years(facts: Facts, plots: Plots, grids: Grids) -> Html:
    """Figures 3 and 4, and the years that do not count."""
    rows: list[Sequence[Value]] = [
        (one.reason, one.rows, ", ".join(map(str, one.examples)) or None) for one in facts.left_out
    ]
    grid = Grid(
        "Listings that statistics by year leave out",
        ("why", "listings", "years such as"),
        rows,
        empty="None is left out.",
    )
    words = (
        f"The window is {facts.window.first} to {facts.window.last}: first_year and last_year of the configuration, "
        "and no year that has not come yet. Years are what creators typed; the store keeps them as they were given."
    )
    return joined(element("p", words), pair(figure(plots.density), figure(plots.years)), grids.html(grid))


def kinds(facts: Facts, plots: Plots, grids: Grids) -> Html:
    """Both pies and Table 6."""
    rows: list[Sequence[Value]] = [*facts.categories.items()]
    grid = grids.html(Grid("Table 6: pictures by category", ("category", "count"), rows))
    return pair(figure(plots.kinds), figure(plots.categories, grid, _files("table-6.csv")))


def pooled(facts: Facts, plots: Plots, grids: Grids) -> Html:
    """Figure 6 and Tables 2 to 5 with all currencies pooled."""
    warning = (
        "Reckoned as the study did: prices of all currencies in one column, called coins. A mean over different "
        "currencies is no amount of anything. It is here to be compared with the study; what can be relied on "
        "stands below, by currency."
    )
    table = grids.html(_spread(facts.pooled))
    return joined(element("p", warning, class_="warn"), figure(plots.prices, table), *_prices(facts.pooled, grids))


def _spread(found: Currency) -> Grid:
    """Table 3."""
    spread = found.spread
    rows = [("listings with a price, of any year", spread.count), ("mean", spread.mean), ("median", spread.median)]
    caption = "Table 3: over all rows" if found.asset is None else f"Table 3, {label(found.asset)}: over all rows"
    return Grid(caption, ("figure", "value"), [*rows, ("standard deviation", spread.deviation)])


def _prices(found: Currency, grids: Grids) -> list[Html]:
    """Tables 2, 4 and 5."""
    end = "" if found.asset is None else f"-{file_part(found.asset)}"
    whose = "" if found.asset is None else f", {label(found.asset)}"
    grid = element("div", *(_by_year(table, grids, whose) for table in found.tables), class_="three")
    return [grid, _files(*(f"table-{place}{end}.csv" for place in (2, 3, 4, 5)))]


def _by_year(table: PriceTable, grids: Grids, whose: str) -> Html:
    rows: list[Sequence[Value]] = [(str(row.year), row.count, row.mean, row.median) for row in table.rows]
    total = ("Total", table.total.count, table.total.mean, table.total.median)
    name = f"Table {table.number}{whose}: {_NAMES[table.number]}"
    grid = grids.html(Grid(name, ("year", "count", "mean", "median"), rows, total, empty="No price in the window."))
    return element("div", grid, element("p", _trimmed(table), class_="faint"))


def _trimmed(table: PriceTable) -> str:
    if table.number == 2:
        return f"Prices of {counted(table.total.count, 'listing')} whose year lies in the window."
    if table.limits is None:
        return (
            "Nothing was trimmed: both limits are the same price." if table.total.count else "There is nothing to trim."
        )
    low, high = table.limits
    return f"{counted(table.dropped, 'row')} left out: prices strictly between {number(low)} and {number(high)} stay."


def currencies(facts: Facts, plots: Plots, grids: Grids) -> Html:
    """Each currency by itself, and Figure 7."""
    rows = [_currency(facts, found) for found in facts.currencies]
    head = (
        "currency",
        "listings",
        "mean",
        "median",
        "standard deviation",
        "in the window",
        "sales",
        "bids",
        "with a dollar rate in %",
    )
    words = (
        "Prices of different currencies never meet in one number here. Table 3 is the first five columns of this one."
    )
    if facts.more_currencies:
        words += f" {facts.more_currencies:,} more currencies have fewer prices than these and no tables of their own."
    grid = Grid("Table 3 by currency, with what was paid and offered", head, rows, empty="No listing has a price yet.")
    return joined(
        element("p", words),
        grids.html(grid),
        pair(figure(plots.by_currency), figure(plots.time)),
        *(_detail(one, grids) for one in facts.currencies),
    )


def _currency(facts: Facts, found: Currency) -> Sequence[Value]:
    prices = facts.market.prices[facts.market.prices["asset"] == found.asset]
    kinds = prices["kind"].value_counts()
    rated = _percent(int((prices["usd"] > 0).sum()), len(prices))
    spread, total = found.spread, found.tables[0].total
    told = (spread.count, spread.mean, spread.median, spread.deviation, total.count)
    return (found.asset, *told, int(kinds.get("sale", 0)), int(kinds.get("bid", 0)), rated)


def _detail(found: Currency, grids: Grids) -> Html:
    asset = found.asset or ""
    told = joined("Tables 2 to 5 in ", foreign(asset, 60), f": {counted(found.spread.count, 'price')}")
    return element("details", element("summary", told), grids.html(_spread(found)), *_prices(found, grids))


def _files(*names: str) -> Html:
    return element("p", "As files: ", files(names), class_="files")
