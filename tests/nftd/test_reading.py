"""Reading a source: it resumes, nothing is lost or read twice, and each of its ends has a name of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from nftd import cycle
from nftd.config import Settings, SourceSettings
from nftd.domain import utc_now
from nftd.store import readings
from nftd.store.database import Store
from nftd.store.tables import event, listing, observation, reading, reading_log
from scrapers import errors
from scrapers.harvest import Batch, Limits, walk
from scrapers.listing import Problem
from scrapers.source import Scraped
from tests.nftd import readers, rooms
from tests.nftd.readers import PAGES, PER_PAGE, Shelf, read_once

WORKS = PAGES * PER_PAGE


def killed(folder: Path, log: Path, where: str, page: int) -> None:
    argv = [sys.executable, "-m", "tests.nftd.readers", str(folder), str(log), where, str(page)]
    done = subprocess.run(argv, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr


def content(folder: Path) -> dict[str, list]:
    store = Store(folder)
    with store.read() as connection:
        found = {
            "listings": sorted(connection.execute(select(listing.c.market_id)).scalars()),
            "prices": Counter(connection.execute(select(observation.c.kind)).scalars()),
            "seen": Counter(connection.execute(select(event.c.entity).where(event.c.new == "seen")).scalars()),
        }
    store.close()
    return found


@pytest.mark.parametrize("where", ["before", "inside", "after"])
@pytest.mark.parametrize("page", [1, 3, PAGES])
def test_a_killed_reading_loses_no_work_and_repeats_at_most_one_page(where: str, page: int, tmp_path: Path) -> None:
    folder, log = tmp_path / "data", tmp_path / "log"
    killed(folder, log, where, page)
    if where == "after" and page == PAGES:
        begins_anew(folder)
        return
    read_once(folder, Shelf(log))
    reads = Counter(log.read_text().split())
    assert set(reads) == {str(number) for number in range(PAGES)}
    repeated = {number for number, times in reads.items() if times > 1}
    assert len(repeated) == (0 if where == "after" else 1)
    assert max(reads.values()) <= 2
    found = content(folder)
    assert len(found["listings"]) == WORKS
    assert found["prices"] == {"ask": WORKS, "sale": WORKS}
    assert set(found["seen"].values()) == {1}


def begins_anew(folder: Path) -> None:
    """The last page was committed together with the reading's end: the next one starts anew and finds all known."""
    outcome = read_once(folder, Shelf())
    assert outcome.summary["outcomes"] == {"g": "nothing_new"}
    assert outcome.summary["listings"]["seen"] == WORKS
    assert content(folder)["prices"] == {"ask": WORKS, "sale": WORKS}


def test_a_reading_killed_again_and_again_still_ends(tmp_path: Path) -> None:
    folder, log = tmp_path / "data", tmp_path / "log"
    for _ in range(3):
        killed(folder, log, "before", 2)  # each run stores one page more
    read_once(folder, Shelf(log))
    assert Counter(log.read_text().split()) == Counter([*"012345", *"123"])
    assert len(content(folder)["listings"]) == WORKS


# --- outcomes -------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


@pytest.fixture
def read(store: Store, monkeypatch: pytest.MonkeyPatch):
    def reads(shelf: Shelf, settings: Settings | None = None) -> cycle.Outcome:
        readers.use(shelf, monkeypatch.setattr)
        return cycle.run(store, settings or readers.settings(), (cycle.SCRAPE,))

    return reads


def log_of(store: Store) -> list[tuple]:
    columns = (reading_log.c.outcome, reading_log.c.pages, reading_log.c.seen, reading_log.c.new)
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(reading_log.c.id))]


def test_every_end_of_a_reading_has_its_outcome_and_exit_code(store: Store, read) -> None:
    url = "https://g.example/"
    ends = [
        (Shelf(pages=1), "read", 0),
        (Shelf(pages=1), "nothing_new", 0),
        (Shelf(error=errors.ShapeChanged("title", url)), "changed", 5),
        (Shelf(error=errors.Gone("gone", url)), "failed", 1),
        (Shelf(error=errors.RobotsDenied("robots.txt", url)), "blocked", 3),
        (Shelf(error=errors.BudgetSpent("budget", url)), "blocked", 3),
        (Shelf(error=errors.Blocked("403", url)), "blocked", 3),
    ]
    for shelf, outcome, code in ends:
        found = read(shelf)
        assert (found.summary["outcomes"], found.exit_code) == ({"g": outcome}, code)
    assert [row[0] for row in log_of(store)] == [outcome for _, outcome, _ in ends]
    assert log_of(store)[:2] == [("read", 1, 3, 3), ("nothing_new", 1, 3, 0)]


def test_what_was_read_before_a_source_failed_is_kept_and_what_may_pass_is_resumed(store: Store, read) -> None:
    away = errors.ServerError("502", "https://g.example/")
    read(Shelf(error=away, at=4))
    with store.read() as connection:
        assert connection.execute(select(reading.c.cursor, reading.c.seen)).one() == ("4", 12)
        assert len(connection.execute(select(listing.c.id)).all()) == 12
    found = read(Shelf())
    assert (found.summary["outcomes"], found.summary["listings"]["seen"]) == ({"g": "read"}, 6)
    assert log_of(store) == [("blocked", 4, 12, 12), ("read", 6, 18, 18)]


def test_a_run_that_read_as_much_as_it_may_is_gone_on_with_by_the_next(store: Store, read, tmp_path: Path) -> None:
    log = tmp_path / "log"
    found = [read(Shelf(log, most=2)).summary for _ in range(4)]
    assert log.read_text().split() == list("01234501")
    assert [one["listings"]["new"] for one in found] == [6, 6, 6, 0]
    assert [one["outcomes"]["g"] for one in found] == ["read", "read", "read", "nothing_new"]
    assert all(one["alarms"] == {} for one in found)


def test_an_error_behind_the_last_page_is_told(store: Store, read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source may give a reading up before it says why."""
    shelf, gone = Shelf(pages=1), errors.Gone("gone", "https://g.example/")
    pages = shelf.pages

    def broken(*arguments):
        yield from pages(*arguments)
        raise gone

    monkeypatch.setattr(shelf, "pages", broken)
    found = read(shelf)
    assert (found.summary["outcomes"], found.summary["listings"]["new"]) == ({"g": "failed"}, 3)
    assert [row[0] for row in log_of(store)] == ["failed"]


def test_after_an_error_that_stays_the_next_reading_starts_anew(store: Store, read, tmp_path: Path) -> None:
    """A cursor that the market no longer takes would otherwise stop the source for ever."""
    read(Shelf(error=errors.BadStatus("400", "https://g.example/"), at=2))
    log = tmp_path / "log"
    read(Shelf(log))
    assert log.read_text().split() == list("012345")


def test_a_cursor_of_other_rules_is_not_used(store: Store, read, tmp_path: Path) -> None:
    read(Shelf(error=errors.ServerError("502", "https://g.example/"), at=4))
    other = SourceSettings(type="shelf", market="gallery", options={"rights": "cc0"})
    log = tmp_path / "log"
    read(Shelf(log), Settings(sources={"g": other}))
    assert log.read_text().split() == list("012345")


def test_a_source_that_shows_nothing_any_more_raises_an_alarm_against_its_own_history(store: Store, read) -> None:
    for _ in range(2):
        read(Shelf())
    assert read(Shelf(pages=0)).summary["alarms"] == {}
    read(Shelf())
    for _ in range(2):
        found = read(Shelf(pages=0))
        assert found.summary["outcomes"] == {"g": "nothing_new"}
        assert "18 in each" in found.summary["alarms"]["g"]
    with store.read() as connection:
        told = connection.execute(select(event.c.reason).where(event.c.new == "alarm")).scalars().all()
        assert len(told) == 2
        assert readings.newest(connection)[0]["seen"] == 0


def test_a_source_that_never_showed_anything_is_no_alarm(read) -> None:
    for _ in range(5):
        assert read(Shelf(pages=0)).summary["alarms"] == {}


def test_ignoring_robots_is_told_in_every_cycle(read, capsys: pytest.CaptureFixture[str]) -> None:
    shelf = Shelf(pages=1)
    shelf.html = True
    careless = SourceSettings(type="shelf", market="gallery", ignore_robots=True)
    for _ in range(2):
        read(shelf, Settings(sources={"g": careless}))
    told = capsys.readouterr()
    assert (told.out + told.err).count("robots_ignored") == 2


# --- from the newest works on ---------------------------------------------------------------------


class Newest:
    """A market that shows its newest works first; a reading ends where a whole page is known."""

    name = "gallery"
    html = False

    def __init__(self, error_at: int | None = None, most: int = 50) -> None:
        self.error_at = error_at
        self.most = most
        self.read: list[int] = []

    def pages(self, _session, cursor, known):
        def read(position: str | None) -> Batch:
            number = int(position or 0)
            if number == self.error_at:
                raise errors.BadStatus("400", "https://g.example/")
            self.read.append(number)
            batch = Batch("https://g.example/", known, str(number + 1) if number < 3 else None)
            for one in range(3 * number, 3 * number + 3):
                batch.listing(partial(rooms.listing, one, mark=f"m-{one}", seen_at=utc_now()))
            return batch

        return walk(read, cursor, Limits(self.most, 1000), newest_first=True)


class Circle(Newest):
    """From page 1 on it leads to page 1 again, until it is mended."""

    def __init__(self, mended: bool = False) -> None:
        super().__init__()
        self.mended = mended

    def pages(self, _session, cursor, known):
        for page in super().pages(_session, cursor, known):
            if not self.mended and page.cursor == "2":
                told = Problem(page.page, "paging_loop", "the pages repeat themselves: paging ends here")
                yield replace(page, found=(*page.found, told), cursor=None, unfinished=True)
                return
            yield page


def stored(store: Store) -> int:
    with store.read() as connection:
        return len(connection.execute(select(listing.c.id)).all())


def test_what_a_reading_left_that_was_given_up_is_read_by_the_next(store: Store, read) -> None:
    """Its first pages are known then, which says nothing about those behind them."""
    read(Newest(error_at=2))
    assert stored(store) == 6
    whole = Newest()
    read(whole)
    assert (whole.read, stored(store)) == ([0, 1, 2, 3], 12)
    again = Newest()
    found = read(again).summary
    assert again.read == [0]
    assert found["outcomes"] == {"g": "nothing_new"}
    assert found["listings"]["seen"] == 3, "a known work that is shown is one work"


def test_a_reading_that_ends_at_its_limit_goes_on_behind_it(store: Store, read) -> None:
    first, second, third = Newest(most=2), Newest(most=2), Newest(most=2)
    for source in (first, second, third):
        read(source)
    assert (first.read, second.read, third.read) == ([0, 1], [2, 3], [0])
    assert stored(store) == 12


@pytest.mark.parametrize("caught_up_before", [False, True])
def test_a_reading_that_ended_in_a_circle_is_not_whole_and_the_next_reads_all(
    store: Store, read, caught_up_before: bool
) -> None:
    if caught_up_before:
        read(Newest())
        with store.write() as connection:  # all of the first pages is new again
            connection.execute(update(listing).values(mark=None))
    found = read(Circle()).summary
    assert (found["refused"], found["outcomes"]["g"]) == (
        {"paging_loop": 1},
        "nothing_new" if caught_up_before else "read",
    )
    with store.read() as connection:
        row = connection.execute(select(reading.c.cursor, reading.c.caught_up)).one()
    assert tuple(row) == (None, False)
    again, mended, after = Circle(), Circle(mended=True), Circle(mended=True)
    for source in (again, mended, after):
        read(source)
    assert again.read == [0, 1], "from the start, though all of it is known"
    assert mended.read == [0, 1, 2, 3], "nothing older was taken for known"
    assert after.read == [0]
    assert stored(store) == 12


def test_a_circle_raises_no_alarm_of_a_market_that_became_empty(store: Store, read) -> None:
    for _ in range(3):
        read(Shelf())
    empty = Shelf(pages=0)
    empty.pages = lambda *_: iter([Scraped((), None, None, unfinished=True)])
    assert read(empty).summary["alarms"] == {}


def test_a_reading_by_hand_that_ended_in_a_circle_is_not_whole_either(
    store: Store, read, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nftd.cli.sources import Told, _read
    from nftd.feeds import Feeds

    read(Newest())
    readers.use(Circle(), monkeypatch.setattr)
    with Feeds(readers.settings(), store) as feeds:
        feed = feeds.get("g")
        _read(Told(json=False), feed, store, None)
        with store.read() as connection:
            assert not readings.standing(connection, "g", feed.rules).caught_up


def test_a_reading_by_hand_that_breaks_off_does_not_hide_what_is_behind_it(store: Store, read) -> None:
    read(Newest())
    with store.write() as connection:
        assert readings.set_caught_up(connection, "g", False)
    whole = Newest()
    read(whole)
    assert whole.read == [0, 1, 2, 3]


def test_a_fault_of_the_configuration_does_not_cost_the_place(store: Store, read, tmp_path: Path) -> None:
    read(Shelf(error=errors.ServerError("502", "https://g.example/"), at=4))
    read(Shelf(error=errors.BadRule("no key", option="key"), at=4))
    log = tmp_path / "log"
    read(Shelf(log))
    assert log.read_text().split() == ["4", "5"]


def test_nftd_scrape_with_a_limit_leaves_the_rest_for_the_next_cycle(
    store: Store, read, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nftd.cli.sources import Told, _read
    from nftd.feeds import Feeds

    read(Shelf())
    readers.use(Newest(), monkeypatch.setattr)
    with Feeds(readers.settings(), store) as feeds:
        feed = feeds.get("g")
        _read(Told(json=False), feed, store, 3)
        with store.read() as connection:
            assert not readings.standing(connection, "g", feed.rules).caught_up
        read(Newest())
        _read(Told(json=False), feed, store, None)
        with store.read() as connection:
            assert readings.standing(connection, "g", feed.rules).caught_up
