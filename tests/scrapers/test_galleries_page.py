"""docs/galleries.md: its configuration is accepted, and reads pages in the shapes that it speaks of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from nftd.config import SourceSettings
from scrapers.listing import Listing
from scrapers.selectors import FIELDS
from scrapers.sites import make_source
from scrapers.sites.rules import PageRules
from scrapers.source import listings
from tests.scrapers.shelf import Shelf, page, saved

TEXT = (Path(__file__).parents[2] / "docs" / "galleries.md").read_text(encoding="utf-8")
SOURCES = {
    name: source
    for block in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    for name, source in tomllib.loads(block)["sources"].items()
}

RULES = {one.name for one in fields(PageRules)} - {"name", "start"}


def read(name: str, shelf: Shelf) -> list[Listing]:
    settings = SourceSettings.model_validate(SOURCES[name])
    source = make_source(settings.type, name, settings.told(settings.start))
    return [one for one in listings(source, shelf) if isinstance(one, Listing)]


@pytest.mark.parametrize(
    ("name", "shape", "link"),
    [
        ("saatchi", "saatchi", "/art/Painting-Low-Tide/1001/2002/view"),
        ("artsy", "artsy", "/artwork/ada-example-night-walk"),
    ],
)
def test_the_two_examples_read_pages_of_the_documented_shape(name: str, shape: str, link: str) -> None:
    start = SOURCES[name]["start"]
    home = re.match(r"https://[^/]+", start)
    assert home is not None
    shelf = Shelf({start: page(start, f'<a href="/about">x</a><a href="{link}">w</a>')})
    shelf.pages[home[0] + link] = saved(shape, home[0] + link)
    (work,) = read(name, shelf)
    assert (work.creator, str(work.ask), work.year, work.likes) == {
        "saatchi": ("Ada Example", "1250 USD", 2021, 204),
        "artsy": ("Ada Example", "4500 EUR", 2011, None),
    }[name]
    assert work.rights.decision == "deny"


def test_without_the_state_the_first_example_keeps_the_price_of_json_ld() -> None:
    start = SOURCES["saatchi"]["start"]
    link = "https://www.saatchiart.com/art/Painting-Low-Tide/1001/2002/view"
    html = saved("saatchi", link).text().replace("__NEXT_DATA__", "__OTHER__")
    shelf = Shelf({start: page(start, f'<a href="{link[26:]}">w</a>'), link: page(link, html)})
    (work,) = read("saatchi", shelf)
    assert (str(work.ask), work.likes) == ("1250 USD", None)


def test_the_example_without_structured_data_reads_its_cards() -> None:
    start = SOURCES["corner-gallery"]["start"]
    second = "https://gallery.example/seite/2"
    works = read("corner-gallery", Shelf({start: saved("cards", start), second: page(second, "<ul></ul>")}))
    assert [work.ask and str(work.ask) for work in works] == ["1250.5 EUR", "3500 EUR", None]


def test_every_rule_and_field_is_explained_and_no_other() -> None:
    """As keys of the source's own table, which the settings must know too."""
    section = TEXT.partition("\n## Rules\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall("`([^`]+)`", row[0])} == RULES
    assert set(SourceSettings.model_fields) >= RULES
    assert "options." not in TEXT
    (told,) = [row[1] for row in rows if "`fields`" in row[0]]
    assert set(re.findall("`([^`]+)`", told)) == FIELDS
