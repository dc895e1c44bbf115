"""What is read from a page beside JSON-LD: microdata, `__NEXT_DATA__`, and entries of a listing page."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest

from scrapers.document import Document
from scrapers.errors import BadMoney, BadRule, UnreadablePage
from scrapers.listing import Listing, Problem
from scrapers.nextdata import value_at, values_at
from scrapers.numbers import exact_money, minor_money, plain_amount, split_price
from scrapers.sites.page import PageRules, PageSource, parse
from scrapers.source import listings
from tests.scrapers.shelf import Shelf, page, saved

START = "https://gallery.example/"
URL = f"{START}works/1"
ARTWORK = "next:props.pageProps.initialState.page.data.artwork"
SAATCHI = {
    "title": f"{ARTWORK}.artworkTitle",
    "creator": f"{ARTWORK}.artist.fullName",
    "price": f"{ARTWORK}.originalPriceInCents @cents",
    "currency": f"{ARTWORK}.currency",
    "likes": f"{ARTWORK}.likes",
    "year": f"{ARTWORK}.yearProduced",
    "nsfw": f"{ARTWORK}.isMature",
}


def rules(**more: object) -> PageRules:
    return PageRules("gallery", START, **more)  # type: ignore[arg-type]


def micro(body: str) -> str:
    return f'<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">A</b>{body}</div>'


def state(data: object) -> str:
    return f'<h1>A</h1><script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'


def test_next_data_gives_what_structured_data_lacks() -> None:
    found = parse(saved("saatchi", URL), rules(fields=SAATCHI))
    assert (found.title, found.creator, str(found.ask)) == ("Low Tide", "Ada Example", "1250 USD")
    assert (found.likes, found.year, found.nsfw) == (204, 2021, False)
    assert found.market_id == "P1-U1001-A2002-T1", "what no rule names comes from JSON-LD"
    assert found.raw["minor"] is True
    assert parse(saved("saatchi", URL), rules()).likes is None


def test_an_artist_may_be_the_brand_of_a_product_and_a_range_of_prices_starts_at_its_lowest() -> None:
    found = parse(saved("artsy", URL), rules())
    assert (found.title, found.creator, found.year, str(found.ask)) == ("Night Walk", "Ada Example", 2011, "4500 EUR")
    assert (found.likes, found.rights.reason) == (None, "none_stated")
    assert parse(saved("saatchi", URL), rules()).creator is None, "a brand that is no person is no artist"


def test_a_page_with_microdata_is_read_without_any_rule() -> None:
    found = parse(saved("microdata", URL), rules())
    assert (found.market_id, found.title, found.creator, found.year) == ("BD-7", "Blue Door", "Bo Example", 2020)
    assert (str(found.ask), found.likes, found.rights.license) == ("1250 USD", 1031, "CC-BY-4.0")
    assert found.media is not None
    assert found.media.url == "https://gallery.example/img/door.webp"
    assert found.raw["origin"] == "microdata"


def test_json_ld_counts_before_microdata() -> None:
    html = '<script type="application/ld+json">{"@type": "Product", "name": "B"}</script>' + micro("")
    assert parse(page(URL, html), rules()).title == "B"


@pytest.mark.parametrize(
    ("offer", "ask"),
    [
        ('<b itemprop="price">12.50</b><i itemprop="priceCurrency">EUR</i>', "12.5 EUR"),
        ('<b itemprop="price">$12.50</b><meta itemprop="priceCurrency" content="USD">', "12.5 USD"),
        ('<data itemprop="price" value="7">seven</data><meta itemprop="priceCurrency" content="ETH">', "7 ETH"),
        ('<b itemprop="price">5</b><b itemprop="price">6</b><i itemprop="priceCurrency">EUR</i>', "5 EUR"),
        ('<b itemprop="lowPrice highPrice">5</b><i itemprop="priceCurrency">EUR</i>', "5 EUR"),
        ('<i itemprop="priceCurrency">EUR</i>', "None"),
    ],
)
def test_offers_of_microdata(offer: str, ask: str) -> None:
    body = micro(f'<p itemprop="offers" itemscope itemtype="http://schema.org/Offer">{offer}</p>')
    assert str(parse(page(URL, body), rules()).ask) == ask


@pytest.mark.parametrize("price", ["1,250", "$5", "10%", "five"])
def test_a_price_with_another_sign_than_its_currency_is_refused(price: str) -> None:
    offer = f'<b itemprop="price">{price}</b><meta itemprop="priceCurrency" content="EUR">'
    with pytest.raises(BadMoney):
        parse(page(URL, micro(f'<p itemprop="offers" itemscope itemtype="Offer">{offer}</p>')), rules())


def test_items_that_refer_to_each_other_come_to_an_end() -> None:
    body = (
        '<p id="a" itemprop="offers" itemscope itemref="b"></p><p id="b" itemprop="offers" itemscope itemref="a b"></p>'
    )
    loop = f'<div itemscope itemtype="Product" itemref="a b c">{body}<b id="c" itemprop="name">C</b></div>'
    assert parse(page(URL, loop), rules()).title == "C"


def test_microdata_names_links_and_lists_too() -> None:
    entry = '<li itemprop="itemListElement" itemscope itemtype="ListItem"><a itemprop="url" href="/w/{}">x</a></li>'
    html = f'<ul itemscope itemtype="https://schema.org/ItemList">{entry.format(1)}{entry.format(2)}</ul>'
    assert Document(page(URL, html)).links(None) == [f"{START}w/1", f"{START}w/2"]


def test_paths_lead_through_objects_lists_and_all_members() -> None:
    data = {"a": [{"b": 1}, {"b": Decimal("0.1")}, {"b": None}, {"c": "x"}], "n": {"x": {"b": True}}}
    assert list(values_at(data, "a.*.b")) == [1, Decimal("0.1"), None]
    assert (value_at(data, "a.1.b"), value_at(data, "n.*.b"), value_at(data, "a.3.c")) == (Decimal("0.1"), True, "x")
    assert [value_at(data, path) for path in ("a.9.b", "a.x", "a.-1.b", "n", "b", "a.1.b.c")] == [None] * 6
    assert len(list(values_at({"a": [0] * 10_000}, "a.*"))) == 5_000


@pytest.mark.parametrize(
    ("value", "ask"),
    [(125_000, "1250 USD"), ("99", "0.99 USD"), (0, "0 USD"), (10**20, f"{10**18} USD")],
)
def test_cents_are_whole_numbers_of_the_smallest_unit(value: object, ask: str) -> None:
    chosen = {"title": "h1", "price": "next:p @cents", "currency": "text:USD"}
    assert str(parse(page(URL, state({"p": value})), rules(fields=chosen)).ask) == ask


@pytest.mark.parametrize(("value", "currency"), [(1.5, "USD"), ("1e3", "USD"), (-5, "USD"), (True, "USD"), (5, "VND")])
def test_cents_that_are_no_whole_number_or_of_an_unknown_unit_are_refused(value: object, currency: str) -> None:
    chosen = {"title": "h1", "price": "next:p @cents", "currency": f"text:{currency}"}
    with pytest.raises(BadMoney):
        parse(page(URL, state({"p": value})), rules(fields=chosen))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"p": 1', "null", "[" * 200_000, '{"p": NaN}', "\ud800"])
def test_a_broken_state_is_as_good_as_none(text: str) -> None:
    html = f'<h1>A</h1><script id="__NEXT_DATA__" type="application/json">{text}</script>'
    found = parse(page(URL, html), rules(fields={"title": "h1", "likes": "next:p.q"}))
    assert (found.title, found.likes) == ("A", None)


def test_works_are_read_from_the_entries_of_a_listing_page() -> None:
    fields = {"title": "h2", "creator": ".by", "price": ".price", "currency": "text:EUR", "likes": "s"}
    read = rules(details=False, entries="li.card", fields=fields, decimal=",")
    found = list(listings(PageSource(read), Shelf({START: saved("cards", START)})))
    works = [one for one in found if isinstance(one, Listing)]
    assert [(one.title, one.creator, str(one.ask), one.likes, one.url) for one in works] == [
        ("Ufer", "Ada", "1250.5 EUR", 12, f"{START}werk/1"),
        ("Wald", "Bo", "3500 EUR", None, f"{START}werk/2"),
        ("Berg", "Bo", "None", 1, f"{START}werk/3"),
    ]
    assert [one.code for one in found if isinstance(one, Problem)] == ["bad_money"]


def test_works_are_read_from_the_state_of_a_listing_page() -> None:
    inside = {"title": "name", "price": "price.cents @cents", "currency": "price.code", "likes": "hearts"}
    fields = {name: f"next:{path}" for name, path in {**inside, "image": "img", "identifier": "id"}.items()}
    read = rules(
        details=False, entries="next:props.pageProps.works.*", links="next:href", fields=fields,
        next="next:props.pageProps.nextHref", max_pages=1,
    )  # fmt: skip
    found = list(listings(PageSource(read), Shelf({START: saved("nextlist", START)})))
    works = [one for one in found if isinstance(one, Listing)]
    assert [(one.market_id, one.title, str(one.ask), one.likes) for one in works] == [
        ("11", "Ash", "1299 EUR", 5),
        ("12", "Elm", "None", None),
        ("13", "Oak", "None", 1204),
    ]
    assert [one.code for one in found if isinstance(one, Problem)] == ["bad_money", "page_limit"]
    assert [one.media and one.media.url for one in works] == [f"{START}i/11.png", None, None]


def test_a_price_against_the_decimal_sign_costs_one_price_and_not_the_page() -> None:
    cards = "".join(f"<li><h2>{name}</h2><b>{price}</b></li>" for name, price in [("A", "1.25"), ("B", "1,25")])
    fields = {"title": "h2", "price": "b", "currency": "text:EUR", "identifier": "h2"}
    read = rules(details=False, entries="li", fields=fields, decimal=",")
    found = list(listings(PageSource(read), Shelf({START: page(START, cards)})))
    works = [one for one in found if isinstance(one, Listing)]
    assert [(one.title, str(one.ask)) for one in works] == [("A", "None"), ("B", "1.25 EUR")]
    (told,) = [one for one in found if isinstance(one, Problem)]
    assert (told.code, "decimal comma" in told.message) == ("bad_money", True)
    assert works[0].raw["price"] == "1.25"


def test_links_may_stand_in_the_state() -> None:
    document = Document(saved("nextlist", START))
    assert document.links("next:props.pageProps.works.*.href") == [f"{START}w/{one}" for one in (11, 12, 13)]
    assert document.links("next:props.pageProps.works.*.id") == [None] * 3


@pytest.mark.parametrize(
    "options",
    [
        {"fields": {"likes": "next:"}},
        {"fields": {"likes": "next:a..b"}},
        {"fields": {"likes": "next:a @cents"}},
        {"fields": {"price": "next:a @dimes"}},
        {"fields": {"price": 5}},
        {"fields": "h1"},
        {"links": "next:" + ".".join("a" * 33)},
        {"links": 5},
        {"entries": "li"},
        {"entries": "li[", "details": False},
        {"details": "no"},
        {"decimal": "'"},
        {"refresh_days": -1},
        {"next": "?page={page}&from={offset}"},
        {"next": "mailto:{page}"},
    ],
)
def test_rules_that_cannot_work_name_their_option(options: dict[str, object]) -> None:
    with pytest.raises(BadRule) as caught:
        PageSource.from_options("gallery", {"start": START, **options})
    assert str(caught.value.evidence["option"]).partition(".")[0] in options


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1,250", ".", "1250"),
        ("1.250", ",", "1250"),
        ("1.250,50", ",", "1250.50"),
        ("12,5", ",", "12.5"),
        ("1 250 000", ".", "1250000"),
        ("1'250.5", ".", "1250.5"),
        ("0.091", ".", "0.091"),
        ("1,25", ".", "1,25"),
        ("1,250", None, "1,250"),
        ("1e-5", ".", "1e-5"),
    ],
)
def test_a_decimal_sign_gives_grouped_amounts_one_meaning(text: str, mark: str | None, amount: str) -> None:
    assert plain_amount(text, mark) == amount  # type: ignore[arg-type]


def test_a_point_in_an_amount_with_a_decimal_comma_must_be_between_groups() -> None:
    with pytest.raises(BadMoney):
        plain_amount("12.50", ",")


def test_prices_are_taken_apart_at_their_sign() -> None:
    assert [split_price(text) for text in ("0.5 ETH", "€ 12.50", "US$3", "$1 250", "5", "on request", "9" * 5000)] == [
        ("0.5", "ETH"),
        ("12.50", "€"),
        ("3", "US$"),
        ("1 250", "$"),
        ("5", None),
        ("on request", None),
        ("9" * 5000, None),
    ]
    assert str(exact_money("Ξ 0.5", "WETH")) == "0.5 ETH"
    assert str(minor_money("5", "JPY")) == "5 JPY"


def test_a_page_of_very_many_elements_is_not_searched_by_selectors() -> None:
    huge = page(URL, "<title>A</title>" + "<p>" * 200_001)
    with pytest.raises(UnreadablePage, match="100000"):
        parse(huge, rules(fields={"title": "title"}))


def test_references_that_multiply_come_to_an_end() -> None:
    many = [{"@type": "Product", "name": "A", "sku": str(one), "offers": [{"@id": "#o"}] * 200} for one in range(300)]
    offer = {"@type": "Offer", "@id": "#o", "offers": [{}] * 50_000}
    html = f'<script type="application/ld+json">{json.dumps([offer, *many])}</script>'
    begun = time.process_time()
    assert len(Document(page(URL, html)).works({})) == 300
    assert time.process_time() - begun < 5
