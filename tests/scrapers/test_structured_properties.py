"""Properties of what is read from structured data: nothing crashes, no float, no other magnitude than was written."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from html import escape
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scrapers.document import Document
from scrapers.errors import BadMoney, ScraperError
from scrapers.listing import Listing
from scrapers.money import DECIMALS, Money
from scrapers.nextdata import value_at, values_at
from scrapers.numbers import exact_money, minor_money, plain_amount, split_price
from scrapers.rights import read_rights, strictest
from scrapers.sites.page import PageRules, parse
from tests.scrapers.shelf import page
from tests.scrapers.test_mutated_pages import sound

URL = "https://gallery.example/works/1"
BARE = PageRules("gallery", URL)
AMOUNTS = st.decimals(min_value=0, max_value=Decimal(10) ** 24, places=9, allow_nan=False, allow_infinity=False)
CURRENCIES = st.sampled_from(sorted(DECIMALS))
TERMS = st.sampled_from(
    "@type @id @graph name offers price lowPrice priceCurrency price availability license creator image url sku"
    " interactionStatistic userInteractionCount interactionType dateCreated itemOffered itemListElement brand".split()
)
WORDS = st.sampled_from(
    [
        "Product",
        "Offer",
        "VisualArtwork",
        "ItemList",
        "LikeAction",
        "ETH",
        "EUR",
        "0.091",
        "1,250",
        "-5",
        "1e400",
        "#a",
        "",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TERMS | st.text(max_size=5), inner, max_size=6),
    max_leaves=25,
)


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def written(amount: Decimal) -> st.SearchStrategy[str]:
    return st.sampled_from([format(amount, "f"), f"{amount:E}", format(amount.normalize(), "f")])


def exact(ask: Money | None) -> Fraction:
    assert ask is not None
    assert type(ask.base) is int
    return Fraction(ask.base, 10**ask.decimals)


def read(html: str, rules: PageRules = BARE) -> Listing | None:
    try:
        found = parse(page(URL, html), rules)
    except ScraperError:
        return None
    sound(found, 0)
    return found


@given(AMOUNTS.flatmap(written), CURRENCIES, st.booleans(), st.booleans())
def test_json_ld_prices_keep_their_magnitude(amount: str, currency: str, quoted: bool, range_: bool) -> None:
    price = f'"{amount}"' if quoted else amount
    name = "lowPrice" if range_ else "price"
    offer = f'{{"@type": "Offer", "{name}": {price}, "priceCurrency": "{currency}"}}'
    found = read(ld(f'{{"@type": "Product", "name": "A", "offers": [{offer}]}}'))
    assert found is not None
    assert exact(found.ask) == Fraction(amount)
    assert found.ask is not None
    assert found.ask.asset == Money.parse("1", currency).asset


@given(AMOUNTS.flatmap(written), CURRENCIES, st.booleans())
def test_microdata_prices_keep_their_magnitude(amount: str, currency: str, content: bool) -> None:
    price = f'<b itemprop="price" content="{amount}">x</b>' if content else f'<b itemprop="price"> {amount} </b>'
    offer = (
        f'<p itemprop="offers" itemscope itemtype="Offer">{price}<meta itemprop="priceCurrency" content="{currency}">'
    )
    found = read(f'<div itemscope itemtype="http://schema.org/Product"><i itemprop="name">A</i>{offer}</p></div>')
    assert found is not None
    assert exact(found.ask) == Fraction(amount)


@given(st.integers(0, 10**30), CURRENCIES, st.booleans())
def test_cents_keep_their_magnitude(cents: int, currency: str, quoted: bool) -> None:
    fields = {"title": "text:A", "price": "next:p.0 @cents", "currency": f"text:{currency}"}
    state = json.dumps({"p": [str(cents) if quoted else cents]})
    found = read(
        f'<script id="__NEXT_DATA__" type="application/json">{state}</script>', PageRules("g", URL, fields=fields)
    )
    assert found is not None
    assert exact(found.ask) == Fraction(cents, 10 ** DECIMALS[currency])


@given(AMOUNTS, st.sampled_from([".", ","]), st.sampled_from(["", "'", " ", "group"]))
def test_grouped_amounts_keep_their_magnitude(amount: Decimal, mark: str, group: str) -> None:
    separator = {"group": "," if mark == "." else "."}.get(group, group)
    whole, _, fraction = format(amount.quantize(Decimal("0.01")), "f").partition(".")
    grouped = f"{int(whole):,}".replace(",", separator)
    text = f"{grouped}{mark}{fraction}"
    amount_text, symbol = split_price(f"€ {text}")
    plain = plain_amount(amount_text, mark)  # type: ignore[arg-type]
    assert symbol == "€"
    assert Fraction(plain) == Fraction(f"{whole}.{fraction}")


@given(
    st.text(max_size=30) | st.from_regex(r"[€$0-9.,' eE+-]{1,20}", fullmatch=True), st.sampled_from([None, ".", ","])
)
def test_any_printed_price_is_exact_or_refused(text: str, mark: str | None) -> None:
    try:
        amount, symbol = split_price(text)
        money = exact_money(plain_amount(amount, mark), symbol or "EUR")  # type: ignore[arg-type]
    except BadMoney:
        return
    digits = [character for character in text if character.isdigit()]
    assert type(money.base) is int
    assert digits or money.base == 0
    if not any(sign in text for sign in ",.'eE "):
        assert exact(money) == int("".join(digits))


@given(st.integers() | st.text(max_size=20) | st.decimals(allow_nan=True, allow_infinity=True), st.text(max_size=5))
def test_any_amount_of_smallest_units_is_exact_or_refused(amount: int | str | Decimal, currency: str) -> None:
    for asset in (currency, "EUR"):
        try:
            money = minor_money(amount, asset)
        except BadMoney:
            continue
        assert money.base == int(str(amount))


@given(TREES)
def test_any_json_ld_is_read_or_refused(tree: object) -> None:
    for top in (tree, {"@type": "Product", "name": "A", "offers": tree}, {"@graph": tree}, [tree, tree]):
        html = ld(json.dumps(top).replace("</", "<\\/"))
        document = Document(page(URL, html))
        document.links(None), document.next_page(None), document.listed()
        read(html)


@given(TREES, st.lists(st.sampled_from(["a", "b", "0", "1", "*", "name", "offers", "@type"]), min_size=1, max_size=5))
def test_any_path_into_any_state_ends(tree: object, steps: list[str]) -> None:
    path = ".".join(steps)
    found = value_at(tree, path)
    assert found is None or isinstance(found, str | int | Decimal)
    assert len(list(values_at([tree] * 3, path))) <= 5_000
    state = json.dumps({"props": tree}).replace("</", "<\\/")
    fields = {"title": "text:A", "price": f"next:props.{path}", "likes": f"next:props.{path}", "currency": "text:EUR"}
    read(f'<script id="__NEXT_DATA__">{state}</script>', PageRules("g", URL, fields=fields))


@st.composite
def _markup(draw: st.DrawFn) -> str:
    names = st.sampled_from("div p b a img meta link time data span li object".split())
    attributes = st.sampled_from(
        "itemscope itemprop itemtype itemref itemid id href src content value datetime".split()
    )
    values = st.lists(TERMS | WORDS | st.sampled_from(["a", "b", "a b", "//["]), max_size=3).map(" ".join)
    parts = []
    for _ in range(draw(st.integers(1, 25))):
        chosen = draw(st.dictionaries(attributes, values, max_size=4))
        listed = "".join(f' {name}="{escape(value)}"' for name, value in chosen.items())
        parts.append(f"<{draw(names)}{listed}>{escape(draw(WORDS))}" if draw(st.booleans()) else f"</{draw(names)}>")
    return "".join(parts)


@given(_markup())
def test_any_microdata_is_read_or_refused(markup: str) -> None:
    html = f'<div itemscope itemtype="Product" id="a" itemref="b a"><b itemprop="name" id="b">A</b>{markup}</div>'
    Document(page(URL, html)).links(None)
    read(html)


@given(st.lists(st.tuples(st.none() | st.text(max_size=60), st.none() | st.text(max_size=60)), max_size=4))
def test_a_statement_more_never_permits_more(statements: list[tuple[str | None, str | None]]) -> None:
    order = ["deny", "review", "allow"]
    decisions = [order.index(strictest([read_rights(*one) for one in statements[:n]]).decision) for n in range(1, 5)]
    assert all(after <= before for before, after in pairwise(decisions)) or not statements
    for text, url in statements:
        both = read_rights(text, url)
        single = [read_rights(text, None), read_rights(None, url)]
        assert both.decision != "allow" or any(one.decision == "allow" for one in single)
