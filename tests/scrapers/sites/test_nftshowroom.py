"""NFT Showroom against a server that behaves as its market."""

from collections.abc import Iterator

import pytest

from nftd.http import HttpSession
from scrapers.errors import BadRule, ShapeChanged
from scrapers.listing import Problem
from scrapers.sites import make_source
from scrapers.source import Source
from tests.scrapers.servers.nftshowroom import NftShowroomApi, series
from tests.scrapers.sites.reading import assert_exact, codes, of, read, works


@pytest.fixture
def market() -> Iterator[NftShowroomApi]:
    with NftShowroomApi([series(number) for number in range(25)]) as running:
        yield running


def source(market: NftShowroomApi, **options: object) -> Source:
    return make_source("nftshowroom", "hive", {"start": market.url, "page_size": 10, **options})


def test_all_pages_are_read_and_every_field_has_its_place(market: NftShowroomApi, session: HttpSession) -> None:
    pages = read(source(market), session)
    assert [page.cursor for page in pages] == ["2", "3", None]
    assert len({work.market_id for work in works(pages)}) == 25
    work = works(pages)[3]
    assert work.key == ("hive", "ana_shores_tide-3")
    assert (work.title, work.creator, work.series, str(work.ask)) == ("Tide 3", "ana", "shores", "15.5 HIVE")
    assert (work.likes, work.supply, work.year, work.nsfw) == (3, 10, 2021, False)
    assert (work.rights.decision, work.rights.reason) == ("deny", "marketplace_code")
    assert work.media
    assert (work.media.url, work.media.kind) == ("https://images.example/3.png", "photo")
    assert_exact(pages)


def test_a_run_goes_on_where_its_cursor_stands(market: NftShowroomApi, session: HttpSession) -> None:
    assert [work.title for work in works(read(source(market), session, "3"))] == [f"Tide {n}" for n in range(20, 25)]


@pytest.mark.parametrize("cursor", ["", "0", "-1", "x", "1e9", "99999999999", '["a"]', "2; drop"])
def test_a_cursor_of_another_type_starts_anew(market: NftShowroomApi, session: HttpSession, cursor: str) -> None:
    assert len(works(read(source(market), session, cursor))) == 25


def test_nothing_new_ends_the_run_after_one_page(market: NftShowroomApi, session: HttpSession) -> None:
    marks = {(work.market_id, work.mark) for work in works(read(source(market), session))}
    market.asked.clear()
    pages = read(source(market), session, None, lambda market_id, mark: (market_id, mark) in marks)
    assert [page.cursor for page in pages] == [None]
    assert len(market.asked) == 1
    market.rows[2] = series(2, price=1)
    pages = read(source(market), session, None, lambda market_id, mark: (market_id, mark) in marks)
    assert [page.cursor for page in pages] == ["2", None], "a page with news leads to the next one"


def test_odd_values_are_none_or_a_problem(market: NftShowroomApi, session: HttpSession) -> None:
    market.rows = [
        series(0, price="0", reactions=None),
        series(1, price=None, year=2158, rights=None, nsfw=None),
        series(2, price="7e-17"),
        series(3, price="1234567890123456789012345"),
        series(4, price="cheap"),
        series(5, price=-3),
        series(6, symbol=None),
        series(7, price=0.1, year=1, image=None, video="https://images.example/7.mp4"),
        series(8, title=None, name=None),
        series(9, tokens="many", series=None, year="long ago"),
    ]
    pages = read(source(market), session)
    assert [(work.market_id, work.ask and str(work.ask)) for work in works(pages)] == [
        ("ana_shores_tide-0", None),
        ("ana_shores_tide-1", None),
        ("ana_shores_tide-2", "0.00000000000000007 HIVE"),
        ("ana_shores_tide-3", "1234567890123456789012345 HIVE"),
        ("ana_shores_tide-4", None),
        ("ana_shores_tide-5", None),
        ("ana_shores_tide-6", None),
        ("ana_shores_tide-7", "0.1 HIVE"),
        ("ana_shores_tide-9", "21.5 HIVE"),
    ]
    assert codes(pages) == ["bad_money", "bad_money", "shape_changed", "shape_changed"]
    assert [one.url.rpartition("/")[2] for one in of(Problem, pages)][:3] == [f"ana_shores_tide-{n}" for n in (4, 5, 6)]
    by_id = {work.market_id: work for work in works(pages)}
    assert by_id["ana_shores_tide-0"].likes is None, "a missing count is not 0 likes"
    assert (by_id["ana_shores_tide-1"].year, by_id["ana_shores_tide-7"].year) == (2158, 1)
    assert by_id["ana_shores_tide-1"].nsfw is None
    film = by_id["ana_shores_tide-7"].media
    assert film
    assert film.kind == "video"
    assert_exact(pages)


def test_a_moved_field_is_told_with_its_path(market: NftShowroomApi, session: HttpSession) -> None:
    market.rows = [series(0), {name: value for name, value in series(1).items() if name != "creator"}]
    problem = of(Problem, read(source(market), session))[0]
    assert problem.code == "shape_changed"
    assert "[1].creator" in problem.message
    market.rows = [{"id": 1}, {"id": 2}]
    with pytest.raises(ShapeChanged, match=r"\[0\]\.creator"):
        read(source(market), session)


def test_another_value_in_place_of_the_list_has_changed_shape(market: NftShowroomApi, session: HttpSession) -> None:
    market.answer = lambda *_: {"data": []}  # type: ignore[method-assign]
    with pytest.raises(ShapeChanged, match="the answer"):
        read(source(market), session)


def test_a_page_that_repeats_for_ever_ends(market: NftShowroomApi, session: HttpSession) -> None:
    market.stuck = True
    pages = read(source(market), session)
    assert codes(pages) == ["paging_loop"]
    assert (pages[-1].cursor, pages[-1].unfinished) == (None, True)
    assert len(market.asked) == 2


def test_limits_end_a_run_and_say_so(market: NftShowroomApi, session: HttpSession) -> None:
    pages = read(source(market, max_pages=1), session)
    assert (codes(pages), pages[-1].cursor, len(works(pages))) == (["page_limit"], "2", 10)
    pages = read(source(market, max_works=15), session)
    assert (codes(pages), len(works(pages))) == (["work_limit"], 20)


def test_hostile_text_comes_out_clean(market: NftShowroomApi, session: HttpSession) -> None:
    market.rows = [series(0, title="A\u202egnp.exe\x00\n work", series="../../etc/passwd", image="javascript:alert(1)")]
    work = works(read(source(market), session))[0]
    assert work.title == "Agnp.exe work"
    assert work.market_id == "ana_shores_tide-0", "a name with a slash is no key"
    assert work.media is None


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"start": "ftp://x.example"}, "start"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": True}, "page_size"),
        ({"max_pages": "5"}, "max_pages"),
        ({"page_sise": 5}, "page_sise"),
        ({"max_works": 0}, "max_works"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], option: str) -> None:
    with pytest.raises(BadRule) as caught:
        make_source("nftshowroom", "hive", options)
    assert caught.value.evidence["option"] == option
