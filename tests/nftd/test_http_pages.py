"""Kept pages: asked for again only where they changed, and a month's requests counted."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from nftd.http import HttpSession, replayed
from nftd.pages import get_key, post_key
from scrapers import errors
from tests.nftd import http_server as server
from tests.nftd.http_server import Handler, Route, Site
from tests.nftd.memory_pages import Clock, MemoryPages
from tests.nftd.test_http_manners import LIMITS

MODIFIED = "Wed, 18 Nov 2026 10:00:00 GMT"


@pytest.fixture
def pages() -> MemoryPages:
    return MemoryPages()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(pages: MemoryPages, clock: Clock) -> Iterator[HttpSession]:
    with HttpSession(LIMITS, local=True, feed="gallery", pages=pages, clock=clock) as opened:
        yield opened


class Versioned:
    """A page with its marks, as a server that answers 304 where the client has the newest version."""

    def __init__(self, body: bytes, **marks: str) -> None:
        self.body = body
        self.marks = {name.replace("_", "-"): value for name, value in marks.items()}

    def __call__(self, handler: Handler) -> None:
        etag, modified = self.marks.get("ETag"), self.marks.get("Last-Modified")
        known = etag and handler.headers.get("If-None-Match") == etag
        known = known or (not etag and modified and handler.headers.get("If-Modified-Since") == modified)
        if known:
            handler.send(304, b"", self.marks)
        else:
            handler.send(200, self.body, {"Content-Type": "text/html; charset=iso-8859-1", **self.marks})


@pytest.mark.parametrize(
    "marks", [{"ETag": '"v1"'}, {"ETag": 'W/"v1"', "Last_Modified": MODIFIED}, {"Last_Modified": MODIFIED}]
)
def test_an_unchanged_page_comes_from_the_store(
    site: Site, session: HttpSession, pages: MemoryPages, marks: dict[str, str]
) -> None:
    url = site.route("/", Versioned(b"\xe9", **marks))
    first, second = session.get(url + "#part"), session.get(url)
    assert (first.fresh, second.fresh) == (True, False)
    assert (second.url, second.status, second.content_type, second.text()) == (url, 200, "text/html", "é")
    assert len(pages.kept[get_key(url)]) == 1, "it is not kept a second time"
    assert site.hits["/"] == 2


def test_a_changed_page_is_kept_beside_the_older_one(
    site: Site, session: HttpSession, pages: MemoryPages, clock: Clock
) -> None:
    route = Versioned(b"one", ETag='"1"')
    url = site.route("/", route)
    session.get(url)
    clock.forward(hours=1)
    route.body, route.marks = b"two", {"ETag": '"2"'}
    assert session.get(url).body == b"two"
    assert session.get(url).body == b"two"
    assert [(page.body, page.etag) for page in pages.kept[get_key(url)]] == [(b"one", '"1"'), (b"two", '"2"')]
    assert [page.fetched_at.hour for page in pages.kept[get_key(url)]] == [12, 13]


def test_a_page_without_marks_is_asked_for_in_full(site: Site, session: HttpSession, pages: MemoryPages) -> None:
    url = site.page("/", "x")
    session.get(url)
    session.get(url)
    assert all("If-None-Match" not in headers and "If-Modified-Since" not in headers for headers in site.headers)
    assert len(pages.kept[get_key(url)]) == 2


def test_marks_go_to_the_address_that_they_came_from(site: Site, session: HttpSession) -> None:
    site.route("/new", Versioned(b"x", ETag='"1"'))
    url = site.route("/old", server.redirect("/new"))
    session.get(url)
    answer = session.get(url)
    assert (answer.fresh, answer.url) == (False, site.url + "/new")
    assert [headers.get("If-None-Match") for headers in site.headers] == [None, None, None, '"1"']


def test_not_modified_without_a_question_is_no_content(site: Site, session: HttpSession) -> None:
    route: Route = Versioned(b"x", ETag='"1"')
    session.get(site.route("/", route))
    site.route("/moved", server.status(304))
    site.route("/", server.redirect("/moved"))
    with pytest.raises(errors.BadStatus):
        session.get(site.url + "/")


@pytest.mark.parametrize("mark", ["x" * 2000, '"é"', ""])
def test_a_mark_that_cannot_be_sent_back_is_dropped(site: Site, session: HttpSession, mark: str) -> None:
    url = site.route("/", lambda handler: handler.send(200, b"x", {"ETag": mark}))
    session.get(url)
    assert session.get(url).body == b"x"
    assert "If-None-Match" not in site.headers[1]


def test_questions_are_kept_by_what_they_ask(site: Site, session: HttpSession, pages: MemoryPages) -> None:
    url = site.route("/", Versioned(b"{}", ETag='"1"'))
    for offset in (0, 1, 0):
        session.post(url, {"query": "q", "offset": offset})
    keys = [post_key(url, body) for body in site.bodies]
    assert keys[0] == keys[2] != keys[1]
    assert [len(pages.kept[key]) for key in keys] == [2, 1, 2]
    assert all("If-None-Match" not in headers for headers in site.headers)


def test_failures_and_pictures_are_not_kept(site: Site, session: HttpSession, pages: MemoryPages) -> None:
    with pytest.raises(errors.Gone):
        session.get(site.url + "/nowhere")
    session.download(site.page("/a.png", b"\x89PNG", "image/png"))
    assert not pages.kept


def test_a_kept_page_replays_as_it_came(site: Site, session: HttpSession, pages: MemoryPages) -> None:
    url = site.page("/", "é".encode("cp1252"), "text/html; charset=windows-1252")
    came = session.get(url)
    again = replayed(pages.kept[get_key(url)][0])
    assert (again.url, again.status, again.content_type, again.text()) == (came.url, 200, "text/html", "é")


# --- budget ------------------------------------------------------------------------------------------


def budgeted(pages: MemoryPages, clock: Clock, budget: int) -> HttpSession:
    return HttpSession(LIMITS, local=True, feed="gallery", pages=pages, budget=budget, clock=clock)


def test_the_budget_is_spent_at_exactly_its_limit(site: Site, pages: MemoryPages, clock: Clock) -> None:
    url = site.page("/", "x")
    with budgeted(pages, clock, 3) as session:
        for _ in range(3):
            session.get(url)
        with pytest.raises(errors.BudgetSpent) as caught:
            session.get(url)
    assert site.hits["/"] == 3
    assert not caught.value.permanent
    evidence = {name: caught.value.evidence[name] for name in ("feed", "month", "limit")}
    assert evidence == {"feed": "gallery", "month": "2026-11", "limit": 3}


def test_a_new_month_has_a_new_budget_and_a_new_session_has_not(site: Site, pages: MemoryPages, clock: Clock) -> None:
    url = site.page("/", "x")
    with budgeted(pages, clock, 1) as session:
        session.get(url)
    with budgeted(pages, clock, 1) as session, pytest.raises(errors.BudgetSpent):
        session.get(url)
    clock.now = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    with budgeted(pages, clock, 1) as session:
        assert session.get(url).body == b"x"
    assert pages.spent == {("gallery", "2026-11"): 1, ("gallery", "2026-12"): 1}


def test_redirects_retries_pictures_and_robots_count(site: Site, pages: MemoryPages, clock: Clock) -> None:
    site.page("/b", "x")
    site.page("/p.png", b"x", "image/png")
    with HttpSession(LIMITS, local=True, feed="f", pages=pages, robots=True, clock=clock) as session:
        session.get(site.route("/a", server.redirect("/b")))
        session.get(site.route("/c", server.fail_first(1, b"x")))
        session.download(site.url + "/p.png")
    assert pages.spent["f", "2026-11"] == sum(site.hits.values()) == 6


def test_a_budget_runs_out_between_a_redirect_and_its_target(site: Site, pages: MemoryPages, clock: Clock) -> None:
    site.page("/b", "x")
    with budgeted(pages, clock, 1) as session, pytest.raises(errors.BudgetSpent):
        session.get(site.route("/a", server.redirect("/b")))
    assert not site.hits["/b"]


def test_threads_share_one_budget(site: Site, clock: Clock) -> None:
    class Locked(MemoryPages):
        lock = threading.Lock()

        def spend(self, feed: str, month: str, limit: int | None) -> bool:
            with self.lock:
                return super().spend(feed, month, limit)

    url, spent = site.page("/", "x"), []
    with budgeted(Locked(), clock, 5) as session:

        def ask() -> None:
            try:
                session.get(url)
            except errors.BudgetSpent as error:
                spent.append(error.code)

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert (site.hits["/"], spent) == (5, ["budget_spent"] * 7)


def test_a_budget_without_a_store_holds_for_the_session(site: Site, clock: Clock) -> None:
    site.page("/", "work")
    with HttpSession(LIMITS, local=True, feed="gallery", budget=2, clock=clock) as session:
        for _ in range(2):
            session.get(site.url)
        with pytest.raises(errors.BudgetSpent, match="made its 2 requests of 2026-11"):
            session.get(site.url)
        clock.forward(days=10)
        session.get(site.url)
    assert site.hits["/"] == 3


def test_a_key_that_a_server_echoes_in_a_redirect_is_not_kept(site: Site) -> None:
    pages = MemoryPages()
    site.page("/b", "content")
    asked = site.route("/a", server.redirect("/b?key=hush-7f3a"))
    with HttpSession(LIMITS, local=True, pages=pages) as session:
        assert "hush" not in session.get(asked, {"X-API-KEY": "hush-7f3a"}).url
    assert "hush" not in repr(pages.kept)


@pytest.mark.parametrize("local", [False, True])
def test_a_key_is_not_sent_where_all_can_read_it(local: bool) -> None:
    with HttpSession(LIMITS, local=local) as session, pytest.raises(errors.BadHeader, match="https only") as caught:
        session.get("http://api.example/a", {"X-API-KEY": "hush-7f3a"})
    assert "hush" not in f"{caught.value} {caught.value.evidence}"
