"""robots.txt: what it forbids, what it asks for, and what happens where it cannot be read."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nftd.http import HttpSession
from nftd.http.answer import Answer
from nftd.http.limits import Ask, HttpLimits
from nftd.http.robots import Robots
from nftd.pages import robots_key
from scrapers import errors
from tests.nftd import http_server as server
from tests.nftd.http_server import Handler, Route, Site
from tests.nftd.memory_pages import Clock, MemoryPages
from tests.nftd.test_http_manners import CHALLENGES, LIMITS, html


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.page("/works/1", "art")
        yield running


@pytest.fixture
def session() -> Iterator[HttpSession]:
    with HttpSession(LIMITS, local=True, robots=True) as opened:
        yield opened


def rules(site: Site, *lines: str) -> None:
    site.page("/robots.txt", "\n".join(lines), "text/plain")


def may(site: Site, session: HttpSession, path: str) -> bool:
    site.page(path.partition("?")[0], "x")
    try:
        session.get(site.url + path)
    except errors.RobotsDenied:
        return False
    return True


# --- what the rules say ------------------------------------------------------------------------------


def test_what_is_forbidden_is_not_asked_for(site: Site, session: HttpSession) -> None:
    rules(site, "User-agent: *", "Disallow: /works/", "Allow: /works/open")
    with pytest.raises(errors.RobotsDenied) as caught:
        session.get(site.url + "/works/1")
    assert (caught.value.code, caught.value.permanent) == ("robots_denied", True)
    assert may(site, session, "/works/open")
    assert may(site, session, "/about")
    assert site.hits == {"/robots.txt": 1, "/works/open": 1, "/about": 1}, "asked for once"


def test_rules_govern_pictures_and_questions_too(site: Site, session: HttpSession) -> None:
    rules(site, "User-agent: *", "Disallow: /")
    with pytest.raises(errors.RobotsDenied):
        session.download(site.page("/a.png", b"x", "image/png"))
    with pytest.raises(errors.RobotsDenied):
        session.post(site.url + "/works/1", {})


def test_a_session_that_need_not_obey_asks_for_no_rules(site: Site) -> None:
    rules(site, "User-agent: *", "Disallow: /")
    with HttpSession(LIMITS, local=True) as session:
        assert session.get(site.url + "/works/1").body == b"art"
    assert not site.hits["/robots.txt"]


@pytest.mark.parametrize(
    ("lines", "path", "allowed"),
    [
        (["User-agent: nftd", "Disallow: /", "User-agent: *", "Allow: /"], "/a", False),
        (["User-agent: NFTD/2.0", "Disallow: /"], "/a", False),
        (["User-agent: *", "Disallow: /", "User-agent: nftd", "Allow: /"], "/a", True),
        (["User-agent: nft", "Disallow: /"], "/a", True),
        (["User-agent: nftdbot", "Disallow: /"], "/a", True),
        (["User-agent: googlebot", "Disallow: /"], "/a", True),
        (["User-agent: googlebot", "User-agent: *", "Disallow: /a"], "/a", False),
        (["User-agent: googlebot", "Disallow: /b", "", "User-agent: *", "Disallow: /a"], "/b", True),
        (["User-agent: *", "Disallow: /*.php$"], "/x.php", False),
        (["User-agent: *", "Disallow: /*.php$"], "/x.php5", True),
        (["User-agent: *", "Disallow: /*?sort="], "/list?sort=asc", False),
        (["User-agent: *", "Disallow:"], "/a", True),
        (["user agent *", "disallow /a"], "/a", False),
        (["User-agent: * # all", "Disallow: /a # this"], "/a", False),
        (["Disallow: /a"], "/a", True),
    ],
)
def test_groups_and_patterns(site: Site, session: HttpSession, lines: list[str], path: str, allowed: bool) -> None:
    rules(site, *lines)
    assert may(site, session, path) is allowed


def test_the_target_of_a_redirect_has_the_rules_of_its_own_site(site: Site, session: HttpSession) -> None:
    with Site() as other:
        rules(other, "User-agent: *", "Disallow: /secret")
        other.page("/secret", "x")
        with pytest.raises(errors.RobotsDenied):
            session.get(site.route("/a", server.redirect(other.url + "/secret")))
        assert other.hits == {"/robots.txt": 1}


# --- pauses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["Crawl-delay: 0.4", "Request-rate: 5/2"])
def test_the_pause_that_a_site_asks_for_is_kept(site: Site, line: str) -> None:
    rules(site, "User-agent: *", line)
    with HttpSession(LIMITS, local=True, robots=True, resolve=lambda _host, _port: ["127.0.0.1"]) as session:
        start = time.monotonic()
        for _ in range(2):
            session.get(f"http://gallery.test:{site.port}/works/1")
        assert 0.8 <= time.monotonic() - start < 5, "one pause behind robots.txt, one behind the first page"


def test_waiting_for_a_turn_takes_nothing_off_the_time_of_a_request(site: Site) -> None:
    rules(site, "User-agent: *", "Crawl-delay: 0.7")
    limits = replace(LIMITS, total_seconds=0.5, read_seconds=0.5)
    with HttpSession(limits, local=True, robots=True, resolve=lambda _host, _port: ["127.0.0.1"]) as session:
        site.route("/a", server.redirect("/works/1"))
        assert session.get(f"http://gallery.test:{site.port}/a").body == b"art"


@pytest.mark.parametrize("line", ["Crawl-delay: 86400", "Request-rate: 1/1d", f"Request-rate: 1/{'9' * 400}"])
def test_a_pause_that_nobody_waits_for_closes_the_site(site: Site, session: HttpSession, line: str) -> None:
    rules(site, "User-agent: *", line)
    with pytest.raises(errors.RobotsDenied, match="between two requests"):
        session.get(site.url + "/works/1")


@pytest.mark.parametrize(
    "line", ["Crawl-delay: -5", "Crawl-delay: nan", "Crawl-delay: inf", "Crawl-delay: soon", "Request-rate: 0/0"]
)
def test_a_pause_that_is_no_number_is_none(site: Site, session: HttpSession, line: str) -> None:
    rules(site, "User-agent: *", line)
    assert session.get(site.url + "/works/1").body == b"art"


# --- where there are none, or none can be read --------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_a_site_without_rules_allows_everything(site: Site, session: HttpSession, status: int) -> None:
    site.route("/robots.txt", server.status(status))
    assert session.get(site.url + "/works/1").body == b"art"
    assert session.get(site.url + "/works/1").body == b"art"
    assert site.hits["/robots.txt"] == 1


@pytest.mark.parametrize(
    "route", [server.status(500), server.status(503, Retry_After="99"), server.truncated, server.packed(b"x", "br")]
)
def test_a_site_whose_rules_cannot_be_read_is_left_alone(site: Site, session: HttpSession, route: Route) -> None:
    site.route("/robots.txt", route)
    for _ in range(3):
        with pytest.raises(errors.RobotsUnreachable) as caught:
            session.get(site.url + "/works/1")
    assert (caught.value.code, caught.value.permanent) == ("robots_unreachable", False)
    assert site.url + "/robots.txt" in str(caught.value)
    assert not site.hits["/works/1"]
    assert site.hits["/robots.txt"] <= LIMITS.attempts, "the pages do not each ask again"


def test_rules_that_hang_leave_the_site_alone(site: Site) -> None:
    site.route("/robots.txt", server.hang)
    limits = replace(LIMITS, read_seconds=0.3, total_seconds=0.5)
    with HttpSession(limits, local=True, robots=True) as session, pytest.raises(errors.RobotsUnreachable) as caught:
        session.get(site.url + "/works/1")
    assert caught.value.evidence["cause"] == "timeout"


def test_a_site_is_asked_again_after_an_hour(site: Site) -> None:
    clock = Clock()
    site.route("/robots.txt", server.status(500))
    with HttpSession(LIMITS, local=True, robots=True, clock=clock) as session:
        with pytest.raises(errors.RobotsUnreachable):
            session.get(site.url + "/works/1")
        rules(site, "User-agent: *", "Allow: /")
        clock.forward(minutes=59)
        with pytest.raises(errors.RobotsUnreachable):
            session.get(site.url + "/works/1")
        clock.forward(minutes=2)
        assert session.get(site.url + "/works/1").body == b"art"


def test_too_many_requests_and_a_challenge_for_the_rules_are_the_sites_refusal(site: Site) -> None:
    for route, wait in ((server.status(429, Retry_After="77"), 77), (html(CHALLENGES["Cloudflare"], 403), 6 * 3600)):
        site.route("/robots.txt", route)
        with HttpSession(LIMITS, local=True, robots=True) as session:
            for _ in range(2):
                with pytest.raises(errors.Blocked) as caught:
                    session.get(site.url + "/works/1")
                assert caught.value.retry_after
                assert wait - 60 < caught.value.retry_after <= wait
    assert site.hits == {"/robots.txt": 2}


@pytest.mark.parametrize("target", ["/robots.txt", "ftp://example.org/", ""])
def test_rules_that_lead_nowhere_are_none(site: Site, session: HttpSession, target: str) -> None:
    site.route("/robots.txt", server.redirect(target))
    assert session.get(site.url + "/works/1").body == b"art"


def test_rules_behind_a_redirect_count(site: Site, session: HttpSession) -> None:
    site.page("/other.txt", "User-agent: *\nDisallow: /works", "text/plain")
    site.route("/robots.txt", server.redirect("/other.txt"))
    with pytest.raises(errors.RobotsDenied):
        session.get(site.url + "/works/1")


def test_rules_that_lead_to_a_private_address_open_no_way_there(site: Site, session: HttpSession) -> None:
    site.route("/robots.txt", server.redirect("http://169.254.169.254/robots.txt"))
    with pytest.raises(errors.NotPublicAddress):
        session.get(site.url + "/works/1")


# --- hostile files -----------------------------------------------------------------------------------


def test_of_a_huge_file_the_start_counts(site: Site, session: HttpSession) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        data = b"User-agent: *\nDisallow: /works\n" + b"#" * 65536
        while (
            handler.write(f"{len(data):x}\r\n".encode() + data + b"\r\n") and not handler.server.site.closing.is_set()
        ):
            data = b"#" * 65536

    site.route("/robots.txt", endless)
    assert not may(site, session, "/works/1")
    assert may(site, session, "/about")


def test_a_packed_bomb_is_read_no_further_than_any_other(site: Site, session: HttpSession) -> None:
    body = b"User-agent: *\nDisallow: /works\n" + b"#" * 100_000_000
    site.route("/robots.txt", server.packed(body, content_type="text/plain"))
    assert not may(site, session, "/works/1")
    assert may(site, session, "/about")


@pytest.mark.parametrize(
    "body",
    [
        bytes(range(256)) * 40,
        b"<!doctype html><title>Not found</title><p>Disallow: /",
        b"\xff\xfeU\x00s\x00e\x00r\x00",
        b"",
    ],
)
def test_garbage_forbids_nothing(site: Site, session: HttpSession, body: bytes) -> None:
    site.page("/robots.txt", body, "application/octet-stream")
    assert session.get(site.url + "/works/1").body == b"art"


def test_a_byte_order_mark_hides_no_rule(site: Site, session: HttpSession) -> None:
    site.page("/robots.txt", b"\xef\xbb\xbfUser-agent: *\nDisallow: /works", "text/plain")
    assert not may(site, session, "/works/1")


@pytest.mark.parametrize(
    "lines",
    [
        [*(f"User-agent: a{n}" for n in range(15_000)), *(f"Disallow: /{n}" for n in range(15_000))],
        [*(f"useragent b{n}" for n in range(15_000)), *(f"Disallow: /{n}" for n in range(15_000))],
        ["User-agent: *", *(f"Disallow: /{'*a' * 60}{n}$" for n in range(3_000))],
        ["User-agent: *", "Disallow: /" + "*a" * 200_000],
    ],
)  # fmt: skip
def test_no_file_takes_long(site: Site, session: HttpSession, lines: list[str]) -> None:
    rules(site, *lines, "User-agent: nftd", "Disallow: /works")
    url = site.page("/" + "a" * 2000, "x")
    start = time.process_time()
    session.get(url)
    assert time.process_time() - start < 4


FRAGMENTS = st.sampled_from(
    ["User-agent:", "user agent ", "nftd", "*", "Disallow:", "Allow:", "/", "$", "%", "%2F", "%zz", "?", "http://[",
     "Crawl-delay:", "Request-rate:", "1/5s", "9" * 30, "0000-2400", "\n", "\r", "\x85", " ", "#", "é", "\0",
     "Sitemap:"]
)  # fmt: skip


@given(st.lists(FRAGMENTS | st.text(max_size=5), max_size=60).map("".join))
def test_no_rules_give_another_error_than_a_denial(text: str) -> None:
    def fetch(url: str, _ask: Ask) -> Answer:
        return Answer(url, 200, "text/plain", None, text.encode("utf-8", "replace"))

    robots = Robots(fetch, None, Clock(), HttpLimits(user_agent="nftd"))
    for path in ("/", "/a%20b?c=%zz&d=[", "/%C3%A9"):
        try:
            delay = robots.delay(httpx.URL(f"https://gallery.example{path}"))
        except errors.RobotsDenied:
            continue
        assert 0 <= delay <= 60


# --- once a day --------------------------------------------------------------------------------------


def test_rules_are_kept_for_a_day_also_over_sessions(site: Site) -> None:
    pages, clock = MemoryPages(), Clock()

    def visit() -> None:
        with HttpSession(LIMITS, local=True, feed="g", pages=pages, robots=True, clock=clock) as session:
            session.get(site.url + "/works/1")

    rules(site, "User-agent: *", "Allow: /")
    visit()
    clock.forward(hours=23)
    visit()
    assert site.hits["/robots.txt"] == 1
    rules(site, "User-agent: *", "Disallow: /works")
    clock.forward(hours=2)
    with pytest.raises(errors.RobotsDenied):
        visit()
    assert site.hits["/robots.txt"] == 2
    assert [page.status for page in pages.kept[robots_key(site.url)]] == [200, 200]


def test_a_long_session_looks_again_after_a_day(site: Site) -> None:
    clock = Clock()
    with HttpSession(LIMITS, local=True, robots=True, clock=clock) as session:
        session.get(site.url + "/works/1")
        rules(site, "User-agent: *", "Disallow: /works")
        clock.forward(hours=25)
        with pytest.raises(errors.RobotsDenied):
            session.get(site.url + "/works/1")


def test_that_there_are_none_is_kept_too(site: Site) -> None:
    pages, clock = MemoryPages(), Clock()
    for _ in range(2):
        with HttpSession(LIMITS, local=True, pages=pages, robots=True, clock=clock) as session:
            session.get(site.url + "/works/1")
    assert site.hits["/robots.txt"] == 1
    assert pages.kept[robots_key(site.url)][0].status == 404


def test_unchanged_rules_are_good_for_another_day(site: Site) -> None:
    pages, clock = MemoryPages(), Clock()

    def marked(handler: Handler) -> None:
        known = handler.headers.get("If-None-Match") == '"1"'
        handler.send(304 if known else 200, b"" if known else b"User-agent: *\nDisallow: /x", {"ETag": '"1"'})

    site.route("/robots.txt", marked)
    for hours in (25, 23):
        with HttpSession(LIMITS, local=True, pages=pages, robots=True, clock=clock) as session:
            assert not may(site, session, "/x")
        clock.forward(hours=hours)
    with HttpSession(LIMITS, local=True, pages=pages, robots=True, clock=clock) as session:
        assert not may(site, session, "/x")
    assert site.hits["/robots.txt"] == 2
    assert [page.body for page in pages.kept[robots_key(site.url)]] == [b"User-agent: *\nDisallow: /x"] * 2


def test_a_page_from_the_future_is_not_trusted(site: Site) -> None:
    pages, clock = MemoryPages(), Clock()
    for back in (72, 0):
        with HttpSession(LIMITS, local=True, pages=pages, robots=True, clock=clock) as session:
            session.get(site.url + "/works/1")
        clock.forward(hours=-back)
    assert site.hits["/robots.txt"] == 2


def test_several_threads_ask_once(site: Site, session: HttpSession) -> None:
    rules(site, "User-agent: *", "Allow: /")
    threads = [threading.Thread(target=session.get, args=(site.url + "/works/1",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert site.hits == {"/robots.txt": 1, "/works/1": 8}
