"""Questions in JSON, keys in headers, retries, and sites that show a challenge or a form to log in."""

import gzip
import json
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate

import pytest

from nftd.http import HttpLimits, HttpSession
from scrapers import errors
from tests.nftd import http_server as server
from tests.nftd.http_server import Handler, Route, Site

KEY = "sk-live-4242-secret"
LIMITS = HttpLimits(
    user_agent="nftd/test (mailto:someone@example.org)",
    max_page_bytes=200_000,
    max_download_bytes=200_000,
    back_off_seconds=0.0,
    interval_seconds=0.0,
)


@pytest.fixture
def session() -> Iterator[HttpSession]:
    with HttpSession(LIMITS, local=True) as opened:
        yield opened


def html(body: str, status: int = 200, **headers: str) -> Route:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(status, body.encode(), {"Content-Type": "text/html", **named})


# --- questions ---------------------------------------------------------------------------------------


def test_a_question_goes_out_as_json_and_its_answer_comes_back(site: Site, session: HttpSession) -> None:
    url = site.page("/graphql", '{"data": []}', "application/json")
    answer = session.post(url, {"query": "{ é }", "variables": {"b": 1, "a": None}})
    assert (answer.status, answer.text()) == (200, '{"data": []}')
    assert json.loads(site.bodies[0]) == {"query": "{ é }", "variables": {"a": None, "b": 1}}
    assert site.headers[0]["Content-Type"] == "application/json"
    assert site.headers[0]["Accept"].startswith("application/json")


def test_a_question_is_asked_again_after_a_server_error(site: Site, session: HttpSession) -> None:
    assert session.post(site.route("/", server.fail_first(2, b"{}")), {"n": 1}).body == b"{}"
    assert site.bodies == [b'{"n":1}'] * 3


def test_what_is_no_json_is_not_sent(site: Site, session: HttpSession) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        session.post(site.page("/", "{}"), {"n": float("nan")})
    assert not site.hits


@pytest.mark.parametrize("code", [301, 302, 303])
def test_a_question_does_not_follow_a_redirect_that_would_turn_it_into_another(
    site: Site, session: HttpSession, code: int
) -> None:
    site.page("/b", "{}", "application/json")
    with pytest.raises(errors.BadRedirect) as caught:
        session.post(site.route("/a", server.redirect("/b", code)), {"n": 1})
    assert caught.value.evidence["location"] == site.url + "/b"
    assert not site.hits["/b"]


@pytest.mark.parametrize("code", [307, 308])
def test_a_question_follows_a_redirect_that_keeps_it_on_the_same_server_only(
    site: Site, session: HttpSession, code: int
) -> None:
    site.page("/b", "{}", "application/json")
    assert session.post(site.route("/a", server.redirect("/b", code)), {"n": 1}).url == site.url + "/b"
    assert site.bodies == [b'{"n":1}'] * 2
    with Site() as other:
        other.page("/", "{}", "application/json")
        with pytest.raises(errors.BadRedirect):
            session.post(site.route("/c", server.redirect(other.url + "/", code)), {"n": 1})
        assert not other.hits


# --- headers and keys --------------------------------------------------------------------------------


def test_the_callers_headers_are_sent_and_may_name_another_type(site: Site, session: HttpSession) -> None:
    session.get(site.page("/", "{}"), headers={"X-API-KEY": KEY, "accept": "application/json"})
    assert site.headers[0]["X-API-KEY"] == KEY
    assert [value for name, value in site.headers[0].items() if name.lower() == "accept"] == ["application/json"]


def test_a_key_stays_with_the_server_that_it_is_for(site: Site, session: HttpSession) -> None:
    with Site() as other:
        other.page("/", "{}")
        site.route("/a", server.redirect("/b"))
        site.route("/b", server.redirect(other.url + "/"))
        session.get(site.url + "/a", headers={"X-API-KEY": KEY})
        assert [headers.get("X-API-KEY") for headers in site.headers] == [KEY, KEY]
        assert "X-API-KEY" not in other.headers[0]


def test_a_key_does_not_come_back_once_a_redirect_has_left_its_server(site: Site, session: HttpSession) -> None:
    with Site() as other:
        other.route("/", server.redirect(site.url + "/b"))
        site.page("/b", "{}")
        session.get(site.route("/a", server.redirect(other.url + "/")), headers={"X-API-KEY": KEY})
        assert ["X-API-KEY" in headers for headers in site.headers] == [True, False]


@pytest.mark.parametrize("value", [f"{KEY}\n", f"{KEY}\r\nX-Evil: 1", f" {KEY}", f"{KEY}é", "", "x" * 5000])
def test_a_key_that_cannot_be_sent_is_an_error_without_the_key(site: Site, session: HttpSession, value: str) -> None:
    with pytest.raises(errors.BadHeader) as caught:
        session.get(site.page("/", "x"), headers={"X-API-KEY": value})
    assert "X-API-KEY" in str(caught.value)
    assert KEY not in str(caught.value) + repr(caught.value.evidence)
    assert not site.hits


@pytest.mark.parametrize(
    "name", ["Host", "user-agent", "Content-Length", "Cookie", "Transfer-Encoding", "a b", "", "x:"]
)
def test_a_caller_cannot_set_what_the_request_says_of_itself(site: Site, session: HttpSession, name: str) -> None:
    with pytest.raises(errors.BadHeader):
        session.get(site.page("/", "x"), headers={name: "1"})
    assert not site.hits


def echoed_location(handler: Handler) -> None:
    handler.send(
        302, b"", {"Location": f"ftp://{handler.headers['X-API-KEY']}.example/?k={handler.headers['X-API-KEY']}"}
    )


def echoed_encoding(handler: Handler) -> None:
    handler.send(200, b"x", {"Content-Encoding": str(handler.headers["X-API-KEY"])})


def echoed_path(handler: Handler) -> None:
    handler.send(302, b"", {"Location": f"/missing/{handler.headers['X-API-KEY']}"})


ECHOES = [echoed_location, echoed_encoding, echoed_path, server.status(401), server.status(500), server.truncated]


@pytest.mark.parametrize("route", ECHOES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_error_shows_a_key_even_where_the_server_repeats_it(
    site: Site, session: HttpSession, route: Route, method: str
) -> None:
    url, headers = site.route("/", route), {"X-API-KEY": KEY}
    with pytest.raises(errors.FetchError) as caught:
        session.get(url, headers) if method == "get" else session.post(url, {}, headers)
    assert KEY not in f"{caught.value} {caught.value!r} {caught.value.evidence} {caught.value.url}"


# --- retries -----------------------------------------------------------------------------------------


def test_retries_wait_twice_as_long_each_time_and_never_quite_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(seed: int) -> list[float]:
        slept: list[float] = []
        monkeypatch.setattr(time, "sleep", slept.append)
        limits = replace(LIMITS, back_off_seconds=8.0, attempts=4)
        with HttpSession(limits, local=True, dice=random.Random(seed)) as session, pytest.raises(errors.ServerError):
            session.get(site.route("/", server.status(500)))
        monkeypatch.undo()
        return slept

    first = waits(1)
    assert first == waits(1) != waits(2)
    assert [8 * 2**n * 0.5 <= one <= 8 * 2**n * 1.5 for n, one in enumerate(first)] == [True] * 3


@pytest.mark.parametrize("header", ["90", "date"])
@pytest.mark.parametrize("code", [429, 503])
def test_a_named_wait_is_handed_on_and_not_sat_out(site: Site, session: HttpSession, code: int, header: str) -> None:
    value = formatdate(time.time() + 90.5, usegmt=True) if header == "date" else header
    with pytest.raises(errors.FetchError) as caught:
        session.get(site.route("/", server.status(code, Retry_After=value)))
    wait = caught.value.evidence["retry_after"]
    assert isinstance(wait, int)
    assert 80 <= wait <= 90
    assert site.hits["/"] == 1


# --- challenges and forms to log in ------------------------------------------------------------------

CHALLENGES = {
    "Cloudflare": "<title>Just a moment...</title><script>window._cf_chl_opt={cvId:'3'};</script>",
    "DataDome": "<p>Please enable JS</p><script src='https://ct.captcha-delivery.com/c.js'></script>",
    "HUMAN": '<title>Access to this page has been denied</title><div id="px-captcha"></div>',
    "AWS WAF": '<script>window.gokuProps = {"key":"x"};</script>',
    "Imperva": "<p>Request unsuccessful. Incapsula incident ID: 7-42</p>",
    "Anubis": '<script id="anubis_challenge" type="application/json">{}</script>',
    "DDoS-Guard": "<title>DDoS-Guard</title>",
    "Vercel": "<title>Vercel Security Checkpoint</title>",
    "Akamai": '<div id="sec-if-cpt-container"></div>',
    "SiteGround": '<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F">',
}


@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("service", CHALLENGES)
def test_a_challenge_is_blocked_for_six_hours_whatever_its_status(
    site: Site, session: HttpSession, service: str, status: int
) -> None:
    with pytest.raises(errors.Blocked) as caught:
        session.get(site.route("/", html(CHALLENGES[service], status)))
    assert (caught.value.evidence["challenge"], caught.value.retry_after) == (service, 6 * 3600)
    assert site.hits["/"] == 1, "it is not tried again"


def test_the_site_of_a_challenge_is_left_alone_and_other_sites_are_not(site: Site, session: HttpSession) -> None:
    url = site.page("/ordinary", "x")
    with pytest.raises(errors.Blocked):
        session.get(site.route("/", html(CHALLENGES["Anubis"])))
    for ask in (session.get, session.download):
        with pytest.raises(errors.Blocked) as caught:
            ask(url)
        assert caught.value.retry_after
        assert 6 * 3600 - 60 < caught.value.retry_after <= 6 * 3600
    assert not site.hits["/ordinary"]
    with Site() as other:
        assert session.get(other.page("/", "x")).body == b"x"


def test_a_challenge_that_names_its_wait_is_left_alone_for_that_long(site: Site, session: HttpSession) -> None:
    with pytest.raises(errors.Blocked) as caught:
        session.get(site.route("/", html(CHALLENGES["Cloudflare"], 503, Retry_After="30")))
    assert caught.value.retry_after == 30


def test_a_challenge_in_place_of_a_picture_is_blocked_and_no_fault_of_the_picture(
    site: Site, session: HttpSession
) -> None:
    with pytest.raises(errors.Blocked):
        session.download(site.route("/a.png", html(CHALLENGES["Cloudflare"])))


def test_a_packed_challenge_is_recognized_and_a_bomb_in_its_place_costs_nothing(site: Site) -> None:
    def packed(handler: Handler) -> None:
        data = gzip.compress(CHALLENGES["Cloudflare"].encode() + bytes(50_000_000))
        handler.send(403, data, {"Content-Type": "text/html", "Content-Encoding": "gzip"})

    with HttpSession(LIMITS, local=True) as session, pytest.raises(errors.Blocked) as caught:
        session.get(site.route("/", packed))
    assert caught.value.evidence["challenge"] == "Cloudflare"


def dripped(handler: Handler) -> None:
    handler.send_response(403)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while handler.write(b"x") and not handler.server.site.closing.wait(0.05):
        pass


def cut(handler: Handler) -> None:
    handler.send(403, b"0123456789", {"Content-Type": "text/html", "Content-Length": "1000"})
    handler.close_connection = True


def misnamed(handler: Handler) -> None:
    handler.send(403, b"plain", {"Content-Type": "text/html", "Content-Encoding": "gzip"})


@pytest.mark.parametrize("route", [dripped, cut, misnamed])
def test_a_refusal_whose_page_cannot_be_read_is_still_that_refusal(site: Site, route: Route) -> None:
    limits = replace(LIMITS, read_seconds=0.3, total_seconds=0.6)
    with HttpSession(limits, local=True) as session, pytest.raises(errors.Blocked) as caught:
        session.get(site.route("/", route))
    assert caught.value.evidence["status"] == 403


ORDINARY = [
    "<h1>Just a moment...</h1><p>An artwork about cf-mitigated challenge pages and captcha-delivery.com</p>",
    '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script><p>art</p>',
    '<script src="https://js.datadome.co/tags.js"></script><p>art</p>',
    '<title>Gallery</title><form><input type="password"></form><a href="/login">log in</a>',
    "<title>Log in the water, oil on canvas</title><p>by someone</p>",
    "<title>Sign-in at dawn</title><img src=a.png>",
]


@pytest.mark.parametrize("page", ORDINARY)
def test_an_ordinary_page_is_neither(site: Site, session: HttpSession, page: str) -> None:
    answer = session.get(site.route("/", html(page, x_datadome="protected")))
    assert answer.text() == page


def test_marks_count_in_html_and_at_its_start_only(site: Site, session: HttpSession) -> None:
    mark = CHALLENGES["Cloudflare"]
    assert session.get(site.page("/a", json.dumps({"description": mark}), "application/json")).status == 200
    assert session.get(site.page("/b", "x" * 65536 + mark)).status == 200


def test_a_redirect_to_a_form_to_log_in_is_a_login_page(site: Site, session: HttpSession) -> None:
    site.page("/account/login", '<form><input name=p type="password"></form>')
    site.page("/signin", "<div id=app></div>")
    for path, target in (("/works/1", "/account/login"), ("/works/2", "/signin?next=%2Fworks%2F2")):
        with pytest.raises(errors.LoginPage) as caught:
            session.get(site.route(path, server.redirect(target)))
        assert (caught.value.code, caught.value.retry_after) == ("login_page", 6 * 3600)
        assert isinstance(caught.value, errors.Blocked)


def test_a_form_to_log_in_under_the_pages_own_address_is_a_login_page(site: Site, session: HttpSession) -> None:
    page = "<title>Log in | Gallery</title><form><input type=password name=p></form>"
    with pytest.raises(errors.LoginPage):
        session.get(site.route("/works/1", html(page)))
    assert session.get(site.page("/works/2", "x")).body == b"x", "other pages may be open"


def test_a_picture_that_leads_to_a_form_to_log_in_is_a_login_page(site: Site, session: HttpSession) -> None:
    site.page("/login", "<input type=password>")
    with pytest.raises(errors.LoginPage):
        session.download(site.route("/a.png", server.redirect("/login")))


def test_a_work_called_sign_in_is_a_page(site: Site, session: HttpSession) -> None:
    site.page("/art/sign-in", "<h1>Sign-in</h1>")
    assert session.get(site.route("/art/17", server.redirect("/art/sign-in"))).status == 200
    assert session.get(site.page("/login", "<h1>Our gallery is called login</h1>")).status == 200
