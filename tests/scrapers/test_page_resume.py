"""How a gallery is read on: cursors, pages that are counted, works that need no second request."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from scrapers.errors import Blocked, BudgetSpent, FetchError, Gone, RobotsUnreachable, ServerError, ShapeChanged
from scrapers.listing import Listing, Problem
from scrapers.session import Page
from scrapers.sites import entries
from scrapers.sites.page import PageSource
from scrapers.sites.position import Position
from scrapers.source import Scraped, nothing_known
from tests.scrapers.shelf import SavedPage, Shelf, page, saved

HOME = "https://gallery.example"
START = f"{HOME}/works"


def source(**rules: object) -> PageSource:
    return PageSource.from_options("gallery", {"start": START, "links": "li a", **rules})


def work(number: int, price: str = "5") -> SavedPage:
    node = {"@type": "Product", "sku": f"w-{number}", "name": f"Work {number}", "offers": {"price": price}}
    node["offers"] = {"@type": "Offer", "price": price, "priceCurrency": "EUR"}
    return page(f"{HOME}/w/{number}", f'<script type="application/ld+json">{json.dumps(node)}</script>')


def index(url: str, numbers: Iterator[int] | range, following: str | None = None, price: str = "5") -> SavedPage:
    cards = "".join(f'<li><a href="/w/{one}">Work {one}</a> <b>{price} EUR</b></li>' for one in numbers)
    return page(url, f'<ul>{cards}</ul><a rel="next" href="{following}">next</a>' if following else f"<ul>{cards}</ul>")


def gallery(pages: int, per_page: int = 3, counted: str | None = None) -> Shelf:
    """Pages linked by rel=next, or counted: "page" or "offset" is the name of the parameter."""
    shelf = Shelf()
    for number in range(pages):
        first = number * per_page
        value = first if counted == "offset" else number + 1
        url = START if number == 0 else f"{START}?{counted or 'page'}={value}"
        following = f"{START}?page={number + 2}" if counted is None and number + 1 < pages else None
        shelf.pages[url] = index(url, range(first, first + per_page), following)
        shelf.pages |= {f"{HOME}/w/{one}": work(one) for one in range(first, first + per_page)}
    return shelf


class Store:
    """Remembers what was read, as nftd's store does: the newest mark of each work."""

    def __init__(self) -> None:
        self.marks: dict[str, str | None] = {}
        self.cursor: str | None = None
        self.whole = False

    def known(self, market_id: str, mark: str, /) -> bool:
        return self.marks.get(market_id) == mark or (not market_id and mark in self.marks.values())

    def keep(self, part: Scraped) -> None:
        self.marks |= {one.market_id: one.mark for one in part.found if isinstance(one, Listing)}
        self.cursor = part.cursor
        self.whole = part.cursor is None and not part.unfinished

    def run(self, shelf: Shelf, parts: int | None = None, **rules: object) -> list[Listing | Problem]:
        """Read on from where the last run was cut short, storing at most so many parts."""
        found: list[Listing | Problem] = []
        for count, part in enumerate(source(**rules).pages(shelf, self.cursor, self.known), 1):
            self.keep(part)
            found += [one for one in part.found if isinstance(one, Listing | Problem)]
            if count == parts:
                break
        return found


def ids(found: list[Listing | Problem]) -> list[str]:
    return [one.market_id if isinstance(one, Listing) else one.code for one in found]


def parts_of(shelf: Shelf, cursor: str | None = None, **rules: object) -> list[Scraped]:
    return list(source(**rules).pages(shelf, cursor, nothing_known))


@pytest.mark.parametrize("killed_after", range(1, 12))
def test_a_run_that_is_killed_goes_on_behind_the_last_stored_work(killed_after: int) -> None:
    shelf, store = gallery(3), Store()
    first = store.run(shelf, killed_after)
    if store.cursor is not None:
        first += store.run(shelf)
    assert ids(first) == [f"w-{one}" for one in range(9)]
    assert all(count == 1 for url, count in shelf.asked.items() if "/w/" in url), "no work is asked for twice"


def test_works_that_are_stored_unchanged_are_not_asked_for_again() -> None:
    shelf, store = gallery(2), Store()
    store.run(shelf)
    shelf.asked.clear()
    shelf.pages[START] = index(START, range(3), f"{START}?page=2", price="6")
    shelf.pages |= {f"{HOME}/w/{one}": work(one, "6") for one in range(3)}
    again = store.run(shelf)
    assert [str(one.ask) for one in again if isinstance(one, Listing)] == ["6 EUR"] * 3
    assert set(shelf.asked) == {START, f"{START}?page=2", *(f"{HOME}/w/{one}" for one in range(3))}
    assert store.run(shelf) == []


@pytest.mark.parametrize("link", ["/w/w-1", "/w/w-1.html", "/w/blue-door-1", "/w?id=w-1", "/w/blue-w-1/"])
def test_an_id_that_stands_in_the_address_is_enough_for_a_store_that_knows_ids_alone(link: str) -> None:
    sku = "1" if link == "/w/blue-door-1" else "blue-w-1" if link.endswith("/") else "w-1"
    (entry,) = entries.entries_of(entries.Document(page(START, f'<a href="{link}">x</a>')), [f"{HOME}{link}"], 1, 7)
    assert sku in entry.ids


def test_the_bare_list_of_a_gallery_without_ids_is_enough_to_know_a_work() -> None:
    node = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "url": "/w/quiet-harbor"}]}
    html = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    one = page(f"{HOME}/w/quiet-harbor", '<script type="application/ld+json">{"@type":"Product","name":"A"}</script>')
    shelf, store = Shelf({START: page(START, html), one.url: one}), Store()
    assert len(store.run(shelf, links=None)) == 1
    assert store.run(shelf, links=None) == []


@pytest.mark.parametrize("days", [1, 7])
def test_a_work_whose_entry_never_changes_is_read_again_after_some_days(days: int) -> None:
    links = [f"{HOME}/w/{number}" for number in range(40)]
    document = entries.Document(index(START, range(40)))
    marks = [[one.mark for one in entries.entries_of(document, links, day, days)] for day in range(20)]
    changes = [
        sum(old != new for old, new in zip(a, b, strict=True)) for a, b in zip(marks, marks[days:], strict=False)
    ]
    assert changes == [40] * len(changes)
    if days > 1:
        turns = [sum(old != new for old, new in zip(marks[0], later, strict=True)) for later in marks[1:days]]
        assert 0 < turns[0] < turns[2] < turns[-1] < 40, "not all on one day"


def test_with_refresh_days_0_every_work_is_read_in_every_run() -> None:
    shelf, store = gallery(1), Store()
    store.run(shelf, refresh_days=0)
    assert len(store.run(shelf, refresh_days=0)) == 3


def test_a_mark_depends_on_the_own_entry_alone() -> None:
    before = {one.link: one.mark for one in _entries(index(START, range(3)))}
    after = {one.link: one.mark for one in _entries(index(START, range(1, 4)))}
    assert before[f"{HOME}/w/1"] == after[f"{HOME}/w/1"]
    assert len({*before.values(), *after.values()}) == 4


def test_a_mark_holds_for_any_host_of_the_same_gallery() -> None:
    ports = ("http://127.0.0.1:5000/", "http://127.0.0.1:6000/")
    first, second = ([one.mark for one in _entries(index(url, range(3)))] for url in ports)
    assert first == second


def _entries(one: SavedPage) -> list[entries.Entry]:
    document = entries.Document(one)
    return entries.entries_of(document, document.links("li a"), 700_000, 7)


def test_newest_first_ends_at_the_first_page_without_news() -> None:
    shelf, store = gallery(3), Store()
    store.run(shelf, newest_first=True)
    shelf.asked.clear()
    assert store.run(shelf, newest_first=True) == []
    assert list(shelf.asked) == [START]
    assert store.cursor is None
    assert store.run(shelf) == []
    assert len(shelf.asked) == 3


def test_newest_first_holds_for_works_on_the_listing_page_too() -> None:
    shelf, store = Shelf({START: saved("embedded", START)}), Store()
    rules = {"links": None, "next": "?page={page}", "newest_first": True}
    store.run(shelf, **rules)
    assert shelf.asked.total() == 2
    del store.marks["e-1"]
    shelf.asked.clear()
    assert "e-1" in ids(store.run(shelf, **rules))


@pytest.mark.parametrize("counted", ["page", "offset"])
def test_pages_may_be_counted_until_one_is_empty_gone_or_the_same_again(counted: str) -> None:
    behind = f"{START}?{counted}={4 if counted == 'page' else 9}"
    for end in (None, index(behind, range(0)), index(behind, range(6, 9))):
        shelf = gallery(3, counted=counted)
        if end is not None:
            shelf.pages[behind] = end
        parts = parts_of(shelf, next=f"?{counted}={{{counted}}}")
        found = [one for part in parts for one in part.found if isinstance(one, Listing | Problem)]
        assert ids(found) == [f"w-{one}" for one in range(9)]
        assert parts[-1].cursor is None
        assert list(shelf.asked)[-1] == behind


@pytest.mark.parametrize(
    ("start", "template", "second"),
    [
        (START, "?page={page}", f"{START}?page=2"),
        (f"{START}?page=0", "?page={page}", f"{START}?page=1"),
        (f"{START}/page/5", "/works/page/{page}", f"{START}/page/6"),
        (START, f"{START}/p{{page}}.html", f"{START}/p2.html"),
        (START, "?start={offset}&n=3", f"{START}?start=3&n=3"),
        (f"{START}?start=30&n=3", "?start={offset}&n=3", f"{START}?start=33&n=3"),
    ],
)
def test_counting_begins_where_the_start_stands(start: str, template: str, second: str) -> None:
    shelf = Shelf({start: index(start, range(3)), **{f"{HOME}/w/{one}": work(one) for one in range(3)}})
    parts_of(shelf, start=start, next=template)
    assert list(shelf.asked)[-1] == second


def test_counting_goes_on_behind_a_cursor() -> None:
    shelf, store = gallery(4, counted="offset"), Store()
    store.run(shelf, 5, next="?offset={offset}")
    assert ids(store.run(shelf, next="?offset={offset}")) == [f"w-{one}" for one in range(4, 12)]


def test_a_cursor_holds_for_any_host_of_the_same_gallery() -> None:
    """The bundled gallery listens on another port each time."""
    position = Position("http://127.0.0.1:5000/page-2.html?q=1", 2, 12, 3)
    cursor = position.to_cursor("http://127.0.0.1:5000/")
    assert "5000" not in cursor
    there = Position.from_cursor(cursor, "http://127.0.0.1:6000/")
    assert there == Position("http://127.0.0.1:6000/page-2.html?q=1", 2, 12, 3)
    www = Position("https://www.gallery.example/?page=2", 2)
    assert Position.from_cursor(www.to_cursor(START), START) == www


@pytest.mark.parametrize(
    "cursor",
    ["", "5", "null", "[]", "{}", "[" * 100_000, '{"start": 1, "url": 2}', "\ud800"]
    + [
        json.dumps({"start": key, "url": url, "page": number, "works": 0})
        for key, url, number in [
            ("other", "/works", 1),
            (None, "javascript:x", 1),
            (None, "/works", -1),
            (None, "/works", 10**30),
            (None, "/works", True),
            (None, "//elsewhere.example/", 1),
            (None, None, 1),
        ]
    ],
)
def test_a_cursor_that_is_none_of_this_gallery_starts_anew(cursor: str) -> None:
    digest = json.loads(Position(START).to_cursor(START))["start"]
    shelf = gallery(1)
    parts_of(shelf, cursor.replace("null", json.dumps(digest), 1))
    assert next(iter(shelf.asked)) == START


def test_a_run_that_reads_nothing_moves_no_cursor() -> None:
    shelf, store = gallery(2), Store()
    for one in range(3):
        shelf.pages[f"{HOME}/w/{one}"] = saved("error", f"{HOME}/w/{one}")
    with pytest.raises(ShapeChanged):
        store.run(shelf)
    assert store.cursor == Position(START).to_cursor(START)


def test_a_block_in_the_middle_of_a_page_goes_on_at_the_blocked_work() -> None:
    shelf, store = gallery(2), Store()
    shelf.pages[f"{HOME}/w/4"] = Blocked("no", f"{HOME}/w/4")
    with pytest.raises(Blocked):
        store.run(shelf)
    shelf.pages[f"{HOME}/w/4"] = work(4)
    shelf.asked.clear()
    assert ids(store.run(shelf)) == ["w-4", "w-5"]
    assert set(shelf.asked) == {f"{START}?page=2", f"{HOME}/w/4", f"{HOME}/w/5"}


def test_a_work_that_is_always_blocked_does_not_hold_the_gallery_for_ever() -> None:
    shelf, store = gallery(2), Store()
    shelf.pages[f"{HOME}/w/4"] = Blocked("no", f"{HOME}/w/4")
    for _ in range(2):
        with pytest.raises(Blocked):
            store.run(shelf)
    assert ids(store.run(shelf)) == ["w-5"]


@pytest.mark.parametrize("error", [BudgetSpent("all spent", START), RobotsUnreachable("500", START)])
def test_what_no_later_request_would_change_ends_the_run_at_once(error: FetchError) -> None:
    shelf, store = gallery(2), Store()
    shelf.pages[f"{HOME}/w/1"] = error
    with pytest.raises(type(error)):
        store.run(shelf)
    assert f"{HOME}/w/2" not in shelf.asked
    assert list(store.marks) == ["w-0"]


@pytest.mark.parametrize("end", [None, index(f"{START}?page=2", range(0))])
def test_a_gallery_that_became_shorter_is_read_from_its_start_next_time(end: SavedPage | None) -> None:
    shelf, store = gallery(2), Store()
    store.run(shelf, 4)
    assert store.cursor is not None
    shelf.pages.pop(f"{START}?page=2")
    if end:
        shelf.pages[f"{START}?page=2"] = end
    assert store.run(shelf) == []
    assert store.cursor is None
    assert store.whole == (end is not None), "a link that is gone is no end of the gallery"


def test_a_page_that_stays_broken_does_not_hold_the_gallery_for_ever() -> None:
    shelf, store = gallery(2), Store()
    store.run(shelf, 4)
    shelf.pages[f"{START}?page=2"] = ServerError("500", f"{START}?page=2")
    with pytest.raises(ServerError):
        store.run(shelf)
    assert store.cursor is None
    assert not store.whole, "what lies behind it was not read: the next reading must not stop at what is known"
    shelf.pages[f"{START}?page=2"] = Blocked("no", f"{START}?page=2")
    with pytest.raises(Blocked):
        store.run(shelf)
    assert store.cursor is not None, "a block passes: reading goes on where it was"


def test_a_listing_page_that_is_gone_in_the_middle_is_an_error() -> None:
    shelf = gallery(2)
    shelf.pages.pop(f"{START}?page=2")
    with pytest.raises(Gone):
        parts_of(shelf)


def test_limits_leave_the_cursor_where_they_cut() -> None:
    store = Store()
    assert ids(store.run(gallery(3), max_works=4)) == [*(f"w-{one}" for one in range(4)), "work_limit"]
    assert ids(store.run(gallery(3), max_pages=1)) == ["w-4", "w-5", "page_limit"]
    assert ids(store.run(gallery(3))) == ["w-6", "w-7", "w-8"]


def test_each_part_names_the_page_that_was_read() -> None:
    parts = parts_of(gallery(1))
    assert [part.page for part in parts] == [f"{HOME}/w/0", f"{HOME}/w/1", f"{HOME}/w/2", START]
    assert [part.cursor is None for part in parts] == [False, False, False, True]


def test_nothing_of_a_run_grows_with_the_works_but_hashes() -> None:
    """A page of embedded works is given out whole, and let go."""

    class Endless(Shelf):
        def get(self, url: str) -> Page:
            number = int(url.partition("=")[2] or 1)
            nodes = [{"@type": "Product", "sku": f"{number}-{one}", "name": "A"} for one in range(10)]
            return page(url, f'<script type="application/ld+json">{json.dumps(nodes)}</script>')

    read = source(links=None, next="?page={page}", max_pages=30, max_works=10_000)
    sizes = [len(part.found) for part in read.pages(Endless(), None, nothing_known)]
    assert sizes == [10] * 29 + [11]


@pytest.mark.parametrize("error", [Blocked("no", START), ServerError("500", START)])
def test_what_failed_before_an_error_is_told_before_it(error: FetchError) -> None:
    shelf = gallery(1)
    for one in range(3):
        shelf.pages[f"{HOME}/w/{one}"] = Gone("gone", f"{HOME}/w/{one}")
    shelf.pages[START] = index(START, range(3), f"{START}?page=2")
    shelf.pages[f"{START}?page=2"] = error
    told: list[Scraped] = []
    with pytest.raises(FetchError):
        told.extend(_each(source().pages(shelf, None, nothing_known), told))
    assert [one.code for part in told for one in part.found if isinstance(one, Problem)] == ["not_found"] * 3


def _each(parts: Iterator[Scraped], told: list[Scraped]) -> Iterator[Scraped]:
    for part in parts:
        told.append(part)
        yield from ()
