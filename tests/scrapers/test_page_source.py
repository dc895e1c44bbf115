"""How a gallery is walked: paging, detail pages, and what ends a run and what does not."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from scrapers.document import Document
from scrapers.errors import (
    BadRule,
    Blocked,
    Gone,
    ServerError,
    ShapeChanged,
    TimedOut,
    Unreachable,
    UnreadablePage,
    WrongContentType,
)
from scrapers.listing import Listing, Problem
from scrapers.session import Page
from scrapers.sites.page import PageRules, PageSource
from scrapers.source import listings, nothing_known
from scrapers.work import Work
from tests.scrapers.shelf import SavedPage, Shelf, page, saved

HOME = "https://gallery.example"
START = f"{HOME}/"


def work(number: int, **more: object) -> SavedPage:
    node = {"@type": "Product", "sku": f"w-{number}", "name": f"Work {number}", **more}
    return page(f"{HOME}/works/{number}", f'<script type="application/ld+json">{json.dumps(node)}</script>')


def index(url: str, *links: str, following: str | None = None) -> SavedPage:
    cards = "".join(f'<a class="card" href="{link}">x</a>' for link in links)
    return page(url, f'{cards}<a rel="next" href="{following}">next</a>' if following else cards)


def gallery(pages: int, per_page: int = 2) -> Shelf:
    """Numbered pages /, /?page=2, ... of numbered works."""
    shelf = Shelf()
    for number in range(1, pages + 1):
        url = START if number == 1 else f"{START}?page={number}"
        first = (number - 1) * per_page + 1
        works = range(first, first + per_page)
        following = f"?page={number + 1}" if number < pages else None
        shelf.pages[url] = index(url, *(f"works/{one}" for one in works), following=following)
        shelf.pages |= {f"{HOME}/works/{one}": work(one) for one in works}
    return shelf


def source(**rules: object) -> PageSource:
    return PageSource.from_options("gallery", {"start": START, "links": "a.card", **rules})


def read(shelf: Shelf, limit: int | None = None, **rules: object) -> tuple[list[str], list[str]]:
    """Market ids and problem codes of a run, in order."""
    found = list(listings(source(**rules), shelf, limit))
    ids = [item.market_id for item in found if isinstance(item, Listing)]
    return ids, [item.code for item in found if isinstance(item, Problem)]


def test_pages_are_followed_to_the_last_and_each_work_is_read_once() -> None:
    shelf = gallery(3)
    assert read(shelf) == (["w-1", "w-2", "w-3", "w-4", "w-5", "w-6"], [])
    assert set(shelf.asked.values()) == {1}


def test_listings_come_lazily_one_request_ahead_at_most() -> None:
    shelf = gallery(3)
    items = listings(source(), shelf)
    assert not shelf.asked
    next(items)
    assert list(shelf.asked) == [START, f"{HOME}/works/1"]


def test_a_limit_stops_the_requests_too() -> None:
    shelf = gallery(3)
    assert read(shelf, limit=3) == (["w-1", "w-2", "w-3"], [])
    assert f"{HOME}/works/4" not in shelf.asked
    assert f"{START}?page=3" not in shelf.asked
    assert read(Shelf(), limit=0) == ([], [])


def test_without_rules_item_lists_and_rel_next_lead_the_way() -> None:
    shelf = Shelf({START: saved("listing", START), **{f"{HOME}/works/{one}": work(one) for one in (1, 2, 3)}})
    shelf.pages[f"{START}?page=2"] = page(f"{START}?page=2", "<p>nothing here</p>")
    ids, problems = read(shelf, links=None)
    assert ids == ["w-1", "w-2", "w-3"]
    assert problems == ["other_site", "bad_url", "shape_changed"]
    assert all(url.startswith(HOME) for url in shelf.asked)


def test_works_that_stand_on_the_listing_page_are_read_there() -> None:
    found = list(listings(source(links=None), Shelf({START: saved("embedded", START)})))
    works = [item for item in found if isinstance(item, Listing)]
    assert [(work.market_id, work.title, str(work.ask), work.media and work.media.kind) for work in works[:1]] == [
        ("e-1", "First", "12.5 EUR", "animation")
    ]
    assert (works[1].title, works[1].media and works[1].media.kind, len(works[1].market_id)) == ("Second", "video", 20)
    assert [item.code for item in found if isinstance(item, Problem)] == ["bad_money"]


def test_one_bad_item_is_a_problem_and_the_run_goes_on() -> None:
    shelf = gallery(3)
    shelf.pages[f"{HOME}/works/1"] = saved("error", f"{HOME}/works/1")
    shelf.pages[f"{HOME}/works/2"] = Gone("gone", f"{HOME}/works/2")
    shelf.pages[f"{HOME}/works/3"] = SavedPage(f"{HOME}/works/3", b"\x89PNG", "image/png")
    shelf.pages[f"{HOME}/works/4"] = work(4, offers={"price": "1,2", "priceCurrency": "ETH"})
    shelf.pages[f"{HOME}/works/5"] = work(6)
    ids, problems = read(shelf)
    assert ids == ["w-4", "w-6"], "a price that cannot be read costs nobody the work"
    assert problems == ["shape_changed", "not_found", "wrong_content_type", "bad_money", "duplicate_id"]


class Raw(SavedPage):
    """A page whose text is taken as it is, as another session might give it."""

    def text(self) -> str:
        return self.body.decode("utf-8", "surrogatepass")


DEEP = '<script type="application/ld+json">' + "[" * 200_000 + "</script>" + "<div>" * 20_000 + '<a class="card">'
HUGE = work(3, copyrightYear=10**4000, artEdition=10**4000, offers={"price": "1", "priceCurrency": "ETH\ud800"})


def test_a_page_that_no_parser_takes_is_one_problem_and_the_run_goes_on() -> None:
    shelf = gallery(2)
    shelf.pages[f"{HOME}/works/1"] = Raw(f"{HOME}/works/1", b"<h1>\xed\xa0\x80</h1>")
    shelf.pages[f"{HOME}/works/2"] = page(f"{HOME}/works/2", DEEP)
    shelf.pages[f"{HOME}/works/3"] = HUGE
    found = list(listings(source(), shelf))
    problems = [item for item in found if isinstance(item, Problem)]
    assert [item.market_id for item in found if isinstance(item, Listing)] == ["w-3", "w-4"]
    assert [item.url[-1] for item in problems] == ["1", "2", "3"]
    assert (problems[0].code, problems[2].code) == ("unreadable_page", "bad_money")
    # How deep a parser may go depends on the stack that is left where it is called.
    assert problems[1].code in ("shape_changed", "unreadable_page")
    assert "UnicodeEncodeError" in problems[0].message


@pytest.mark.parametrize("broken", [RecursionError("too deep"), ValueError("4300 digits"), OverflowError("too far")])
def test_what_a_parser_raises_about_a_page_is_told_as_that_page(
    broken: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page is known that still makes the parsers raise these: they are raised in their place."""

    def fail(self: Document, *rules: object) -> list[Work]:
        if self.url.endswith("/works/1"):
            raise broken
        return read_works(self, *rules)

    read_works = Document.works
    monkeypatch.setattr(Document, "works", fail)
    assert read(gallery(1)) == (["w-2"], ["unreadable_page"])


def test_a_fault_of_our_own_is_not_told_as_one_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Document, *rules: object) -> list[Work]:
        raise AttributeError("a slip")

    monkeypatch.setattr(Document, "works", fail)
    with pytest.raises(AttributeError):
        read(gallery(1))


def test_a_listing_page_that_no_parser_takes_ends_the_run_with_a_typed_error() -> None:
    with pytest.raises(UnreadablePage) as caught:
        read(Shelf({START: Raw(START, b"<h1>\xed\xa0\x80</h1>")}))
    assert (caught.value.code, caught.value.url) == ("unreadable_page", START)


def dead_links(number: int) -> Shelf:
    """A first page with so many links to works that are gone."""
    return Shelf({START: index(START, *(f"works/{one}" for one in range(1, number + 1)))})


def test_a_gallery_of_dead_links_is_given_up_after_fifty() -> None:
    shelf = dead_links(800)
    with pytest.raises(ShapeChanged) as caught:
        list(listings(source(), shelf))
    assert "first 50" in str(caught.value)
    assert shelf.asked.total() == 51


def test_a_gallery_of_exactly_fifty_dead_links_has_changed_too_and_all_are_told() -> None:
    assert len(until_error(listings(source(), dead_links(50)), ShapeChanged)) == 50
    assert read(dead_links(49)) == ([], ["not_found"] * 49)


def test_failures_of_any_kind_count_toward_giving_up() -> None:
    shelf = dead_links(60)
    for number in range(1, 61, 3):
        shelf.pages[f"{HOME}/works/{number}"] = saved("error", f"{HOME}/works/{number}")
        shelf.pages[f"{HOME}/works/{number + 1}"] = TimedOut("slow", f"{HOME}/works/{number + 1}")
    until_error(listings(source(), shelf), ShapeChanged)
    assert shelf.asked.total() == 51


def test_one_work_among_dead_links_keeps_the_run_going() -> None:
    shelf = dead_links(80)
    shelf.pages[f"{HOME}/works/50"] = work(50)
    ids, problems = read(shelf)
    assert (ids, len(problems)) == (["w-50"], 79)


def test_no_more_works_are_tried_than_the_limit_and_that_is_told_once() -> None:
    shelf = gallery(3)
    assert read(shelf, max_works=3) == (["w-1", "w-2", "w-3"], ["work_limit"])
    assert f"{HOME}/works/4" not in shelf.asked
    assert f"{START}?page=3" not in shelf.asked
    found = list(listings(source(max_works=3), gallery(3)))
    assert found[-1] == Problem(f"{HOME}/works/4", "work_limit", "max_works = 3 is reached, this work was not read")
    assert read(gallery(3), max_works=6)[1] == []


def test_the_limit_holds_for_works_on_the_listing_page_and_for_links_that_lead_away() -> None:
    embedded = list(listings(source(links=None, max_works=1), Shelf({START: saved("embedded", START)})))
    assert [getattr(item, "code", "work") for item in embedded] == ["work", "work_limit"]
    away = Shelf({START: index(START, "works/1", *(f"https://x.example/{one}" for one in range(9)))})
    away.pages[f"{HOME}/works/1"] = work(1)
    assert read(away, max_works=4)[1] == ["other_site"] * 3 + ["work_limit"]


def test_a_problem_tells_page_code_and_reason_in_clean_text() -> None:
    shelf = gallery(1)
    shelf.pages[f"{HOME}/works/1"] = ServerError("it \u202efailed\x00 (500)", f"{HOME}/works/1")
    problem = next(item for item in listings(source(), shelf) if isinstance(item, Problem))
    assert problem == Problem(f"{HOME}/works/1", "server_error", "it failed (500)")


def test_a_first_page_without_works_has_changed_its_shape() -> None:
    for rules, path in (({}, "a.card"), ({"links": None}, "ItemList")):
        with pytest.raises(ShapeChanged) as caught:
            list(listings(source(**rules), Shelf({START: saved("error", START)})))
        assert path in caught.value.path
        assert caught.value.url == START


def test_when_no_detail_page_of_the_first_listing_page_holds_a_work_the_shape_has_changed() -> None:
    shelf = gallery(2)
    for number in range(1, 3):
        shelf.pages[f"{HOME}/works/{number}"] = saved("error", f"{HOME}/works/{number}")
    found = until_error(listings(source(), shelf), ShapeChanged)
    assert [item.code for item in found if isinstance(item, Problem)] == ["shape_changed"] * 2
    assert f"{START}?page=2" not in shelf.asked


def test_when_nothing_at_all_can_be_read_the_shape_has_changed() -> None:
    shelf = gallery(2)
    shelf.pages[f"{HOME}/works/1"] = Gone("gone", f"{HOME}/works/1")
    for number in range(2, 5):
        shelf.pages[f"{HOME}/works/{number}"] = saved("error", f"{HOME}/works/{number}")
    assert len(until_error(listings(source(), shelf), ShapeChanged)) == 4


def test_a_block_ends_the_run_at_once_and_keeps_what_came_before() -> None:
    shelf = gallery(2)
    shelf.pages[f"{HOME}/works/3"] = Blocked("no", f"{HOME}/works/3", retry_after=60)
    assert len(until_error(listings(source(), shelf), Blocked)) == 2
    assert f"{HOME}/works/4" not in shelf.asked


@pytest.mark.parametrize("error", [ServerError("500", START), TimedOut("slow", START), Unreachable("off", START)])
def test_a_listing_page_that_cannot_be_had_ends_the_run_with_its_error(error: Unreachable) -> None:
    shelf = gallery(2)
    shelf.pages[f"{START}?page=2"] = error
    assert len(until_error(listings(source(), shelf), type(error))) == 2


def test_a_listing_page_that_is_no_html_ends_the_run() -> None:
    with pytest.raises(WrongContentType):
        list(listings(source(), Shelf({START: SavedPage(START, b"{}", "application/json")})))


def test_five_unreachable_works_in_a_row_end_the_run_and_four_do_not() -> None:
    shelf = gallery(1, per_page=12)
    for number in (1, 2, 3, 4, 6, 7, 8, 9, 10):
        shelf.pages[f"{HOME}/works/{number}"] = TimedOut("slow", f"{HOME}/works/{number}")
    found = until_error(listings(source(), shelf), TimedOut)
    assert [item.market_id for item in found if isinstance(item, Listing)] == ["w-5"]
    assert f"{HOME}/works/11" not in shelf.asked


def test_paging_that_turns_in_a_circle_ends() -> None:
    shelf = gallery(2)
    shelf.pages[f"{START}?page=2"] = index(f"{START}?page=2", "works/3", following="/")
    assert read(shelf) == (["w-1", "w-2", "w-3"], ["paging_loop"])
    last = list(source().pages(shelf, None, nothing_known))[-1]
    assert (last.cursor, last.unfinished) == (None, True), "what is behind the circle was not seen"
    assert not list(source().pages(gallery(2), None, nothing_known))[-1].unfinished


def test_paging_that_invents_new_addresses_for_old_works_ends() -> None:
    class Forever(Shelf):
        def get(self, url: str) -> Page:
            if "/works/" in url:
                return super().get(url)
            self.asked[url] += 1
            return index(url, "/works/1", following=f"?page={self.asked.total() + 1}")

    shelf = Forever({f"{HOME}/works/1": work(1)})
    assert read(shelf) == (["w-1"], ["paging_loop"])
    assert shelf.asked.total() == 3


def test_the_page_limit_is_told_when_it_cuts_something_off() -> None:
    assert read(gallery(3), max_pages=2) == (["w-1", "w-2", "w-3", "w-4"], ["page_limit"])
    assert read(gallery(2), max_pages=2)[1] == []


def test_neither_paging_nor_works_lead_off_the_site() -> None:
    shelf = gallery(1)
    links = (
        "works/1",
        "https://elsewhere.example/works/2",
        "http://gallery.example:8080/works/3",
        "//gallery.example/works/2",
    )
    shelf.pages[START] = index(START, *links, following="https://elsewhere.example/")
    shelf.pages[f"{HOME}/works/2"] = page("https://elsewhere.example/landed", "<p>redirected</p>")
    assert read(shelf) == (["w-1"], ["other_site"] * 4)
    assert all(url.startswith(f"{HOME}/") for url in shelf.asked)


def test_a_gallery_may_answer_under_www() -> None:
    www = "https://www.gallery.example"
    shelf = Shelf({START: index(f"{www}/", "works/1"), f"{www}/works/1": replace(work(1), url=f"{www}/works/1")})
    assert read(shelf)[0] == ["w-1"]


def test_a_listing_without_an_id_keeps_its_key_when_the_host_changes() -> None:
    def key(home: str) -> str:
        shelf = Shelf({f"{home}/": index(f"{home}/", "works/1"), f"{home}/works/1": saved("graph", f"{home}/works/1")})
        item = next(listings(PageSource(PageRules("gallery", f"{home}/", links="a.card")), shelf))
        assert isinstance(item, Listing)
        return item.market_id

    assert key("http://127.0.0.1:8000") == key("http://127.0.0.1:9000") == key("https://gallery.example")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": "gallery.example"}, "start"),
        ({"start": "file:///etc/passwd"}, "start"),
        ({"links": "a["}, "selector"),
        ({"next": ">>"}, "selector"),
        ({"max_pages": 0}, "max_pages"),
        ({"max_pages": True}, "max_pages"),
        ({"max_works": 0}, "max_works"),
        ({"fields": {"image": "img @"}}, "attribute"),
        ({"fields": {"tittle": "h1"}}, "'title'"),
        ({"fields": {"title": "h1["}}, "selector"),
        ({"strat": "x"}, "'start'"),
    ],
)
def test_rules_that_cannot_work_are_refused_with_a_hint(options: dict[str, object], said: str) -> None:
    with pytest.raises(BadRule) as caught:
        source(**options)
    assert said in str(caught.value)
    assert str(caught.value.evidence["option"]).partition(".")[0] in options


def test_a_source_needs_a_start() -> None:
    with pytest.raises(BadRule, match="start"):
        PageSource.from_options("gallery", {})


def until_error(items: Iterator[Listing | Problem], kind: type[Exception]) -> list[Listing | Problem]:
    """What a run yields before it ends with this error."""
    found: list[Listing | Problem] = []
    with pytest.raises(kind):
        found.extend(item for item in keep(items, found))
    return found


def keep(items: Iterator[Listing | Problem], found: list[Listing | Problem]) -> Iterator[Listing | Problem]:
    for item in items:
        found.append(item)
        yield from ()
