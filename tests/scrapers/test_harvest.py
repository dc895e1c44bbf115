"""How pages are walked: where a run ends, what it may then say of the market, and prices that cannot be read."""

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from scrapers.errors import BadMoney, Gone, NotStored, ShapeChanged
from scrapers.harvest import Batch, Limits, walk
from scrapers.listing import Listing, Observation, Problem
from scrapers.source import Scraped, nothing_known
from tests.nftd import rooms

URL = "https://g.example/"
BAD = "bad"


def _listing(number: int | str) -> Listing:
    if number == BAD:
        raise ShapeChanged("works[0].title", URL)
    return rooms.listing(int(number), mark=f"m-{number}")


def reader(pages: Mapping[str | None, tuple[list[int | str], str | None]]) -> Callable[[str | None], Batch]:
    """Pages by position: the works on each, and where it leads."""

    def read(position: str | None) -> Batch:
        numbers, following = pages[position]
        batch = Batch(URL, nothing_known, following)
        for number in numbers:
            batch.listing(partial(_listing, number))
        return batch

    return read


def run(read: Callable[[str | None], Batch], start: str | None = None, pages: int = 50) -> list[Scraped]:
    return list(walk(read, start, Limits(pages, 1000), newest_first=False))


def codes(found: list[Scraped]) -> list[str]:
    return [one.code for page in found for one in page.found if isinstance(one, Problem)]


def test_a_market_that_was_read_to_its_end_is_finished() -> None:
    found = run(reader({None: ([1, BAD], "b"), "b": ([BAD], "c"), "c": ([], None)}))
    assert [(page.cursor, page.unfinished) for page in found] == [("b", False), ("c", False), (None, False)]


@pytest.mark.parametrize("back", [None, "b"])
def test_a_page_that_comes_again_ends_the_run_and_says_that_more_may_be_behind(back: str | None) -> None:
    pages: dict[str | None, tuple[list[int | str], str | None]] = {None: ([1], "b"), "b": ([2], "b")}
    if back is None:
        pages["b"] = ([1], "c")  # another address, the same works
    found = run(reader(pages))
    assert codes(found) == ["paging_loop"]
    assert [(page.cursor, page.unfinished) for page in found] == [("b", False), (None, True)]


def test_a_first_page_of_nothing_readable_has_changed_its_shape() -> None:
    with pytest.raises(ShapeChanged):
        run(reader({None: ([BAD, BAD], "b"), "b": ([1], None)}))


def test_a_bad_page_at_which_a_run_goes_on_is_passed() -> None:
    """Else every run would be given up there, and what is behind it would never be read."""
    read = reader({"b": ([BAD], "c"), "c": ([3], None)})
    found = run(read, "b")
    assert (codes(found), found[-1].unfinished) == (["shape_changed"], False)


def test_a_run_of_bad_pages_alone_fails_in_the_end_and_does_not_count_as_the_whole() -> None:
    read = reader({"b": ([BAD], "c"), "c": ([BAD], None)})
    found: list[Scraped] = []
    with pytest.raises(ShapeChanged):
        found.extend(_each(walk(read, "b", Limits(50, 1000), newest_first=False), found))
    assert [(page.cursor, page.unfinished) for page in found] == [("c", False), (None, True)]
    with pytest.raises(ShapeChanged):
        run(read, "b", pages=1)


def _each(pages: object, found: list[Scraped]) -> list[Scraped]:
    for page in pages:  # type: ignore[attr-defined]
        found.append(page)
    return []


def parts(first: Callable[[], Batch], behind: str | None = "b") -> Callable[[str | None], Batch]:
    def read(position: str | None) -> Batch:
        batch = first() if position is None else Batch(URL, nothing_known)
        batch.part_behind = behind if position is None else None
        return batch

    return read


def test_a_part_that_failed_leads_to_the_next_one_and_alone_it_is_the_error() -> None:
    def failing() -> Batch:
        batch = Batch(URL, nothing_known, "b")
        batch.failed = Gone("gone", URL)
        return batch

    assert [page.cursor for page in run(parts(failing))] == ["b", None]

    def alone() -> Batch:
        batch = failing()
        batch.following = None
        return batch

    with pytest.raises(Gone):
        run(parts(alone, None))


def test_a_part_that_repeats_itself_leads_to_the_next_one() -> None:
    def read(position: str | None) -> Batch:
        batch = Batch(URL, nothing_known, None if position == "next" else "b")
        batch.part_behind = None if position == "next" else "next"
        return batch

    found = run(read)
    assert [(page.cursor, page.unfinished) for page in found] == [("b", False), ("next", False), (None, True)]
    assert codes(found) == ["paging_loop"]


def test_a_price_that_cannot_be_read_is_a_problem_of_its_work_and_no_more() -> None:
    batch = Batch(URL, nothing_known)

    def fails(error: Exception) -> None:
        raise error

    for error in (BadMoney("no amount"), ShapeChanged("price.decimals", URL)):
        assert batch.price(partial(fails, error), f"{URL}w/1") is None
    assert [(one.url, one.code) for one in batch.found if isinstance(one, Problem)] == [
        (f"{URL}w/1", "bad_money"),
        (f"{URL}w/1", "shape_changed"),
    ]
    assert batch.fault is None
    with pytest.raises(ZeroDivisionError):
        batch.price(lambda: 1 // 0)  # type: ignore[arg-type, return-value]


def test_details_that_a_replay_does_not_have_are_missing_and_nothing_else_is() -> None:
    batch = Batch(URL, nothing_known)

    def fails(error: Exception) -> Observation:
        raise error

    assert batch.details(partial(fails, NotStored("never asked", URL))) is None
    assert codes([Scraped(tuple(batch.found), None)]) == ["not_stored"]
    with pytest.raises(Gone):
        batch.details(partial(fails, Gone("gone", URL)))
