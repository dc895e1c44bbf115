"""What is read from one page: JSON-LD, OpenGraph, selectors; saved pages after schema.org's shapes."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.errors import BadMoney, ScraperError, ShapeChanged, WrongContentType
from scrapers.listing import Listing
from scrapers.money import Money
from scrapers.sites.page import PageRules, parse
from scrapers.work import whole_number, year_of
from tests.scrapers.shelf import SavedPage, page, saved

URL = "https://gallery.example/works/1"
RULES = PageRules("gallery", "https://gallery.example/")
BY_SELECTOR = PageRules(
    "gallery",
    "https://gallery.example/",
    fields={
        "title": "h1.t",
        "creator": "p.by",
        "price": ".price",
        "likes": ".hearts",
        "image": "img.work @src",
        "license": ".terms",
        "license_url": ".terms @href",
        "identifier": "i @data-id",
        "year": "i",
    },
)


def ld(node: object, head: str = "") -> SavedPage:
    return page(URL, f'<html><head>{head}<script type="application/ld+json">{json.dumps(node)}</script></head></html>')


def product(**more: object) -> SavedPage:
    return ld({"@type": "Product", "name": "A", **more})


def test_a_product_page_is_read_without_any_rule() -> None:
    found = parse(saved("product", URL), RULES)
    assert (found.market, found.market_id, found.title) == ("gallery", "QH-0017", "Quiet Harbor")
    assert (found.creator, found.series, found.year) == ("Ada Example", "Harbors", 2019)
    assert found.ask == Money.parse("0.091", "ETH"), "the sold offer is passed over, and no float came between"
    assert found.likes == 1204
    assert found.nsfw is False
    assert (found.rights.license, found.rights.share_alike) == ("CC-BY-SA-4.0", True)
    assert found.media
    assert (found.media.url, found.media.kind) == ("https://gallery.example/img/harbor.png", "photo")
    assert found.url == "https://gallery.example/works/quiet-harbor?utm_source=feed"
    assert found.invented is False


def test_a_graph_of_artwork_product_and_offer_is_one_work() -> None:
    found = parse(saved("graph", URL), RULES)
    assert (found.title, found.creator, found.supply, found.year) == ("Stone Faces", "Ana", 25, 2018)
    assert str(found.ask) == "1.234567890123456789012345 XTZ"
    assert (found.likes, found.nsfw, found.invented) == (7, True, True)
    assert found.rights.license == "CC0-1.0"
    assert found.media
    assert (found.media.kind, found.media.mime) == ("photo", "image/webp")
    assert len(found.market_id) == 20, "an @id is an address or a fragment, and never the key"


def test_an_open_graph_product_is_read_where_nothing_else_is() -> None:
    found = parse(saved("opengraph", URL), RULES)
    assert (found.title, str(found.ask), found.nsfw) == ("Night & Day", "0 XTZ", True)
    assert found.media
    assert (found.media.url, found.media.kind) == ("https://cdn.example/night.JPG", "photo")
    assert (found.likes, found.rights.reason) == (None, "none_stated")


def test_selectors_read_a_page_without_structured_data() -> None:
    found = parse(saved("rules", URL), BY_SELECTOR)
    assert (found.title, found.creator, str(found.ask), found.likes) == ("Fern in Snow", "Bo", "0.5 ETH", 31)
    assert found.media
    assert found.media.url == "https://gallery.example/shop/fern.webp", "the page's base counts"
    assert (found.market_id, found.year, found.rights.license) == ("77", 2020, "CC-BY-4.0")


def test_selectors_override_structured_data() -> None:
    rules = PageRules("gallery", "https://gallery.example/", fields={"title": "title", "price": "h1"})
    found = parse(product(offers={"price": "2", "priceCurrency": "USD"}), rules)
    assert found.title == "A", "a selector that finds nothing overrides nothing"
    assert str(found.ask) == "2 USD"
    with_both = page(
        URL,
        '<h1>€ 12.50</h1><title>B</title><script type="application/ld+json">{"@type":"Product","name":"A"}</script>',
    )
    found = parse(with_both, rules)
    assert (found.title, str(found.ask)) == ("B", "12.5 EUR")


def test_an_error_page_with_status_200_is_a_changed_shape() -> None:
    for rules in (RULES, BY_SELECTOR):
        with pytest.raises(ShapeChanged) as caught:
            parse(saved("error", URL), rules)
        assert caught.value.evidence["url"] == URL
        assert caught.value.evidence["path"] == caught.value.path
        assert "JSON-LD" in caught.value.path


def test_a_picture_in_place_of_a_page_is_a_wrong_type() -> None:
    with pytest.raises(WrongContentType):
        parse(SavedPage(URL, b"\x89PNG", "image/png"), RULES)


def test_a_work_without_a_name_is_a_changed_shape() -> None:
    with pytest.raises(ShapeChanged, match="name"):
        parse(ld({"@type": "Product", "sku": "1"}), RULES)


def test_hostile_text_is_cleaned_and_never_becomes_a_key_a_link_or_a_permission() -> None:
    found = parse(saved("hostile", URL), RULES)
    assert found.title == "txt.<script>alert(1)</script> '; DROP TABLE listing; --"
    assert found.creator == "a b c"
    assert len(found.market_id) == 20
    assert found.media is None
    assert (found.rights.decision, found.rights.reason) == ("deny", "unrecognized_text")
    assert (found.likes, found.year, str(found.ask)) == (None, None, "0.5 ETH")


def test_rights_are_never_read_from_title_or_description() -> None:
    found = parse(product(name="CC0", description="CC0-1.0", keywords="CC0"), RULES)
    assert found.rights.reason == "none_stated"
    page_license = '<link rel="license" href="https://creativecommons.org/publicdomain/zero/1.0/">'
    assert parse(ld({"@type": "Product", "name": "A"}, head=page_license), RULES).rights.decision == "deny"


def test_of_several_licenses_the_strictest_counts_and_a_notice_only_where_there_is_none() -> None:
    free, held = "https://creativecommons.org/publicdomain/zero/1.0/", "https://creativecommons.org/licenses/by-nc/4.0/"
    assert parse(product(license=[free, held]), RULES).rights.reason == "no_commercial_use"
    assert parse(product(license=free, copyrightNotice="All rights reserved"), RULES).rights.decision == "allow"
    assert parse(product(copyrightNotice="All rights reserved"), RULES).rights.reason == "all_rights_reserved"


@pytest.mark.parametrize(
    ("offers", "ask"),
    [
        ({"price": "5", "priceCurrency": "XTZ"}, "5 XTZ"),
        ({"price": 5, "priceCurrency": "XTZ"}, "5 XTZ"),
        ([{"price": "", "priceCurrency": "XTZ"}, {"price": "6", "priceCurrency": "XTZ"}], "6 XTZ"),
        ({"@type": "AggregateOffer", "lowPrice": "1e-5", "priceCurrency": "ETH"}, "0.00001 ETH"),
        ({"@type": "AggregateOffer", "offers": [{"price": "3"}], "priceCurrency": "ETH"}, "3 ETH"),
        ({"priceSpecification": {"price": "4", "priceCurrency": "USD"}}, "4 USD"),
        ({"price": "4", "priceCurrency": "USD", "availability": "SoldOut"}, None),
        ({"price": None, "priceCurrency": "USD"}, None),
        ({"price": True, "priceCurrency": "USD"}, None),
        ("https://gallery.example/offer", None),
        ([], None),
        (None, None),
    ],
)
def test_the_ask_is_the_first_offer_that_can_be_taken(offers: object, ask: str | None) -> None:
    found = parse(product(offers=offers), RULES)
    assert (str(found.ask) if found.ask else None) == ask


@pytest.mark.parametrize(
    "offer",
    [
        {"price": "5"},
        {"price": "5", "priceCurrency": "$"},
        {"price": "price on request", "priceCurrency": "USD"},
        {"price": -1, "priceCurrency": "USD"},
        {"price": "1,234", "priceCurrency": "USD"},
        {"price": float("nan"), "priceCurrency": "USD"},
    ],
)
def test_a_price_that_cannot_be_read_exactly_is_bad_money(offer: object) -> None:
    with pytest.raises(BadMoney):
        parse(product(offers=offer), RULES)


def test_counts_and_years_are_read_as_written_or_not_at_all() -> None:
    assert [whole_number(value) for value in (0, "12", "1,204", Decimal("3.0"), Decimal("4E+2"))] == [
        0,
        12,
        1204,
        3,
        400,
    ]
    absurd = (None, True, -1, "-1", "1.5", Decimal("1.5"), "1,2", 2**60, "", [1], Decimal("NaN"), Decimal("1e400"), 1.0)
    assert [whole_number(value) for value in absurd] == [None] * len(absurd)
    assert [year_of(value) for value in ("2018", "2018-05-01", 2158, " 1 ", "2019-01-01T00:00:00Z")] == [
        2018,
        2018,
        2158,
        1,
        2019,
    ]
    assert [year_of(value) for value in (None, "May 2018", "20181", True, 2018.5, -5, "2018-123")] == [None] * 7


def test_of_several_works_on_a_page_the_one_with_its_address_is_meant() -> None:
    works = [
        {"@type": "Product", "name": "Other", "url": "/works/2"},
        {"@type": "Product", "name": "This", "url": "/works/1"},
    ]
    assert parse(ld(works), RULES).title == "This"
    assert parse(ld([{**works[0]}, {"@type": "Product", "name": "Nameless"}]), RULES).title == "Other"


def test_an_offer_that_stands_by_itself_belongs_to_the_work_it_names() -> None:
    offer = {"@type": "Offer", "price": "7", "priceCurrency": "USD", "itemOffered": {"@id": "#w"}}
    found = parse(
        ld([{"@type": "VisualArtwork", "@id": "#w", "name": "A"}, {"@type": "Product", "name": "A"}, offer]), RULES
    )
    assert str(found.ask) == "7 USD"
    around = {"@type": "Offer", "price": "8", "priceCurrency": "USD", "itemOffered": {"@type": "Product", "name": "B"}}
    assert str(parse(ld(around), RULES).ask) == "8 USD"


def test_everything_kept_as_evidence_is_json_without_floats() -> None:
    for name in ("product", "graph", "opengraph", "hostile"):
        found = parse(saved(name, URL), RULES)
        assert not has_float(found.raw)
        json.dumps(found.to_json())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["Product", "VisualArtwork", "Offer", "ItemList", "LikeAction", "#a", "ETH", "0.5", "https://x.example/1.png"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            "@type @id @graph @value name sku identifier image contentUrl encodingFormat offers price lowPrice "
            "priceCurrency priceSpecification availability license url creator dateCreated value video item "
            "interactionStatistic interactionType userInteractionCount isFamilyFriendly isPartOf artEdition "
            "itemListElement itemOffered copyrightNotice".split()
        ),
        inner,
        max_size=6,
    ),
    max_leaves=24,
)  # fmt: skip


@given(JSON, JSON)
@settings(max_examples=60)
def test_no_json_ld_crashes_and_none_yields_a_float(first: object, second: object) -> None:
    node = {
        "@type": "Product",
        "name": "A",
        "offers": first,
        "interactionStatistic": second,
        "license": second,
        "image": first,
    }
    for block in (first, [first, second], node, {**(first if isinstance(first, dict) else {}), "@type": ["Product"]}):
        try:
            found = parse(ld(block), RULES)
        except ScraperError:
            continue
        assert isinstance(found, Listing)
        assert not any(has_float(getattr(found, name)) for name in Listing.__slots__)
        assert not has_float(found.ask.base if found.ask else None)
        json.dumps(found.to_json())


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_parser(data: bytes) -> None:
    for body in (data, b'<script type="application/ld+json">' + data, b"<meta property=og:title content=" + data):
        try:
            parse(SavedPage(URL, body), BY_SELECTOR)
        except ScraperError:
            continue


def test_deep_and_wide_structures_are_bounded() -> None:
    deep = "[" * 100_000
    with pytest.raises(ShapeChanged):
        parse(page(URL, f'<script type="application/ld+json">{deep}</script>'), RULES)
    with pytest.raises(ShapeChanged):
        parse(page(URL, "<div>" * 50_000), RULES)
    many = [{"@type": "Product", "name": str(number)} for number in range(12_000)]
    assert parse(ld(many), RULES).title == "0"


def has_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(has_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_float, value))
    return isinstance(value, float)
