"""Addresses: resolved safely, compared by site, and turned into keys that survive a move of the host."""

from urllib.parse import urldefrag, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.address import address_digest, resolve, site_of

BASE = "https://gallery.example/list/?page=1"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("works/1", "https://gallery.example/list/works/1"),
        ("/works/1#top", "https://gallery.example/works/1"),
        ("?page=2", "https://gallery.example/list/?page=2"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        (" http://other.example ", "http://other.example"),
        ("../../../x", "https://gallery.example/x"),
        ("", BASE),
    ],
)
def test_references_are_resolved_against_their_page(reference: str, url: str) -> None:
    assert resolve(BASE, reference) == url


@pytest.mark.parametrize(
    "reference",
    ["javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "file:///etc/passwd", "ftp://x.example/", "http://[",
     "http://", "http://x.example:99999/", "http://x.example:0/", "/a b", "/a\x00b", "/" + "x" * 5000],
)  # fmt: skip
def test_what_is_no_web_address_is_none(reference: str) -> None:
    assert resolve(BASE, reference) is None


def test_http_and_https_on_their_own_ports_are_one_site_and_other_ports_are_not() -> None:
    assert site_of("http://a.example/") == site_of("https://A.example:443/x")
    assert len({site_of(f"http://a.example{port}/") for port in ("", ":8080", ":443")}) == 3
    assert site_of("http://a.example") != site_of("http://www.a.example")


def test_the_key_of_an_address_ignores_host_tracking_and_order_of_parameters() -> None:
    key = address_digest("https://a.example/piece?id=1&b=2")
    assert address_digest("http://127.0.0.1:999/piece/?b=2&id=1&utm_source=x&ref=y") == key
    others = ["https://a.example/piece?id=2&b=2", "https://a.example/Piece?id=1&b=2", "https://a.example/piece"]
    assert len({key, *map(address_digest, others), address_digest("https://a.example/piece", "Title")}) == 5


@given(st.text(max_size=60))
def test_no_reference_crashes_and_what_resolves_can_be_compared_and_keyed(reference: str) -> None:
    url = resolve(BASE, reference)
    if url is not None:
        assert url.startswith(("http://", "https://"))
        assert site_of(url)
        assert len(address_digest(url)) == 20


@given(
    st.sampled_from(["https://a.example/", "http://a.example:80/x/y?q=1#f", "https://A.example/", "http://u@a/"])
    | st.text("ahtps:/.@?#0 []", max_size=12).map("http://a".__add__),
    st.text("a/.?#%=&:@ \\\u00e9", max_size=10).map("/".__add__) | st.text("a/.?#:", max_size=8),
)
def test_links_are_resolved_as_the_standard_library_does(base: str, reference: str) -> None:
    found = resolve(base, reference)
    try:
        plain = urldefrag(urljoin(base, reference.strip())).url
    except ValueError:
        plain = None
    assert found in {None, plain}
