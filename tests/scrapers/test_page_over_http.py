"""A whole gallery over real HTTP: PageSource through nftd's own session, with everything that goes wrong."""

import json
from collections.abc import Iterator

import pytest

from nftd.http import HttpLimits, HttpSession
from scrapers import errors
from scrapers.listing import Listing, Problem
from scrapers.sites.page import PageRules, PageSource
from scrapers.source import listings
from tests.nftd import http_server as server
from tests.nftd.http_server import Site

LIMITS = HttpLimits(
    user_agent="nftd/test", read_seconds=1.5, total_seconds=2.5, back_off_seconds=0.0, interval_seconds=0.0
)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def session() -> Iterator[HttpSession]:
    with HttpSession(LIMITS, local=True) as opened:
        yield opened


def put_work(site: Site, number: int) -> None:
    node = {
        "@type": ["VisualArtwork", "Product"],
        "sku": f"w-{number}",
        "name": f"Work {number}",
        "image": f"/img/{number}.png",
        "offers": {"@type": "Offer", "price": f"{number}.5", "priceCurrency": "XTZ"},
    }
    site.page(f"/works/{number}", f'<script type="application/ld+json">{json.dumps(node)}</script>')
    site.page(f"/img/{number}.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png")


def put_index(site: Site, path: str, numbers: range, following: str | None) -> None:
    links = "".join(f'<li><a href="/works/{number}">w</a></li>' for number in numbers)
    head = f'<link rel="next" href="{following}">' if following else ""
    site.page(path, f"<html><head>{head}</head><body><ul>{links}</ul></body></html>")


def run(site: Site, session: HttpSession) -> list[Listing | Problem]:
    return list(listings(PageSource(PageRules("gallery", site.url + "/", links="li a")), session))


def test_a_gallery_is_read_through_all_its_pages_and_pictures(site: Site, session: HttpSession) -> None:
    put_index(site, "/", range(1, 4), "/page-2")
    put_index(site, "/page-2", range(4, 6), None)
    for number in range(1, 6):
        put_work(site, number)
    works = [item for item in run(site, session) if isinstance(item, Listing)]
    assert [str(work.ask) for work in works] == ["1.5 XTZ", "2.5 XTZ", "3.5 XTZ", "4.5 XTZ", "5.5 XTZ"]
    for work in works:
        assert work.media
        assert session.download(work.media.url).content_type == "image/png"
    assert len(site.clients) == 1, "one connection serves them all"


def test_every_bad_work_is_one_problem_with_its_code(site: Site, session: HttpSession) -> None:
    put_index(site, "/", range(1, 10), None)
    for number in range(1, 10):
        put_work(site, number)
    site.route("/works/1", server.status(500))
    site.route("/works/2", server.hang)
    site.route("/works/3", server.truncated)
    site.route("/works/4", server.status(404))
    site.page("/works/5", "<h1>Something went wrong</h1>")
    site.route("/works/6", server.redirect("http://10.0.0.1/admin"))
    site.route("/works/7", server.packed(bytes(30_000_000)))
    site.route("/works/8", server.drip_body)
    found = run(site, session)
    assert [item.market_id for item in found if isinstance(item, Listing)] == ["w-9"]
    assert [item.code for item in found if isinstance(item, Problem)] == [
        "server_error",
        "timeout",
        "truncated",
        "not_found",
        "shape_changed",
        "not_public_address",
        "too_large",
        "timeout",
    ]


def test_a_gallery_that_repeats_for_ever_ends(site: Site, session: HttpSession) -> None:
    put_work(site, 1)
    site.page("/", '<link rel="next" href="/"><li><a href="/works/1">w</a></li>')

    def forever(handler: server.Handler) -> None:
        number = len(site.requests)
        body = f'<link rel="next" href="/again?n={number}"><li><a href="/works/1">w</a></li>'.encode()
        handler.send(200, body, {"Content-Type": "text/html"})

    assert [item.code for item in run(site, session) if isinstance(item, Problem)] == ["paging_loop"]
    site.route("/", forever)
    site.route("/again", forever)
    assert [item.code for item in run(site, session) if isinstance(item, Problem)] == ["paging_loop"]


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        (server.status(500), errors.ServerError),
        (server.hang, errors.TimedOut),
        (server.status(429, Retry_After="60"), errors.Blocked),
        (server.status(403, cf_mitigated="challenge"), errors.Blocked),
        (server.packed(b"<h1>Something went wrong</h1>"), errors.ShapeChanged),
        (server.redirect("http://169.254.169.254/"), errors.NotPublicAddress),
    ],
)
def test_a_gallery_that_cannot_be_read_at_all_ends_with_one_typed_error(
    site: Site, session: HttpSession, route: server.Route, kind: type[errors.ScraperError]
) -> None:
    site.route("/", route)
    with pytest.raises(kind):
        run(site, session)
