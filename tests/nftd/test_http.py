"""The manners of nftd.http and nftd.net, against a real server on loopback."""

import codecs
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nftd.http import CODECS, Answer, HttpLimits, HttpSession
from nftd.net import is_public
from scrapers import errors
from tests.nftd import http_server as server
from tests.nftd.http_server import Site

TLS = Path(__file__).parent / "tls"
FAST = HttpLimits(
    user_agent="nftd/test (mailto:someone@example.org)",
    connect_seconds=10.0,
    read_seconds=20.0,
    total_seconds=40.0,
    max_page_bytes=200_000,
    max_download_bytes=200_000,
    back_off_seconds=0.0,
    interval_seconds=0.0,
)


@pytest.fixture
def session() -> Iterator[HttpSession]:
    with HttpSession(FAST, local=True) as opened:
        yield opened


@pytest.fixture
def impatient() -> Iterator[HttpSession]:
    with HttpSession(replace(FAST, read_seconds=0.4, total_seconds=1.0), local=True) as opened:
        yield opened


def answers(*addresses: str) -> "Resolver":
    return Resolver(addresses)


class Resolver:
    """A name server of our own: every name has these addresses; it remembers what was asked."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = list(addresses)
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self.addresses


# --- what comes back ------------------------------------------------------------------------------


def test_a_page_comes_back_with_its_address_type_and_text(site: Site, session: HttpSession) -> None:
    url = site.page("/a", "<p>Grüße</p>")
    page = session.get(url + "#part")
    assert (page.url, page.status, page.content_type, page.text()) == (url, 200, "text/html", "<p>Grüße</p>")


def test_the_request_names_program_and_contact_and_carries_no_cookie(site: Site, session: HttpSession) -> None:
    url = site.route("/", server.status(200, Set_Cookie="track=1; Path=/"))
    session.get(url)
    session.get(url)
    assert [headers["User-Agent"] for headers in site.headers] == [FAST.user_agent] * 2
    assert all("Cookie" not in headers for headers in site.headers)
    assert len(site.clients) == 1, "the connection is kept"


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=iso-8859-1", b"\xe9", "é"),
        ("text/html", b'<meta charset="windows-1252">\x80', '<meta charset="windows-1252">€'),
        ("text/html; charset=no-such-set", "é".encode(), "é"),
        ("text/html", b"\xef\xbb\xbfhi \xff", "hi �"),
    ],
)
def test_text_follows_header_then_page_then_utf8(
    site: Site, session: HttpSession, content_type: str, body: bytes, text: str
) -> None:
    assert session.get(site.page("/", body, content_type)).text() == text


# No encodings of the web: each either fails in a way of its own, yields surrogates, or is no encoding of text.
STRANGE = ["idna", "undefined", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "zlib", "hex", "rot13"]


@pytest.mark.parametrize("named", [*STRANGE, "x" * 40, "os", "utf-8:x", "..", "-"])
@pytest.mark.parametrize("place", ["header", "page"])
def test_a_charset_that_is_none_of_the_web_is_read_as_utf8(
    site: Site, session: HttpSession, named: str, place: str
) -> None:
    start = f'<meta charset="{named}">' if place == "page" else ""
    body = start.encode() + "é \\ud800 +2AA- xn--a. ".encode() + b"\xff"
    kind = f"text/html; charset={named}" if place == "header" else "text/html"
    assert session.get(site.page("/", body, kind)).text() == start + "é \\ud800 +2AA- xn--a. �"


@given(st.sampled_from([*sorted(CODECS), *STRANGE]), st.binary(max_size=60))
def test_no_bytes_in_any_charset_become_text_that_cannot_be_encoded_again(charset: str, body: bytes) -> None:
    text = Answer("https://x.example/", 200, "text/html", charset, body).text()
    assert text.encode().decode() == text


def test_every_charset_that_is_read_goes_by_its_canonical_name() -> None:
    assert {codecs.lookup(name).name for name in CODECS} == CODECS


def test_gzip_is_undone(site: Site, session: HttpSession) -> None:
    assert session.get(site.route("/", server.packed(b"<p>hello</p>"))).body == b"<p>hello</p>"


def test_a_proxy_in_the_environment_is_ignored(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with HttpSession(FAST, local=True) as session:
        assert session.get(site.page("/", "direct")).body == b"direct"


# --- refusals and failures of the other side -------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "kind", "code"),
    [
        (server.status(403), errors.Blocked, "blocked"),
        (server.status(401), errors.Blocked, "blocked"),
        (server.status(503, cf_mitigated="challenge"), errors.Blocked, "blocked"),
        (server.status(202, x_amzn_waf_action="challenge"), errors.Blocked, "blocked"),
        (server.status(404), errors.Gone, "not_found"),
        (server.status(410), errors.Gone, "not_found"),
        (server.status(500), errors.ServerError, "server_error"),
        (server.status(418), errors.BadStatus, "bad_status"),
        (server.status(304), errors.BadStatus, "bad_status"),
        (server.truncated, errors.Truncated, "truncated"),
    ],
)
def test_each_failure_has_its_own_code(
    site: Site, session: HttpSession, route: server.Route, kind: type[errors.FetchError], code: str
) -> None:
    url = site.route("/x", route)
    with pytest.raises(kind) as caught:
        session.get(url)
    assert caught.value.code == code
    assert caught.value.evidence["url"] == url == caught.value.url


def test_permanent_says_whether_another_try_may_help() -> None:
    lasting: set[type[errors.FetchError]] = {errors.Gone, errors.TooLarge, errors.NotPublicAddress, errors.BadRedirect}
    passing: set[type[errors.FetchError]] = {errors.Blocked, errors.TimedOut, errors.ServerError, errors.Truncated}
    assert all(kind.permanent for kind in lasting)
    assert not any(kind.permanent for kind in passing | {errors.Unresolvable, errors.Unreachable})


def test_retry_after_is_kept_in_seconds_whether_number_or_date(site: Site, session: HttpSession) -> None:
    numbered = site.route("/n", server.status(429, Retry_After="120"))
    dated = site.route("/d", server.status(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"))
    absurd = site.route("/a", server.status(429, Retry_After="999999999"))
    broken = site.route("/b", server.status(429, Retry_After="soon"))
    endless = site.route("/e", server.status(429, Retry_After=f"Mon, 01 Jan 2024{'0' * 19} 00:00:00 GMT"))
    nowhere = site.route("/z", server.status(429, Retry_After="Mon, 01 Jan 0001 00:00:00 +9999"))
    waits = []
    for url in (numbered, dated, absurd, broken, endless, nowhere):
        with pytest.raises(errors.Blocked) as caught:
            session.get(url)
        waits.append(caught.value.retry_after)
    assert waits == [120, 0, 7 * 86400, None, None, None]


def test_a_server_error_is_tried_again_a_few_times(site: Site, session: HttpSession) -> None:
    assert session.get(site.route("/", server.fail_first(2, b"at last"))).body == b"at last"
    url = site.route("/down", server.status(500))
    with pytest.raises(errors.ServerError) as caught:
        session.get(url)
    assert site.hits["/down"] == FAST.attempts == caught.value.evidence["attempts"]


@pytest.mark.parametrize("route", [server.status(503, Retry_After="60"), server.status(403), server.status(404)])
def test_a_named_wait_and_a_refusal_are_not_tried_again(site: Site, session: HttpSession, route: server.Route) -> None:
    with pytest.raises(errors.FetchError):
        session.get(site.route("/", route))
    assert site.hits["/"] == 1


def test_a_hang_is_a_time_out_and_not_tried_again(site: Site, impatient: HttpSession) -> None:
    with pytest.raises(errors.TimedOut) as caught:
        impatient.get(site.route("/", server.hang))
    assert caught.value.code == "timeout"
    assert site.hits["/"] == 1


def test_a_closed_port_is_unreachable(site: Site, session: HttpSession) -> None:
    url = site.page("/", "x")
    site.__exit__(None, None, None)
    with pytest.raises(errors.Unreachable) as caught:
        session.get(url)
    assert caught.value.code == "unreachable"


# --- limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", [server.drip_body, server.drip_headers])
def test_a_slow_drip_ends_at_the_total_time(site: Site, impatient: HttpSession, route: server.Route) -> None:
    """Each byte comes well inside the read time-out: only the total time ends it."""
    url = site.route("/", route)
    start = time.monotonic()
    with pytest.raises(errors.TimedOut):
        impatient.get(url)
    assert 0.9 < time.monotonic() - start < 10


def test_two_gigabytes_are_refused_before_they_are_read(site: Site, session: HttpSession) -> None:
    with pytest.raises(errors.TooLarge) as caught:
        session.download(site.route("/big.png", server.huge))
    assert caught.value.permanent
    assert "2000000000" in str(caught.value)


def test_an_endless_body_is_cut_at_the_limit(site: Site, session: HttpSession) -> None:
    with pytest.raises(errors.TooLarge):
        session.download(site.route("/e.png", server.endless), max_bytes=300_000)


def test_a_gzip_bomb_is_refused_while_it_unfolds(site: Site, session: HttpSession) -> None:
    zeros = bytes(20_000_000)
    assert len(gzip.compress(zeros)) < FAST.max_page_bytes
    url = site.route("/", server.packed(zeros))
    with pytest.raises(errors.TooLarge):
        session.get(url)


def test_a_body_of_exactly_the_limit_passes(site: Site, session: HttpSession) -> None:
    body = b"x" * 1000
    assert session.download(site.page("/p", body, "image/png"), max_bytes=1000).body == body
    with pytest.raises(errors.TooLarge):
        session.download(site.page("/q", body + b"x", "image/png"), max_bytes=1000)


def test_damaged_or_unknown_encodings_are_errors(site: Site, session: HttpSession) -> None:
    def damaged(handler: server.Handler) -> None:
        data = gzip.compress(b"x" * 1000)[:-9]
        handler.send(200, data, {"Content-Encoding": "gzip", "Content-Type": "text/html"})

    def lying(handler: server.Handler) -> None:
        handler.send(200, b"plain", {"Content-Encoding": "gzip", "Content-Type": "text/html"})

    with pytest.raises(errors.Truncated):
        session.get(site.route("/t", damaged))
    with pytest.raises(errors.BadEncoding):
        session.get(site.route("/l", lying))
    with pytest.raises(errors.BadEncoding):
        session.get(site.route("/b", server.packed(b"x", encoding="br")))


def test_html_in_place_of_a_picture_is_refused_under_either_name(site: Site, session: HttpSession) -> None:
    for path, kind in (("/honest", "text/html"), ("/lying", "image/png")):
        with pytest.raises(errors.WrongContentType) as caught:
            session.download(site.page(path, "\n<!DOCTYPE html><p>please log in", kind))
        assert caught.value.permanent


def test_a_pause_separates_two_requests_to_one_host(site: Site) -> None:
    limits = HttpLimits(user_agent="nftd (test)", interval_seconds=0.5)
    url = f"http://gallery.test:{site.port}/"
    site.page("/", "x")
    with HttpSession(limits, local=True, resolve=answers("127.0.0.1")) as session:
        start = time.monotonic()
        session.get(url)
        session.get(url)
        assert time.monotonic() - start >= 0.5
        start = time.monotonic()
        session.get(site.url + "/")
        session.get(site.url + "/")
        assert time.monotonic() - start < 0.5, "a loopback server of our own needs no pause"


# --- addresses ---------------------------------------------------------------------------------------

NOT_PUBLIC = [
    "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",  # noqa: S104
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%lo", "fc00::1", "ff02::1", "2001:db8::1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:0a00:0001::1", "fec0::1", "localhost", "",
]  # fmt: skip  # 0.0.0.0 is an address that must be refused, nothing is bound to it


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_a_public_address_is_known_as_such(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC[:-2])
def test_no_session_connects_to_a_name_of_a_private_address(address: str) -> None:
    with (
        HttpSession(FAST, resolve=answers("93.184.216.34", address)) as session,
        pytest.raises(errors.NotPublicAddress) as caught,
    ):
        session.get("http://gallery.test/")
    assert caught.value.evidence["addresses"] == [address]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
def test_loopback_in_any_spelling_is_refused_unless_the_session_is_local(site: Site, host: str) -> None:
    site.page("/", "secret")
    with HttpSession(FAST) as session, pytest.raises(errors.FetchError) as caught:
        session.get(f"http://{host}:{site.port}/")
    assert caught.value.code == "not_public_address"
    assert not site.hits


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.1", "127.1"])
def test_an_address_in_an_old_spelling_is_read_before_it_is_judged(site: Site, host: str) -> None:
    """The system's resolver reads these as inet_aton does, so the check sees 127.0.0.1."""
    with (
        HttpSession(FAST, resolve=lambda name, _port: [socket.inet_ntoa(socket.inet_aton(name))]) as session,
        pytest.raises(errors.NotPublicAddress),
    ):
        session.get(f"http://{host}:{site.port}/")


def test_a_local_session_still_refuses_private_addresses(session: HttpSession) -> None:
    for host in ("10.0.0.1", "169.254.169.254", "192.168.0.1", "[fc00::1]"):
        with pytest.raises(errors.NotPublicAddress):
            session.get(f"http://{host}/")


def test_the_connection_goes_to_the_very_address_that_was_checked(site: Site) -> None:
    """The name does not exist: only an address from our own resolver can have been connected to."""
    site.page("/", "here")
    resolver = answers("127.0.0.1")
    with HttpSession(FAST, local=True, resolve=resolver) as session:
        page = session.get(f"http://gallery.test:{site.port}/")
    assert page.body == b"here"
    assert page.url == f"http://gallery.test:{site.port}/"
    assert resolver.asked == ["gallery.test"], "resolved once, by us, and by nobody after the check"
    assert site.headers[0]["Host"] == f"gallery.test:{site.port}"


def test_a_name_without_an_address_is_unresolvable(session: HttpSession) -> None:
    with pytest.raises(errors.Unresolvable) as caught:
        session.get("http://no-such-gallery.invalid/")
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "file:///etc/passwd", "gopher://x/", "javascript:alert(1)", "", "http://", "//x/y", "http://[::1",
     "http://a b/", "http://\x00/", "http://example.org:99999/", "data:text/html,x"],
)  # fmt: skip
def test_only_well_formed_http_addresses_are_fetched(session: HttpSession, url: str) -> None:
    with pytest.raises(errors.BadUrl):
        session.get(url)


def test_a_password_in_an_address_is_refused_and_not_repeated(session: HttpSession) -> None:
    for url in ("http://me:hunter2@example.org/", "http://me:hunter2@[broken/"):
        with pytest.raises(errors.BadUrl) as caught:
            session.get(url)
        assert "hunter2" not in str(caught.value) + str(caught.value.evidence)


@given(st.text(max_size=60))
def test_no_text_as_address_gets_past_the_typed_errors(text: str) -> None:
    with HttpSession(FAST, resolve=answers("10.0.0.1")) as session, pytest.raises(errors.Refused):
        session.get(text if "://" in text else f"http://{text}")


# --- redirects ---------------------------------------------------------------------------------------


def test_redirects_are_followed_and_the_last_address_is_told(site: Site, session: HttpSession) -> None:
    site.page("/c", "end")
    site.route("/b", server.redirect("c", 307))
    page = session.get(site.route("/a", server.redirect("/b", 301)))
    assert (page.url, page.body) == (site.url + "/c", b"end")


def test_every_redirect_is_checked_like_the_first_address(site: Site, session: HttpSession) -> None:
    for target in (
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "//192.168.0.1/",
        "http://[fe80::1]/",
    ):
        with pytest.raises(errors.NotPublicAddress):
            session.get(site.route("/", server.redirect(target)))


def test_a_redirect_to_loopback_is_refused_for_a_session_that_is_not_local(site: Site) -> None:
    """The first host is our server under a name whose address changes to loopback after the first answer."""
    with Site() as inner:
        inner.page("/", "secret")
        site.route("/", server.redirect(inner.url))
        with HttpSession(FAST, resolve=answers("127.0.0.1")) as session, pytest.raises(errors.NotPublicAddress):
            session.get(f"http://gallery.test:{site.port}/")
        assert not inner.hits


@pytest.mark.parametrize("target", ["", "ftp://example.org/", "http://[", "javascript:alert(1)", "file:///etc/passwd"])
def test_a_redirect_to_no_web_address_is_refused(site: Site, session: HttpSession, target: str) -> None:
    with pytest.raises(errors.BadRedirect):
        session.get(site.route("/", server.redirect(target)))


def test_a_redirect_with_a_password_is_refused(site: Site, session: HttpSession) -> None:
    with pytest.raises(errors.BadUrl):
        session.get(site.route("/", server.redirect("http://me:pw@127.0.0.1/")))


def test_redirects_end_in_a_loop_or_after_five(site: Site, session: HttpSession) -> None:
    site.route("/a", server.redirect("/b"))
    with pytest.raises(errors.BadRedirect):
        session.get(site.route("/b", server.redirect("/a")))
    assert site.hits == {"/a": 1, "/b": 1}
    for number in range(9):
        site.route(f"/{number}", server.redirect(f"/{number + 1}"))
    with pytest.raises(errors.BadRedirect):
        session.get(site.url + "/0")
    assert site.hits["/5"] == 1
    assert site.hits["/6"] == 0


# --- TLS ---------------------------------------------------------------------------------------------


@pytest.fixture
def tls_site() -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "gallery.test.crt", TLS / "gallery.test.key")
    with Site(context) as running:
        yield running


@pytest.fixture
def tls_session() -> Iterator[HttpSession]:
    context = ssl.create_default_context(cafile=str(TLS / "gallery.test.crt"))
    with HttpSession(FAST, local=True, resolve=answers("127.0.0.1"), tls=context) as session:
        yield session


def test_tls_verifies_the_name_and_not_the_address(tls_site: Site, tls_session: HttpSession) -> None:
    tls_site.page("/", "sealed")
    assert tls_session.get(f"https://gallery.test:{tls_site.port}/").body == b"sealed"
    for host in ("other.test", "127.0.0.1"):
        with pytest.raises(errors.Unreachable) as caught:
            tls_session.get(f"https://{host}:{tls_site.port}/")
        assert "certificate" in str(caught.value).lower()


def test_an_unknown_authority_is_not_trusted(tls_site: Site) -> None:
    tls_site.page("/", "sealed")
    with HttpSession(FAST, local=True, resolve=answers("127.0.0.1")) as session, pytest.raises(errors.Unreachable):
        session.get(f"https://gallery.test:{tls_site.port}/")


def test_a_redirect_from_https_to_http_is_refused(tls_site: Site, tls_session: HttpSession, site: Site) -> None:
    site.page("/", "open")
    tls_site.route("/", server.redirect(site.url))
    with pytest.raises(errors.BadRedirect):
        tls_session.get(f"https://gallery.test:{tls_site.port}/")
    assert not site.hits


# --- threads -----------------------------------------------------------------------------------------


def test_one_session_serves_several_threads_each_with_its_own_deadline(site: Site) -> None:
    session = HttpSession(replace(FAST, read_seconds=1.5), local=True)
    url, slow = site.page("/", "fast"), site.route("/slow", server.hang)
    outcomes: list[str] = []

    def fetch(address: str) -> None:
        try:
            outcomes.append(session.get(address).text())
        except errors.FetchError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=fetch, args=(address,)) for address in [slow, *[url] * 12]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    session.close()
    assert sorted(outcomes) == ["fast"] * 12 + ["timeout"]


def test_limits_refuse_an_unusable_user_agent() -> None:
    for agent in ("", "  ", "nftd\r\nX-Evil: 1", "nftd ☃"):
        with pytest.raises(ValueError, match="user_agent"):
            HttpLimits(user_agent=agent)
